"""Secrets that a check names but never holds: env:NAME and file:/path."""

from .interfaces import CheckUnusable
from dataclasses import dataclass
from pathlib import Path
import os
import re


_REFERENCE = re.compile(r"\$\{((?:env|file):[^}\s]+)\}")
LONGEST = 8192


def resolve(reference: str) -> str:
    """What ``env:NAME`` or ``file:/path`` stands for.

    :raises CheckUnusable: There is nothing.
    """
    kind, _, where = reference.partition(":")
    if kind == "env":
        if (value := os.environ.get(where)) is None:
            raise CheckUnusable(f"The environment variable {where} is not set.")
        return value
    if kind == "file":
        try:
            return Path(where).read_text(encoding="utf-8")[:LONGEST].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CheckUnusable(f"The file {where} cannot be read: {error}.") from error
    raise CheckUnusable("Write env:NAME or file:/path for a secret.")


@dataclass(frozen=True)
class Secrets:
    """Fills ``${env:NAME}`` in the texts of trusted checks.

    Only references that the configuration lists are resolved: otherwise
    whoever edits checks could send any variable of the poller anywhere.
    """

    listed: frozenset = frozenset()

    def filled(self, text: str, trusted: bool) -> str:
        """:raises CheckUnusable: A reference that may not be used, or is empty."""
        if "${" not in text:
            return text
        return _REFERENCE.sub(lambda match: self._one(match[1], trusted), text)

    def _one(self, reference, trusted):
        if not trusted:
            raise CheckUnusable(
                f"Only managers' checks may use the secret {reference}."
            )
        if reference not in self.listed:
            raise CheckUnusable(
                f"The secret {reference} is not in the setting checks.secrets."
            )
        return resolve(reference)
