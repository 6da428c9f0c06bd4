"""The samples of a check and day as one small blob, and both kinds read as one.

A blob is deflated: a line of JSON with what is rare, then columns of bytes,
each value's place in a list or its distance from the one before.  Times that
keep to an interval but for a second are a bit each.  Milliseconds are kept to
within two per cent, all else as it was.
"""

from ..database.tables import chunk as table
from ..database.tables import NO_CODE
from .samples import raw_between
from math import exp
from math import log
from sqlalchemy import select
import json
import zlib


DAY = 86400
#: Two neighbouring steps of milliseconds are four per cent apart.
STEP = log(1.04)
NOTHING = 0
TIME, FRAC, SOURCE, STATUS, CODE, REASON, MS = range(7)
#: So many of them say which sample it is; the others are what else is known.
IDENTITY = 5
LEVEL = 9
#: Deflated without a head and a checksum: the database has its own.
RAW = -15
#: What most blobs have in common.  Part of the format: never to be changed.
COMMON = (
    b'"f":{,"r":["refused","timeout"],"w":{0,300,404,500,502,504,'
    b'{"n":288,"s":[2],"c":[200,503],"g":[1,60]}\n'
    b'{"n":288,"s":[1],"c":[200],"g":[200,300]}\n' + bytes(20) + b"\1"
)


def pack(rows, day):
    """A blob of *rows* ``(time, frac, source, status, code, reason, ms)``."""
    sources = sorted({row[SOURCE] for row in rows})
    codes = sorted({row[CODE] for row in rows}, key=lambda c: -1 if c is None else c)
    reasons = sorted({row[REASON] for row in rows if row[REASON]})
    head = {"n": len(rows), "s": sources, "c": codes}
    if fracs := {n: row[FRAC] for n, row in enumerate(rows) if row[FRAC]}:
        head["f"] = fracs
    if reasons:
        words = {n: reasons.index(r[REASON]) for n, r in enumerate(rows) if r[REASON]}
        head |= {"r": reasons, "w": words}
    edge, gaps = day * DAY, []
    for row in rows:
        gaps.append(row[TIME] - edge)
        edge = row[TIME]
    times = b""
    if grid := grid_of(gaps):
        head["g"], times = grid
        gaps = [0] * len(rows)
    columns = [
        gaps,
        [sources.index(row[SOURCE]) for row in rows],
        [row[STATUS] for row in rows],
        [codes.index(row[CODE]) for row in rows],
        [step_of(row[MS]) for row in rows],
    ]
    text = json.dumps(head, separators=(",", ":")).encode()
    deflate = zlib.compressobj(LEVEL, wbits=RAW, zdict=COMMON)
    planes = b"".join(map(planes_of, columns))
    return deflate.compress(text + b"\n" + planes + times) + deflate.flush()


def grid_of(gaps):
    """``([first, step], bits)`` of times ``first + n * step``, or a second more
    where the bit of n is set; None where they do not keep to that.
    """
    if len(gaps) < 9:
        return None
    step = sorted(gaps[1:])[len(gaps) // 2]
    time, apart = 0, []
    for place, gap in enumerate(gaps):
        time += gap
        apart.append(time - place * step)
    first = min(apart)
    if max(apart) - first > 1:
        return None
    bits = sum(1 << place for place, late in enumerate(apart) if late > first)
    return [first, step], bits.to_bytes(-(-len(gaps) // 8), "little")


def gaps_on(grid, bits, n):
    """The gaps from which `grid_of` made *grid* and *bits*."""
    (first, step), late, before, gaps = grid, int.from_bytes(bits, "little"), 0, []
    for place in range(n):
        time = first + place * step + (late >> place & 1)
        gaps.append(time - before)
        before = time
    return gaps


def planes_of(numbers):
    """Numbers below 2**24: their low bytes, then the middle, then the high.

    Where all are the same the byte 0 and that one, otherwise the byte 1 and all.
    """
    result = b""
    for shift in (0, 8, 16):
        plane = bytes((number >> shift) & 255 for number in numbers)
        constant = plane == plane[:1] * len(plane)
        result += b"\0" + (plane[:1] or b"\0") if constant else b"\1" + plane
    return result


def step_of(ms):
    return NOTHING if ms is None else 1 + round(log(1 + ms) / STEP)


def ms_of(step):
    return None if step == NOTHING else exp((step - 1) * STEP) - 1


def unpack(blob, day):
    """The rows that `pack` was given."""
    inflate = zlib.decompressobj(wbits=RAW, zdict=COMMON)
    head, _, data = inflate.decompress(blob).partition(b"\n")
    head = json.loads(head)
    columns, rest = columns_of(data, head["n"])
    if grid := head.get("g"):
        columns[0] = gaps_on(grid, rest, head["n"])
    fracs, words = head.get("f"), head.get("w")
    rows, edge = [], day * DAY
    for place, (gap, source, status, code, step) in enumerate(
        zip(*columns, strict=True)
    ):
        edge += gap
        word = words.get(str(place)) if words else None
        rows.append(
            (
                edge,
                fracs.get(str(place), 0) if fracs else 0,
                head["s"][source],
                status,
                head["c"][code],
                None if word is None else head["r"][word],
                ms_of(step),
            )
        )
    return rows


def columns_of(data, n):
    """The five columns of numbers that `planes_of` wrote one after another, and
    the bytes that follow.
    """
    planes, place = [], 0
    for _ in range(15):
        size = n if data[place] else 1
        plane = data[place + 1 : place + 1 + size]
        planes.append(plane if data[place] else plane * n)
        place += 1 + size
    columns = [
        [low | mid << 8 | high << 16 for low, mid, high in zip(*three, strict=True)]
        for three in zip(planes[::3], planes[1::3], planes[2::3], strict=True)
    ]
    return columns, data[place:]


def chunks_between(connection, check_id, since, until):
    """Rows of the chunks that touch [since, until), oldest first."""
    c = table.c
    query = (
        select(c.day, c.blob)
        .where(
            c.check_id == check_id,
            c.day >= int(since) // DAY,
            c.day <= (int(until) - 1) // DAY,
        )
        .order_by(c.day)
    )
    return [
        row
        for day, blob in connection.execute(query)
        for row in unpack(blob, day)
        if since <= row[TIME] < until
    ]


def samples_between(connection, check_id, since, until):
    """All samples of [since, until), wherever they are kept."""
    if since >= until:
        return []
    raw = raw_between(connection, check_id, since, until)
    packed = chunks_between(connection, check_id, since, until)
    return united(packed, raw) if packed else raw


def united(first, second):
    """Both lists as one; what is in both as *first* has it."""
    if not second:
        return first
    found = {row[:IDENTITY]: row for row in (*second, *first)}
    return sorted(found.values(), key=place_of)


def place_of(row):
    return *row[:CODE], NO_CODE if row[CODE] is None else row[CODE]


def without_packed(connection, rows):
    """*rows* of the table `sample`, less those that a chunk has already."""
    days = {(row[1], row[2] // DAY) for row in rows}
    known = set()
    for check_id, day in days:
        packed = chunks_between(connection, check_id, day * DAY, (day + 1) * DAY)
        known |= {(check_id, *one[:IDENTITY]) for one in packed}
    return [row for row in rows if row[1:7] not in known] if known else rows
