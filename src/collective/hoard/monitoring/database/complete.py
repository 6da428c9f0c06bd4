"""`metadata` with the tables of every part, whichever are installed."""

from .tables import metadata
from importlib import import_module
from importlib.util import find_spec


__all__ = ["metadata"]

for _name in ("tables_judge", "tables_poller"):
    if find_spec(f"{__package__}.{_name}"):
        import_module(f"{__package__}.{_name}")
