"""What visitors do: look at the form, send it, all at once too."""

from collections import Counter
from functools import partial
from itertools import count
from pages import HOARD
from pages import is_stored
from party import fresh
from party import good
from party import in_turn
from report import compare
from report import Row
from report import Samples
from threading import Barrier
from threading import Thread


LOOKED_AT, SENT, RACED = "form", "sent", "race"
#: So many requests warm up the code, the templates and the caches.
WARM_UP = 5


def make(party, sizes):
    party.ask("make_form", LOOKED_AT)
    for form in (SENT, RACED):
        party.ask("make_form", form)
        party.ask("fill", form, sizes.sent_before)


def measure(products, sizes):
    """The rows, in the order of the report."""
    with fresh(products) as parties:
        for party in parties:
            for _ in range(WARM_UP):
                good(party.view(LOOKED_AT))
        rows = [
            *submits(parties, sizes),
            *views(parties, sizes),
            *visits(parties, sizes),
        ]
    with fresh(products) as parties:
        return [race(parties, sizes), *rows]


def submits(parties, sizes):
    senders = [Sender(party, SENT, sizes.submits + WARM_UP) for party in parties]
    in_turn(WARM_UP, *senders)
    before = [party.ask("size") for party in parties]
    found = in_turn(sizes.submits, *senders)
    grown = [
        Samples(((party.ask("size") - size) / sizes.submits,), "KB")
        for party, size in zip(parties, before, strict=True)
    ]
    times = [Samples(tuple(reply.seconds for reply in one)) for one in found]
    yield compare("HTTP submit", *two(times), 0.7)
    yield compare("Data.fs per submission, before pack", *two(grown), 0.1)


class Sender:
    """Sends one more submission with each call. Tokens are made beforehand."""

    def __init__(self, party, form, calls):
        self._party, self._form = party, form
        self._tokens = iter(party.ask("tokens", form, calls))
        self._numbers = count(10_000_000)

    def __call__(self):
        token = next(self._tokens)
        reply = self._party.send(self._form, next(self._numbers), token)
        if not is_stored(self._party.pages, reply):
            raise AssertionError(f"not stored: HTTP {reply.status} {reply.content}")
        return reply


def views(parties, sizes):
    found = in_turn(sizes.views, *(partial(party.view, LOOKED_AT) for party in parties))
    times = [Samples(tuple(good(reply).seconds for reply in one)) for one in found]
    yield compare("GET of a form, anonymous", *two(times), 1.2)
    registered = [registered_by_views(party) for party in parties]
    ours, other = two([Samples((len(names),), "") for names in registered])
    yield Row(
        "GET of a form: objects registered, anonymous and signed in",
        ours,
        "not measured" if other is None else other,
        None,
        "0",
        ours.median == 0,
    )


def registered_by_views(party):
    """Class names of the objects that a GET registers with its transaction."""
    for as_admin in (False, True):
        good(party.view(SENT, as_admin))
    party.ask("watch")
    for as_admin in (False, True):
        good(party.view(SENT, as_admin))
    return party.ask("registered")


def visits(parties, sizes):
    """The form, the submit and the thanks; we redirect to a page of its own."""
    senders = [Sender(party, SENT, sizes.visits) for party in parties]
    jobs = [partial(visit, *both) for both in zip(parties, senders, strict=True)]
    times = [Samples(tuple(one)) for one in in_turn(sizes.visits, *jobs)]
    yield compare("a whole visit: form, submit, thanks", *two(times))


def visit(party, send):
    seconds = good(party.view(SENT)).seconds + send().seconds
    if party.pages is HOARD:
        seconds += good(party.instance.get(f"/Plone/{SENT}/@@hoard-thanks")).seconds
    return seconds


def race(parties, sizes):
    for party in parties:
        good(party.view(RACED))
    jobs = [partial(one_race, party, sizes) for party in parties]
    results = [sum(found, Counter()) for found in in_turn(sizes.races, *jobs)]
    ours, other = two([told(result) for result in results])
    passed = results[0]["stored"] == results[0]["sent"] == results[0]["200 or 303"]
    return Row(
        f"{sizes.threads} threads x {sizes.per_thread} HTTP submits, one form, "
        f"{sizes.races} times",
        ours,
        other or "not measured",
        None,
        "all stored, no error",
        passed,
    )


def one_race(party, sizes):
    """Counter: ``sent``, ``stored``, ``200 or 303`` and other statuses."""
    before = party.ask("count", RACED)
    each = sizes.per_thread
    tokens = party.ask("tokens", RACED, sizes.threads * each)
    barrier, statuses = Barrier(sizes.threads), []

    def work(mine):
        barrier.wait()
        for number, token in enumerate(mine):
            reply = party.send(RACED, 20_000_000 + number, token)
            stored = is_stored(party.pages, reply)
            statuses.append("200 or 303" if stored else f"HTTP {reply.status}")

    shares = [tokens[n :: sizes.threads] for n in range(sizes.threads)]
    threads = [Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Counter(statuses)
    found["sent"] = len(tokens)
    found["stored"] = party.ask("count", RACED) - before
    return found


def told(result):
    wrong = {name: n for name, n in result.items() if name.startswith("HTTP")}
    errors = ", ".join(f"{n} x {name}" for name, n in wrong.items())
    text = f"{result['stored']} of {result['sent']}"
    return f"{text}; {errors}" if errors else text


def two(found):
    """Ours and the peer's; None for a peer that does not take part."""
    return found[0], found[1] if len(found) > 1 else None
