"""``hoard-poller submit``: bring results from a script, keep what cannot be sent."""

from ..checks.authorities import tls_context
from ..checks.authorities import why_not_trusted
from ..checks.interfaces import CheckUnusable
from ..checks.perfdata import parse_values
from ..checks.secrets import resolve
from ..foreign import document_of
from ..foreign import is_url
from ..interfaces import WrongUse
from dataclasses import dataclass
from dataclasses import field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.error import URLError
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
#: Answers by which a poller refuses a whole batch for good.
TOO_BAD = (400, 413, 422, 500)
#: And by which it, or what stands before it, says to come again.
LATER = (408, 429, 502, 503, 504)
NO_POLLER = "What answers at {} is no hoard-poller: look at http.listen there."


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


class Never(Exception):
    """The poller will not take these, however often they are brought."""


class Away(Exception):
    """The poller does not take results now; they can be sent later."""


def submit_results(arguments) -> Submitted:
    """Send the result of the arguments, after those that a spool still keeps.

    :raises WrongUse: The arguments make no result, or the token is none.
    """
    if not is_url(arguments.url, ("http", "https")):
        raise WrongUse("--url must be like https://www.example.org/poller.")
    look_at_authorities(arguments.ca_file)
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


def look_at_authorities(path):
    try:
        tls_context(True, path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise WrongUse(f"--ca-file: {path} cannot be used: {why}.") from error


def rows_of(arguments) -> list:
    """:raises WrongUse: There is no result in them."""
    if arguments.file:
        return [timed(row) for row in rows_in(arguments.file)]
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


def rows_in(path) -> list:
    """:raises WrongUse: There is no such file, or a line of it is not JSON."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise WrongUse(f"--file: {path} cannot be read: {error.strerror}.") from error
    rows = []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            if line.strip():
                rows.append(document_of(line))
        except ValueError as error:
            raise WrongUse(f"{path}, line {number}, is not JSON: {error}.") from error
    return rows


def timed(row):
    """Its time is when it was brought first, however late it arrives."""
    if isinstance(row, dict):
        row.setdefault("time", int(time.time()))
    return row


def _send_all(rows, arguments, token, result):
    """Send *rows* in their order; those that could not be sent."""
    left = [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)][::-1]
    while left:
        batch = left.pop()
        try:
            answer = send(batch, arguments.url, token, arguments.ca_file)
        except Away as error:
            result.trouble = str(error)
            return [row for part in (batch, *reversed(left)) for row in part]
        except Never as error:
            if len(batch) > 1:
                # Too much at once, or one of them: which?
                middle = len(batch) // 2
                left += [batch[middle:], batch[:middle]]
            else:
                # Kept it would hold up all that come after it, for ever.
                result.refused.append({"check": name_of(batch[0]), "why": str(error)})
            continue
        result.sent += answer.get("stored", 0) + answer.get("silent", 0)
        result.refused += answer.get("refused", [])
    return []


def name_of(row) -> str:
    name = row.get("check") if isinstance(row, dict) else None
    return repr(name)[:100]


def send(rows, url, token, ca_file) -> dict:
    """The poller's answer, also a refusal of all of them.

    :raises Away: It cannot be reached, or has no database now.
    :raises Never: It does not take these; fewer of them, perhaps.
    :raises WrongUse: It does not know the token, or is no poller.
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
            return _taken(response.read(), url)
    except HTTPError as error:
        return _refusal(error, url)
    except (URLError, HTTPException, OSError, ValueError) as error:
        words = why_not_trusted(error) or str(getattr(error, "reason", error))
        raise Away(words) from error


def _taken(data, url):
    answer = _answer(data)
    if "stored" not in answer:
        raise WrongUse(NO_POLLER.format(url))
    return answer


def _answer(data) -> dict:
    """The poller's answer; empty if what answers is none."""
    try:
        answer = document_of(data)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(error, url):
    answer, code = _answer(error.read()), error.code
    words = answer.get("error")
    if code == 422 and "refused" in answer:
        return answer
    if code in LATER or (code == 500 and not words):
        raise Away(f"{code} {words or error.reason}") from error
    if code == 413 or (code in TOO_BAD and words):
        raise Never(str(words or f"{code} {error.reason}")) from error
    if not words:
        raise WrongUse(f"{NO_POLLER.format(url)} It says: {code} {error.reason}.")
    raise WrongUse(f"The poller says: {words}") from error


class Spool:
    """A file of results that wait; nobody else sends them meanwhile."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        try:
            self._file = (
                open(self._path, "a+", encoding="utf-8", errors="replace")
                if self._path
                else None
            )
        except OSError as error:
            raise WrongUse(
                f"--spool: {self._path} cannot be written: {error.strerror}."
            ) from error
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
