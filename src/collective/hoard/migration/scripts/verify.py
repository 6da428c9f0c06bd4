"""Verify the running database, and load each object with its real class.

bin/instance run .../verify.py [OUT.json]
"""

from collective.hoard.migration.command import finish
from collective.hoard.migration.running import verify_storage
from collective.hoard.migration.scripts import arguments_of


def main(app, arguments=()):
    """Print what was found; the exit status."""
    report = verify_storage(app._p_jar.db())
    return finish(report, next(iter(arguments), None))


if "app" in globals():  # Given by ``bin/instance run``.
    raise SystemExit(main(globals()["app"], arguments_of("verify.py")))
