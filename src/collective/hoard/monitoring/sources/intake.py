"""Messages of brokers become results; one is done with when it is stored."""

from ..foreign import document_of
from ..interfaces import DatabaseUnusable
from ..poller.incoming import parsed
from ..poller.incoming import ResultRefused
from ..poller.incoming import take_in
from ..poller.tokens import Bearer
from ..poller.tokens import may
import asyncio
import logging


logger = logging.getLogger(__name__)

#: Seconds until the next try while the database cannot be written.
AGAIN = 5.0


class Intake:
    """Stores what the source *name* says; `take` ends when it is stored."""

    def __init__(self, service, name: str):
        self._service, self._name = service, name
        self._who = Bearer(0, name, "push", True, False, None)

    async def open(self) -> None:
        """Make the source if it is not there."""
        keeper = self._service.keeper
        await keeper.call(keeper.store.ensure_source, self._name, "push")

    async def take(self, rows) -> int:
        """Store *rows*; how many were refused, which is logged, each with why."""
        while True:
            intake = take_in(
                rows,
                self._service.engine.listing,
                self._name,
                self._service.clock(),
                lambda entry: may(self._who, entry),
            )
            try:
                if intake.samples:
                    recorded = await self._service.writer.put_and_wait(intake.samples)
                    mine = set(map(id, intake.samples))
                    intake.refused += [
                        (0, sample.check, why)
                        for sample, why in recorded.refused
                        if id(sample) in mine
                    ]
                break
            except DatabaseUnusable:
                # The broker keeps the message until we say that it is stored.
                await asyncio.sleep(AGAIN)
        for _, check, why in intake.refused:
            logger.warning("Source %s, check %s: %s", self._name, check, why)
        return len(intake.refused)


def rows_of(payload: bytes, check: str = "", value="value", unit="") -> list:
    """The results of a message; with *check* it may be a bare number.

    :raises ResultRefused: Nothing can be made of it.
    """
    if not check:
        return parsed(payload)
    try:
        document = document_of(payload)
    except ValueError as error:
        raise ResultRefused(f"This is neither a number nor JSON: {error}.") from error
    if isinstance(document, dict):
        if not {"status", "values"} & set(document):
            document = _numbers(document)
        return [{"check": check, **document}]
    if isinstance(document, int | float) and not isinstance(document, bool):
        return [{"check": check, "values": {value: [document, unit]}}]
    raise ResultRefused("This is neither a number nor an object.")


def _numbers(document):
    """An object of a sensor: its numbers are values, also those further in."""
    found = {}
    # A stack of our own: the sender decides how deep it is.
    left = [(key, part) for key, part in document.items() if key != "time"]
    while left:
        path, part = left.pop()
        if isinstance(part, dict):
            left += [(f"{path}.{key}", inner) for key, inner in part.items()]
        elif isinstance(part, int | float) and not isinstance(part, bool):
            found[path] = part
    time = document.get("time")
    return {"values": found} | ({} if time is None else {"time": time})
