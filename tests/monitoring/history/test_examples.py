"""The worked examples E1 to E6, as anybody would try them: by the commands."""

from collective.hoard.monitoring.command import main
from itertools import permutations
import json
import pytest


@pytest.fixture
def run(tmp_path, capsys):
    """``run(command, ...)``: what it prints with --json, on a fresh database."""

    def run(command, *arguments):
        url = f"sqlite:///{tmp_path / 'examples.db'}"
        assert main([command, *map(str, arguments), "--database", url, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def load(run, tmp_path):
    """Import samples ``(time, status, code)`` of the check "site"."""

    def load(samples, slot=600, fresh=600):
        path = tmp_path / "samples.jsonl"
        lines = [
            {"check": "site", "source": "here", "time": t, "status": s, "code": c}
            for t, s, c in samples
        ]
        path.write_text("\n".join(map(json.dumps, lines)))
        run("import", path, "--create", "--slot", slot, "--fresh", fresh)

    return load


def in_slots(*codes, first=0):
    """A sample a slot of 600 s; None is a slot without."""
    return [
        (number * 600 + 5, "ok" if code < 500 else "crit", code)
        for number, code in enumerate(codes, first)
        if code is not None
    ]


def log(run):
    """``(since, status, code)`` of each row."""
    rows = run("history", "--check", "site")
    for row, following in zip(rows, [*rows[1:], {"since": None}], strict=True):
        assert row["until"] == following["since"]
    return [(row["since"], row["status"], row["code"]) for row in rows]


def over(run, since, until):
    return run("availability", "--check", "site", "--from", since, "--to", until)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_e1_a_success_outweighs_an_error(run, load, order):
    samples = [(10, "crit", 503), (310, "ok", 200)]
    load([samples[place] for place in order])

    assert log(run) == [(0, "ok", 200), (600, "unknown", None)]
    assert run("suppressed", "--check", "site") == [
        {"time": 10, "source": "here", "status": "crit", "code": 503, "reason": ""}
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_error_of_the_same_second_is_not_lost(run, load, order):
    samples = [(10, "crit", 503), (10, "crit", None), (10, "ok", 200), (10, "warn", 0)]
    load([samples[place] for place in order] * 2)

    assert log(run) == [(0, "ok", 200), (600, "unknown", None)]
    errors = run("suppressed", "--check", "site")
    assert [(e["time"], e["status"], e["code"]) for e in errors] == [
        (10, "warn", 0),
        (10, "crit", None),
        (10, "crit", 503),
    ]


def test_e2_an_outage(run, load):
    load(in_slots(200, 200, 503, 503, 200))

    assert log(run) == [
        (0, "ok", 200),
        (1200, "crit", 503),
        (2400, "ok", 200),
        (3000, "unknown", None),
    ]
    assert over(run, 0, 3000) == {
        "up": 1800,
        "down": 1200,
        "unknown": 0,
        "unmonitored": 0,
        "maintenance": 0,
        "of_known": pytest.approx(0.6),
        "of_period": pytest.approx(0.6),
        "coverage": 1.0,
    }


def test_e3_a_gap_is_unknown(run, load):
    load(in_slots(200, 200, None, None, None, 200, 503))

    assert log(run)[:4] == [
        (0, "ok", 200),
        (1200, "unknown", None),
        (3000, "ok", 200),
        (3600, "crit", 503),
    ]
    found = over(run, 0, 4200)
    assert (found["up"], found["down"], found["unknown"]) == (1800, 600, 1800)
    assert found["of_known"] == pytest.approx(0.75)
    assert found["of_period"] == pytest.approx(0.8571, abs=1e-4)
    assert found["coverage"] == pytest.approx(0.5714, abs=1e-4)


def test_e4_no_answer_is_down(run, load):
    load([(5, "crit", 0), (305, "crit", 503)])

    assert log(run) == [(0, "crit", 0), (600, "unknown", None)]
    assert over(run, 0, 600)["down"] == 600


def test_e5_a_slow_check_has_no_false_gaps(run, load):
    load([(5, "ok", 200), (3605, "ok", 200)], fresh=3900)

    assert log(run) == [(0, "ok", 200), (7500, "unknown", None)]
    assert over(run, 0, 9000)["up"] == 7500


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_e6_late_samples_heal_a_gap(run, load, order):
    load(in_slots(200, None, None, 200))
    assert [status for _, status, _ in log(run)] == ["ok", "unknown", "ok", "unknown"]

    replay = in_slots(200, 500, first=1)
    for place in order:
        load([replay[place]])

    assert log(run)[:3] == [(0, "ok", 200), (1200, "crit", 500), (1800, "ok", 200)]


def test_nothing_known_is_not_a_hundred_percent(run, load):
    load([(100_000, "ok", 200)])

    found = over(run, 0, 5000)
    assert found["unknown"] == 5000
    assert (found["of_known"], found["of_period"], found["coverage"]) == (None, None, 0)


def test_sums_of_adjacent_periods_add_up(run, load):
    load(in_slots(200, 503, None, 200, 503, 503, None, 200))
    edges = [0, 1, 599, 777, 1800, 2000, 4000, 6000]
    parts = [over(run, a, b) for a, b in zip(edges, edges[1:], strict=False)]
    whole = over(run, 0, 6000)
    for key in ("up", "down", "unknown"):
        assert sum(part[key] for part in parts) == whole[key]
