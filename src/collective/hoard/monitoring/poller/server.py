"""The poller's HTTP server: results and lists come in, events go out."""

from ..foreign import document_of
from ..interfaces import WrongUse
from .answers import COMMON
from .answers import in_words
from .answers import protocol_logger
from .answers import refusal
from .answers import reply
from .answers import too_large
from .checklist import trust
from .configuration import secret
from .event_tokens import opened
from .event_tokens import TokenRefused
from .events import Hub
from .for_satellites import ForSatellites
from .incoming import parsed
from .incoming import ResultRefused
from .incoming import take_in
from .lists import ListRefused
from .lists import put_list
from .tasks import Tasks
from .tokens import bearer
from .tokens import may
from aiohttp import web
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
import asyncio
import logging
import ssl


logger = logging.getLogger(__name__)

#: Seconds in which a request must have come in.
PATIENCE = 30.0
#: Lists are longer than batches of results.
MOST_LIST_BYTES = 20_000_000


class Server:
    """``async with Server(service):`` it answers."""

    def __init__(self, service):
        self.service = service
        self.settings = service.configuration.http
        self._secret = secret(self.settings.events_secret)
        self.port = None

    async def __aenter__(self):
        keeper, engine = self.service.keeper, self.service.engine
        self.hub = Hub(keeper.reader, lambda: engine.listing.generation)
        keeper.seq_changed = self.hub.wake
        self._tasks = Tasks()
        self._tasks.keep_up("Handing on changes", self.hub.run)
        self._runner = web.AppRunner(
            self.application(), access_log=None, logger=protocol_logger()
        )
        await self._runner.setup()
        host, port = self.settings.address()
        site = web.TCPSite(self._runner, host, port, ssl_context=self._tls())
        try:
            await site.start()
        except (OSError, UnicodeError) as error:
            await self.__aexit__()
            raise WrongUse(
                f"http.listen: nothing can listen at {self.settings.listen}:"
                f" {getattr(error, 'strerror', None) or error}."
            ) from error
        self.port = site._server.sockets[0].getsockname()[1]
        logger.info("Listening at %s, port %s", host, self.port)
        return self

    async def __aexit__(self, *_):
        await self._tasks.cancel()
        self.hub.close()
        await self._runner.cleanup()

    def _tls(self):
        if not self.settings.tls_certificate:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.settings.tls_certificate, self.settings.tls_key)
        return context

    def application(self):
        app = web.Application(middlewares=[in_words], client_max_size=MOST_LIST_BYTES)
        app.router.add_post("/results", self.results)
        app.router.add_put("/checks", self.put_checks)
        app.router.add_get("/events", self.events)
        app.router.add_get("/health", self.health)
        ForSatellites(self).add_routes(app)
        name = f"{__package__.rpartition('.')[0]}.outs"
        if find_spec(name) and find_spec(f"{name}.http"):
            # Where others add what they show: metrics, badges.
            import_module(f"{name}.http").add_routes(app, self.service)
        return app

    # --- Who asks -------------------------------------------------------

    async def asking(self, request):
        """The `Bearer` of the token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and token:
            found = await asyncio.to_thread(self._look_up, token.strip())
        if found is None:
            raise refusal(
                web.HTTPUnauthorized, "This token is not known, or not any more."
            )
        return found

    def _look_up(self, token):
        with self.service.keeper.reader.begin() as connection:
            return bearer(connection, token)

    async def body(self, request, most):
        """Its bytes, at most so many."""
        if (request.content_length or 0) > most:
            raise too_large(most)
        data = bytearray()
        try:
            async with asyncio.timeout(PATIENCE):
                async for piece in request.content.iter_chunked(65_536):
                    data.extend(piece)
                    if len(data) > most:
                        raise too_large(most)
        except TimeoutError:
            raise refusal(
                web.HTTPRequestTimeout, "The request did not come in within 30 s."
            ) from None
        return bytes(data)

    # --- Results --------------------------------------------------------

    async def results(self, request):
        who = await self.asking(request)
        if not who.results:
            raise refusal(web.HTTPForbidden, f"{who.name} may not bring results.")
        try:
            rows = parsed(await self.body(request, self.settings.max_bytes))
        except ResultRefused as error:
            raise refusal(web.HTTPBadRequest, str(error)) from error
        if len(rows) > self.settings.max_results:
            raise refusal(
                web.HTTPBadRequest,
                f"At most {self.settings.max_results} results at once; send the rest"
                " in another request.",
            )
        return await self._store(rows, who)

    async def _store(self, rows, who):
        now = self.service.clock()
        listing = await self._listing_with(rows)
        intake = take_in(rows, listing, who.name, now, lambda entry: may(who, entry))
        if intake.samples:
            recorded = await self.service.writer.put_and_wait(intake.samples)
            await self.service.keeper.seen(who.id)
            places = {
                id(sample): place
                for sample, place in zip(intake.samples, intake.places, strict=True)
            }
            intake.refused += [
                (places[id(sample)], rows[places[id(sample)]]["check"], why)
                for sample, why in recorded.refused
                if id(sample) in places
            ]
        refused = [
            {"place": place, "check": check, "why": why}
            for place, check, why in sorted(intake.refused)
        ]
        stored = len(rows) - len(refused) - intake.silent
        answer = {"stored": stored, "silent": intake.silent, "refused": refused}
        status = 422 if refused and not stored and not intake.silent else 200
        return reply(answer, status)

    async def _listing_with(self, rows):
        """The list; read anew where it has changed and may lack checks of *rows*."""
        engine = self.service.engine
        said = [row.get("check") for row in rows if isinstance(row, dict)]
        names = {name for name in said if isinstance(name, str)}
        if names - engine.listing.names.keys():
            if await self.service.keeper.generation() != engine.listing.generation:
                await engine.read_list()
        return engine.listing

    # --- Lists ----------------------------------------------------------

    async def put_checks(self, request):
        who = await self.asking(request)
        if not who.lists:
            raise refusal(
                web.HTTPForbidden, f"{who.name} may not keep a list of checks."
            )
        data = await self.body(request, MOST_LIST_BYTES)
        try:
            document = document_of(data)
        except ValueError as error:
            raise refusal(web.HTTPBadRequest, f"This is not JSON: {error}.") from error
        rows = document.get("checks") if isinstance(document, dict) else document
        keeper, configuration = self.service.keeper, self.service.configuration
        trusted = trust(configuration.checks)
        try:
            result = await keeper.call(
                put_list,
                keeper.store,
                who,
                rows,
                self.service.clock(),
                configuration.surroundings(),
                request.query.get("force") == "1",
                trusted(who.owner_group, who.name),
            )
        except ListRefused as error:
            problems = error.problems
            return reply({"error": problems[0], "problems": problems[:1000]}, 422)
        return reply(asdict(result))

    # --- Events ---------------------------------------------------------

    async def events(self, request):
        try:
            groups = opened(self._secret, request.query.get("token", ""))
        except TokenRefused as error:
            raise refusal(web.HTTPForbidden, str(error)) from error
        if len(self.hub) >= self.settings.max_clients:
            raise refusal(
                web.HTTPServiceUnavailable, "Too many listeners; poll instead."
            )
        since = request.headers.get("Last-Event-ID") or request.query.get("since", "")
        known = since.isascii() and since.isdecimal() and len(since) < 18
        client = await self.hub.join(groups, int(since) if known else None)
        response = web.StreamResponse(headers={**COMMON, **self._cors(request)})
        response.content_type = "text/event-stream"
        response.headers["X-Accel-Buffering"] = "no"
        try:
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
            while (text := await client.next()) is not None:
                async with asyncio.timeout(PATIENCE):
                    await response.write(text)
        except (ConnectionError, TimeoutError):
            logger.debug("A listener went away")
        finally:
            self.hub.leave(client)
        return response

    def _cors(self, request):
        origin = request.headers.get("Origin")
        if origin and origin in self.settings.origins:
            return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return {}

    # --- Health ---------------------------------------------------------

    async def health(self, request):
        note = self.service.note()
        engine, writer = self.service.engine, self.service.writer
        answer = {
            "status": "warn" if note else "ok",
            "note": note,
            "checks": len(engine.listing.checks),
            "running": engine.running,
            "done": engine.done,
            "late": round(engine.late, 2),
            "waiting": writer.waiting,
            "lost": writer.lost,
            "listeners": len(self.hub),
        }
        return reply(answer, 503 if writer.trouble else 200)
