"""What the poller's HTTP server shows to machines: ``/metrics`` and ``/lamp.json``."""

from ..history.reading import reading
from ..interfaces import WrongUse
from ..poller.answers import refusal
from ..poller.configuration import secret
from .facts import read_facts
from .lamp import lamp
from .openmetrics import CONTENT_TYPE
from .openmetrics import openmetrics
from aiohttp import web
import asyncio
import hmac
import ipaddress


MOST_LEDS = 1000


def add_routes(app, service):
    """Add them to the application of `poller.server`."""
    outputs = Outputs(service)
    app.router.add_get("/metrics", outputs.metrics)
    app.router.add_get("/lamp.json", outputs.lamp)


class Outputs:
    """Names of checks are nobody else's business: with ``http.metrics_secret``
    clients show it as a bearer token; without, only this machine may ask, and
    nobody through a proxy."""

    def __init__(self, service):
        self._service = service
        self._secret = secret(service.configuration.http.metrics_secret)

    async def metrics(self, request):
        facts = await self._facts(request)
        text = await asyncio.to_thread(lambda: "".join(openmetrics(facts)))
        return web.Response(
            body=text.encode("utf-8"), headers={"Content-Type": CONTENT_TYPE}
        )

    async def lamp(self, request):
        asked = request.query.get("leds", "0")
        leds = int(asked) if asked.isascii() and asked.isdigit() else 0
        text = lamp(await self._facts(request), min(leds, MOST_LEDS))
        return web.Response(text=text, content_type="application/json")

    async def _facts(self, request):
        self._check(request)
        try:
            return await asyncio.to_thread(self._read, request.query.get("group"))
        except WrongUse as error:
            raise refusal(web.HTTPNotFound, str(error)) from error

    def _check(self, request):
        given = request.headers.get("Authorization", "").encode()
        if self._secret:
            expected = f"Bearer {self._secret}".encode()
            allowed = hmac.compare_digest(given, expected)
        else:
            allowed = _is_local(request)
        if not allowed:
            raise web.HTTPUnauthorized(text="Show the token of http.metrics_secret.\n")

    def _read(self, group):
        with reading(self._service.keeper.reader) as connection:
            return read_facts(connection, self._service.clock(), group)


def _is_local(request):
    behind_proxy = any(
        name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via")
    )
    try:
        return not behind_proxy and ipaddress.ip_address(request.remote).is_loopback
    except ValueError:
        return False
