"""A badge: a name and how it is, for other pages."""

from .colours import COLOURS
from .colours import shape
from .svg import element
from .svg import picture
from .svg import short
from .svg import text


HEIGHT = 20
LONGEST = 60


def badge(label, said, status):
    """*label* on grey, *said* on the colour of *status*, with its shape."""
    label = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
    left, right = wide(label) + 12, wide(said) + 30
    return picture(
        left + right,
        HEIGHT,
        f"{label}: {said}",
        element("rect", width=short(left + right), height=HEIGHT, rx=3, fill="#444"),
        element(
            "rect",
            x=short(left),
            width=short(right),
            height=HEIGHT,
            rx=3,
            fill=COLOURS[status],
        ),
        element("rect", x=short(left), width=4, height=HEIGHT, fill=COLOURS[status]),
        written(label, left / 2),
        shape(status, 14, left + 4, 3),
        written(said, left + 22 + (right - 26) / 2),
    )


def written(value, x):
    return text(
        value,
        x=short(x),
        y=14,
        fill="#fff",
        font_family="Verdana,DejaVu Sans,sans-serif",
        font_size=11,
        text_anchor="middle",
    )


def wide(value):
    """About how many pixels *value* takes; no font is at hand to measure."""
    return sum(
        4 if sign in "iljtf.,:;|! " else 10 if sign in "mwMW@%" else 7 for sign in value
    )
