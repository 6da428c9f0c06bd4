"""The benchmarks run, with sizes that say nothing about speed and without a peer."""

from dataclasses import replace
from pathlib import Path
import pytest
import sys


BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def sizes():
    sys.path.insert(0, str(BENCHMARKS))
    from run import Sizes

    yield Sizes(
        threads=2,
        per_thread=2,
        races=1,
        sent_before=20,
        submits=2,
        views=2,
        visits=1,
        many=30,
        part=10,
        lists=2,
        few=5,
        huge=40,
        versioned=10,
        saves=2,
    )
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def ours(sizes, tmp_path_factory):
    """Our product, served by a process of its own, with all forms made."""
    from party import fresh
    from party import products
    import measure_receivers
    import measure_versions
    import measure_visitors

    with fresh(products(tmp_path_factory.mktemp("bench"))) as (party,):
        party.ask("make_site")
        for part in (measure_visitors, measure_receivers, measure_versions):
            part.make(party, sizes)
        measure_receivers.make_huge(party, sizes)
        yield party


def test_what_visitors_do_is_stored(ours, sizes):
    from measure_visitors import race
    from measure_visitors import submits
    from measure_visitors import visits

    rows = [race([ours], sizes), *submits([ours], sizes), *visits([ours], sizes)]

    assert rows[0].ours == "4 of 4"
    assert rows[0].passed
    assert [row.other for row in rows] == ["not measured"] * 4
    warm_up_and_measured = 5 + sizes.submits + sizes.visits
    assert ours.ask("count", "sent") == sizes.sent_before + warm_up_and_measured


def test_looking_at_a_form_registers_nothing(ours, sizes):
    from measure_visitors import views

    time, registered = views([ours], sizes)

    assert time.ours.median > 0
    assert registered.passed


def test_what_a_request_changes_is_seen(ours, sizes):
    from measure_visitors import RACED
    from measure_visitors import Sender

    ours.ask("watch")
    Sender(ours, RACED, 1)()

    assert "LOBTree" in ours.ask("registered")


def test_lists_show_the_newest_rows(ours, sizes):
    from measure_receivers import first_pages
    from measure_receivers import MANY
    from measure_receivers import newest_page

    rows = [*first_pages([ours], sizes), newest_page(ours, sizes)]

    assert all(row.ours.median > 0 for row in rows)
    assert ours.list(MANY).content.count(b'name="keys"') == 20


def test_an_export_has_all_rows(ours, sizes):
    from measure_receivers import MANY
    from measure_receivers import one_export

    seconds, megabytes = one_export(ours, MANY, sizes.many)

    assert seconds > 0
    assert megabytes >= 0


def test_a_new_version_is_measured(ours, sizes):
    from measure_versions import saves

    time, grown = saves(ours, sizes)

    assert time.ours.median > 0
    assert grown.passed


def test_a_job_that_fails_says_why(ours):
    from instance import WorkerFailed

    with pytest.raises(WorkerFailed, match="KeyError: 'nowhere'"):
        ours.ask("count", "nowhere")


@pytest.mark.parametrize(
    "measured, other, limit, ratio, verdict",
    [
        ((1, 2, 9), (3, 4, 5), 0.5, "0.5", "pass"),
        ((1, 3, 9), (3, 4, 5), 0.5, "0.75", "MISS"),
        ((1, 3, 9), (3, 4, 5), None, "0.75", "–"),
    ],
)
def test_medians_are_compared(sizes, measured, other, limit, ratio, verdict):
    from report import compare
    from report import Samples

    row = compare("work", Samples(measured), Samples(other), limit)

    assert row.cells[3] == ratio
    assert row.cells[5] == verdict


def test_the_page_keeps_what_was_written_by_hand(sizes, tmp_path):
    from page import write
    from report import Row

    path = tmp_path / "benchmarks.md"
    path.write_text("outdated\n\n## On PostgreSQL\n\nby hand\n")

    write(path, [Row("new work", 1)], "", {"Other": [Row("more", 2)]}, full=False)

    assert "new work" in path.read_text()
    assert "## Other" in path.read_text()
    assert path.read_text().endswith("\n## On PostgreSQL\n\nby hand\n")
    assert "outdated" not in path.read_text()


def test_a_part_of_the_page_is_written_alone(sizes, tmp_path):
    from page import write
    from report import Row

    path = tmp_path / "benchmarks.md"
    path.write_text("by hand\n\n## On PostgreSQL\n\nby hand\n")
    others = {"One": [Row("first", 1)], "Two": [Row("second", 2)]}
    write(path, [Row("forms", 1)], "ledgers", others, full=False)
    before = path.read_text()

    write(path, [], "", {"One": [Row("anew", 3)]}, full=False)

    assert path.read_text() == before.replace("| first | 1 |", "| anew | 3 |")
    assert before.index("## The ledger") < before.index("## One")


def test_a_look_up_is_measured(sizes, tmp_path):
    from connections_rows import measure

    (row,) = measure(tmp_path, replace(sizes, lookups=10, lookup_runs=3))

    assert row.ours.median > 0 and row.other.startswith("thread-local: ")
