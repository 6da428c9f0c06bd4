"""A run can be stopped at any moment, and goes on as if nothing had happened."""

from collective.hoard.migration.writing import DestinationFile
import json
import os
import pytest
import resource
import signal


def in_child(action):
    """Run *action* in a process of its own; its wait status."""
    pid = os.fork()
    if not pid:
        status = 99
        try:
            status = action()
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1]


def killed_after(sample, writes, *more):
    """Convert in a child that is killed by SIGKILL at its n-th write."""

    def action():
        write = DestinationFile._write
        left = [writes]

        def dying(self, data):
            write(self, data)
            left[0] -= 1
            if left[0] == 0:
                self._file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

        DestinationFile._write = dying
        return sample.convert(*more)

    return in_child(action)


@pytest.fixture
def whole(sample, tmp_path):
    """A sample, what an uninterrupted run makes of it, and its report."""
    one = sample("variety_zodb3")
    report = tmp_path / "whole.json"
    one.convert("--json", str(report))
    written = one.destination.read_bytes()
    one.destination.unlink()
    return one, written, json.loads(report.read_text())


@pytest.mark.parametrize("writes", range(1, 19))
def test_a_killed_run_resumes_to_the_same_bytes(whole, tmp_path, writes):
    one, expected, report = whole
    status = killed_after(one, writes, "--jobs", "2")
    before = one.state()

    resumed = one.convert("--resume", "--json", str(tmp_path / "resumed.json"))

    assert os.WIFSIGNALED(status) or status == 1 << 8
    assert one.destination.read_bytes() == expected
    assert resumed == 1  # the sample has a tree that cannot be sorted
    again = json.loads((tmp_path / "resumed.json").read_text())
    assert again["codes"] == report["codes"]
    assert one.state() == before
    left = [name for name in os.listdir(tmp_path) if "hoard-" in name]
    assert left == []


def test_a_run_killed_again_and_again(whole):
    one, expected, _ = whole
    killed_after(one, 5)
    for writes in (2, 3, 4):
        killed_after(one, writes, "--resume")

    one.convert("--resume")

    assert one.destination.read_bytes() == expected


def test_a_part_cut_off_anywhere(whole):
    one, expected, _ = whole
    killed_after(one, 12)
    part = one.destination.with_name("Data.fs.hoard-part")
    written = part.read_bytes()
    for size in range(4, len(written), len(written) // 9):
        part.write_bytes(written[:size])
        killed_after(one, 1, "--resume")

    one.convert("--resume")

    assert one.destination.read_bytes() == expected


def test_an_interrupted_run_is_not_overwritten(sample, capsys):
    one = sample("public_zodb5")
    killed_after(one, 6)

    assert one.convert() == 2
    assert "--resume" in capsys.readouterr().err


def test_resuming_with_other_rules_is_refused(sample, capsys):
    one = sample("public_zodb5")
    killed_after(one, 6)
    one.rules.write_text("")

    assert one.convert("--resume") == 2
    assert "another rules" in capsys.readouterr().err


def test_resuming_without_anything_to_resume_starts(sample):
    one = sample("dates_zodb5")

    assert one.convert("--resume") == 0


def test_ctrl_c_is_resumable(sample, capsys):
    one = sample("public_zodb5")

    def action():
        write = DestinationFile._write
        left = [6]

        def stopped(self, data):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGTERM)
            write(self, data)

        DestinationFile._write = stopped
        return one.convert("--jobs", "2")

    assert os.waitstatus_to_exitcode(in_child(action)) == 3
    assert one.convert("--resume") == 0


def test_a_full_disk_is_resumable(sample):
    one = sample("public_zodb5")

    def action():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))
        return one.convert("--jobs", "1")

    assert os.waitstatus_to_exitcode(in_child(action)) == 3
    assert one.convert("--resume") == 0
    assert one.judged()["summary"]["percent_right"] == 100


def test_workers_end_with_a_killed_parent(sample, tmp_path):
    one = sample("public_zodb5")
    pids = tmp_path / "pids"

    def action():
        write = DestinationFile._write

        def dying(self, data):
            write(self, data)
            with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as stream:
                pids.write_text(stream.read())
            os.kill(os.getpid(), signal.SIGKILL)

        DestinationFile._write = dying
        return one.convert("--jobs", "2")

    in_child(action)
    workers = [int(pid) for pid in pids.read_text().split()]
    assert len(workers) == 2
    for _ in range(100):
        if not any(_is_alive(pid) for pid in workers):
            return
        signal.sigtimedwait([], 0.1)
    pytest.fail("workers outlive their parent")


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False
