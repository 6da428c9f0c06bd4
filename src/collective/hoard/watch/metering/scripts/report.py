"""Print the metering of one month of one site.

    bin/instance run src/collective/hoard/watch/metering/scripts/report.py SITE MONTH [csv|json]

SITE is the path of the site, MONTH such as 2026-11; CSV if nothing is said.
"""

from collective.hoard.exceptions import HoardError
from collective.hoard.watch.metering.report import month_report
from collective.hoard.watch.metering.writing import as_csv
from collective.hoard.watch.metering.writing import as_json
from plone.base.interfaces import IPloneSiteRoot
import sys


WRITERS = {"csv": as_csv, "json": as_json}


def main(app, arguments):
    """Print the report; the exit status."""
    if not 2 <= len(arguments) <= 3 or (arguments[2:] or ["csv"])[0] not in WRITERS:
        print(__doc__, file=sys.stderr)
        return 2
    path, month, format = (*arguments, "csv")[:3]
    site = app.unrestrictedTraverse(path.strip("/"), None)
    if not IPloneSiteRoot.providedBy(site):
        print(f"There is no Plone site at {path}.", file=sys.stderr)
        return 1
    try:
        sys.stdout.write(WRITERS[format](month_report(site, month)))
    except HoardError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def own_arguments(argv):
    """What follows this script's name: before it is what started Zope."""
    names = [place for place, one in enumerate(argv) if one.endswith("report.py")]
    return argv[names[0] + 1 :] if names else argv[1:]


if "app" in globals():  # Given by ``bin/instance run``.
    raise SystemExit(main(globals()["app"], own_arguments(sys.argv)))
