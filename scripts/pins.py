"""Resolve everything we need and write profiles/versions.cfg.

    make pins                       newest versions; the held ones stay
    make pins MOVE="Plone==6.2.3"   move a held one

Resolved for the lowest supported Python first; what newer ones need on top
is added under the same pins.
"""

from packages import canonical
from packages import EXTRAS
from packages import HOUSE
from packages import PEERS
from packages import read_pins
from packages import SOLR_PEERS
from packages import VERSIONS
from packages import write_overrides
from pathlib import Path
from steps import ROOT
import os
import re
import subprocess
import sys
import tempfile


HELD = ("plone", "zc-buildout", "plone-recipe-zope2instance")
HELD_PEERS = ("collective-easyform", "collective-solr")
# 3.11.2 is Debian 12's; some packages ask for the micro version.
PYTHONS = ("3.11.2", "3.12", "3.13.1")
# Without this very spelling buildout adds a pin of its own, which it does not
# accept then: "zc.recipe.egg >=2.0.6".
SPELLING = {"zc-recipe-egg": "zc.recipe.egg"}
HEADER = """\
# Every version we use, and the only place that names one.
# Written by scripts/pins.py (make pins); do not edit by hand.
"""


def held(names, section, moves):
    """Requirements that keep *names* at their version, but for *moves*."""
    moved = {canonical(re.split("[=<>!~]", move)[0]) for move in moves}
    pins = read_pins(section)
    return [f"{n}=={pins[n]}" for n in names if n in pins and n not in moved]


def resolve(requirements, python, constraints=()):
    """``{name: version}`` that satisfies *requirements* on *python*."""
    uv = ROOT / ".venv" / "bin" / "uv"
    with tempfile.TemporaryDirectory() as place:
        wanted = Path(place, "requirements.in")
        given = Path(place, "constraints.txt")
        wanted.write_text("\n".join(requirements))
        given.write_text("\n".join(constraints))
        never = Path(place, "overrides.txt")
        write_overrides(never)
        options = f"--python-version {python} --no-annotate --no-header --quiet"
        answer = subprocess.run(
            [uv, "pip", "compile", wanted, "--constraint", given]
            + ["--override", never, *options.split()],
            check=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", answer, re.MULTILINE))


def resolve_everywhere(requirements, constraints):
    pins = {}
    for python in PYTHONS:
        pins |= resolve(requirements, python, exactly(pins) + constraints)
    pins.pop("collective-hoard", None)
    return pins


def exactly(pins):
    return [f"{name}=={version}" for name, version in pins.items()]


def section(title, pins):
    spelled = {SPELLING.get(name, name): version for name, version in pins.items()}
    lines = (f"{name} = {version}" for name, version in sorted(spelled.items()))
    return f"\n[{title}]\n" + "\n".join(lines) + "\n"


def main(moves):
    ours = [f"collective.hoard[{','.join(EXTRAS)}] @ {ROOT.as_uri()}", *HOUSE]
    pins = resolve_everywhere(ours, held(HELD, "versions", moves) + moves)
    more = exactly(pins) + held(HELD_PEERS, "peers", moves)
    peers = resolve_everywhere([*PEERS, *SOLR_PEERS, "Plone"], more)
    only_peers = {n: v for n, v in peers.items() if n not in pins}
    text = HEADER + section("versions", pins) + section("peers", only_peers)
    partial = VERSIONS.with_suffix(".new")
    partial.write_text(text)
    os.replace(partial, VERSIONS)
    print(f"{len(pins)} pins written to {VERSIONS.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
