"""Commands: exit status, numbers, time-outs, what they may not do."""

from collective.hoard.monitoring.checks.interfaces import CheckSpec
from collective.hoard.monitoring.checks.interfaces import CheckUnusable
from collective.hoard.monitoring.checks.perfdata import split_output
from collective.hoard.monitoring.checks.runners import prepare
from collective.hoard.monitoring.checks.surroundings import Surroundings
from pathlib import Path
import os
import pytest
import time


@pytest.fixture
def plugin(run, tmp_path):
    """``plugin(script, ...)``: run it as a check."""

    def run_script(script, arguments=(), timeout=20, **fields):
        path = tmp_path / "check_it"
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
        around = Surroundings(commands={"it": str(path)})
        params = {"command": "it", "arguments": list(arguments)}
        params.update(fields.pop("params", {}))
        return run("exec", around=around, timeout=timeout, params=params, **fields)

    return run_script


@pytest.mark.parametrize(
    "status,word", [(0, "ok"), (1, "warn"), (2, "crit"), (4, "crit"), (127, "crit")]
)
def test_the_exit_status_is_the_status(plugin, status, word):
    outcome = plugin(f"echo 'DISK it is'; exit {status}")
    assert (outcome.status, outcome.code, outcome.text) == (word, status, "DISK it is")


@pytest.mark.parametrize("setting,word", [("warn", "warn"), ("crit", "crit")])
def test_unknown_counts_as_the_check_says(plugin, setting, word):
    assert plugin("exit 3", params={"unknown": setting}).status == word


def test_unknown_is_no_sample(plugin):
    assert plugin("echo UNKNOWN; exit 3") is None


def test_numbers_are_values(plugin):
    outcome = plugin("echo \"OK | 'a b'=1.5MB;2;3 load=0.4 none=U\"")
    assert outcome.values == {"a b": (1.5, "MB"), "load": (0.4, "")}


def test_thresholds_of_the_check_judge_them(plugin):
    params = {"thresholds": {"load": {"warn": "1", "crit": "5"}}}
    assert plugin("echo 'OK | load=2'", params=params).status == "warn"


@pytest.mark.parametrize(
    "output,text,values",
    [
        ("fine", "fine", {}),
        ("a|x=1", "a", {"x": (1.0, "")}),
        (
            "a|x=1\nmore\nlines|y=2s;;\nz=3%",
            "a",
            dict(x=(1, ""), y=(2, "s"), z=(3, "%")),
        ),
        ("a|'it''s'=-1e3c", "a", {"it's": (-1000.0, "c")}),
        ("a| = ; x= y=1 'unended", "a", {"y": (1.0, "")}),
        ("|", "", {}),
        ("a|x=1e400", "a", {}),
        ("\x00\xff|x=1", "\x00\xff", {"x": (1.0, "")}),
    ],
)
def test_output_is_split(output, text, values):
    assert split_output(output) == (text, values)


def test_arguments_are_never_a_shells(plugin, tmp_path):
    outcome = plugin(
        'echo "$#:$1:$2"', ["{address}; touch /tmp/x", "$(id)"], address="a"
    )
    assert outcome.text == "2:a; touch /tmp/x:$(id)"


def test_our_environment_is_not_the_commands(plugin, monkeypatch):
    monkeypatch.setenv("HOARD_SECRET", "s3cret")
    assert "s3cret" not in plugin("env | tr '\\n' ' '").text


def test_an_endless_output_is_cut(plugin):
    outcome = plugin("yes | head -c 50000000; exit 1")
    assert outcome.status == "warn"
    assert len(outcome.text) <= 500


def living(mark):
    """Processes whose command line or environment has *mark*."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
            state = (path / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in words and state != "Z":
            found.append(int(path.name))
    return found


@pytest.mark.parametrize(
    "script",
    [
        "exec sleep 60",
        "trap '' TERM INT HUP; while true; do sleep 0.1; done",
        "trap '' TERM; (trap '' TERM; sleep 60) & (trap '' TERM; sleep 60) & wait",
        "set -m; (trap '' TERM; sleep 60) & wait",
        "f() { trap '' TERM; sleep 0.05; f & f & wait; }; ulimit -u 300; f",
    ],
    ids=["hangs", "ignores", "forks", "groups", "bomb"],
)
def test_nothing_of_a_late_command_stays(plugin, script):
    mark = f"HOARD_MARK={os.getpid()}-{time.monotonic_ns()}"
    began = time.monotonic()
    outcome = plugin(f"export {mark}\n{script}", timeout=0.5)
    assert (outcome.status, outcome.code, outcome.reason) == ("crit", 0, "timeout")
    # What they start would live for a minute, or for ever.
    assert time.monotonic() - began < 30
    assert living(mark) == []


def test_a_fork_that_holds_the_output_does_not_hold_us(plugin):
    mark = f"HOARD_MARK={os.getpid()}-{time.monotonic_ns()}"
    began = time.monotonic()
    outcome = plugin(f"export {mark}\nsleep 60 &\necho done; exit 0", timeout=20)
    assert outcome.text == "done"
    assert time.monotonic() - began < 15
    assert living(mark) == []


def test_a_command_of_a_listed_folder(run, tmp_path):
    path = tmp_path / "check_x"
    path.write_text("#!/bin/sh\necho fine\n")
    path.chmod(0o755)
    around = Surroundings(directories=(str(tmp_path),))
    for command in ("check_x", str(path)):
        assert run("exec", around=around, params={"command": command}).text == "fine"


@pytest.mark.parametrize(
    "command", ["/bin/sh", "sh", "../../bin/sh", "", "check_none", "link"]
)
def test_any_other_command_is_refused(tmp_path, command):
    (tmp_path / "link").symlink_to("/bin/sh")
    around = Surroundings(directories=(str(tmp_path),))
    spec = CheckSpec(1, "exec", params={"command": command}, trusted=True)
    with pytest.raises(CheckUnusable, match="not allowed"):
        prepare(spec, around)


def test_an_untrusted_check_runs_no_command(tmp_path):
    around = Surroundings(commands={"it": "/bin/true"})
    with pytest.raises(CheckUnusable, match="Only managers"):
        prepare(CheckSpec(1, "exec", params={"command": "it"}), around)


@pytest.mark.services
def test_a_plugin_of_debian(run, target, require_service):
    require_service("monitoring-plugins")
    around = Surroundings(directories=("/usr/lib/nagios/plugins",))
    arguments = ["-I", "{address}", "-p", "{port}", "-u", "/fine"]
    params = {"command": "check_http", "arguments": arguments}
    outcome = run("exec", target.host, target.port, around, params=params)
    assert (outcome.status, outcome.code) == ("ok", 0)
    assert outcome.values["time"][1] == "s"
