"""The benchmarks of monitoring run, with sizes that say nothing about speed."""

from pathlib import Path
import pytest


@pytest.fixture
def sizes(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    from run import Sizes

    return Sizes(
        history_runs=1,
        disk_checks=1,
        disk_days=4,
        judge_changes=3,
        judge_seconds=1,
        sites=20,
        polled=20,
        polled_tls=10,
        polled_rounds=1,
        plugins=1,
        swept=5,
        passive=600,
        passive_rounds=1,
        event_ticks=4,
        watched_seconds=1,
    )


def test_history(sizes, tmp_path):
    from monitoring_history_rows import measure

    passive, year, raw, disk = measure(tmp_path, sizes)

    assert passive.ratio and passive.required == "at most 4"
    assert year.required == "at most 3"
    assert raw.required == "at least 100 times"
    assert disk.required == "at most 1.2 GB"


def test_rules(sizes, tmp_path):
    from monitoring_judge_rows import measure

    rules, pace = measure(tmp_path, sizes)

    assert rules.ratio and rules.required == "at most 2"
    assert pace.ratio and pace.required == "at most 1.5"


@pytest.mark.slow
def test_the_poller(sizes, tmp_path):
    from monitoring_poller_rows import measure

    rows = measure(tmp_path, sizes)

    required = [row.required for row in rows if row.required != "–"]
    assert {"at most 3", "at most 1.5", "at most 1/8", "at most 1.2"} <= {*required}
    assert {"at most 5 %", "at most 100 MB"} <= {*required}
    assert sum("sweep" in row.work for row in rows) == 2


def test_without_nginx_the_rest_is_measured(sizes, tmp_path, monkeypatch):
    import monitoring_poller_rows

    monkeypatch.setattr(monitoring_poller_rows, "find_nginx", lambda: None)
    monkeypatch.setattr(monitoring_poller_rows, "sweep", lambda *_: [])
    monkeypatch.setattr(monitoring_poller_rows, "events", lambda *_: [])

    *missing, passive = monitoring_poller_rows.measure(tmp_path, sizes)

    assert {row.other for row in missing} == {"nginx is not installed"}
    assert passive.ratio
