"""Rules, alarms, contacts and policies, written down as TOML."""

from ...monitoring.interfaces import MonitoringError
from ...monitoring.judge.explain import explained
from ...monitoring.judge.loading import load
from ...monitoring.telling import entries
from ..engines import writing
from ..interfaces import Refused
from ..reading import seen
from ..times import now as clock
from collective.hoard import _
from contextlib import contextmanager


EMPTY = _("Write down at least one rule, alarm, contact or policy.")
CHANGED = _(
    "Somebody has changed this meanwhile. Open it in another tab to see how it is now; "
    "saving again replaces that."
)
#: More than anybody types; a file of that size is for the command line.
LARGEST = 500_000
TOO_LARGE = _("This is too much for a page. Use “hoard-poller rules add”.")
UNKNOWN_KIND = _("Nothing of that kind can be removed here.")


class _Back(Exception):
    """Ends a transaction that was only tried."""


def save(text, opened=None):
    """Take over what *text* says, all of it or nothing; ``{kind: how many}``.

    With *opened*, ``(kind, name, mark)`` of `reading.seen`, only while that entry,
    or without a name all of them, are as they were when the mark was made.

    :raises Refused: Something cannot be; the message says what.
    """
    document = read(text)
    with writing() as (_store, connection), refusing():
        if opened and opened[2] != seen.of_entries(connection, *opened[:2]):
            raise Refused([("text", CHANGED)])
        return entries.write(connection, document, clock())


def preview(text):
    """Lines of text: how each rule in *text* would be just now. Nothing is kept.

    :raises Refused: See `save`.
    """
    document = read(text)
    try:
        with writing() as (_store, connection), refusing():
            entries.write(connection, document, clock())
            lines = list(evaluated(connection, document))
            raise _Back
    except _Back:
        return lines


def evaluated(connection, document):
    picture, complaints = load(connection, clock())
    for entry in document.get("rule", ()):
        if entry.get("enabled", True):
            yield from explained(picture, entry["name"])
    yield from complaints


def remove(kind, name):
    """:raises Refused: There is none, or something else needs it."""
    if kind not in entries.REMOVABLE:
        raise Refused([("", UNKNOWN_KIND)])
    with writing() as (_store, connection), refusing():
        entries.remove(connection, kind, name, clock())


def read(text):
    if not text.strip():
        raise Refused([("text", EMPTY)])
    if len(text) > LARGEST:
        raise Refused([("text", TOO_LARGE)])
    with refusing():
        document = entries.read_toml(text)
    if not document:
        raise Refused([("text", EMPTY)])
    return document


@contextmanager
def refusing():
    """What is wrong with what people wrote is for them."""
    try:
        yield
    except MonitoringError as error:
        raise Refused([("text", str(error))]) from error
