"""A letter as data, for machines."""

from ..letters import word
import json


def payload(letter):
    """What webhooks and queues carry; times are UTC seconds."""
    return {
        "id": letter.uuid,
        "created": letter.created,
        "kind": "digest" if letter.digest else "notice",
        "subject": letter.subject,
        "counts": letter.counts,
        "items": [item(line) for line in letter.lines],
    }


def item(line):
    return {
        "check": line.check_id or None,
        "name": line.name,
        "of": line.of,
        "kind": line.kind,
        "says": word(line),
        "status": line.status,
        "previous": line.previous,
        "since": line.since,
        "lasted": line.lasted,
        "reason": line.reason,
        "groups": list(line.groups),
        "below": line.below,
    }


def as_json(data):
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
