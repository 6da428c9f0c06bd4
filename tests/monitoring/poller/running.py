"""A whole poller in a thread, on a database of its own."""

from collective.hoard.monitoring.database.engine import open_engine
from collective.hoard.monitoring.database.schema import ensure_schema
from collective.hoard.monitoring.history.store import Store
from collective.hoard.monitoring.poller.configuration import build
from collective.hoard.monitoring.poller.service import Service
from collective.hoard.monitoring.poller.tokens import make_source
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import Request
from urllib.request import urlopen
import asyncio
import json
import threading
import time


# Seconds until a test gives up; a laden machine needs more than an idle one.
PATIENCE = 60


class Site:
    """The database of a poller and what one does to it from outside."""

    def __init__(self, url):
        self.url = str(url)
        self.engine = open_engine(self.url)
        ensure_schema(self.engine)
        self.store = Store(self.engine)

    def add(self, name, kind="passive", **columns):
        """A check; columns as `Store.ensure_check` has them."""
        return self.store.ensure_check(name, kind=kind, **columns)

    def token(self, name, **options):
        return make_source(self.url, name, options.pop("kind", "push"), **options).token

    def ask(self, query):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def wait_for(self, query, seconds=PATIENCE):
        """The rows of *query* as soon as there are some."""
        return wait_for(lambda: self.ask(query), seconds)


def wait_for(work, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not (found := work()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


class Running:
    """``with Running(site, http=...):`` the service runs in a thread."""

    def __init__(self, site, service=Service, **sections):
        problems = []
        sections.setdefault("database", {"url": site.url})
        sections.setdefault("http", {})
        sections["http"].setdefault("listen", "127.0.0.1:0")
        sections["http"].setdefault("events_secret", "a secret of this test")
        sections["poller"] = {"flush": 0.05, **sections.get("poller", {})}
        self.configuration = build(sections, problems)
        assert not problems, problems
        self.site, self._kind = site, service

    def __enter__(self):
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE), "the poller did not start"
        if self.service.server:
            self.url = f"http://127.0.0.1:{self.service.server.port}"
        return self

    def __exit__(self, *_):
        # It may have ended by itself.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.service.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the poller did not end"

    def _run(self, ready):
        async def work():
            self._loop = asyncio.get_running_loop()
            self.service = self._kind(self.configuration)
            running = asyncio.create_task(self.service.run())
            await self.service.ready.wait()
            ready.set()
            await running

        asyncio.run(work())

    def send(self, path, document, token=None, method="POST", raw=None):
        """(status, answer) of a request."""
        data = raw if raw is not None else json.dumps(document).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = Request(self.url + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=PATIENCE) as response:
                return response.status, json.loads(response.read() or b"null")
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
