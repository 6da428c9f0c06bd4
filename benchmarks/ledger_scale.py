"""What a ledger costs with 1,000 rows and with 1,000,000, on FileStorage."""

from argparse import ArgumentParser
from tempfile import TemporaryDirectory
import scale_tasks
import sys


SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: collective.easyform 5.0.2, the same values, 10,000 rows; see the page benchmarks.
EASYFORM_BYTES = 39_700


def main(argv=None):
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=7, help="of which the best")
    parser.add_argument("--folder", help="for the databases, 4 GB; default: /tmp")
    options = parser.parse_args(argv)
    results = {}
    for size in options.sizes:
        with TemporaryDirectory(dir=options.folder) as folder:
            name = f"file:{folder}/Data.fs"
            results[size] = scale_tasks.measure(size, name, options.repeat)
    scale_tasks.show(results)
    return judge(*results.values())


def judge(smallest, *others):
    """Print how far the goals are reached; 1 when one is not."""
    largest = [smallest, *others][-1]
    page = largest["newest"]["seconds"] / smallest["newest"]["seconds"]
    share = largest["insert"]["bytes"] / EASYFORM_BYTES
    print(f"\nnewest page, largest to smallest: {page:.1f} (reach: at most 3)")
    print(f"bytes per row, to easyform's: {share:.3f} (reach: at most 0.1)")
    return 1 if page > 3 or share > 0.1 else 0


if __name__ == "__main__":
    sys.exit(main())
