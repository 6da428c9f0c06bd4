"""What the poller's HTTP server has for satellites: their lists, and how they are."""

from ..foreign import document_of
from .answers import COMMON
from .answers import refusal
from .answers import reply
from .incoming import beat_of
from .incoming import problems_of
from aiohttp import web
from dataclasses import asdict
import asyncio


#: Bytes of a heartbeat, and of what does not run: a sentence for each check.
MOST_BEAT, MOST_PROBLEMS = 10_000, 20_000_000


class ForSatellites:
    """*server*: it knows who asks, and reads what they send."""

    def __init__(self, server):
        self._server, self.service = server, server.service

    def add_routes(self, app) -> None:
        app.router.add_get("/checks", self.checks)
        app.router.add_post("/beat", self.beat)
        app.router.add_post("/problems", self.problems)

    async def checks(self, request):
        """The checks of a satellite; 304 where it has the newest list already."""
        who = await self._satellite(request, "Only a satellite reads its checks here.")
        generation = await self.service.keeper.generation()
        if request.query.get("generation") == str(generation):
            return web.Response(status=304, headers=COMMON)
        listing = await asyncio.to_thread(self.service.keeper.listing_for, who.name)
        names = {entry.id: name for name, entry in listing.names.items()}
        rows = [{**asdict(spec), "id": names[spec.id]} for spec in listing.checks]
        return reply(
            {"generation": listing.generation, "source": who.name, "checks": rows}
        )

    async def beat(self, request):
        """A satellite says how it is."""
        who = await self._satellite(request, "Only a satellite has a heart to beat.")
        values = await self._said(request, MOST_BEAT, beat_of, "heartbeat")
        await self.service.keeper.beat_of(who.name, values)
        return reply({})

    async def problems(self, request):
        """A satellite says why some of its checks do not run; all of them."""
        who = await self._satellite(request, "Only a satellite says what it runs not.")
        said = await self._said(request, MOST_PROBLEMS, problems_of, "list of problems")
        names = self.service.engine.listing.names
        found = {
            names[name].id: text
            for name, text in said.items()
            if name in names and who.name in names[name].where
        }
        await self.service.keeper.say_problems(found, who.id)
        return reply({})

    async def _satellite(self, request, words):
        who = await self._server.asking(request)
        if who.kind != "satellite":
            raise refusal(web.HTTPForbidden, words)
        return who

    async def _said(self, request, most, read, what):
        body = await self._server.body(request, most)
        try:
            return read(document_of(body))
        except (ValueError, TypeError, AttributeError) as error:
            raise refusal(web.HTTPBadRequest, f"This is no {what}: {error}.") from error
