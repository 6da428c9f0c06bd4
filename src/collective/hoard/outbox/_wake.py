"""Telling the drainer of this process that there is something to do.

Only a hint: what is stored is the truth, and a drainer looks by itself, too.
"""

from threading import Event
import transaction


#: Set after a commit that put something into an outbox.
wake = Event()


def wake_after_commit(root):
    """Set `wake` once the transaction of *root* is committed."""
    jar = getattr(root, "_p_jar", None)
    manager = transaction.manager if jar is None else jar.transaction_manager
    current = manager.get()
    try:
        current.data(wake)
    except KeyError:
        current.set_data(wake, True)
        current.addAfterCommitHook(_hook)


def _hook(committed):
    if committed:
        wake.set()
