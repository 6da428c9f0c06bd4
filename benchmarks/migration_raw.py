"""The floor:  migration_raw.py iterate|copy FILE [DESTINATION]

Reads a Python 2 file, or copies it transaction by transaction, as ZODB does
and with nothing done to any record.  FILE says of itself that it is of
Python 3, or ZODB would refuse it.
"""

from ZODB.FileStorage import FileIterator
from ZODB.FileStorage import FileStorage
import sys


def iterate(path):
    return sum(1 for transaction in FileIterator(path) for _ in transaction)


def copy(path, destination):
    target = FileStorage(destination, create=True)
    target.copyTransactionsFrom(FileIterator(path))
    target.close()


if __name__ == "__main__":
    {"iterate": iterate, "copy": copy}[sys.argv[1]](*sys.argv[2:])
