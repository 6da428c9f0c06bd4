"""Samples that could not be stored before the end, kept for the next start."""

from ..interfaces import Sample
from .interfaces import Own
from dataclasses import asdict
from pathlib import Path
import json
import logging


logger = logging.getLogger(__name__)


def save(path: str, entries) -> bool:
    """Append *entries* to the file; whether they are safe there."""
    if not path or not entries:
        return not entries
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            for entry in entries:
                file.write(json.dumps(asdict(entry.sample)) + "\n")
    except OSError as error:
        logger.error("%s samples are lost: %s", len(entries), error)
        return False
    logger.warning("%s samples wait in %s for the next start", len(entries), path)
    return True


def restore(path: str) -> list:
    """The `Own`s of the file, which is moved aside; none where there is none."""
    if not path or not Path(path).is_file():
        return []
    entries = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            entries.append(Own(Sample(**json.loads(line))))
        except (ValueError, TypeError):
            # The end of a line that a full disk cut.
            logger.warning("A broken line in %s is passed over", path)
    Path(path).replace(f"{path}.read")
    return entries
