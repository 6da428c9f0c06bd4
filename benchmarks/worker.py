"""One Zope with one Plone site, in a process of its own: `instance.py` starts it.

It serves the site as production does, by waitress with four threads, and obeys
jobs on standard input, a line of JSON each: ``[name, argument, ...]``.
It imports nothing of ours, so that it runs where only the peer is installed;
what it measures is the module that its second argument names.
"""

from AccessControl.SecurityManagement import newSecurityManager
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from instance import ADMIN
from pathlib import Path
from plone import api
from Products.CMFPlone.factory import addPloneSite
from Testing.makerequest import makerequest
from threading import local
from threading import Thread
from time import monotonic
from time import perf_counter
from time import sleep
from time import thread_time
from waitress import create_server
from ZODB.Connection import Connection
from zope.component.hooks import setSite
from zope.globalrequest import clearRequest
from zope.globalrequest import setRequest
from Zope2.Startup.run import make_wsgi_app
from ZPublisher.httpexceptions import HTTPExceptionHandler
import faults_inside
import json
import os
import sys
import traceback
import transaction
import Zope2


SITE = "Plone"
THREADS = 4
#: Submissions in one commit while filling; the cost of one is measured by HTTP.
BATCH = 1000


def main(folder, module):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What anybody prints goes to the log.
    zope = make_wsgi_app({}, str(Path(folder, "zope.conf")))
    app = Timed(HTTPExceptionHandler(zope))
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    Thread(target=server.run, daemon=True).start()
    jobs = Jobs(Path(folder), import_module(module), app)
    answer = {"port": server.effective_port}
    while answer is not None:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        answer = obey(jobs, *json.loads(line)) if line else None
    server.close()
    Zope2.DB.close()
    os._exit(0)  # Threads of the server may still wait for a request.


def obey(jobs, name, *arguments):
    try:
        return {"answer": getattr(jobs, name)(*arguments)}
    except Exception:
        # Anything may go wrong in there; the other process shows it and ends.
        return {"error": traceback.format_exc()}


class Timed:
    """An application that keeps the processor time of each request."""

    def __init__(self, app):
        self._app = app
        self._thread = local()
        self.seconds = []

    def __call__(self, environ, start_response):
        started = thread_time()
        self._thread.serves = True
        try:
            return self._app(environ, start_response)
        finally:
            self._thread.serves = False
            self.seconds.append(thread_time() - started)

    def serves(self):
        """Whether the calling thread answers a request just now."""
        return getattr(self._thread, "serves", False)


class Jobs:
    """What can be asked for. *product* is the module of the product measured."""

    def __init__(self, folder, product, app):
        self._data = folder / "Data.fs"
        self._product = product
        self._app = app
        self._registered = None

    def make_site(self):
        with admin() as root:
            addPloneSite(
                root,
                SITE,
                title="Benchmark",
                distribution_name="classic",
                setup_content=False,
            )
            setSite(root[SITE])
            workflows = api.portal.get_tool("portal_workflow")
            workflows.setDefaultChain("simple_publication_workflow")
            setup = api.portal.get_tool("portal_setup")
            if self._product.PROFILE:
                setup.runAllImportStepsFromProfile(self._product.PROFILE)
            self._product.prepare(root[SITE])

    def make_form(self, id):
        with admin() as root:
            form = self._product.make_form(root[SITE], id)
            api.content.transition(form, "publish")

    def connect(self, id):
        """Let the submissions of a form go to four targets, for products that can."""
        with admin() as root:
            return self._product.connect(root[SITE][id])

    def make_page(self, id):
        """A page that has a form, for products that can."""
        with admin() as root:
            self._product.make_page(root[SITE], id)

    def fill(self, id, count):
        """Store *count* submissions, the newest some seconds old."""
        with admin() as root:
            form = root[SITE][id]
            for number, _ in enumerate(self._product.fill(form, count), 1):
                if number % BATCH == 0:
                    transaction.commit()
                    form._p_jar.cacheGC()

    def count(self, id):
        with admin() as root:
            return self._product.count(root[SITE][id])

    def tokens(self, id, count):
        """What *count* visitors got with the page of the form, ten seconds ago."""
        with admin() as root:
            return self._product.tokens(root[SITE][id], count)

    def do(self, name, *arguments):
        """Whatever else the product's module can do with the site."""
        with admin() as root:
            return getattr(self._product, name)(root[SITE], *arguments)

    def fault(self, name, place, *arguments):
        """One of `faults_inside`, while *place* is written to."""
        with admin() as root:
            add = partial(self._product.add, root[SITE], place)
            return getattr(faults_inside, name)(add, *arguments)

    def save_version(self, id):
        """Seconds and bytes that one more version of the content costs."""
        before = self.size()
        with admin() as root:
            content = root[SITE][id]
            started = perf_counter()
            api.portal.get_tool("portal_repository").save(content)
            transaction.commit()
            seconds = perf_counter() - started
        return {"seconds": seconds, "bytes": self.size() - before}

    def cool(self):
        """Forget all objects that ZODB has cached, as after a start."""
        Zope2.DB.cacheMinimize()

    def processor_times(self):
        """Seconds of processor time of each request since the last call."""
        found = list(self._app.seconds)
        self._app.seconds.clear()
        return found

    def settle(self, seconds=20):
        """Wait until nothing is pending, for products that send. :return: whether
        it is so."""
        ends = monotonic() + seconds
        while (left := self._product.pending()) and monotonic() < ends:
            sleep(0.05)
        return not left

    def size(self):
        """Bytes of the Data.fs."""
        return self._data.stat().st_size

    def forget_peak(self):
        """Let `peak` count from the memory held now. :return: that, in MB."""
        Path("/proc/self/clear_refs").write_text("5")
        return self.peak()

    def peak(self):
        """MB that the process held at once since `forget_peak`."""
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def watch(self):
        """Take note of each object that a request registers with a transaction.

        Workers in the background write whenever their time has come, metering
        20 seconds after the start for the first time.
        """
        self._registered = registered = []
        register = Connection.register

        def noted(connection, obj):
            if self._app.serves():
                registered.append(type(obj).__name__)
            register(connection, obj)

        Connection.register = noted

    def registered(self):
        """Class names of what requests registered since `watch` or the last call."""
        names = list(self._registered)
        self._registered.clear()
        return names


@contextmanager
def admin():
    """The root of the database for the administrator; commits at the end."""
    transaction.begin()
    root = makerequest(Zope2.app())
    try:
        setRequest(root.REQUEST)
        user = root.acl_users.getUser(ADMIN).__of__(root.acl_users)
        newSecurityManager(None, user)
        setSite(root[SITE] if SITE in root.objectIds() else None)
        yield root
        transaction.commit()
    finally:
        transaction.abort()
        setSite(None)
        clearRequest()
        root._p_jar.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
