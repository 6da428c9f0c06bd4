"""Results that could not be sent, in a file: bounded by age and by size."""

from contextlib import contextmanager
from threading import Lock
import json
import sqlite3
import time


TABLES = """
CREATE TABLE IF NOT EXISTS result (
    id INTEGER PRIMARY KEY, time INTEGER NOT NULL, size INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS result_time ON result (time);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, body TEXT NOT NULL);
"""


class Spool:
    """Rows wait here oldest first; from any thread.

    What is older than *max_age* seconds or above *max_bytes* goes, the oldest
    first, and is counted in `lost`.
    """

    def __init__(self, path, max_age=86_400, max_bytes=200_000_000, clock=time.time):
        self._max_age, self._max_bytes, self._clock = max_age, max_bytes, clock
        # What is kept and what is replayed come from threads of their own: a
        # transaction begun within another's would be refused, and its rows lost.
        self._lock = Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)
        count, size = self._db.execute(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM result"
        ).fetchone()
        self._count, self._size = count, size
        self.lost = 0

    def __len__(self):
        return self._count

    def add(self, rows) -> None:
        """Keep *rows*, results as they are sent."""
        bodies = [json.dumps(row, separators=(",", ":")) for row in rows]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO result (time, size, body) VALUES (?, ?, ?)",
                [
                    (int(row["time"]), len(body), body)
                    for row, body in zip(rows, bodies, strict=True)
                ],
            )
            self._count += len(rows)
            self._size += sum(map(len, bodies))
            self._bound()

    def oldest(self, most: int) -> list:
        """[(id, row)] of up to *most* rows."""
        query = "SELECT id, body FROM result ORDER BY time, id LIMIT ?"
        with self._transaction():
            self._bound()
            found = self._db.execute(query, (most,)).fetchall()
        return [(key, json.loads(body)) for key, body in found]

    def remove(self, keys) -> None:
        """These have arrived."""
        with self._transaction():
            for key in keys:
                self._delete("id = ?", (key,))

    def _bound(self):
        limit = int(self._clock()) - self._max_age
        self.lost += self._delete("time < ?", (limit,))
        while self._size > self._max_bytes and self._count:
            # A hundredth at a time: exact to the byte would cost a look at each.
            many = max(self._count // 100, 1)
            self.lost += self._delete(
                "id IN (SELECT id FROM result ORDER BY time, id LIMIT ?)", (many,)
            )

    def _delete(self, where, values):
        count, size = self._db.execute(
            f"SELECT COUNT(*), COALESCE(SUM(size), 0) FROM result WHERE {where}",  # noqa: S608
            values,
        ).fetchone()
        if count:
            self._db.execute(f"DELETE FROM result WHERE {where}", values)  # noqa: S608
            self._count -= count
            self._size -= size
        return count

    def remember(self, name: str, document) -> None:
        """Keep *document* under *name*: the list of checks, for a restart."""
        query = "INSERT OR REPLACE INTO kept VALUES (?, ?)"
        with self._transaction():
            self._db.execute(query, (name, json.dumps(document)))

    def remembered(self, name: str):
        query = "SELECT body FROM kept WHERE name = ?"
        with self._lock:
            row = self._db.execute(query, (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self):
        with self._lock:
            before = self._count, self._size, self.lost
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._count, self._size, self.lost = before
                # A full disk ends the transaction by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
