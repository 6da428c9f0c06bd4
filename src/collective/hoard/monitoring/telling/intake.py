"""Notices become incidents and lines; recoveries take lines back."""

from ..interfaces import STATUSES
from ..judge.interfaces import BADNESS
from . import escalation
from . import incidents
from . import queue
from dataclasses import dataclass
from dataclasses import replace


@dataclass(slots=True)
class Known:
    """An open incident."""

    id: int
    since: int


class Intake:
    """One batch, within one transaction; what is alike is written together."""

    def __init__(self, connection, roster, now):
        self.connection = connection
        self.roster = roster
        self.now = int(now)
        #: {(contact id, incident id or notice): row of a line}
        self.lines = {}
        self.open = {}
        self.begun = {}

    def take(self, notices):
        """Rows of the lines that are to be told, not yet written."""
        for batch in batches(notices):
            self.take_batch(batch)
        escalation.go_on(self.connection, self.begun.values(), self.now)
        return list(self.lines.values())

    def take_batch(self, notices):
        """Notices of which no two are about the same."""
        rows = incidents.find_open(self.connection, {n.key for n in notices})
        self.open = {key: Known(row.id, row.since) for key, row in rows.items()}
        good = [n for n in notices if is_good(n) and n.key in self.open]
        folded = [n for n in notices if n.kind == "folded"]
        bad = [n for n in notices if is_bad(n)]
        self.recovered(good)
        self.open_missing(bad, folded)
        self.problems(bad)
        self.fold({n.key: n.into for n in folded})
        for notice in folded:
            # Machines want to know it of each check by itself.
            self.tell(notice, self.open[notice.key].id, only=lambda c: c.every)
        for notice in notices:
            if notice.kind == "note":
                self.tell(notice, None)

    def open_missing(self, bad, folded):
        openings = [(n, state_of(n), None) for n in bad if n.key not in self.open]
        openings += [(n, n.status, n.into) for n in folded if n.key not in self.open]
        ids = incidents.open_all(self.connection, openings)
        for (notice, _, _), number in zip(openings, ids, strict=True):
            self.open[notice.key] = Known(number, notice.since)

    # --- Problems ---------------------------------------------------------

    def problems(self, notices):
        ids = {n.key: self.open[n.key].id for n in notices}
        changes = {
            ids[n.key]: {
                "state": state_of(n),
                "severity": STATUSES.index(n.status),
                "into_id": None,
                "settings": incidents.details(n),
            }
            for n in notices
        }
        incidents.change_all(self.connection, changes)
        # A line that still waits would say what is no longer so.
        replaced = self.take_back(changes, "replaced")
        self.fold({f"check:{o}": n.check_id for n in notices for o in n.covers})
        for notice in notices:
            self.tell(notice, ids[notice.key])
        self.tell_instead(replaced, {ids[n.key]: n for n in notices})

    def tell_instead(self, replaced, notices):
        """Whoever was about to be told of a problem is told what it is now.

        Also where no policy would tell them of this change: a later step, or what
        is no longer as bad as they want it.
        """
        for incident_id, contact_id, step, due in replaced:
            key = contact_id, incident_id
            if key not in self.lines:
                self.lines[key] = queue.line_row(
                    notices[incident_id], *key, self.now, step, due
                )

    def fold(self, into):
        """*into* is ``{key: check with whose problem it is told}``."""
        missing = into.keys() - self.open.keys()
        rows = incidents.find_open(self.connection, missing)
        self.open |= {key: Known(row.id, row.since) for key, row in rows.items()}
        changes = {
            self.open[key].id: {"into_id": check_id}
            for key, check_id in into.items()
            if key in self.open
        }
        incidents.change_all(self.connection, changes)
        self.take_back(changes, "folded")
        escalation.end(self.connection, changes)

    def take_back(self, incident_ids, state):
        found = queue.cancel(self.connection, incident_ids, state)
        for key in [key for key in self.lines if key[1] in incident_ids]:
            row = self.lines.pop(key)
            found.append((key[1], key[0], row["body"]["step"], row["due"]))
        return found

    def tell(self, notice, incident_id, only=None):
        for policy, contacts in self.roster.recipients(notice):
            if only is not None:
                contacts = filter(only, contacts)
            elif incident_id is not None:
                self.begin(incident_id, policy, notice)
            for contact in contacts:
                self.line(notice, contact.id, incident_id, policy)

    def begin(self, incident_id, policy, notice):
        key = incident_id, policy.id
        worse = key in self.begun and self.begun[key][3]
        worse = worse or BADNESS[notice.status] > BADNESS.get(notice.previous or "", 0)
        self.begun[key] = incident_id, policy, notice, worse

    def line(self, notice, contact_id, incident_id, policy=None, step=0):
        """One line for one contact, even if several policies want it."""
        key = contact_id, incident_id if incident_id is not None else notice.key
        due = None if policy is None else on_duty(policy, self.now)
        if due == "skip":
            return
        known = self.lines.get(key)
        if known is None or due is None:
            row = queue.line_row(notice, contact_id, incident_id, self.now, step, due)
            self.lines[key] = row

    # --- Recoveries -------------------------------------------------------

    def recovered(self, notices):
        ids = {n.key: self.open[n.key] for n in notices}
        numbers = [known.id for known in ids.values()]
        incidents.change_all(
            self.connection,
            {
                ids[n.key].id: {
                    "until": max(n.since, ids[n.key].since),
                    "state": "closed",
                }
                for n in notices
            },
        )
        incidents.withdraw(
            self.connection, [n.check_id for n in notices if n.check_id], self.now
        )
        self.take_back(set(numbers), "cancelled")
        escalation.end(self.connection, numbers)
        self.tell_recoveries(notices, ids, queue.told(self.connection, numbers))
        for notice in notices:
            del self.open[notice.key]

    def tell_recoveries(self, notices, ids, told):
        """Only who was told of the problem is told that it is over."""
        contacts = {}
        for incident_id, contact_id in told:
            contacts.setdefault(incident_id, set()).add(contact_id)
        for notice in notices:
            known = ids[notice.key]
            if known.id not in contacts:
                continue
            wanted = self.wanted(notice)
            lasted = max(notice.since - known.since, 0)
            notice = replace(notice, kind="recovery", lasted=lasted)
            for contact_id in sorted(contacts[known.id] & wanted):
                self.line(notice, contact_id, known.id)

    def wanted(self, notice):
        """Contacts of the policies that tell of recoveries, of all steps."""
        problem = replace(notice, status="crit")
        return {
            contact.id
            for policy, _ in self.roster.recipients(problem)
            if policy.recoveries
            for number in range(len(policy.steps))
            for contact in self.roster.of_step(policy, number)
        }

    # --- Escalation -------------------------------------------------------

    def escalate(self):
        """Rows of what is told because nobody has acknowledged it."""
        for notice, policy, step, incident_id in escalation.due(
            self.connection, self.roster, self.now
        ):
            for contact in self.roster.of_step(policy, step):
                self.line(notice, contact.id, incident_id, policy, step)
        return list(self.lines.values())


def batches(notices):
    """Lists of notices, in order, none with two about the same."""
    batch, keys = [], set()
    for notice in notices:
        if notice.key in keys:
            yield batch
            batch, keys = [], set()
        batch.append(notice)
        keys.add(notice.key)
    if batch:
        yield batch


def is_good(notice):
    if notice.kind == "steady":
        return notice.status in ("ok", "unmonitored")
    return notice.kind == "recovery"


def is_bad(notice):
    if notice.kind == "steady":
        return not is_good(notice)
    return notice.kind in ("problem", "flapping")


def state_of(notice):
    return "flapping" if notice.kind == "flapping" else notice.status


def on_duty(policy, now):
    """None for at once, else when the hours of duty begin, or "skip"."""
    if policy.hours is None or policy.hours.end_at(now) is not None:
        return None
    return "skip" if policy.outside == "skip" else policy.hours.start_after(now)
