"""What has to be known of the whole source before the first record is decided."""

from .current import newest
from .layout import Damage
from .layout import MAGIC_SIZE
from .pieces import pieces
from .pool import in_order
from .reach import follow
from .records import RecordConverter
from .rules import kinds
from .rules import rule_of
from .survey import PieceSurvey
from .survey import Survey


class Plan:
    """The decisions about one source: who was outvoted, what rules reach.

    :param folder: For a nameless temporary file; never the source's.
    """

    def __init__(self, source, options, folder, progress):
        self.source = source
        self.options = options
        self.outvoted = set()
        self.reach = {}
        self.surveyed = False
        self.counted = set()
        self._folder = folder
        self._progress = progress
        self._index = None

    @property
    def index(self):
        """The newest record of each object of the source."""
        if self._index is None:
            self._index = newest(self.source, self._folder)
        return self._index

    def converter(self, **more):
        """A `RecordConverter` that decides by this plan."""
        return self._converter(self.reach, **more)

    def _converter(self, reach, **more):
        decider = self.options.decider(self.outvoted)
        return RecordConverter(self.options.rules, decider, reach, **more)

    def tasks(self, start=MAGIC_SIZE):
        """`Piece` and `Damage` from *start* on."""
        return pieces(self.source, start)

    def survey(self):
        """Read the whole source once."""
        survey = self._survey()
        self.surveyed = True
        self.outvoted = survey.outvoted()
        if survey.targets:
            self.reach = follow(
                self.source, self.index, self._converter, survey.targets
            )

    def count_votes(self, places):
        """Find out whether some ``(class, attribute)`` are outvoted; much quicker."""
        survey = self._survey({attribute for _, attribute in places})
        self.outvoted |= survey.outvoted() & places
        self.counted |= places

    def _survey(self, attributes=()):
        rules, decider = self.options.rules, self.options.decider()

        def make():
            converter = RecordConverter(rules, decider)
            return PieceSurvey(self.source, converter, decider, rules, attributes)

        survey = Survey()
        whole = (task for task in self.tasks() if type(task) is not Damage)
        for piece, part in in_order(self.options.jobs, make, whole):
            survey.add(part)
            self._progress(piece.end / self.source.size, "survey")
        return survey

    def as_plain(self):
        """For a journal."""
        return {
            "surveyed": self.surveyed,
            "counted": sorted(map(list, self.counted)),
            "outvoted": sorted(map(list, self.outvoted)),
            "reach": sorted([o.hex(), kinds(r)] for o, r in self.reach.items()),
        }

    def restore(self, plain):
        """Take over what `as_plain` gave."""
        self.surveyed = plain["surveyed"]
        self.counted = {tuple(place) for place in plain["counted"]}
        self.outvoted = {tuple(place) for place in plain["outvoted"]}
        self.reach = {bytes.fromhex(o): rule_of(r) for o, r in plain["reach"]}
