"""A period as a strip: the worse, the higher the bar."""

from .colours import COLOURS
from .colours import HEIGHTS
from .svg import element
from .svg import picture
from .svg import short
from .svg import words


WORST_FIRST = ("crit", "unknown", "warn", "ok", "unmonitored")


def strip(rows, since, until, title, description="", width=600, height=28, tips=None):
    """A picture of *rows*, ``(since, until, status)``, over [since, until).

    What no row covers stays empty.  ``tips(since, until, status)`` is the text
    that is shown for a bar, or nothing.
    """
    scale = width / max(until - since, 1)
    bars = [
        bar(row, (row[0] - since) * scale, (row[1] - row[0]) * scale, height, tips)
        for row in merged(rows, 1 / scale)
    ]
    base = element("rect", x=0, y=height - 1, width=width, height=1, fill="#adb5bd")
    return picture(
        width,
        height,
        title,
        base,
        *bars,
        description=description,
        preserveAspectRatio="none",
        class_="hoard-svg hoard-strip",
    )


def bar(row, x, width, height, tips):
    tall = max(height * HEIGHTS[row[2]], 2)
    tip = tips(*row) if tips else ""
    inner = [element("title", words(tip))] if tip else []
    return element(
        "rect",
        *inner,
        x=short(x),
        y=short(height - tall),
        # An outage of a minute in a month must be seen.
        width=short(max(width, 1)),
        height=short(tall),
        fill=COLOURS[row[2]],
    )


def merged(rows, step):
    """*rows* so that each is at least *step* long; of those in one the worst stays,
    and what is left of the last of them follows.
    """
    result = []
    for start, end, status in rows:
        if end <= start:
            continue
        if result and start < result[-1][0] + step:
            start, status = shared(result, start, end, status, step)
            if end <= start:
                continue
        if result and result[-1][2] == status and result[-1][1] == start:
            result[-1] = (result[-1][0], end, status)
        else:
            result.append((start, end, status))
    return result


def shared(result, start, end, status, step):
    """Let a row share the last place of *result*; where its rest starts, and as what."""
    first, last, old = result[-1]
    worst = min(old, status, key=WORST_FIRST.index)
    if old == status:
        result[-1] = (first, max(last, end), old)
        return end, status
    edge = first + step
    result[-1] = (first, max(min(edge, end), last), worst)
    return edge, status
