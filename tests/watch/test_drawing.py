"""Pictures: well-formed, escaped, named, and not by colour alone."""

from collective.hoard.watch.drawing.badge import badge
from collective.hoard.watch.drawing.colours import HEIGHTS
from collective.hoard.watch.drawing.icon import icon
from collective.hoard.watch.drawing.latency import latency
from collective.hoard.watch.drawing.latency import nice
from collective.hoard.watch.drawing.phases import phases
from collective.hoard.watch.drawing.strip import merged
from collective.hoard.watch.drawing.strip import strip
from collective.hoard.watch.reading.one import Bucket
from collective.hoard.watch.words import percent
from xml.etree import ElementTree
import pytest


SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</svg><script>alert('1')</script>\" onload=\"x\x00\x0b"
ROWS = [(0, 50, "ok"), (50, 60, "crit"), (60, 70, "unknown"), (70, 100, "warn")]
BUCKETS = [
    Bucket(0, 10, 90, 40, 0),
    Bucket(10, None, None, None, 2),
    Bucket(90, 5, 5, 5, 0),
]

PICTURES = {
    "strip": lambda: strip(ROWS, 0, 100, HOSTILE, HOSTILE, tips=lambda *_: HOSTILE),
    "latency": lambda: latency(BUCKETS, 0, 100, HOSTILE, HOSTILE, [(50, HOSTILE)]),
    "nothing measured": lambda: latency([], 0, 100, HOSTILE),
    "phases": lambda: phases([(HOSTILE, 3.0), ("b", 0)], HOSTILE),
    "badge": lambda: badge(HOSTILE, HOSTILE, "crit"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_xml_with_a_name(name):
    root = ElementTree.fromstring(PICTURES[name]())

    assert root.find(f"{SVG}title").text.startswith("</svg>")
    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert not list(root.iter(f"{SVG}script"))
    assert not [tag for tag in root.iter() if tag.get("onload")]


def test_each_status_has_a_height_of_its_own():
    assert len(set(HEIGHTS.values())) == len(HEIGHTS)


def test_each_status_has_a_shape_of_its_own():
    drawn = {s: ElementTree.fromstring(icon(s))[0] for s in HEIGHTS}
    shapes = {(tag.tag, tag.get("points")) for tag in drawn.values()}

    assert len(shapes) == len(HEIGHTS)


def test_a_minute_of_outage_is_seen_in_a_month():
    month = 30 * 86400
    rows = [(0, 1000, "ok"), (1000, 1060, "crit"), (1060, month, "ok")]

    root = ElementTree.fromstring(strip(rows, 0, month, "t", width=300))

    red = [r for r in root.iter(f"{SVG}rect") if r.get("fill") == "#c4161c"]
    assert len(red) == 1
    assert float(red[0].get("width")) >= 1


def test_of_what_falls_on_one_pixel_the_worst_is_drawn():
    rows = [(n, n + 1, "crit" if n == 5 else "ok") for n in range(100)]

    found = merged(rows, 10)

    assert len(found) <= 11
    assert found[0][2] == "crit"


def test_a_line_is_not_drawn_over_a_gap():
    buckets = [Bucket(at, 1, 3, 2, 0) for at in (0, 1, 2, 50, 51, 52)]

    root = ElementTree.fromstring(latency(buckets, 0, 60, "t"))

    assert len(list(root.iter(f"{SVG}polyline"))) == 2


@pytest.mark.parametrize(
    "number,above", [(0, 1), (1, 1), (3, 5), (7, 10), (101, 200), (999, 1000)]
)
def test_scales_are_round(number, above):
    assert nice(number) == above


@pytest.mark.parametrize(
    "share,shown",
    [(1.0, "100.000 %"), (0.9999999, "99.999 %"), (0.5, "50.000 %"), (None, None)],
)
def test_a_share_is_never_rounded_up(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    "rows,shown",
    [
        # A minute of nothing known, then a month without an outage.
        (
            [(0, 1, "unknown"), (1, 100, "ok")],
            [(0, 10, "unknown"), (10, 100, "ok")],
        ),
        (
            [(0, 50, "ok"), (50, 51, "crit"), (51, 52, "ok"), (52, 53, "warn"),
             (53, 100, "ok")],
            [(0, 50, "ok"), (50, 60, "crit"), (60, 100, "ok")],
        ),
        ([(0, 1, "ok"), (1, 100, "crit")], [(0, 100, "crit")]),
        ([(0, 1, "ok"), (1, 2, "crit")], [(0, 2, "crit")]),
        ([(0, 1, "crit"), (1, 3, "ok"), (3, 5, "ok")], [(0, 5, "crit")]),
        ([(0, 1, "crit"), (60, 100, "ok")], [(0, 1, "crit"), (60, 100, "ok")]),
    ],
)  # fmt: skip
def test_a_short_row_swallows_no_long_one(rows, shown):
    assert merged(rows, 10) == shown
