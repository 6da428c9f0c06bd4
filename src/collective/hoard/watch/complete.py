"""Can be imported only where all is installed that the pages need."""

from .engines import reading
from .reading.one import latencies
from .reading.rules import rules
from .writing.acts import acknowledge
from .writing.checks import add


__all__ = ["acknowledge", "add", "latencies", "reading", "rules"]
