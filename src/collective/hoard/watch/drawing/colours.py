"""How a status looks: colour, and a shape for those who do not see colours."""

from .svg import element


#: Darker than Bootstrap's: white text on each has a contrast of 4.5 and more.
COLOURS = {
    "ok": "#1a7f37",
    "warn": "#9a6700",
    "crit": "#c4161c",
    "unknown": "#5b4b8a",
    "unmonitored": "#6c757d",
}
#: Signs that need no font of their own.
SIGNS = {"ok": "✓", "warn": "!", "crit": "✕", "unknown": "?", "unmonitored": "–"}
#: The share of the height that a bar of a strip has.
HEIGHTS = {"ok": 0.45, "warn": 0.7, "crit": 1.0, "unknown": 0.25, "unmonitored": 0.1}


def shape(status, size, x=0, y=0):
    """Circle, triangle, octagon, diamond or bar with the sign inside."""
    colour = COLOURS[status]
    half = size / 2
    if status == "ok":
        body = element("circle", cx=x + half, cy=y + half, r=half, fill=colour)
    elif status == "unmonitored":
        body = element(
            "rect", x=x, y=y + size * 0.35, width=size, height=size * 0.3, fill=colour
        )
    else:
        corners = CORNERS[status]
        points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in corners)
        body = element("polygon", points=points, fill=colour)
    sign = element(
        "text",
        SIGNS[status],
        x=x + half,
        y=y + size * (0.86 if status == "warn" else 0.72),
        fill="#fff",
        font_size=f"{size * 0.62:.1f}",
        font_weight="bold",
        text_anchor="middle",
        font_family="sans-serif",
    )
    return body + (sign if status != "unmonitored" else "")


CORNERS = {
    "warn": ((0.5, 0), (1, 1), (0, 1)),
    "crit": (
        (0.3, 0), (0.7, 0), (1, 0.3), (1, 0.7), (0.7, 1), (0.3, 1), (0, 0.7), (0, 0.3),
    ),
    "unknown": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
}  # fmt: skip
