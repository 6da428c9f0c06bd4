"""The faults: each a function of a `solr_sites.Site`, which yields `Cell`s.

At the end somebody else saves something, and when nothing is on its way any more,
what Solr finds is compared with what is stored. *Lost*: stored, and not in Solr;
*phantoms*: in Solr, and not stored.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from instance import WorkerFailed
from solr_sites import longest
from solr_sites import middle
from threading import Timer
from time import monotonic
from time import sleep


#: A participant with this key finishes before all others; with the other one after
#: FileStorage, whose key is a path, and before CMFCore's queue, whose key is a number.
BEFORE_ALL, AFTER_ZODB = "!", "/~"
#: With ZEO, whose key is "1:...", after the queue, whose number begins with 14 or so.
BEFORE_ZEO = "19"


#: What the table calls the faults, in its order; numbers are of `run.Sizes`.
TITLES = {
    "well": "no fault: {peer_some} saves",
    "down": "Solr is down during {peer_saves} saves, then back",
    "down, a save": "… and somebody else saves something",
    "down, repaired": "… and its own repair is called by hand",
    "busy": "Solr answers 503 during {peer_some} saves",
    "hanging": "Solr hangs for {peer_hang} s while {peer_people} people save",
    "hanging, limited": "… and there is a time-out, where it can be set",
    "aborted": "aborted after indexing, {peer_undone} times",
    "conflicting": "a conflict in the commit, {peer_undone} times",
    "refused": "another participant refuses in its vote, {peer_undone} times",
    "taken_back": "taken back to a savepoint after a search, {peer_undone} times",
    "vote": "kill -9 after all votes, before the ZODB's finish",
    "finish": "kill -9 after the ZODB's finish",
    "zeo": "the same with ZEO, just before the ZODB's finish",
    "bad": "Solr refuses one of {peer_some} documents: what of the rest?",
    "solr": "kill -9 of Solr after {peer_some} saves",
    "solr, within": "… that nobody has committed",
}
UNDONE = ("aborted", "conflicting", "refused", "taken_back")


@dataclass(frozen=True)
class Cell:
    """One contender in one of `TITLES`; *good*: nobody and nothing suffered."""

    fault: str
    text: str
    good: bool | None = None


def all_faults(site, sizes):
    """Yield a cell for each of `TITLES`."""
    yield from well(site, sizes)
    yield from down(site, sizes)
    yield from busy(site, sizes)
    yield from hanging(site, sizes)
    yield from undone(site, sizes)
    yield from processes_killed(site)
    yield from bad_document(site, sizes)
    yield from solr_killed(site, sizes)


def well(site, sizes):
    """No fault: what a save takes, and how soon it is found."""
    site.make("well")
    said, waits = [], []
    for count in range(1, sizes.peer_some + 1):
        said += site.save("well")
        started = monotonic()
        while len(site.found("well")) < count and monotonic() - started < 30:
            sleep(0.01)
        waits.append(monotonic() - started)
    outcome = site.tally("well")
    if site.ask("do", "searched", "well") not in (None, sizes.peer_some):
        raise AssertionError("the site's own search finds something else")
    text = f"{outcome}; a save takes {middle(said)}, found {middle(waits)} later"
    yield Cell("well", text, outcome.is_good)


def down(site, sizes):
    """Solr is not there while people save, and comes back."""
    site.make("down")
    site.save("down")  # Who wants a schema has it from now on.
    site.settle("down")
    site.down()
    site.save("down", sizes.peer_saves)
    site.up()
    seconds = site.settle("down")
    outcome = site.tally("down")
    text = str(outcome)
    if outcome.is_good:
        text += f", complete {seconds:.0f} s after Solr was back"
    yield Cell("down", text, outcome.is_good)
    site.save("down")
    outcome = site.tally("down")
    yield Cell("down, a save", str(outcome), outcome.is_good)
    repaired = site.ask("do", "repair")
    outcome = site.tally("down")
    text = f"{outcome}, after {repaired}" if repaired else "not modelled"
    yield Cell("down, repaired", text)


def busy(site, sizes):
    """Solr answers, but 503."""
    site.make("busy")
    site.busy()
    said = site.save("busy", sizes.peer_some)
    site.proxy.restore()
    site.save("busy")
    outcome = site.tally("busy")
    text = f"{outcome}; a save took {middle(said)}, at most {longest(said)}"
    yield Cell("busy", text, outcome.is_good)


def hanging(site, sizes):
    """Solr takes connections and says nothing, for a while."""
    yield _hang(site, "hanging", sizes)
    if limit := site.ask("do", "set_timeout", 2):
        again = _hang(site, "limited", sizes)
        text, good = f"{again.text} ({limit})", again.good
        site.ask("do", "set_timeout", 0)
    else:
        text, good = "as above", None
    yield Cell("hanging, limited", text, good)


def _hang(site, place, sizes):
    site.make(place)
    site.look()
    site.proxy.hang()
    Timer(sizes.peer_hang, site.proxy.restore).start()
    started = monotonic()
    with ThreadPoolExecutor(1) as visitor:
        looking = visitor.submit(lambda: sleep(sizes.peer_hang / 6) or site.look())
        said = site.save(place, sizes.peer_people, at_once=True)
    sleep(max(sizes.peer_hang + 1 - (monotonic() - started), 0))
    site.save(place)
    outcome = site.tally(place)
    text = f"{outcome}; a save took {middle(said)}, at most {longest(said)}"
    text += f"; a visitor's page {looking.result():.2f} s"
    return Cell("hanging", text, outcome.is_good)


def undone(site, sizes):
    """What was written is taken back by the transaction."""
    for name in UNDONE:
        site.make(name)
        site.ask("fault", name, name, sizes.peer_undone)
        site.ask("fault", "write", name, 1)
        outcome = site.tally(name)
        yield Cell(name, str(outcome), outcome.is_good)


def processes_killed(site):
    """kill -9 of the process, in the middle of its commit."""
    yield _kill(site, "vote", BEFORE_ALL, 0)
    yield _kill(site, "finish", AFTER_ZODB, 1)
    with site.over_zeo() as other:
        yield _kill(other, "zeo", BEFORE_ZEO, 0)


def _kill(site, place, key, stored):
    site.make(place)
    try:
        site.ask("fault", "killed", place, key)
    except WorkerFailed:
        site.restart()
    if len(site.stored(place)) != stored:
        raise AssertionError("the process was killed at another moment")
    site.ask("fault", "write", place, 1)
    outcome = site.tally(place)
    return Cell(place, str(outcome), outcome.is_good)


def bad_document(site, sizes):
    """Solr refuses one of the documents of a transaction (HTTP 400)."""
    count = sizes.peer_some
    site.make("bad")
    told = site.ask("fault", "together", "bad", count, count // 2)
    site.ask("fault", "write", "bad", 1)
    outcome = site.tally("bad")
    if told:
        text, good = f"all {count} are refused, the person is told", False
    else:
        rest = outcome.lost - 1
        where = "shown to administrators" if site.ask("do", "shown") else "in the log"
        text, good = f"{rest} of {count - 1} lost; the refused one is {where}", not rest
    yield Cell("bad", text, good)


def solr_killed(site, sizes):
    """Solr dies with what it has acknowledged and not committed."""
    outcome = _killed(site, "solr", sizes)
    yield Cell("solr", str(outcome), outcome.is_good)
    if within := site.ask("do", "set_commit_within", 10_000):
        outcome = _killed(site, "within", sizes, grace=12)
        text, good = f"{outcome} ({within})", outcome.is_good
        site.ask("do", "set_commit_within", 0)
    else:
        text, good = "as above", None
    yield Cell("solr, within", text, good)


def _killed(site, place, sizes, grace=None):
    site.make(place)
    site.save(place, sizes.peer_some)
    while site.ask("do", "waiting"):
        sleep(0.05)
    site.killed()
    site.up()
    site.save(place)
    return site.tally(place, grace)
