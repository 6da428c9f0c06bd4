"""Imports flow one way: the table of docs/explanation/architecture.md."""

from pathlib import Path
import ast
import collective.hoard
import pytest


ROOT = Path(collective.hoard.__file__).parent
OURS = "collective.hoard"
EVERYWHERE = {"", "interfaces", "exceptions", "annotations", "public_addresses"}

# package -> packages of ours that it may import ("x.interfaces": only that).
MAY_IMPORT = {
    "interfaces": set(),
    "exceptions": set(),
    "annotations": set(),
    "public_addresses": set(),
    "hiddenprofiles": set(),
    "storage": set(),
    "ledger": set(),
    "outbox": set(),
    "connections": set(),
    # Results are shown and exported as the form's own pages do it.
    "search": {"connections", "outbox", "ledger", "forms", "controlpanel.interfaces"},
    # Rules are about fields, and their pages are drawn as the field editor's are.
    "delivery": {"connections", "outbox", "ledger", "forms"},
    "scanning": {"connections", "outbox", "ledger", "forms.interfaces"},
    "links": {"connections", "ledger", "forms"},
    "forms": {"storage", "ledger", "outbox.interfaces"},
    "migration": set(),
    "monitoring": set(),
    "watch": None,
    "controlpanel": None,
    "services": None,
    "setuphandlers": None,
    "upgrades": None,
    "testing": None,
    "demo": None,
}
# What a package must do without, whoever owns it.
FORBIDDEN = {
    "ledger": ("plone", "Products", "z3c", "AccessControl", "OFS", "Acquisition"),
    "migration": ("plone", "Products", "z3c", "AccessControl", "OFS", "zope.component"),
    "outbox": ("plone", "Products", "z3c", "OFS"),
    "connections": ("plone", "Products", "z3c", "OFS"),
    "monitoring": ("plone", "Products", "z3c", "AccessControl", "OFS", "ZODB"),
}


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield path, tuple(p for p in parts if p != "__init__")


def imported(path, parts):
    """Dotted names that the module imports, relative ones resolved."""
    package = (*OURS.split("."), *parts)
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *filter(None, [node.module])))
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def allowed(own, name):
    target = name.removeprefix(OURS).lstrip(".")
    top = target.split(".")[0]
    may = MAY_IMPORT[own]
    if may is None or top in {own, "_"} | EVERYWHERE or top in may:
        return True
    return any(target.startswith(m) for m in may if "." in m)


@pytest.mark.parametrize(
    "path,parts",
    list(modules()),
    ids=lambda v: "/".join(v) if isinstance(v, tuple) else "",
)
def test_imports_flow_one_way(path, parts):
    if not parts:
        return
    own = parts[0]
    assert own in MAY_IMPORT, f"say in MAY_IMPORT what {own} may import"
    for name in imported(path, parts):
        if name == OURS or name.startswith(f"{OURS}."):
            assert allowed(own, name), f"{own} must not import {name}"
        for prefix in FORBIDDEN.get(own, ()):
            assert name != prefix and not name.startswith(f"{prefix}."), name
