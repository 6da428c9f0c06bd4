"""Look after the search index of the sites of an instance.

    bin/instance run index.py status
    bin/instance run index.py reindex [SITE ...]
    bin/instance run index.py check [SITE ...]
    bin/instance run index.py repair [SITE ...]

SITE is the path of a site, as /Plone; all sites if none is given. What was begun
and interrupted goes on by itself: it is in the outbox.
"""

from argparse import ArgumentParser
from collective.hoard.forms.scripts.expire import sites
from collective.hoard.outbox import drain_once
from collective.hoard.outbox import outbox_state
from collective.hoard.search.backends import index_name
from collective.hoard.search.backends import target_name
from collective.hoard.search.check import check
from collective.hoard.search.collections import all_uids
from collective.hoard.search.collections import collection
from collective.hoard.search.marking import reindex
from collective.hoard.search.state import COMPLETE
from collective.hoard.search.state import find_state
from collective.hoard.search.state import progress_of
from time import sleep
from zope.component.hooks import setSite
import sys
import transaction


ACTIONS = ("status", "reindex", "check", "repair")
#: Seconds between two lines of progress, and without any before we give up.
PAUSE = 2
PATIENCE = 300


def main(app, argv, write=print):
    """Do what *argv* says; the exit code: 1 if something is wrong or was not done."""
    parser = ArgumentParser(prog="index.py", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("sites", nargs="*", metavar="SITE")
    options = parser.parse_args(argv)
    found = [site for site in sites(app) if _wanted(site, options.sites)]
    if not found:
        write("There is no such site; a path begins with a slash, as /Plone.")
        return 2
    action = {"status": status, "reindex": build}.get(options.action)
    failed = 0
    for site in found:
        setSite(site)
        write(f"{_path(site)}: index {index_name(site)}")
        if find_state(site) is None:
            write("  has no search: install collective.hoard there")
        elif action:
            failed += action(site, write)
        else:
            failed += compare(site, write, options.action == "repair")
    return 1 if failed else 0


def _wanted(site, paths):
    return not paths or _path(site) in [f"/{path.strip('/')}" for path in paths]


def _path(site):
    return "/".join(site.getPhysicalPath())


def status(site, write):
    """Say how far everything is; how many collections are not complete."""
    failed = 0
    state = find_state(site)
    for uid in all_uids(site):
        progress, found = progress_of(state, uid), collection(site, uid)
        phase = progress.phase if progress else "not begun"
        failed += phase != COMPLETE
        title = found.title if found is not None else uid
        done = progress.done if progress else 0
        write(f"  {title}: {phase}, {done} of {len(found) if found else 0}")
    waiting = outbox_state(site).get(target_name(site))
    if waiting is not None:
        write(f"  {waiting.pending} records behind, {waiting.parked} parked")
        if waiting.last_error:
            write(f"  last error: {waiting.last_error}")
    return failed


def build(site, write):
    """Index everything anew, and say how far it is; 0 when all is done."""
    count = reindex(site)
    transaction.commit()
    write(f"  {count} forms and collections to index")
    target, before, quiet = target_name(site), None, 0
    while quiet < PATIENCE:
        done = drain_once(site).get(target)
        transaction.begin()
        now = _progress(site)
        write(f"  {now[0]} entries indexed, {now[1]} forms and collections to go")
        if not now[1]:
            return 0
        if done is not None and done.error:
            write(f"  {done.error}")
        if now != before:
            before, quiet = now, 0
            continue
        # Another drainer may be at it: look again.
        quiet += PAUSE
        sleep(PAUSE)
    write("  No progress any more; see the last error above and try again.")
    return 1


def _progress(site):
    """``(documents indexed, collections that are not complete)``"""
    state = find_state(site)
    known = [progress_of(state, uid) for uid in all_uids(site)]
    open_ones = [one for one in known if one is None or one.phase != COMPLETE]
    return sum(one.done for one in known if one is not None), len(open_ones)


def compare(site, write, repair):
    """Compare index and database; how many collections differ."""
    failed = 0
    for one in check(site, repair, transaction.commit):
        failed += not one.is_good and not one.repaired
        differ = f"{one.missing} missing, {one.extra} extra, {one.old} old"
        write(
            f"  {one.title}: {one.documents} entries, {differ} {one.problem}".rstrip()
        )
        if one.repaired:
            write(f"    {one.repaired} will be indexed again by the outbox")
    return failed


if "app" in globals():  # Given by ``bin/instance run``.
    # Before the action stands what Zope was started with.
    start = next((i for i, a in enumerate(sys.argv) if a in ACTIONS), len(sys.argv))
    raise SystemExit(main(globals()["app"], sys.argv[start:]))
