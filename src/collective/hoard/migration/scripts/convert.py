"""Convert another database, then load its objects with the classes of this site.

bin/instance run .../convert.py SOURCE.fs DESTINATION.fs [options of hoard-migrate]
"""

from collective.hoard.migration.command import finish
from collective.hoard.migration.command import main as hoard_migrate
from collective.hoard.migration.running import load_all
from collective.hoard.migration.scripts import arguments_of
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage


def main(app, arguments):
    """Convert and load; the exit status, the worse of the two."""
    status = hoard_migrate(["convert", *arguments])
    if status > 1:
        return status
    # As the running database looks classes up, with Zope's own renames.
    db = DB(FileStorage(arguments[1], read_only=True))
    db.classFactory = app._p_jar.db().classFactory
    try:
        return max(status, finish(load_all(db), None))
    finally:
        db.close()


if "app" in globals():  # Given by ``bin/instance run``.
    raise SystemExit(main(globals()["app"], arguments_of("convert.py")))
