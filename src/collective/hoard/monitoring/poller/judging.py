"""How the results of a check become its state (R2, R3, R5, R9), as lists say it."""

from ..checks.interfaces import CheckUnusable
from ..interfaces import POLICIES


SLOT = 600
#: Results that "m of n" looks back at, and sources of a quorum, at most.
MOST = 100
#: {number: (least, most)}
COUNTS = {"m": (1, MOST), "n": (1, MOST), "quorum": (1, MOST)}
KEYS = ("policy", *COUNTS, "reference")
#: Columns of the table `regime` that say how a check is judged.
RULES = ("slot", "fresh", "policy", *COUNTS)
M_OF_N = "m of n"


def look_at(row) -> None:
    """:raises CheckUnusable: What *row* says of judging makes no sense."""
    policy = row.get("policy")
    if policy is not None and policy not in POLICIES:
        words = ", ".join(POLICIES)
        raise CheckUnusable(f"policy must be one of: {words}.", "policy")
    for key, (least, most) in COUNTS.items():
        value = row.get(key)
        if value is not None and (type(value) is not int or not least <= value <= most):
            text = f"{key} must be a whole number from {least} to {most}."
            raise CheckUnusable(text, key)
    if type(row.get("reference", False)) not in (bool, type(None)):
        raise CheckUnusable("reference must be true or false.", "reference")
    look_at_m_of_n(row)


def look_at_m_of_n(row):
    m, n = row.get("m"), row.get("n")
    if row.get("policy") != M_OF_N:
        if m is not None or n is not None:
            text = f"m and n belong to the policy {M_OF_N!r} alone."
            raise CheckUnusable(text, "m" if m is not None else "n")
    elif m is None or n is None or m > n:
        text = f"The policy {M_OF_N!r} needs m and n, and m not above n."
        raise CheckUnusable(text, "m")


def rules_of(columns) -> dict:
    """The rules of a good row, slot and freshness by R2 and R5 where nothing is said."""
    slot = columns.get("slot") or SLOT
    longest = 2 * (columns["interval"] or 0) + columns["timeout"]
    return {
        "slot": slot,
        "fresh": columns.get("fresh") or max(slot, int(longest)),
        "policy": columns.get("policy") or POLICIES[0],
        **{key: columns.get(key) for key in COUNTS},
    }


def same(regime, rules) -> bool:
    """Whether a row of the table `regime`, or None, has these rules."""
    return regime is not None and all(
        getattr(regime, key) == value for key, value in rules.items()
    )
