"""The ready-made check that takes the numbers of a site into the history."""

#: (JSON path, metric, unit, warn, crit): ranges of monitoring plugins.
RULES = (
    ("outbox.pending", "", "10000", "1000000"),
    ("outbox.oldest", "s", "300", "3600"),
    ("outbox.parked", "", "0", "1000"),
    ("connections.open", "", "", ""),
    ("breakers.open", "", "0", ""),
    ("ledgers.rows", "", "", ""),
    ("ledgers.bytes", "B", "", ""),
    ("submissions.hour", "", "", ""),
    ("zodb.in_use", "", "", ""),
    ("requests.count", "c", "", ""),
    ("requests.errors", "c", "", ""),
    ("requests.p50", "ms", "", ""),
    ("requests.p95", "ms", "5000", "30000"),
    ("conflicts.retried", "c", "", ""),
    ("conflicts.given_up", "c", "", ""),
    ("zodb.size", "B", "", ""),
    ("zodb.objects", "", "", ""),
    ("memory.resident", "B", "", ""),
)
#: A storage may take its time to count, and not every system says it.
OPTIONAL = ("zodb.size", "zodb.objects", "memory.resident")
VIEW = "@@hoard-vitals"


def vitals_params(path, token) -> dict:
    """Parameters of a check of kind http that reads the site at *path*.

    :param token: ``env:NAME`` or ``file:/path``, which the setting
        ``checks.secrets`` of the poller must list, too.
    """
    rules = []
    for name, unit, warn, crit in RULES:
        rule = {"path": f"$.{name}", "metric": name, "unit": unit}
        rule |= {k: v for k, v in (("warn", warn), ("crit", crit)) if v}
        rules.append(rule | ({"optional": True} if name in OPTIONAL else {}))
    return {
        "path": f"{path.rstrip('/')}/{VIEW}",
        "ok": "200",
        "headers": {"X-Hoard-Token": f"${{{token}}}"},
        "json": rules,
    }
