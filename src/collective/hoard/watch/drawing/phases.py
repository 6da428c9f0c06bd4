"""Where the milliseconds of an answer went: one bar in parts."""

from .svg import element
from .svg import picture
from .svg import short
from .svg import text


COLOURS = ("#0b5394", "#38761d", "#9a6700", "#741b47", "#45818e")
BAR, ROW = 22, 18


def phases(parts, title, width=400):
    """A picture of ``[(label, milliseconds)]``; each part is named below it."""
    total = sum(ms for _, ms in parts) or 1
    shown, x = [], 0
    for place, (_label, ms) in enumerate(parts):
        wide = ms / total * width
        shown.append(
            element(
                "rect", x=short(x), y=0, width=short(max(wide, 1)), height=BAR,
                fill=COLOURS[place % len(COLOURS)],
            )
        )  # fmt: skip
        x += wide
    for place, (label, ms) in enumerate(parts):
        y = BAR + ROW * (place + 1)
        colour = COLOURS[place % len(COLOURS)]
        shown.append(element("rect", x=0, y=y - 10, width=10, height=10, fill=colour))
        shown.append(
            text(f"{label}: {ms:.1f} ms", x=16, y=y, font_size=13, fill="currentColor")
        )
    described = ", ".join(f"{label} {ms:.1f} ms" for label, ms in parts)
    height = BAR + ROW * len(parts) + 6
    return picture(width, height, title, *shown, description=described)
