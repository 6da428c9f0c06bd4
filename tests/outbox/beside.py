"""Processes of `test_beside.py`; roles as in `process.py`.

    python beside.py make|submit FOLDER ...

``make URL`` puts two sites into the database that ``zope.conf`` in the folder
names, with a webhook to URL; ``submit PROCESS THREADS EACH`` opens the storage in
``storage.conf``, without Zope's servers and without a drainer, and commits marks
and messages for both sites. It prints how often it met a conflict.
"""

from outbox.instance import ADMIN
from outbox.instance import PASSWORD
from outbox.instance import SITE_ZCML
from pathlib import Path
from threading import Barrier
from threading import Thread
from zlib import crc32
import sys
import transaction


SITES = ("one", "two")
TARGET = {
    "id": "notes",
    "kind": "webhook",
    "title": "Notes",
    "enabled": True,
    "options": {"private": True, "insecure": True},
}


def make(folder, url):
    from AccessControl.SecurityManagement import newSecurityManager
    from Products.CMFPlone.factory import addPloneSite
    from Testing.makerequest import makerequest
    from zope.globalrequest import setRequest
    from Zope2.Startup.run import configure_wsgi
    import Zope2

    (folder / "etc").mkdir()
    (folder / "etc" / "site.zcml").write_text(SITE_ZCML)
    (folder / "inituser").write_text(f"{ADMIN}:{PASSWORD}\n")
    configure_wsgi(str(folder / "zope.conf"))
    root = makerequest(Zope2.app())
    setRequest(root.REQUEST)
    newSecurityManager(None, root.acl_users.getUser(ADMIN).__of__(root.acl_users))
    for id in SITES:
        configure(
            addPloneSite(root, id, distribution_name="classic", setup_content=False),
            url,
        )
        transaction.commit()


def configure(site, url):
    from collective.hoard.delivery import settings
    from collective.hoard.outbox import prepare
    from plone.base.utils import get_installer
    from zope.component.hooks import setSite

    setSite(site)
    get_installer(site).install_product("collective.hoard")
    options = {**TARGET["options"], "url": f"{url}/notes"}
    settings.write("targets", [{**TARGET, "options": options}])
    prepare(site, **{"search": "marks", "webhook:notes": "messages"})


def submit(folder, process, threads, each):
    from ZODB.config import databaseFromFile
    from zope.annotation.attribute import AttributeAnnotations
    from zope.annotation.interfaces import IAttributeAnnotatable
    from zope.component import provideAdapter
    from zope.interface import classImplements

    provideAdapter(AttributeAnnotations)
    with open(folder / "storage.conf") as file:
        db = databaseFromFile(file)
    with db.transaction() as connection:
        sites = connection.root()["Application"]
        classImplements(type(getattr(sites, SITES[0])), IAttributeAnnotatable)
    met, barrier = [], Barrier(int(threads))
    running = [
        Thread(target=write, args=(db, barrier, f"{process}.{n}", int(each), met))
        for n in range(int(threads))
    ]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    db.close()
    print(len(met))


def write(db, barrier, name, each, met):
    """Commits of one thread: a message and a mark in each."""
    from transaction import TransactionManager
    from ZODB.POSException import ConflictError

    manager = TransactionManager()
    connection = db.open(manager)
    barrier.wait()
    for number in range(each):
        while True:
            manager.begin()
            try:
                put(connection, SITES[number % 2], f"{name}.{number}")
                manager.commit()
                break
            except ConflictError as error:
                met.append(str(error))
                manager.abort()
    connection.close()


def put(connection, site, text):
    from collective.hoard.outbox import mark
    from collective.hoard.outbox import send

    root = getattr(connection.root()["Application"], site)
    send(root, "webhook:notes", {"body": f"{site} {text}", "submission": None})
    mark(root, "search", "a-form-that-is-gone", crc32(text.encode()))


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
