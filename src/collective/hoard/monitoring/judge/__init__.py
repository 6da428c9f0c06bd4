"""Groups, dependencies, maintenance, rules, alarms: what changes mean."""

from .judge import Judge


#: Takes what changed, says what is news.
__all__ = ["Judge"]
