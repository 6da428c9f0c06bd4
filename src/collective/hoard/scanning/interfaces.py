"""What others may rely on."""

from dataclasses import dataclass
from datetime import datetime


#: Name of the service in `connections`.
SERVICE = "clamd"
#: Name of the target in the outbox.
TARGET = "scan"

#: Values of the setting ``collective.hoard.scan_uploads``.
OFF = "off"
STRICT = "strict"
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a file that is held: when (aware, UTC), where, what."""

    time: datetime
    form_uid: str
    key: int
    field: str
    filename: str
    signature: str
