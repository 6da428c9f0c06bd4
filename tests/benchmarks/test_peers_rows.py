"""The faults on the way to Solr: they happen, are counted, and are in the docs."""

from dataclasses import replace
from pathlib import Path
import pytest


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sizes():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        from run import Sizes

        yield replace(
            Sizes(),
            peer_saves=3,
            peer_some=4,
            peer_people=2,
            peer_hang=1,
            peer_undone=2,
        )


@pytest.fixture(scope="module")
def made(sizes, tmp_path_factory):
    """``made(contender)``: its `Site`, all with one Solr."""
    from servers import NotThere
    from solr_sites import Site
    from solr_sites import start_solr

    sites = []
    try:
        server = start_solr()
    except NotThere as reason:
        from server_fixtures import missing

        missing(str(reason))

    def make(contender):
        folder = tmp_path_factory.mktemp(contender.module)
        sites.append(Site(contender, folder, server))
        return sites[-1]

    yield make
    for site in sites:
        site.close()
    server.close()


@pytest.mark.slow
@pytest.mark.services
def test_ours_loses_nothing(made, sizes):
    from peers_rows import OURS
    import solr_faults

    site = made(OURS)
    faults = ("well", "down", "busy", "hanging", "undone", "bad_document")
    cells = [
        cell for name in faults for cell in getattr(solr_faults, name)(site, sizes)
    ]

    assert [cell for cell in cells if cell.good is False] == []
    assert len(cells) == 12
    # Solr did refuse the one that it was to refuse.
    assert "0 of 3 lost; the refused one is shown" in cells[-1].text
    # What is compared is there: 3 while Solr was down, one before.
    assert "0 of 4 lost" in cells[1].text


@pytest.mark.slow
@pytest.mark.services
def test_the_model_of_alm_solrindex_has_phantoms(made, sizes):
    from peers_rows import MODEL
    import solr_faults

    site = made(MODEL)
    undone = list(solr_faults.undone(site, sizes))
    (busy,) = solr_faults.busy(site, sizes)

    assert ["2 phantoms" in cell.text for cell in undone] == [True] * 4
    assert "4 people refused" in busy.text


def test_outcomes_are_counted(sizes):
    from solr_sites import Outcome

    told = (True, True, False, False, False)
    one = Outcome(frozenset("abc"), frozenset("bcde"), told)

    assert (one.lost, one.phantoms, one.misled, one.refused) == (1, 2, 1, 2)
    assert not one.is_good
    assert Outcome(frozenset("ab"), frozenset("ab"), (True, True)).is_good


def test_one_row_for_each_fault_ours_first(sizes):
    from peers_rows import rows
    from report import report
    from solr_faults import Cell
    from solr_faults import TITLES

    ours = {fault: Cell(fault, "0 lost", fault != "busy") for fault in TITLES}
    theirs = {fault: Cell(fault, "9 lost", False) for fault in TITLES}
    found = rows([("ours", ours), ("theirs", theirs)], sizes)

    assert [row.passed for row in found].count(False) == 1
    assert "| fault | ours | theirs | verdict of ours |" in report(found)
    assert "| no fault: 4 saves | 0 lost | 9 lost | pass |" in report(found)


def test_the_docs_show_the_faults_that_are_measured(sizes):
    from run import Sizes
    from solr_faults import TITLES

    page = (ROOT / "docs/explanation/search.md").read_text()
    shown = [line.split(" | ")[0] for line in page.splitlines()]

    titles = [f"| {title.format(**vars(Sizes()))}" for title in TITLES.values()]
    assert [line for line in shown if line in titles] == titles
