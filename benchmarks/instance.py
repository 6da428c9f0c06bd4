"""A Zope instance in a folder of its own, run by a child process.

The same for us and for the peer: only Python, product and pages differ.
"""

from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
import base64
import json
import subprocess


WORKER = Path(__file__).with_name("worker.py")
ADMIN = "admin"
PASSWORD = "only for this benchmark"
LOG_IN = "Basic " + base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
FORM = "application/x-www-form-urlencoded"

# The cache holds as many objects as plone.recipe.zope2instance makes it hold.
ZOPE_CONF = """\
instancehome {folder}
debug-mode off
<zodb_db main>
  mount-point /
  cache-size 30000
{storage}
</zodb_db>
"""
FILE = """\
  <blobstorage>
    blob-dir {folder}/blobs
    <filestorage>
      path {folder}/Data.fs
    </filestorage>
  </blobstorage>"""
ZEO = """\
  <zeoclient>
    server {address}
    blob-dir {folder}/blobs
    shared-blob-dir on
  </zeoclient>"""
SITE_ZCML = """\
<configure xmlns="http://namespaces.zope.org/zope"
           xmlns:five="http://namespaces.zope.org/five">
  <include package="Zope2.App" />
  <five:loadProducts file="meta.zcml" />
  <five:loadProducts />
  <five:loadProductsOverrides />
</configure>
"""


class WorkerFailed(Exception):
    """A job ended with an error; the text has the traceback or names the log."""


@contextmanager
def running(folder, python, product):
    """An `Instance` with a fresh process; the folder is made if need be."""
    instance = Instance(Path(folder), python, product)
    try:
        yield instance
    finally:
        instance.stop()


class Instance:
    """Jobs of `worker.Jobs` as `ask`, pages as `get` and `post`.

    :param zeo: ``HOST:PORT`` of the ZEO server that has the data, if one has.
    """

    def __init__(self, folder, python, product, zeo=None):
        self.folder = folder
        make_files(folder, zeo)
        with (folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [python, str(WORKER), str(folder), product],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C reaches us; we end it.
            )
        self.port = self._answer()["port"]

    def ask(self, job, *arguments):
        """Do a job, return its answer. :raises WorkerFailed:"""
        print(json.dumps([job, *arguments]), file=self._process.stdin, flush=True)
        return self._answer()["answer"]

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise WorkerFailed(f"the process ended; see {self.folder / 'log.txt'}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(answer["error"])
        return answer

    def get(self, path, as_admin=False):
        """See `fetch`."""
        return self.fetch("GET", path, as_admin=as_admin)

    def post(self, path, body, as_admin=False):
        """See `fetch`; *body* is url-encoded."""
        return self.fetch("POST", path, body, as_admin)

    def fetch(self, method, path, body=None, as_admin=False, more=None):
        """A `Reply`, by a connection of its own; *more* are headers."""
        headers = {"Authorization": LOG_IN} if as_admin else {}
        if body is not None:
            headers["Content-Type"] = FORM
        headers |= more or {}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=1800)
        try:
            started = perf_counter()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            seconds = perf_counter() - started
        finally:
            connection.close()
        return Reply(response.status, content, seconds)

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Reply:
    """``status``, ``content`` (bytes) and the ``seconds`` until its last byte."""

    def __init__(self, status, content, seconds):
        self.status = status
        self.content = content
        self.seconds = seconds


def make_files(folder, zeo=None):
    """What Zope needs to start; existing data stay."""
    (folder / "etc").mkdir(parents=True, exist_ok=True)
    storage = (ZEO if zeo else FILE).format(folder=folder, address=zeo)
    conf = ZOPE_CONF.format(folder=folder, storage=storage)
    (folder / "zope.conf").write_text(conf)
    (folder / "etc" / "site.zcml").write_text(SITE_ZCML)
    if not (folder / "Data.fs").exists():
        (folder / "inituser").write_text(f"{ADMIN}:{PASSWORD}\n")
