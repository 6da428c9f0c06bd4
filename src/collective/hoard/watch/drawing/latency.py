"""Milliseconds, or another unit, over time: the middle as a line, lowest to highest as a band."""

from .colours import COLOURS
from .svg import element
from .svg import picture
from .svg import short
from .svg import text
from math import ceil
from math import log10


LEFT, RIGHT, TOP, BOTTOM = 56, 8, 8, 24
LINE, BAND, GRID = "#0b5394", "#9fc5e8", "#dee2e6"


def latency(
    buckets,
    since,
    until,
    title,
    description="",
    times=(),
    width=720,
    height=220,
    unit="ms",
):
    """A picture of ``Bucket``s (start, low, high, middle, failed).

    *times* are ``(seconds, label)`` for the lower edge.  Buckets with failed
    samples get a mark at the lower edge, whatever they measured.
    """
    known = [one for one in buckets if one.high is not None]
    top = nice(max((one.high for one in known), default=1))
    low = min((one.low for one in known), default=0)
    foot = -nice(-low) if low < 0 else 0
    inner = width - LEFT - RIGHT, height - TOP - BOTTOM

    def x(seconds):
        return LEFT + (seconds - since) / max(until - since, 1) * inner[0]

    def y(ms):
        return TOP + inner[1] * (1 - (ms - foot) / (top - foot))

    parts = [*grid(foot, top, y, width, unit), *labels(times, x, height)]
    for run in runs(known, since, until, len(buckets)):
        parts += [band(run, x, y), line(run, x, y)]
    parts += [
        element(
            "path",
            d=f"M{short(x(one.start))} {short(height - BOTTOM)}l4 7h-8z",
            fill=COLOURS["crit"],
        )
        for one in buckets
        if one.failed
    ]
    return picture(width, height, title, *parts, description=description)


def nice(number):
    """The next of 1, 2, 5, 10, 20 ... that is not below *number*."""
    power = 10 ** max(ceil(log10(max(number, 1))) - 1, 0)
    for factor in (1, 2, 5, 10):
        if factor * power >= number:
            return factor * power
    return 10 * power


def grid(foot, top, y, width, unit):
    for share in (0, 0.25, 0.5, 0.75, 1):
        number = foot + (top - foot) * share
        place = y(number)
        yield element(
            "line",
            x1=LEFT,
            x2=width - RIGHT,
            y1=short(place),
            y2=short(place),
            stroke=GRID,
        )
        yield text(
            f"{number:g} {unit}".rstrip(),
            x=LEFT - 6,
            y=short(place + 4),
            text_anchor="end",
            font_size=11,
            fill="#495057",
        )


def labels(times, x, height):
    for seconds, label in times:
        place = short(x(seconds))
        yield element(
            "line", x1=place, x2=place, y1=TOP, y2=height - BOTTOM, stroke=GRID
        )
        yield text(
            label,
            x=place,
            y=height - 7,
            text_anchor="middle",
            font_size=11,
            fill="#495057",
        )


def runs(known, since, until, count):
    """Buckets without gaps: a line over a gap would be a lie."""
    if not known:
        return
    steps = sorted(b.start - a.start for a, b in zip(known, known[1:], strict=False))
    usual = steps[len(steps) // 2] if steps else until - since
    run = [known[0]]
    for one in known[1:]:
        if one.start - run[-1].start > 3 * usual:
            yield run
            run = []
        run.append(one)
    yield run


def line(run, x, y):
    points = " ".join(f"{short(x(o.start))},{short(y(o.middle))}" for o in run)
    if len(run) == 1:
        one = run[0]
        return element(
            "circle", cx=short(x(one.start)), cy=short(y(one.middle)), r=2, fill=LINE
        )
    return element(
        "polyline", points=points, fill="none", stroke=LINE, stroke_width=1.5
    )


def band(run, x, y):
    there = [f"{short(x(one.start))},{short(y(one.high))}" for one in run]
    back = [f"{short(x(one.start))},{short(y(one.low))}" for one in reversed(run)]
    return element("polygon", points=" ".join(there + back), fill=BAND, opacity=0.6)
