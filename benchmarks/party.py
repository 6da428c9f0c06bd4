"""Who takes part: a product with its pages, and its instance on disk."""

from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import dataclass
from instance import Instance
from instance import running
from pages import EASYFORM
from pages import HOARD
from pages import Pages
from pathlib import Path
import sys


@dataclass(frozen=True)
class Product:
    """A product that is measured, by which Python, with its data where."""

    pages: Pages
    python: str
    folder: Path


@dataclass(frozen=True)
class Party:
    """A product while its process runs."""

    pages: Pages
    instance: Instance

    @property
    def ask(self):
        return self.instance.ask

    def view(self, form, as_admin=False):
        """GET of the form."""
        return self.instance.get(self.pages.form.format(form), as_admin)

    def list(self, form):
        """The first page of its submissions."""
        return self.instance.get(self.pages.list.format(form), as_admin=True)

    def send(self, form, number, token):
        """POST of submission *number*."""
        body = self.pages.body(number, token)
        return self.instance.post(self.pages.receive.format(form), body)


def products(folder, peer_python=None):
    """Ours first; then the peer, if there is a Python that has it."""
    found = [Product(HOARD, sys.executable, folder / "ours")]
    if peer_python:
        found.append(Product(EASYFORM, peer_python, folder / "peer"))
    return found


@contextmanager
def fresh(products):
    """A list of `Party`, each in a process that has just been started."""
    with ExitStack() as stack:
        yield [
            Party(
                product.pages,
                stack.enter_context(
                    running(product.folder, product.python, product.pages.module)
                ),
            )
            for product in products
        ]


def in_turn(runs, *jobs):
    """Do the *jobs*, functions without arguments, one after another, *runs* times,
    forward and backward, so that what disturbs the machine disturbs all alike.

    :return: for each job the list of its results.
    """
    results = [[] for _ in jobs]
    pairs = list(zip(jobs, results, strict=True))
    for run in range(runs):
        for job, found in pairs if run % 2 == 0 else reversed(pairs):
            found.append(job())
    return results


def good(reply, status=200):
    """*reply*, if it has that *status*. :raises AssertionError:"""
    if reply.status != status:
        text = reply.content[:500].decode("utf-8", "replace")
        raise AssertionError(f"HTTP {reply.status} instead of {status}: {text}")
    return reply
