"""hoard-migrate against zodbupdate and a raw copy, on a file made for it.

180,000 objects give some 378,000 records and 214 MB. Each round runs all of
them on the same file. Verification is not counted.
"""

from migration_watch import watch
from pathlib import Path
from report import compare
from report import Row
from report import Samples
import migration_generate
import migration_raw
import os
import shutil
import sys


COMMAND = [sys.executable, "-m", "collective.hoard.migration.command", "convert"]
RAW = [sys.executable, str(Path(__file__).parent / "migration_raw.py")]
WORKERS = 2
#: How the smallest file compares with the largest, to show that memory is flat.
PART = 4


def measure(folder, sizes):
    """Rows; what zodbupdate is needed for is not measured without it."""
    full, part = folder / "full.fs", folder / "part.fs"
    migration_generate.main(str(full), sizes.migrated)
    migration_generate.main(str(part), sizes.migrated // PART)
    records = migration_raw.iterate(python3_copy(full, folder / "python3.fs"))
    rounds = [one_round(folder, full) for _ in range(sizes.migrations)]
    small = watch(convert(folder, part))["mib"]
    title = f"{records:,} records, {full.stat().st_size / 1e6:,.0f} MB"
    return [*times(title, rounds), *sizes_of(rounds, small, full)]


def python3_copy(path, copy):
    """Only the first bytes say which Python a file is for."""
    shutil.copyfile(path, copy)
    with open(copy, "r+b") as stream:
        stream.write(b"FS30")
    return str(copy)


def one_round(folder, path):
    """``{"copy", "ours", "one", "python" and, if it is there, "peer": figures}``"""
    copied, raw = folder / "copied.fs", str(folder / "python3.fs")
    copied.unlink(missing_ok=True)
    found = {"copy": watch([*RAW, "copy", raw, str(copied)])}
    if zodbupdate():
        shutil.copyfile(path, copied)
        found["peer"] = watch([*zodbupdate(), "--file", str(copied)])
    found["python"] = watch(["env", "HOARD_NO_ACCELERATOR=1", *convert(folder, path)])
    found["one"] = watch(convert(folder, path, jobs=1))
    found["ours"] = watch(convert(folder, path))
    found["ours"]["output"] = (folder / "converted.fs").stat().st_size
    return found


def zodbupdate():
    python = os.environ.get("HOARD_PEERS_PYTHON")
    if not python:
        return None
    options = ["--convert-py3", "--encoding", "utf-8", "--encoding-fallback", "latin-1"]
    return [str(Path(python).with_name("zodbupdate")), *options]


def convert(folder, path, jobs=WORKERS):
    destination = folder / "converted.fs"
    destination.unlink(missing_ok=True)
    return [*COMMAND, str(path), str(destination), "--jobs", str(jobs), "--no-verify"]


def times(title, rounds):
    def seconds(name):
        if name in rounds[0]:
            return Samples(tuple(one[name]["seconds"] for one in rounds), "s")

    ours = seconds("ours")
    yield compare(f"{title}, {WORKERS} workers", ours, seconds("peer"), 0.4)
    yield compare("the same, raw copy", ours, seconds("copy"), 4, note="copy: ")
    yield compare("the same, 1 worker", seconds("one"), seconds("peer"))
    yield compare("the same, without compiled part", seconds("python"), seconds("peer"))


def sizes_of(rounds, small, full):
    memory = Samples(tuple(one["ours"]["mib"] for one in rounds), "MB")
    yield Row(
        "memory of all processes (MiB)",
        memory,
        required="at most 150",
        passed=memory.median <= 150,
    )
    part = Samples((small,), "MB")
    yield compare("memory, file four times as large", memory, part, 1.1)
    output = Samples(tuple(one["ours"]["output"] / 1e6 for one in rounds), "MB")
    source = Samples((full.stat().st_size / 1e6,), "MB")
    yield compare("size of the result", output, source, 1.2, note="source: ")
