"""The rules of a sample's manifest as a rule file.

python -m collective.hoard.migration.manifest_rules MANIFEST.json > RULES.toml
"""

import gzip
import json
import sys


PARTS = {"kind": "becomes", "keys": "keys", "values": "values"}


def rule_file(rules):
    """Lines of TOML for the ``rules`` of a manifest."""
    for rule in rules:
        yield "[[rule]]"
        yield f"class = {json.dumps(rule['class'])}"
        yield f"attribute = {json.dumps(rule['attr'])}"
        for name, part in PARTS.items():
            if name in rule:
                yield f"{part} = {json.dumps(_kind(rule[name]))}"
        yield ""


def _kind(kind):
    """A manifest's latin-1 holds for every value, also for what is valid utf-8."""
    return "latin-1 always" if kind == "latin-1" else kind


def main(argv=None):
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    path = arguments[0]
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as stream:
            rules = json.load(stream)["rules"]
    except (OSError, ValueError, KeyError) as error:
        print(f"{path} cannot be read as a manifest: {error}", file=sys.stderr)
        return 2
    print("\n".join(rule_file(rules)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
