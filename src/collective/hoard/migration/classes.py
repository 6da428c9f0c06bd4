"""Does a class exist here? Answered from source files, nothing is imported."""

from .tree_states import tree_class
from functools import cache
from importlib.machinery import PathFinder
import ast
import sys


# Anything may be in a compiled module, and in what is built when imported.
ANYTHING = None


def exists(module, name):
    """Is there a module of that name that seems to define *name*?"""
    if tree_class(f"{module}.{name}") is not None:
        return True  # made when the module is imported, so not in its source
    names = _names(module)
    return names is ANYTHING or name.partition(".")[0] in names


@cache
def _names(module):
    """The names at the top of a module; empty if it is not there."""
    if module in sys.builtin_module_names:
        return ANYTHING
    spec = _spec(module)
    if spec is None:
        return frozenset()
    if spec.origin is None or not spec.origin.endswith(".py"):
        return ANYTHING
    try:
        with open(spec.origin, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return ANYTHING
    return _defined(tree)


def _spec(module):
    path = None
    spec = None
    parts = module.split(".")
    for number in range(1, len(parts) + 1):
        try:
            # By its last name alone: a namespace in a namespace would want its
            # parent imported.
            spec = PathFinder.find_spec(parts[number - 1], path)
        except (ImportError, ValueError):
            return None
        if spec is None or number < len(parts) and not spec.submodule_search_locations:
            return None
        path = spec.submodule_search_locations
    return spec


def _defined(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*":
                    return ANYTHING
                names.add(alias.asname or alias.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)  # zope.deferredimport and its like
    return frozenset(names)
