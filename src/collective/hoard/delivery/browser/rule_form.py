"""A rule as a form: what its inputs are, show, and mean."""

from ...forms.editing import EDITOR_LIMITS
from ...forms.fill import fill
from ...forms.interfaces import Definition
from ...forms.interfaces import Field
from ...forms.interfaces import Fieldset
from ..conditions import TESTS
from ..interfaces import MAIL
from ..interfaces import RECEIPT
from collective.hoard import _
import re


EVENTS = {
    "added": _("a submission was sent"),
    "changed": _("a submission was changed"),
    "removed": _("submissions were deleted"),
}
#: Rows for conditions: those there are and some more, so that no script is needed.
SPARE = 2
SELECT = {"appearance": "select"}


def rule_definition(target, form, conditions, forms=None):
    """The `Definition` of the form that edits a rule for *target*.

    :param form: `Definition` whose submissions the rule is about; None for a
        rule of the site.
    :param conditions: how many there are.
    :param forms: ``(uid, title)`` of the forms that a rule of the site is for.
    """
    groups = [Fieldset("rule", "", "", tuple(_what(target, forms)))]
    if target in (MAIL, RECEIPT):
        title = _("Receipt") if target == RECEIPT else _("Mail")
        groups.append(Fieldset("mail", title, "", tuple(_mail(target, form))))
    rows = _conditions(form, conditions + SPARE)
    about = _("Empty lines do not count.")
    groups.append(Fieldset("conditions", _("Only if"), about, tuple(rows)))
    return Definition(tuple(groups), {})


def _what(target, forms):
    listed = [e for e in EVENTS if target != RECEIPT or e != "removed"]
    events = [{"value": name, "title": EVENTS[name]} for name in listed]
    yield _field("title", "text", _("Name"), _("For the list; only editors see it."))
    yield Field(
        "events", "many_of", _("When"), "", True, ["added"], {"options": events}
    )
    if forms:
        offered = [{"value": uid, "title": title} for uid, title in forms]
        yield Field(
            "forms",
            "many_of",
            _("Forms"),
            _("None chosen means: all forms, those to come as well."),
            settings={"options": offered},
        )
    yield Field("enabled", "yes_no", _("In use"), default=True)


def _mail(target, form):
    addresses = _email_fields(form)
    if target == RECEIPT:
        yield _choice("address_field", _("Goes to the address in"), addresses, True)
    else:
        yield Field(
            "to",
            "long_text",
            _("Goes to"),
            _("One address on each line."),
            settings={"rows": 3},
        )
        yield Field(
            "to_editors",
            "yes_no",
            _("Goes to those who own or edit this form, too"),
            _("As set on the form's page “Sharing”, if they have an address."),
        )
        if addresses:
            text = _("Answers go to the address in")
            yield _choice("address_field", text, addresses)
    yield _field("subject", "text", _("Subject"), PLACEHOLDERS, True)
    yield Field(
        "text", "long_text", _("Text"), PLACEHOLDERS, True, settings={"rows": 12}
    )
    if target == MAIL:
        yield Field(
            "attachments",
            "yes_no",
            _("Attach the files that were sent"),
            _("Up to the size that the site allows."),
        )


PLACEHOLDERS = _("May have placeholders, see below.")


def _email_fields(form):
    if form is None:
        return None
    return [(f.id, f.title) for f in form.fields if f.kind == "email"]


def _choice(name, title, offered, required=False):
    if offered is None:
        return _field(name, "text", title, _("Short name of the field."), required)
    settings = {"options": [{"value": v, "title": t} for v, t in offered], **SELECT}
    return Field(name, "one_of", title, "", required, settings=settings)


def _conditions(form, count):
    match = [
        {"value": "all", "title": _("all of these are true")},
        {"value": "any", "title": _("one of these is true")},
    ]
    settings = {"options": match, **SELECT}
    yield Field("match", "one_of", _("Do it if"), "", True, "all", settings)
    tests = {"options": [{"value": v, "title": t} for v, t in TESTS.items()], **SELECT}
    for number in range(1, count + 1):
        told = {"number": number}
        yield _about(form, number)
        yield Field(
            f"condition_{number}_test",
            "one_of",
            _("Test ${number}", mapping=told),
            settings=tests,
        )
        yield _field(
            f"condition_{number}_value", "text", _("Value ${number}", mapping=told)
        )


def _about(form, number):
    name, title = f"condition_{number}_field", _("Field ${n}", mapping={"n": number})
    if form is None:
        return _field(name, "text", title, _("Short name of the field."))
    offered = [
        {"value": f.id, "title": f.title}
        for f in form.fields
        if f.kind != "static_text"
    ]
    if not offered:
        return _field(name, "text", title, _("Short name of the field."))
    return Field(name, "one_of", title, settings={"options": offered, **SELECT})


def _field(name, kind, title, help="", required=False):
    return Field(name, kind, title, help, required)


def rule_to_raw(data):
    """What the inputs show for the plain *data* of a rule."""
    mail = data.get("mail") or {}
    raw = {
        "title": data.get("title", ""),
        "events": list(data.get("events", ())),
        "forms": list(data.get("forms", ())),
        "enabled": "1" if data.get("enabled", True) else "",
        "match": data.get("match", "all"),
        "to": "\n".join(mail.get("to", ())),
        "to_editors": "1" if mail.get("to_editors") else "",
        "attachments": "1" if mail.get("attachments") else "",
        "subject": mail.get("subject", ""),
        "text": mail.get("text", ""),
        "address_field": mail.get("address_field", ""),
    }
    for number, condition in enumerate(data.get("conditions", ()), 1):
        for name in ("field", "test", "value"):
            raw[f"condition_{number}_{name}"] = condition.get(name, "")
    return raw


def rule_from_raw(definition, raw, id, target):
    """The plain data of a rule.

    :raises SubmissionRefused: errors by the names of the inputs.
    """
    values = fill(definition, raw, EDITOR_LIMITS)
    data = {
        "id": id,
        "target": target,
        "title": values.get("title", ""),
        "events": list(values.get("events", ())),
        "enabled": values.get("enabled", False),
        "match": values.get("match", "all"),
        "conditions": list(_filled(values)),
    }
    if values.get("forms"):
        data["forms"] = list(values["forms"])
    if target in (MAIL, RECEIPT):
        data["mail"] = _mail_data(values, target)
    return data


def _filled(values):
    for number in condition_rows(values):
        found = {
            name: values.get(f"condition_{number}_{name}", "")
            for name in ("field", "test", "value")
        }
        yield {**found, "test": found["test"] or "equals"}


def condition_rows(values):
    """Numbers of the rows in which somebody filled in something."""
    found = {int(m.group(1)) for m in map(ROW.match, values) if m}
    names = ("field", "value")
    return sorted(
        n for n in found if any(values.get(f"condition_{n}_{x}") for x in names)
    )


ROW = re.compile(r"condition_([0-9]+)_")


def _mail_data(values, target):
    data = {name: values.get(name, "") for name in ("subject", "text", "address_field")}
    if target == MAIL:
        lines = re.split(r"[\s,;]+", values.get("to", ""))
        data["to"] = [line for line in lines if line]
        data["to_editors"] = values.get("to_editors", False)
        data["attachments"] = values.get("attachments", False)
    return data


def errors_by_input(problems, raw):
    """Errors by the names of the inputs, of problems by paths in the rule."""
    rows = condition_rows({name: value for name, value in raw.items() if value})
    found = {}
    for path, message in problems:
        path = re.sub(r"^rules\[[0-9]+\]\.?", "", path)
        found.setdefault(_input(path, rows), message)
    return found


def _input(path, rows):
    match = re.match(r"conditions\[([0-9]+)\]\.?(\w*)", path)
    if match:
        number, name = int(match.group(1)), match.group(2) or "value"
        return f"condition_{rows[number]}_{name}" if number < len(rows) else ""
    name = re.sub(r"\[.*", "", path.removeprefix("mail."))
    return name if name in INPUTS else ""


INPUTS = {
    "title", "events", "forms", "enabled", "match", "to", "to_editors", "attachments",
    "subject", "text", "address_field",
}  # fmt: skip
