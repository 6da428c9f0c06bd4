"""``@@hoard-wall``: a screen on a wall, readable from four metres."""

from .. import times
from ..drawing.icon import icon
from ..reading import rules
from ..reading import standings
from .page import Page
from collective.hoard import _
from math import ceil
from math import log
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: More checks than that are shown as groups.
SINGLE = 24
#: Tiles that fit on a screen; the worst come first.
TILES = 24
#: Names that a tile of a group has room for.
NAMED = 3


class Wall(Page):
    name = "hoard-wall"
    index = ViewPageTemplateFile("templates/wall.pt")
    # Nobody sits at a screen on a wall: it stays one, and tries again.
    _trouble = ViewPageTemplateFile("templates/wall_trouble.pt")
    age = 60

    def answer(self):
        self.group = self.given("group")[:200]
        asked = standings.Asked(group=self.group)
        self.counts = standings.counts(self.db, self.now, asked)
        nothing = self.nothing
        if nothing:
            return self.nothing_there(nothing)
        self.beyond = 0
        return self.tiled(asked)

    @property
    def nothing(self):
        """Why there is nothing to see, a message; None where there is something."""
        if self.group and self.group not in dict(standings.groups(self.db)):
            return _("There is no group “${name}”.", mapping={"name": self.group})
        return None if sum(self.counts.values()) else _("There are no checks yet.")

    def nothing_there(self, words):
        self.words = words
        if self.group:
            self.request.response.setStatus(404)
        return self._trouble()

    def tiled(self, asked):
        if sum(self.counts.values()) <= SINGLE:
            found = standings.page(self.db, self.now, asked)
            tiles = [self.tile_of(line) for line in found.lines]
        else:
            tiles = self.group_tiles()
        tiles = [*self.rule_tiles(), *tiles]
        tiles.sort(key=lambda tile: standings.ORDER.index(tile["status"]))
        total = len(tiles) + self.beyond
        self.tiles = tiles[: TILES - 1] if total > TILES else tiles
        self.hidden = total - len(self.tiles)
        return self.index()

    def rule_tiles(self):
        """Rules say it denser than their members."""
        if self.group:
            return []
        found = rules.rules(self.db, self.now)
        return [self.tile_of(r.line, r.label) for r in found if r.enabled and r.line]

    def tile_of(self, line, label=None):
        bad = line.status not in ("ok", "unmonitored")
        return {
            "status": line.status,
            "label": label or line.label,
            "since": self.ago(line.since) if bad else "",
            "care": line.acknowledged,
            "maintenance": line.maintenance,
            "names": [],
            "counts": [],
        }

    def group_tiles(self):
        """A tile a group; checks without a group have one of their own."""
        if self.group:
            return self.sample(self.group)
        titles = dict(standings.groups(self.db))
        counts = standings.grouped_counts(self.db, self.now, list(titles))
        tiles = [
            self.group_tile(name, titles[name], found)
            for name, found in counts.items()
            if sum(found.values())
        ]
        return tiles or [self.group_tile("", _("All checks"), self.counts)]

    def sample(self, group):
        asked = standings.Asked(group=group, size=TILES)
        found = standings.page(self.db, self.now, asked)
        self.beyond = found.total - len(found.lines)
        return [self.tile_of(line) for line in found.lines]

    def group_tile(self, name, title, counts):
        status = standings.worst(counts)
        names = []
        if status in ("crit", "unknown", "warn"):
            asked = standings.Asked(group=name, status=status, size=NAMED)
            found = standings.page(self.db, self.now, asked)
            names = [line.label for line in found.lines]
        shown = [(key, counts[key]) for key in standings.ORDER if counts[key]]
        return {
            "status": status,
            "label": title,
            "since": "",
            "care": False,
            "maintenance": False,
            "names": names,
            "counts": shown,
        }

    @property
    def layout(self):
        """Style: how many tiles stand side by side, and how many columns the last one
        takes, so that no hole is left; for each way in which a screen hangs.
        """
        count = max(len(self.tiles) + bool(self.hidden), 1)
        words = []
        for name, shape, most in SCREENS:
            columns = columns_of(count, shape, most)
            words.append(
                f"--columns{name}: {columns}; --last{name}: {1 + -count % columns}"
            )
        return "; ".join(words)

    @property
    def summary(self):
        """``[(status, how many)]`` of what there is."""
        return [(s, self.counts[s]) for s in standings.ORDER if self.counts[s]]

    @property
    def clock(self):
        return times.moment(self.time_now).strftime("%H:%M")

    @property
    def time_now(self):
        # Without a database nothing was begun to be read.
        return getattr(self, "now", None) or times.now()

    def sign(self, status):
        return icon(status, 64)


#: A tile that is so much wider than high is read best.
SHAPE = 2.2
#: ``(end of the variable's name, width : height, columns at most)``
SCREENS = (("", 16 / 9, 6), ("-tall", 9 / 16, 2))


def columns_of(count, screen, most):
    """How many columns are best for *count* tiles: few holes, and wider than high."""
    return min(range(1, most + 1), key=lambda columns: waste(columns, count, screen))


def waste(columns, count, screen):
    """How bad so many columns are on a screen of that shape."""
    rows = ceil(count / columns)
    holes = (rows * columns - count) / count
    shape = screen * rows / columns
    return 2 * holes + abs(log(shape / SHAPE))
