"""hoard-migrate against zodbupdate and a raw copy, on a file made for it.

180,000 objects give some 378,000 records and 214 MB.  Each round runs all of
them on the same file; the table shows medians.  Needs zodbupdate 3.0 in a venv
of its own, whose Python the variable HOARD_PEERS_PYTHON names.
"""

from argparse import ArgumentParser
from migration_watch import watch
from pathlib import Path
from report import table
from statistics import median
from tempfile import TemporaryDirectory
import migration_generate
import migration_raw
import os
import shutil
import sys


HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
COMMAND = [sys.executable, "-m", "collective.hoard.migration.command", "convert"]
RAW = [sys.executable, str(HERE / "migration_raw.py")]
# The goals: ratios within one run, and MiB.
OF_ZODBUPDATE, OF_COPY, MIB, GROWTH, OUTPUT = 0.4, 4, 150, 1.1, 1.2


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=180_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="for some 2 GB of temporary files")
    options = parser.parse_args(argv)
    with TemporaryDirectory(dir=options.folder) as folder:
        return run(Path(folder), options)


def run(folder, options):
    full, part = folder / "full.fs", folder / "part.fs"
    migration_generate.main(str(full), options.objects)
    migration_generate.main(str(part), options.objects // 4)
    records = migration_raw.iterate(python3_copy(full, folder / "python3.fs"))
    rounds = [measured(folder, full) for _ in range(options.rounds)]
    small = watch(convert(folder, part, 2))
    found = {name: middle([one[name] for one in rounds]) for name in rounds[0]}
    size = full.stat().st_size
    print(f"## Migration of {records:,} records, {size / 1e6:,.0f} MB\n")
    print(
        table(
            ["", "seconds", "processor", "records/s", "MiB", "output"],
            rows(found, records),
        )
    )
    print()
    return judged(goals(found, small))


def python3_copy(path, copy):
    """Only the first bytes say which Python a file is for."""
    shutil.copyfile(path, copy)
    with open(copy, "r+b") as stream:
        stream.write(b"FS30")
    return str(copy)


def measured(folder, path):
    """One round: ``{what: figures}``."""
    size = path.stat().st_size
    raw, copied = str(folder / "python3.fs"), folder / "copied.fs"
    found = {"iterate raw": watch([*RAW, "iterate", raw])}
    copied.unlink(missing_ok=True)
    found["copy raw"] = watch([*RAW, "copy", raw, str(copied)])
    found["copy raw"]["output"] = copied.stat().st_size / size
    shutil.copyfile(path, copied)
    found["zodbupdate"] = watch(zodbupdate(copied))
    found["zodbupdate"]["output"] = copied.stat().st_size / size
    for jobs in (1, 2):
        name = f"hoard-migrate --jobs {jobs}"
        found[name] = watch(convert(folder, path, jobs))
        found[name]["output"] = (folder / "converted.fs").stat().st_size / size
    return found


def zodbupdate(path):
    python = Path(os.environ.get("HOARD_PEERS_PYTHON", PEERS))
    options = ["--convert-py3", "--encoding", "utf-8", "--encoding-fallback", "latin-1"]
    return [str(python.with_name("zodbupdate")), *options, "--file", str(path)]


def convert(folder, path, jobs):
    destination = folder / "converted.fs"
    destination.unlink(missing_ok=True)
    return [*COMMAND, str(path), str(destination), "--jobs", str(jobs), "--no-verify"]


def middle(figures):
    return {key: median(one[key] for one in figures) for key in figures[0]}


def rows(found, records):
    for name, one in found.items():
        output = f"{one['output']:.2f}" if "output" in one else ""
        yield (
            name,
            f"{one['seconds']:.1f}",
            f"{one['processor']:.1f}",
            f"{records / one['seconds']:,.0f}",
            f"{one['mib']:.0f}",
            output,
        )


def goals(found, small):
    """``(what, reached, allowed)`` of each goal."""
    ours = found["hoard-migrate --jobs 2"]
    peer, floor = found["zodbupdate"], found["copy raw"]
    yield "time / zodbupdate's", ours["seconds"] / peer["seconds"], OF_ZODBUPDATE
    yield "time / raw copy's", ours["seconds"] / floor["seconds"], OF_COPY
    yield "MiB in all", ours["mib"], MIB
    yield "MiB / a quarter of the file's", ours["mib"] / small["mib"], GROWTH
    yield "output / source", ours["output"], OUTPUT


def judged(goals):
    """Print the goals; the exit code."""
    missed = False
    lines = []
    for what, reached, allowed in goals:
        missed = missed or reached > allowed
        word = "yes" if reached <= allowed else "MISSED"
        lines.append((what, f"{reached:.2f}", f"{allowed:g}", word))
    print(table(["goal", "reached", "at most", "met"], lines))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
