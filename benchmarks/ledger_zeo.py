"""8 writers in 4 processes over ZEO: is a row lost, how often do they meet?"""

from argparse import ArgumentParser
from tempfile import TemporaryDirectory
import sys
import writers
import ZEO


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2, help="in each process")
    parser.add_argument("--rows", type=int, default=1200, help="in all")
    parser.add_argument("--rounds", type=int, default=3, help="repeat so often")
    options = parser.parse_args(argv)
    results = [measure(options) for _ in range(options.rounds)]
    count = options.processes * options.threads
    title = f"{count} writers in {options.processes} processes over ZEO"
    return writers.show(results, title)


def measure(options):
    """One round, on a server and a database of its own."""
    with TemporaryDirectory() as folder:
        address, stop = ZEO.server(f"{folder}/Data.fs", port=("127.0.0.1", 0))
        try:
            name = f"zeo:{address[0]},{address[1]}"
            return writers.burst(name, options.processes, options.threads, options.rows)
        finally:
            stop()


if __name__ == "__main__":
    sys.exit(main())
