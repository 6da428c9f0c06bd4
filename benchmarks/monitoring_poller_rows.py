"""The poller against bare libcurl, check_http and bare inserts.

Targets are an nginx with 4,000 sites and a slow server. Where nginx or
check_http is not installed, what needs it is "not measured".
"""

from collections import Counter
from contextlib import closing
from contextlib import suppress
from functools import partial
from monitoring_targets import find_nginx
from monitoring_targets import nginx
from monitoring_targets import site_name
from monitoring_targets import SITES
from monitoring_targets import slow_sites
from pathlib import Path
from report import compare
from report import Row
from report import Samples
import asyncio
import json
import os
import pycurl
import resource
import sqlite3
import subprocess
import sys
import threading
import time


ROOT = Path(__file__).resolve().parent.parent
CHECK_HTTP = "/usr/lib/nagios/plugins/check_http"


# --- Bare libcurl -----------------------------------------------------------


class Sink:
    def __init__(self):
        self.size = 0

    def write(self, data):
        self.size += len(data)


def bare(kind, port, count, flight, ca=None, timeout=5, sites=SITES):
    """(CPU seconds, wall seconds) of *count* transfers, and nothing else."""
    multi, waiting, running = pycurl.CurlMulti(), iter(range(count)), 0
    handles = [pycurl.Curl() for _ in range(flight)]
    codes = Counter()

    def begin(handle, number):
        handle.reset()
        name = site_name(number % sites)
        handle.setopt(pycurl.URL, f"{kind}://{name}:{port}/")
        handle.setopt(pycurl.CONNECT_TO, [f"::127.0.0.1:{port}"])
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TIMEOUT, timeout)
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
        if ca and kind == "https":
            handle.setopt(pycurl.CAINFO, ca)
        handle.setopt(pycurl.WRITEDATA, Sink())
        multi.add_handle(handle)

    cpu, wall = time.process_time(), time.monotonic()
    for handle, number in zip(handles, waiting, strict=False):
        begin(handle, number)
        running += 1
    while running:
        multi.perform()
        more = True
        while more:
            more, good, bad = multi.info_read()
            for handle in good + [failed[0] for failed in bad]:
                codes[handle.getinfo(pycurl.RESPONSE_CODE)] += 1
                handle.getinfo(pycurl.TOTAL_TIME)
                multi.remove_handle(handle)
                running -= 1
                if (number := next(waiting, None)) is not None:
                    begin(handle, number)
                    running += 1
        if running:
            multi.select(0.1)
    spent = time.process_time() - cpu, time.monotonic() - wall
    # Refused connections would be cheap.
    assert codes[200] >= count * 0.95 - 1, codes
    return spent


def bare_each(kind, port, count, ca, sites):
    """CPU seconds of a transfer."""
    return bare(kind, port, count, 200, ca, sites=sites)[0] / count


# --- Ours -------------------------------------------------------------------


def database(folder, kind, port, count, policy="best", sites=SITES):
    """A database with *count* checks of the sites; its path."""
    from collective.hoard.monitoring.database.engine import open_engine
    from collective.hoard.monitoring.database.schema import ensure_schema
    from collective.hoard.monitoring.database.tables import check
    from collective.hoard.monitoring.database.tables import regime
    from sqlalchemy import insert

    path = folder / f"{kind}-{count}-{time.monotonic_ns()}.db"
    engine = open_engine(path)
    ensure_schema(engine)
    with engine.begin() as connection:
        rows = [
            {
                "id": n + 1, "name": site_name(n), "kind": kind, "address": "127.0.0.1",
                "port": port, "host": site_name(n % sites), "params": {},
                "interval": 300, "timeout": 5,
            }
            for n in range(count)
        ]  # fmt: skip
        connection.execute(insert(check), rows)
        rules = [
            {
                "check_id": n + 1,
                "since": 0,
                "slot": 600,
                "fresh": 1200,
                "policy": policy,
            }
            for n in range(count)
        ]
        connection.execute(insert(regime), rules)
    engine.dispose()
    return path


def configuration(path, flight, ca=None, quick=True, **more):
    from collective.hoard.monitoring.poller.configuration import build

    problems = []
    sections = {
        "database": {"url": str(path)},
        "poller": {"concurrency": flight},
        "checks": {"ca_file": ca or "", "quick_handshakes": quick},
        **more,
    }
    built = build(sections, problems)
    if problems:
        raise SystemExit("\n".join(problems))
    return built


#: Sweeps before anything is measured, and those of one turn: a slot of ten
#: minutes is opened and another one closed in each turn.
WARM, TURN = 3, 2


class Sweeper:
    """The poller's own parts, by a clock of our own that goes on with each sweep."""

    def __init__(self, path, count, flight, ca=None, quick=True):
        from collective.hoard.monitoring.poller.service import Service

        self._service = Service(configuration(path, flight, ca, quick))
        self._count, self._time = count, time.time() - 86_400
        self._service.clock = lambda: self._time

    async def __aenter__(self):
        await self._service.open(beats=False)
        self._writing = asyncio.create_task(self._service.writer.run())
        return self

    async def __aexit__(self, *_):
        self._service.writer.stop()
        await self._writing
        await self._service._end()

    async def sweep(self):
        """(CPU seconds, wall seconds) of all checks once: run, judged, stored."""
        service = self._service
        cpu, wall = time.process_time(), time.monotonic()
        before = service.writer.written
        await service.engine.run_all_once()
        swept = time.monotonic() - wall
        while service.writer.written < before + self._count:
            await asyncio.sleep(0.02)
        while await service.keeper.close_slots():
            pass
        self._time += 300
        return time.process_time() - cpu, swept

    async def turn(self):
        """CPU seconds of a sweep, of several that follow each other."""
        return sum([(await self.sweep())[0] for _ in range(TURN)]) / TURN


def taking_turns(sweeper, others, rounds):
    """CPU seconds of a sweep and of each of *others*, by turns: lists of them.

    What a machine does beside, and how fast its processor is just now, meets
    all of them alike.
    """

    async def work():
        mine, theirs = [], [[] for _ in others]
        async with sweeper:
            for _ in range(WARM):
                await sweeper.sweep()
            for _ in range(rounds):
                for other, spent in zip(others, theirs, strict=True):
                    spent.append(other())
                mine.append(await sweeper.turn())
        return mine, *theirs

    return asyncio.run(work())


def fastest_sweep(path, count, flight):
    """Wall seconds of the faster of two sweeps."""

    async def work():
        async with Sweeper(path, count, flight) as sweeper:
            return min([(await sweeper.sweep())[1] for _ in range(2)])

    return asyncio.run(work())


# --- The measurements -------------------------------------------------------


def measure(folder, sizes):
    """The rows of the report."""
    if is_there(find_nginx()):
        with nginx(folder / "nginx", sizes.sites) as ports:
            rows = [*cpu(folder, sizes, *ports), *idle(folder, sizes, *ports)]
    else:
        rows = [not_measured(work, NO_NGINX) for work in (CPU, CPU_TLS, IDLE)]
    rows += [*sweep(folder, sizes), passive(folder, sizes), *events(folder, sizes)]
    return rows


CPU = "CPU of 1,000 checks, judged and stored"
CPU_TLS = f"{CPU}, TLS"
IDLE = "poller at 13.3 TLS checks/s"
NO_NGINX = "nginx is not installed"


def is_there(program):
    return program is not None and os.access(program, os.X_OK)


def not_measured(work, why):
    return Row(work, "not measured", why)


def cpu(folder, sizes, http, https, ca):
    """CPU per 1,000 checks, plain and TLS."""
    jobs = (
        (CPU, "http", http, sizes.polled, 3),
        (CPU_TLS, "https", https, sizes.polled_tls, 1.5),
    )
    for work, kind, port, count, bound in jobs:
        path = database(folder, kind, port, count, sites=sizes.sites)
        others = [partial(bare_each, kind, port, count, ca, sizes.sites)]
        if is_there(CHECK_HTTP):
            few = max(sizes.plugins // sizes.polled_rounds, 1)
            others.append(partial(check_http, kind, port, few))
        sweeper = Sweeper(path, count, 200, ca)
        mine, *theirs = taking_turns(sweeper, others, sizes.polled_rounds)
        mine = Samples(tuple(spent * 1000 / count for spent in mine))
        theirs = [Samples(tuple(one * 1000 for one in spent)) for spent in theirs]
        yield compare(work, mine, theirs[0], bound, note="bare libcurl: ")
        yield against_check_http(work, mine, kind, *theirs)
    yield by_openssl_alone(folder, sizes, https, ca)


def by_openssl_alone(folder, sizes, port, ca):
    """The same with TLS where curl_cffi is not installed, or switched off."""
    count = sizes.polled_tls
    path = database(folder, "https", port, count, sites=sizes.sites)
    bare_tls = partial(bare_each, "https", port, count, ca, sizes.sites)
    sweeper = Sweeper(path, count, 200, ca, quick=False)
    mine, theirs = taking_turns(sweeper, [bare_tls], sizes.polled_rounds)
    return compare(
        f"{CPU_TLS}, with OpenSSL alone",
        Samples(tuple(spent * 1000 / count for spent in mine)),
        Samples(tuple(one * 1000 for one in theirs)),
        1.5,
        note="bare libcurl: ",
    )


def against_check_http(work, mine, kind, plain, processes=None):
    if processes is None:
        return not_measured(work, "check_http is not installed")
    note = "check_http: "
    if kind == "https":
        # A full handshake is most of a TLS check, whoever makes it.
        floor = plain.median / processes.median
        note = f"bare libcurl alone {floor:.3g} of check_http: "
    return compare(work, mine, processes, 1 / 8, note=note, told="at most 1/8")


def check_http(kind, port, count):
    """CPU seconds of a check_http process, with ours to start it."""

    def spent():
        return sum(
            usage.ru_utime + usage.ru_stime
            for usage in map(
                resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
        )

    before = spent()
    for number in range(count):
        words = ["-H", site_name(number), "-I", "127.0.0.1", "-p", str(port), "-u", "/"]
        words += ["-S", "--sni"] if kind == "https" else []
        subprocess.run([CHECK_HTTP, *words], stdout=subprocess.DEVNULL)
    return (spent() - before) / count


def sweep(folder, sizes):
    """A sweep over sites with realistic latencies, by the wall clock."""
    with slow_sites() as port:
        for flight in (200, 1000):
            count = sizes.swept
            path = database(folder, "http", port, count)
            plain = bare("http", port, count, flight)[1]
            mine = fastest_sweep(path, count, flight)
            yield compare(
                f"sweep of {count:,} realistic sites, {flight:,} in flight",
                Samples((mine,), "s"),
                Samples((plain,), "s"),
                1.2,
                note="bare libcurl: ",
            )


def passive(folder, sizes):
    """Requests of 100 results, against bare inserts of the rows: processor time.

    What is required is said of judging and storing alone, see the history.
    """
    mine, plain = [], []
    for _ in range(sizes.passive_rounds):
        plain.append(bare_inserts(folder, sizes.passive) * 1000)
        mine.append(passive_results(folder, sizes.passive) * 1000)
    return compare(
        "1,000 passive results as JSON by 100: read, examined, judged and stored",
        Samples(tuple(mine)),
        Samples(tuple(plain)),
        note="bare inserts of the same rows: ",
    )


def batches(count, now):
    """Batches of 100 results: of 400 checks, a result each five minutes."""
    names = [site_name(n) for n in range(400)]
    for start in range(0, count, 100):
        yield [
            {
                "check": names[n % 400], "status": "ok", "code": 200, "ms": 12.5,
                "time": now - (count - n) // 400 * 300,
            }
            for n in range(start, start + 100)
        ]  # fmt: skip


def bare_inserts(folder, count):
    from collective.hoard.monitoring.database.engine import open_engine
    from collective.hoard.monitoring.database.tables import sample
    from sqlalchemy import insert

    engine = open_engine(database(folder, "passive", 1, 400))
    rows = [
        [
            {
                "bucket": row["time"] // 3600, "check_id": int(row["check"][1:-14]) + 1,
                "time": row["time"], "frac": 0, "source_id": 1, "status": 0,
                "code": row["code"], "ms": row["ms"], "reason": None,
            }
            for row in batch
        ]
        for batch in batches(count, int(time.time()))
    ]  # fmt: skip
    began = time.process_time()
    for batch in rows:
        with engine.begin() as connection:
            connection.execute(insert(sample), batch)
    return (time.process_time() - began) / count


def passive_results(folder, count):
    from collective.hoard.monitoring.database.engine import open_engine
    from collective.hoard.monitoring.history.store import Store
    from collective.hoard.monitoring.poller.checklist import read_listing
    from collective.hoard.monitoring.poller.incoming import parsed
    from collective.hoard.monitoring.poller.incoming import take_in
    from collective.hoard.monitoring.poller.memory import give_back

    engine = open_engine(database(folder, "passive", 1, 400))
    store = Store(engine)
    store.ensure_source("scripts")
    with engine.connect() as connection:
        listing = read_listing(connection, "local", 1, lambda *_: False)
    bodies = [json.dumps(batch).encode() for batch in batches(count, int(time.time()))]
    for place, body in enumerate(bodies):
        if place == 4:
            # Each check has been seen once: its history is in memory.
            give_back()
            began = time.process_time()
        intake = take_in(parsed(body), listing, "scripts", time.time())
        assert not intake.refused, intake.refused[0]
        # The time of the results: live ones, not a replay.
        recorded = store.record_all(intake.samples, now=intake.samples[-1].time)
        assert not recorded.refused, recorded.refused[0]
        if store.slots_due(intake.samples[-1].time):
            store.close_slots(intake.samples[-1].time)
    return (time.process_time() - began) / (count - 400)


def events(folder, sizes):
    """From a result to a listening client, with 1,000 events a second."""
    sys.path.append(str(ROOT / "tests"))
    from collective.hoard.monitoring.poller.event_tokens import sign
    from monitoring.poller.running import Running
    from monitoring.poller.running import Site
    from urllib.request import urlopen

    # By this policy each result with another code is a change.
    site = Site(database(folder, "passive", 1, 1000, policy="last"))
    token = site.token("scripts")
    with Running(site) as running:
        seen = {}
        url = f"{running.url}/events?token={sign('a secret of this test')}"
        stream = urlopen(url)

        def listen():
            # At the end of the stream http.client falls over its own feet.
            with suppress(AttributeError):
                while line := stream.readline():
                    if line.startswith(b"data: "):
                        now = time.monotonic()
                        for change in json.loads(line[6:]):
                            seen[change["check"], change["code"]] = now

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        sent, delays = {}, []
        with ThreadSender(running, token) as send:
            for tick in range(sizes.event_ticks):
                began = time.monotonic()
                rows = [
                    {"check": site_name((tick * 100 + n) % 1000), "status": "crit",
                     "code": tick + 1, "time": time.time()}
                    for n in range(100)
                ]  # fmt: skip
                sent.update({(row["check"], row["code"]): began for row in rows})
                send(rows)
                time.sleep(max(0.1 - (time.monotonic() - began), 0))
        time.sleep(2)
        delays = [seen[key] - at for key, at in sent.items() if key in seen]
        late = [
            seen[k] - at
            for k, at in sent.items()
            if k in seen and k[1] > sizes.event_ticks // 2
        ]
        stream.close()
    listener.join(5)
    early = [
        seen[k] - at
        for k, at in sent.items()
        if k in seen and k[1] <= sizes.event_ticks // 2
    ]
    share = len(delays) / len(sent)
    yield Row(
        f"event to SSE client at 1,000 events/s, the slowest of {len(sent):,}",
        Samples((max(delays),), "s"),
        f"{share:.0%} were told",
        required="at most a tick (0.1 s) and 1 s",
        passed=max(delays) <= 1.1,
    )
    late, early = Samples(tuple(late)), Samples(tuple(early))
    # The two ticks drift past each other, which is worth one of them at most.
    growth = late.median - early.median
    yield Row(
        "the same, by how much the second half of the time is slower",
        f"{growth * 1000:.0f} ms",
        f"first half: {early}",
        required="at most a tick (0.1 s)",
        passed=growth <= 0.1,
    )


class ThreadSender:
    """Requests in a thread of their own, so that ticks keep their time."""

    def __init__(self, running, token):
        self._running, self._token = running, token

    def __enter__(self):
        from concurrent.futures import ThreadPoolExecutor

        self._pool = ThreadPoolExecutor(2)
        return lambda rows: self._pool.submit(
            self._running.send, "/results", rows, self._token
        )

    def __exit__(self, *_):
        self._pool.shutdown()


def idle(folder, sizes, http, https, ca):
    """CPU share and memory of the whole poller at 13.3 TLS checks a second."""
    path = database(folder, "https", https, SITES, sites=sizes.sites)
    config = folder / "idle.toml"
    config.write_text(
        f"[database]\nurl = '{path}'\n[checks]\nca_file = '{ca}'\n"
        "[http]\nlisten = '127.0.0.1:0'\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "collective.hoard.monitoring.command", "run",
         "--config", config],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        settle(path)
        before, began = cpu_of(process.pid), time.monotonic()
        time.sleep(sizes.watched_seconds)
        share = (cpu_of(process.pid) - before) / (time.monotonic() - began)
        memory = memory_of(process.pid)
    finally:
        process.terminate()
        process.wait(20)
    within = f"within {sizes.watched_seconds} s"
    return [
        Row(f"{IDLE}, {within}", f"{share:.1%} of a core",
            required="at most 5 %", passed=share <= 0.05),
        Row(f"{IDLE}: memory", f"{memory:.0f} MB",
            required="at most 100 MB", passed=memory <= 100),
    ]  # fmt: skip


def settle(path):
    """Wait until the poller has begun and has looked at all it knows."""
    with closing(sqlite3.connect(path)) as connection:
        for _ in range(60):
            time.sleep(0.5)
            if connection.execute("SELECT 1 FROM sample LIMIT 1").fetchone():
                break
    time.sleep(5)


def cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0
