"""What the house starts, it stops; what fails, it explains."""

import os
import pytest
import signal
import subprocess
import sys
import time


WAIT = """
import signal, sys, time
sys.path.insert(0, {scripts!r})
import steps
steps.stop_on_signals()
try:
    print("ignores", signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.fixture
def steps(script, tmp_path, monkeypatch):
    steps = script("steps")
    monkeypatch.setattr(steps, "ROOT", tmp_path)
    monkeypatch.setattr(steps, "LOGS", tmp_path / "logs")
    return steps


@pytest.fixture
def waiting(root):
    """A job that waits, started by a shell that runs *prelude* first."""
    started = []

    def start(prelude):
        code = WAIT.format(scripts=str(root / "scripts"))
        process = subprocess.Popen(
            ["sh", "-c", f'{prelude} exec "$0" -c "$1"', sys.executable, code],
            stdout=subprocess.PIPE,
            text=True,
            # Whoever started the tests with nohup has it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "prelude,number",
    [
        ("", signal.SIGINT),
        ("", signal.SIGTERM),
        ("", signal.SIGHUP),
        # As a shell without job control starts what ends with "&".
        ("trap '' INT;", signal.SIGINT),
    ],
)
def test_a_job_is_stopped_by(waiting, prelude, number):
    process = waiting(prelude)
    process.stdout.readline()

    process.send_signal(number)

    assert process.communicate(timeout=60)[0] == "stopped\n"


def test_a_job_started_by_nohup_outlives_the_terminal(waiting):
    process = waiting("trap '' HUP;")

    assert process.stdout.readline() == "ignores True\n"
    process.terminate()
    process.communicate(timeout=60)


def test_the_children_of_a_process_end_with_it(steps, tmp_path):
    """Also one that ignores the polite request."""
    pid_file = tmp_path / "pid"
    child = f"trap '' TERM; echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}"
    command = ["sh", "-c", f'sh -c "{child}; sleep 600" & wait']
    with steps.running(command, tmp_path / "log"):
        while not pid_file.exists():
            time.sleep(0.05)
        pid = int(pid_file.read_text())

    with pytest.raises(ProcessLookupError):
        while True:  # Killed, and gone once the system has noticed.
            os.kill(pid, 0)
            if "Z" in open(f"/proc/{pid}/stat").read().rpartition(")")[2]:
                raise ProcessLookupError
            time.sleep(0.05)


def test_a_step_is_one_line(steps, capfd):
    steps.run_step("Doing it", ["true"], "nothing")

    out = capfd.readouterr().out
    assert out.startswith("  Doing it....")
    assert out.endswith(" 0 s\n")
    assert out.count("\n") == 1


def test_a_failed_step_is_explained(steps, capfd):
    with pytest.raises(SystemExit):
        steps.run_step("Doing it", ["sh", "-c", "echo why >&2; exit 3"], "do that.")

    answer = capfd.readouterr()
    assert "stopped after" in answer.out
    assert "Step failed: Doing it\n    why\n" in answer.err
    assert "The whole log: logs/doing-it.log" in answer.err
    assert "What to do: do that." in answer.err


def test_a_missing_program_is_explained(steps, capfd):
    with pytest.raises(SystemExit):
        steps.run_step("Doing it", ["no-such-program"], "install it.")

    assert "No such file or directory: 'no-such-program'" in capfd.readouterr().err
