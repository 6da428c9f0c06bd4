"""Bring blob files over: hard links where possible, else copies.

Object and transaction numbers stay, so a file keeps its name.
"""

from .findings import finding
from .interfaces import WrongUse
from ZODB.blob import FilesystemHelper
import errno
import os
import shutil


# The link cannot be made here, but a copy can.
NO_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP)


class Blobs:
    """Two blob folders; either both are None or both are given.

    :raises WrongUse: Only one is given, or the first does not exist.
    """

    def __init__(self, source, destination, link=True):
        if (source is None) != (destination is None):
            raise WrongUse("Give both --blobs and --destination-blobs, or neither.")
        if source is not None and not os.path.isdir(source):
            raise WrongUse(f"There is no blob folder {source}.")
        self._source = source and FilesystemHelper(os.fspath(source))
        self._target = None
        self._folder = destination and os.fspath(destination)
        self._link = link
        self.copied = 0
        self.left = 0

    def bring(self, oid, tid):
        """Bring one file over; a finding if there is none, else None."""
        if self._source is None:
            self.left += 1
            return None
        if self._target is None:
            self._create()
        path = self._source.getBlobFilename(oid, tid)
        if not os.path.isfile(path):
            return finding("missing-blob", oid, path=path)
        target = self._target.getBlobFilename(oid, tid)
        if not (os.path.exists(target) and _same_size(path, target)):
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            self._copy(path, target)
        self.copied += 1
        return None

    def _create(self):
        self._target = FilesystemHelper(self._folder, "bushy")
        self._target.create()

    def _copy(self, path, target):
        if self._link:
            try:
                if os.path.exists(target):
                    os.remove(target)
                os.link(path, target)
                return
            except OSError as error:
                if error.errno not in NO_LINK:
                    raise
                self._link = False
        temporary = f"{target}.new"
        shutil.copyfile(path, temporary)
        os.chmod(temporary, 0o400)
        os.replace(temporary, target)


def _same_size(one, other):
    return os.path.getsize(one) == os.path.getsize(other)
