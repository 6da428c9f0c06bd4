"""Rules that installed packages declare for zodbupdate, read without importing.

Loading such an entry point would import Zope; its dict is a literal, so the
source is enough.
"""

from importlib.metadata import entry_points
import ast


GROUP = "zodbupdate.decode"


def decode_entry_points():
    """Rules as ``(class, attribute, kind, origin)`` and what could not be read."""
    rules, problems = [], []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.value):
        try:
            table = _literal(entry)
            rules.extend(_rules(table, f"{GROUP} of {entry.module}"))
        except (OSError, ValueError, SyntaxError, LookupError, AttributeError) as error:
            problems.append(f"The rules of {entry.value} were not read: {error}")
    return rules, problems


def _rules(table, origin):
    for name, kind in table.items():
        module, class_name, attribute = name.split()
        kind = "bytes" if kind == "binary" else kind
        yield f"{module}.{class_name}", attribute, kind, origin


def _literal(entry):
    path = entry.module.replace(".", "/")
    for candidate in (f"{path}/__init__.py", f"{path}.py"):
        location = entry.dist.locate_file(candidate)
        if location.is_file():
            break
    else:
        raise LookupError(f"no source of {entry.module} found")
    for node in ast.parse(location.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if hasattr(target, "id")]
            if entry.attr in names:
                return ast.literal_eval(node.value)
    raise LookupError(f"{entry.attr} is not written out in {entry.module}")
