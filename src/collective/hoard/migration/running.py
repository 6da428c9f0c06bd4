"""The storage of a running Zope, and objects with the classes of the site.

For the scripts that ``bin/instance run`` runs: see
docs/how-to/migrate-a-plone-site.md.
"""

from . import staging
from .analyze import analyze
from .findings import finding
from .layout import MAGIC_PY2
from .layout import MAGIC_PY3
from .options import Options
from .report import Report
from .rules import load
from .verify import Verification
from ZODB.broken import Broken
import os
import tempfile


# Objects that are kept in memory while all are loaded.
BATCH = 1000


def analyze_storage(storage, rules=None):
    """Analyse an open storage with records of Python 2 (RelStorage, ZEO)."""
    with tempfile.TemporaryDirectory() as folder:
        stage = staging.Stage(os.path.join(folder, "fetched"), "")
        path, _ = staging.fetch_from(storage, stage, MAGIC_PY2)
        return analyze(path, Options(rules=load(rules)))


def verify_storage(db):
    """Verify a running database, then load each object with its real class."""
    with tempfile.TemporaryDirectory() as folder:
        stage = staging.Stage(os.path.join(folder, "fetched"), "")
        path, blobs = staging.fetch_from(db.storage, stage, MAGIC_PY3)
        report = Verification(path, None, blobs).run()
    report.merge(load_all(db))
    return report


def load_all(db):
    """Load every object of a database as the site would; a `report.Report`."""
    report = Report("load")
    connection = db.open()
    try:
        for number, oid in enumerate(all_oids(db.storage), 1):
            report.counts["objects loaded"] += 1
            found = _load(connection, oid)
            if found is not None:
                report.add(found)
            if number % BATCH == 0:
                connection.cacheMinimize()
    finally:
        connection.transaction_manager.abort()
        connection.close()
    return report


def all_oids(storage):
    """The numbers of all objects of a storage."""
    following = None
    while True:
        oid, _, _, following = storage.record_iternext(following)
        yield oid
        if following is None:
            return


def _load(connection, oid):
    """Load one object; a finding if that fails."""
    try:
        loaded = connection.get(oid)
        loaded._p_activate()
    except Exception as error:  # any class may raise anything
        return finding("does-not-load", oid, error=f"{type(error).__name__}: {error}")
    if isinstance(loaded, Broken):
        cls = type(loaded)
        name = f"{cls.__module__}.{cls.__name__}"
        return finding("missing-class", oid, name=name, count=1)
    return None
