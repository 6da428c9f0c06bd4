"""A PostgreSQL connection that does not wait for ever.

libpq has a time-out for connecting only. ``statement_timeout`` needs a server that
still works, and TCP one that does not answer at all: a server that is paused or
swaps does neither, and its clients would hang for good.
"""

from time import monotonic
import psycopg


#: Seconds that a server gets to cancel a slow statement by itself.
GRACE = 1


def patient(seconds):
    """A class of connections that wait *seconds* for each answer."""
    return type("PatientConnection", (_Patient,), {"patience": seconds + GRACE})


class _Patient(psycopg.Connection):
    patience = 60

    def wait(self, generator, *arguments, **named):
        """As the base class, with a deadline."""
        limited = _until(monotonic() + self.patience, generator, self.pgconn)
        return super().wait(limited, *arguments, **named)


def _until(deadline, generator, pgconn):
    """*generator* of psycopg, which yields what it waits for and is sent what it
    got, ended at *deadline*."""
    try:
        wanted = next(generator)
        while True:
            ready = yield wanted
            if not ready and monotonic() > deadline:
                # What comes later would answer another question.
                pgconn.finish()
                raise psycopg.OperationalError("timeout: no answer from the server")
            wanted = generator.send(ready)
    except StopIteration as end:
        return end.value
