"""What is lost on the way to Solr when something fails: ours, collective.solr and a
model of alm.solrindex, each in a Plone site of its own, with the same real Solr.

collective.solr is in a venv of its own, see `scripts/bench.py`; without it, its column
is left out. The table is in docs/explanation/search.md.
"""

from dataclasses import dataclass
from report import Row
from solr_faults import all_faults
from solr_faults import TITLES
from solr_sites import Contender
from solr_sites import NotStarted
from solr_sites import NotThere
from solr_sites import Site
from solr_sites import start_solr
import os
import sys


OURS = Contender("product_solr_hoard", sys.executable, "hoard")
#: The strategy of alm.solrindex: the package itself is for Python 2.
MODEL = Contender("product_solr_posting", sys.executable, "model")


@dataclass(frozen=True)
class Fault:
    """One line of the table: the contenders' texts, by their titles."""

    fault: str
    texts: dict
    passed: bool | None

    @property
    def heads(self):
        return ("fault", *self.texts, "verdict of ours")

    @property
    def cells(self):
        verdict = {True: "pass", False: "MISS", None: "–"}[self.passed]
        return (self.fault, *self.texts.values(), verdict)


def measure(folder, sizes):
    """Rows of the report."""
    try:
        server = start_solr()
    except (NotStarted, NotThere) as reason:
        return [Row("Solr", f"not measured: {reason}")]
    try:
        columns = [
            column(contender, folder / contender.module, server, sizes)
            for contender in contenders()
        ]
    finally:
        server.close()
    return rows(columns, sizes)


def contenders():
    found = [OURS]
    if python := os.environ.get("HOARD_SOLR_PEER_PYTHON"):
        found.append(Contender("product_solr_collective", python, "plone"))
    return [*found, MODEL]


def column(contender, folder, server, sizes):
    """``(title, {fault: Cell})`` of one contender."""
    site = Site(contender, folder, server)
    try:
        return site.title, {cell.fault: cell for cell in all_faults(site, sizes)}
    finally:
        site.close()


def rows(columns, sizes):
    """One row for each fault; ours comes first, and must be good."""
    heads = [title for title, _ in columns]
    found = []
    for fault, title in TITLES.items():
        cells = [of[fault] for _, of in columns]
        texts = dict(zip(heads, (cell.text for cell in cells), strict=True))
        found.append(Fault(title.format(**vars(sizes)), texts, cells[0].good))
    return found
