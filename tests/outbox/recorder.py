"""A service that remembers what it is told, and targets that tell it by HTTP."""

from collective.hoard.outbox.interfaces import IMarkTarget
from collective.hoard.outbox.interfaces import IMessageTarget
from collective.hoard.outbox.interfaces import Refused
from collective.hoard.outbox.interfaces import TargetDown
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from threading import Event
from threading import Lock
from threading import Thread
from urllib.error import HTTPError
from urllib.error import URLError
from urllib.request import Request
from urllib.request import urlopen
from zope.interface import implementer
import json


class Recorder:
    """``rows`` by key, ``messages`` as ``(id, body)``. Answers 503 while ``down``,
    400 to messages in ``poison``, and nothing while ``hanging``."""

    def __init__(self):
        self.rows, self.messages, self.requests = {}, [], 0
        self.down, self.poison = False, set()
        self.hanging, self.go_on = False, Event()
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(recorder):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                status = recorder.take(self.path, json.loads(self.rfile.read(length)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        return Handler

    def take(self, path, data):
        with self._lock:
            self.requests += 1
        if self.hanging:
            self.go_on.wait(60)
        with self._lock:
            if self.down:
                return 503
            if path == "/rows":
                self.rows.update(data)
            elif data["body"] in self.poison:
                return 400
            else:
                self.messages.append((data["id"], data["body"]))
        return 200


def post(url, data, timeout=60):
    request = Request(url, json.dumps(data).encode(), method="POST")
    try:
        urlopen(request, timeout=timeout).close()
    except HTTPError as error:
        problem = Refused if error.code == 400 else TargetDown
        raise problem(f"the service answered {error.code}") from error
    except (URLError, OSError) as error:
        raise TargetDown(f"the service does not answer: {error}") from error


@implementer(IMarkTarget)
class Rows:
    """Tells the service what the rows are by now, None for those that are gone."""

    in_database = False

    def __init__(self, url, after=lambda: None):
        self.url, self.after = url, after

    def update(self, root, marks):
        rows = {str(mark.key): root["rows"].get(mark.key) for mark in marks}
        post(f"{self.url}/rows", rows)
        self.after()


@implementer(IMessageTarget)
class Notes:
    """Tells the service each message."""

    def __init__(self, url, after=lambda: None):
        self.url, self.after = url, after

    def deliver(self, root, message):
        post(f"{self.url}/notes", {"id": message.id, "body": message.body})
        self.after()
