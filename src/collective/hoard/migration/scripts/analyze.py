"""Analyse the running storage, whose records are still of Python 2.

bin/instance run .../analyze.py [RULES.toml]
"""

from collective.hoard.migration.command import finish
from collective.hoard.migration.command import print_table
from collective.hoard.migration.running import analyze_storage
from collective.hoard.migration.scripts import arguments_of


def main(app, arguments=()):
    """Print the analysis; the exit status."""
    report = analyze_storage(app._p_jar.db().storage, *arguments[:1])
    print_table(report, False)
    return finish(report, None)


if "app" in globals():  # Given by ``bin/instance run``.
    raise SystemExit(main(globals()["app"], arguments_of("analyze.py")))
