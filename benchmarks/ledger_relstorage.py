"""The ledger on RelStorage and PostgreSQL: the same work, the same burst.

Starts a private PostgreSQL that listens on a Unix socket in a temporary folder;
as root, it runs as the user postgres. Wants RelStorage and psycopg2 installed.
"""

from argparse import ArgumentParser
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from time import sleep
import os
import pwd
import scale_tasks
import shutil
import subprocess
import sys
import writers


SIZES = (1_000, 10_000, 100_000)
#: Seconds that the server may take to start.
PATIENCE = 60


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--rows", type=int, default=1200, help="in the burst")
    parser.add_argument("--bin", type=Path, help="folder of initdb and postgres")
    options = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        with postgres(Path(folder), options.bin or find_programs()) as dsn:
            results = {}
            for size in options.sizes:
                name = f"relstorage:{new_database(dsn, f'size{size}')}"
                results[size] = scale_tasks.measure(size, name, repeat=3)
            scale_tasks.show(results)
            print()
            name = f"relstorage:{new_database(dsn, 'burst')}"
            title = "8 writers in 4 processes on PostgreSQL"
            return writers.show([writers.burst(name, 4, 2, options.rows)], title)


def find_programs():
    """Debian keeps them out of the path, one folder a version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        raise SystemExit("no PostgreSQL found; install it or say where with --bin")
    return folders[-1].parent


@contextmanager
def postgres(folder, programs):
    """A server of our own in *folder*; yields its DSN without a database."""
    who = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid}
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "cwd": folder}
    initdb = [programs / "initdb", "-D", data, "-A", "trust", "-U", "hoard"]
    subprocess.run(initdb, check=True, **quiet, **who)
    command = [programs / "postgres", "-D", data, "-k", folder, "-h", ""]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stderr=log, **quiet, **who)
    try:
        dsn = f"host={folder} user=hoard"
        wait_for(dsn, server)
        yield dsn
    finally:
        server.terminate()
        server.wait()


def wait_for(dsn, server):
    import psycopg2

    end = monotonic() + PATIENCE
    while True:
        try:
            psycopg2.connect(f"{dsn} dbname=postgres").close()
            return
        except psycopg2.OperationalError:
            if monotonic() > end or server.poll() is not None:
                raise
            sleep(0.2)


def new_database(dsn, name):
    import psycopg2

    connection = psycopg2.connect(f"{dsn} dbname=postgres")
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{dsn} dbname={name}"


if __name__ == "__main__":
    sys.exit(main())
