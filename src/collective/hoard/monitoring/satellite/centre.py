"""The centre as a satellite sees it: its list comes from there, results go there."""

from ..checks.authorities import tls_context
from ..checks.authorities import why_not_trusted
from ..checks.interfaces import CheckSpec
from ..interfaces import DatabaseUnusable
from ..interfaces import Recorded
from ..poller.interfaces import Listing
from .spool import Spool
from time import monotonic
from urllib.parse import urlsplit
import aiohttp
import asyncio
import json
import logging


logger = logging.getLogger(__name__)

#: Results of one request and bytes of them; the centre takes twice as much.
AT_ONCE, BYTES = 500, 500_000
TIMEOUT = 20.0
#: Seconds for which a centre that is away is not tried, at first and at most.
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
LIST = "list"


class CentreAway(Exception):
    """The centre cannot be reached, or does not let us in."""


class CentreRefuses(CentreAway):
    """It is there, and will not take this, however often it is sent."""


#: Answers by which a centre refuses a whole batch for good.
TOO_BAD = (400, 413, 500)
MAKE_ONE = "'hoard-poller source NAME --kind satellite' at the centre makes one"
#: What helps against an answer.
ADVICE = {
    401: f"satellite.token is no token of this centre; {MAKE_ONE}",
    403: f"satellite.token is not the token of a satellite; {MAKE_ONE}",
}


class Centre:
    """See `interfaces.Sink` and `Lister`; ``async with`` it.

    Live results go first: they say how things are. What could not be sent
    waits in the spool and is replayed oldest first, at a pace that the centre
    can take; there it heals the gap (R6).
    """

    def __init__(self, settings, token: str, spool: Spool):
        self._settings, self._token, self._spool = settings, token, spool
        self._listing = Listing(-1, ())
        self._away_until, self._wait = 0.0, 0.0
        self.refused = 0
        self.trouble = ""
        #: Nothing yet: what an earlier process said may hold no longer.
        self._said = None

    async def __aenter__(self):
        context = None
        if urlsplit(self._settings.centre).scheme == "https":
            context = tls_context(
                not self._settings.insecure, self._settings.ca_file or None
            )
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers={"Authorization": f"Bearer {self._token}"},
            connector=aiohttp.TCPConnector(ssl=context if context else True, limit=4),
        )
        return self

    async def __aexit__(self, *_):
        await self._session.close()

    # --- The list -------------------------------------------------------

    async def generation(self) -> int:
        """Of the newest list; a centre that is away has the one we know."""
        try:
            await self._fetch()
        except CentreAway:
            if self._listing.generation < 0:
                self._recall()
        return self._listing.generation

    async def listing(self) -> Listing:
        return self._listing

    async def _fetch(self):
        known = self._listing.generation
        answer = await self._ask("GET", f"/checks?generation={known}")
        if answer is None:
            return
        try:
            self._listing = listing_of(answer)
        except (KeyError, TypeError, AttributeError) as error:
            self._gone(CentreAway("what answers is no list of checks of a poller"))
            raise CentreAway(self.trouble) from error
        else:
            await asyncio.to_thread(self._spool.remember, LIST, answer)

    def _recall(self):
        answer = self._spool.remembered(LIST)
        if answer is None:
            raise DatabaseUnusable(
                f"There is no list yet, and the centre gives none: {self.trouble}."
            )
        logger.warning("The centre is away: checking by the last list we know")
        self._listing = listing_of({**answer, "generation": 0})

    @property
    def rate(self) -> float:
        """Results a second that our checks make."""
        return sum(1 / spec.interval for spec in self._listing.checks)

    # --- Results --------------------------------------------------------

    async def keep(self, entries) -> Recorded:
        """Send, or keep in the spool; either way they are safe."""
        rows = [row_of(entry.sample) for entry in entries]
        for batch in batches(rows):
            try:
                await self._send(batch)
            except CentreAway:
                await asyncio.to_thread(self._spool.add, batch)
        return Recorded(stored=len(rows))

    async def replay(self, seconds: float) -> int:
        """Send what waits, as much as is right for *seconds*; how much that was."""
        if not len(self._spool) or self.away:
            return 0
        most = max(int(self.rate * self._settings.replay * seconds), 10)
        found = await asyncio.to_thread(self._spool.oldest, most)
        keys, sent = [key for key, _ in found], 0
        for batch in batches([row for _, row in found]):
            try:
                await self._send(batch)
            except CentreAway:
                break
            arrived = keys[sent : sent + len(batch)]
            await asyncio.to_thread(self._spool.remove, arrived)
            sent += len(batch)
        return sent

    async def beat(self, **values) -> None:
        """Tell the centre how we are."""
        try:
            await self._ask("POST", "/beat", values)
        except CentreAway:
            return

    async def say_problems(self, found: dict) -> None:
        """Tell the centre why checks do not run, when that has changed."""
        if found == self._said:
            return
        try:
            await self._ask("POST", "/problems", {"problems": found}, optional=True)
        except CentreAway:
            return
        self._said = found

    async def _send(self, rows):
        try:
            answer = await self._ask("POST", "/results", {"results": rows})
        except CentreRefuses as error:
            # Too much at once, or one of them is bad: which? Kept, it would hold
            # up all that come after it, for ever.
            if len(rows) > 1:
                middle = len(rows) // 2
                await self._send(rows[:middle])
                await self._send(rows[middle:])
            else:
                self._left_out(rows[0]["check"], str(error))
            return
        for refused in answer.get("refused", ()):
            self._left_out(refused["check"], refused["why"])

    def _left_out(self, check, why):
        self.refused += 1
        logger.warning("The centre refuses %s: %s", check, why)

    # --- The connection -------------------------------------------------

    @property
    def away(self) -> bool:
        return monotonic() < self._away_until

    async def _ask(self, method, path, document=None, optional=False):
        """The answer, None for "nothing new".

        *optional*: an older centre may not know it.

        :raises CentreAway: There is none.
        """
        if self.away:
            raise CentreAway(self.trouble)
        url = self._settings.centre.rstrip("/") + path
        try:
            async with self._session.request(method, url, json=document) as response:
                if response.status == 304 or (optional and response.status == 404):
                    answer = None
                elif response.status in (200, 422):
                    answer = await response.json()
                    if not isinstance(answer, dict):
                        raise CentreAway("what answers is no poller")
                else:
                    raise await refusal_of(response)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self._gone(error)
            raise CentreAway(self.trouble) from error
        except CentreRefuses:
            raise
        except CentreAway as error:
            self._gone(error)
            raise
        self._there()
        return answer

    def _gone(self, error):
        words = why_not_trusted(error) or str(error) or type(error).__name__
        # It stands within sentences.
        words = words.rstrip(". ")
        if not self.trouble:
            logger.error("The centre does not take us: %s. Results wait here.", words)
        self.trouble = words
        self._wait = min(max(FIRST_WAIT, self._wait * 2), LONGEST_WAIT)
        self._away_until = monotonic() + self._wait

    def _there(self):
        if self.trouble:
            logger.warning("The centre is back; %s results wait", len(self._spool))
        self.trouble, self._wait, self._away_until = "", 0.0, 0.0


async def refusal_of(response) -> CentreAway:
    """What the centre says for refusing us, and what can be done."""
    try:
        said = str((await response.json())["error"]).rstrip(". ")
    except (aiohttp.ClientError, ValueError, TypeError, KeyError):
        return CentreAway(f"{response.status} {response.reason}")
    if response.status in TOO_BAD:
        return CentreRefuses(said)
    advice = ADVICE.get(response.status)
    words = f"{response.status}: {said}"
    return CentreAway(f"{words}: {advice}" if advice else words)


def batches(rows):
    """Lists of *rows* that the centre takes, in their order."""
    batch, size = [], 0
    for row in rows:
        length = len(json.dumps(row))
        if batch and (len(batch) == AT_ONCE or size + length > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def row_of(sample) -> dict:
    """A sample as it is sent; its check is a name here."""
    return {
        "check": sample.check,
        "time": sample.time,
        "status": sample.status,
        "code": sample.code,
        "ms": sample.ms,
        "text": sample.text,
        "reason": sample.reason,
        "values": {path: list(pair) for path, pair in (sample.values or {}).items()},
    }


def listing_of(answer) -> Listing:
    checks = tuple(CheckSpec(**row) for row in answer["checks"])
    return Listing(answer["generation"], checks)
