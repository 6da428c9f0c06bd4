"""``hoard-poller submit``: bring results from a script, keep what cannot be sent."""

from ..checks.authorities import tls_context
from ..checks.authorities import why_not_trusted
from ..checks.interfaces import CheckUnusable
from ..checks.perfdata import parse_values
from ..checks.secrets import resolve
from ..interfaces import WrongUse
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from urllib.error import HTTPError
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request
from urllib.request import urlopen
import fcntl
import json
import sys
import time


#: Results of one request.
AT_ONCE = 500
#: Results that a spool keeps; the oldest go first.
MOST = 100_000
TIMEOUT = 30


@dataclass
class Submitted:
    """`kept`: results that wait in the spool for the next time."""

    sent: int = 0
    kept: int = 0
    refused: list = field(default_factory=list)
    trouble: str = ""

    def words(self) -> str:
        lines = [f"{self.sent} sent."]
        lines += [f"Refused: {row['check']}: {row['why']}" for row in self.refused]
        if self.trouble:
            lines.append(f"Not sent: {self.trouble}")
        if self.kept:
            lines.append(f"{self.kept} kept for the next time.")
        return "\n".join(lines)


class Away(Exception):
    """The poller does not take results now; they can be sent later."""


def submit_results(arguments) -> Submitted:
    """Send the result of the arguments, after those that a spool still keeps.

    :raises WrongUse: The arguments make no result, or the token is none.
    """
    if urlsplit(arguments.url).scheme not in {"http", "https"}:
        raise WrongUse("--url must begin with http:// or https://.")
    try:
        token = resolve(arguments.token)
    except CheckUnusable as error:
        raise WrongUse(f"--token: {error}") from error
    rows = rows_of(arguments)
    with Spool(arguments.spool) as spool:
        waiting = spool.read() + rows
        result = Submitted()
        try:
            left = _send_all(waiting, arguments, token, result)
        except WrongUse:
            # A wrong token is soon put right; the results are not lost for it.
            spool.write(waiting)
            raise
        result.kept = spool.write(left)
    return result


def rows_of(arguments) -> list:
    """:raises WrongUse: There is no result in them."""
    if arguments.file:
        text = (
            sys.stdin.read()
            if arguments.file == "-"
            else Path(arguments.file).read_text(encoding="utf-8")
        )
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise WrongUse(
                f"{arguments.file} has a line that is not JSON: {error}."
            ) from error
        return [timed(row) for row in rows]
    if not arguments.check:
        raise WrongUse("Say which check: --check NAME, or --file FILE.")
    row = {"check": arguments.check, "text": arguments.text}
    for key in ("status", "code", "ms", "time"):
        if getattr(arguments, key) is not None:
            row[key] = getattr(arguments, key)
    if values := parse_values(" ".join(arguments.value)):
        row["values"] = {path: list(pair) for path, pair in values.items()}
    if arguments.value and len(values) != len(arguments.value):
        raise WrongUse("--value must be like temperature=21.5C.")
    return [timed(row)]


def timed(row):
    """Its time is when it was brought first, however late it arrives."""
    if isinstance(row, dict):
        row.setdefault("time", int(time.time()))
    return row


def _send_all(rows, arguments, token, result):
    """Send *rows* in their order; those that could not be sent."""
    for at in range(0, len(rows), AT_ONCE):
        batch = rows[at : at + AT_ONCE]
        try:
            answer = send(batch, arguments.url, token, arguments.ca_file)
        except Away as error:
            result.trouble = str(error)
            return rows[at:]
        result.sent += answer.get("stored", 0) + answer.get("silent", 0)
        result.refused += answer.get("refused", [])
    return []


def send(rows, url, token, ca_file) -> dict:
    """The poller's answer, also a refusal of all of them.

    :raises Away: It cannot be reached, or has no database now.
    :raises WrongUse: It does not know the token, or does not take such requests.
    """
    request = Request(  # noqa: S310
        url.rstrip("/") + "/results",
        json.dumps({"results": rows}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    context = tls_context(True, ca_file) if url.startswith("https:") else None
    try:
        # The scheme was looked at before.
        with urlopen(request, timeout=TIMEOUT, context=context) as response:  # noqa: S310
            return json.loads(response.read())
    except HTTPError as error:
        if error.code >= 500:
            raise Away(f"{error.code} {error.reason}") from error
        return _refusal(error)
    except (URLError, OSError, ValueError) as error:
        words = why_not_trusted(error) or str(getattr(error, "reason", error))
        raise Away(words) from error


def _refusal(error):
    try:
        answer = json.loads(error.read())
    except ValueError:
        answer = {"error": f"{error.code} {error.reason}"}
    if error.code == 422:
        return answer
    raise WrongUse(f"The poller says: {answer.get('error')}") from error


class Spool:
    """A file of results that wait; nobody else sends them meanwhile."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        self._file = open(self._path, "a+", encoding="utf-8") if self._path else None
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        if self._file:
            self._file.close()

    def read(self) -> list:
        if not self._file:
            return []
        self._file.seek(0)
        rows = []
        for line in self._file:
            try:
                rows.append(json.loads(line))
            except ValueError:
                # The end of a line that a full disk cut.
                continue
        return rows

    def write(self, rows) -> int:
        """Keep *rows* and nothing else; how many are kept."""
        if not self._file:
            return 0
        rows = rows[-MOST:]
        self._file.seek(0)
        self._file.truncate()
        self._file.writelines(json.dumps(row) + "\n" for row in rows)
        return len(rows)
