"""What a killed run leaves behind, so that the next one can go on.

Beside the destination lie the unfinished file (``.hoard-part``) and a journal
(``.hoard-journal``): one line of JSON about the run, then one for each finding
so far.  The journal also keeps what the survey decided, so both runs decide
the same.
"""

from .interfaces import Finding
from .interfaces import WrongUse
from dataclasses import asdict
import json
import os


class Unfinished:
    """The files beside a destination while it is being written."""

    def __init__(self, destination):
        self.destination = os.fspath(destination)
        self.part = f"{self.destination}.hoard-part"
        self.journal = f"{self.destination}.hoard-journal"
        self._stream = None

    def check(self, resume):
        """Refuse to overwrite anything.

        :raises WrongUse: There is a destination, or an unfinished one that
            nobody asked to resume.
        """
        folder = os.path.dirname(os.path.abspath(self.destination))
        if not os.path.isdir(folder):
            raise WrongUse(f"There is no folder {folder} for the destination.")
        if os.path.lexists(self.destination) and not (
            resume and os.path.exists(self.journal)
        ):
            raise WrongUse(
                f"{self.destination} exists already and is never overwritten."
                " Name another file, or move it away."
            )
        if not resume and (os.path.exists(self.part) or os.path.exists(self.journal)):
            raise WrongUse(
                f"An interrupted run left {self.part}. Go on with --resume, or"
                f" delete it and {self.journal} to start again."
            )

    @property
    def is_written(self):
        """Was the file finished, and only the verification left to do?"""
        return os.path.exists(self.destination) and os.path.exists(self.journal)

    def load(self):
        """The journal's run and findings as ``(dict or None, list)``."""
        try:
            with open(self.journal, encoding="utf-8") as stream:
                lines = stream.read().split("\n")
        except FileNotFoundError:
            return None, []
        whole = []
        for line in lines[:-1]:  # what follows the last newline was cut off
            try:
                whole.append(json.loads(line))
            except ValueError:
                break
        if not whole:
            return None, []
        return whole[0], whole[1:]

    def start(self, run, findings=()):
        """Write a new journal in one step."""
        temporary = f"{self.journal}.new"
        with open(temporary, "w", encoding="utf-8") as stream:
            for line in (run, *findings):
                stream.write(json.dumps(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, self.journal)
        self._stream = open(self.journal, "a", encoding="utf-8")  # noqa: SIM115

    def note(self, tid, findings):
        """Keep findings of the transaction *tid* for a later run."""
        for finding in findings:
            self._stream.write(json.dumps({"tid": tid.hex(), **asdict(finding)}) + "\n")
        if findings:
            self._stream.flush()

    def note_suspects(self, tid, oids):
        """Keep which tree nodes may have to be sorted in the end."""
        line = {"tid": tid.hex(), "suspects": [oid.hex() for oid in oids]}
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()

    def remove_part(self):
        if os.path.exists(self.part):
            os.remove(self.part)

    def close(self):
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def finished_writing(self):
        """Give the finished file its name, for good."""
        os.rename(self.part, self.destination)
        _sync_folder(self.destination)

    def done(self):
        self.close()
        for path in (self.journal, f"{self.journal}.new"):
            if os.path.exists(path):
                os.remove(path)


def finding_of(line):
    """The `Finding` of a journal line."""
    return Finding(**{key: value for key, value in line.items() if key != "tid"})


def _sync_folder(path):
    fd = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
