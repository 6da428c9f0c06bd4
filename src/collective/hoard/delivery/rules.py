"""From plain data to checked `Rule`s, or to the list of their problems."""

from ..forms.characters import has_control
from ..forms.interfaces import in_english
from ..forms.settings import NO_CONTROL
from .addresses import address_problem
from .conditions import TESTS
from .interfaces import Condition
from .interfaces import EVENTS
from .interfaces import MAIL
from .interfaces import MailSettings
from .interfaces import RECEIPT
from .interfaces import Rule
from .interfaces import RULES_VERSION
from .interfaces import RulesError
from collective.hoard import _
import json
import re


ID = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
#: What follows "kind:" in the name of a target.
TARGET = re.compile(r"[a-z][a-z0-9_]{0,39}:[a-z][a-z0-9_-]{0,39}\Z")
MAX_RULES = 50
MAX_CONDITIONS = 20
MAX_ADDRESSES = 20
MAX_TEXT = 20_000
MAX_LINE = 200
MISSING = _("This is missing.")
KNOWN = {"id", "title", "target", "events", "enabled", "match", "conditions"}


def empty_rules():
    return {"version": RULES_VERSION, "rules": []}


def parse_rules(data, site_wide=False):
    """The `Rule` tuple of plain *data*.

    Says nothing of fields and targets that are not there: they may come and go;
    see `fitting.rule_problems`.

    :raises RulesError: with every problem found.
    """
    parser = _Parser(site_wide)
    rules = parser.rules(data)
    if parser.problems:
        raise RulesError(parser.problems)
    return rules


class _Parser:
    """Collects problems on its way down, so that one look finds them all."""

    def __init__(self, site_wide):
        self.problems = []
        self._site_wide = site_wide
        self._ids = set()

    def rules(self, data):
        if not self._is_plain(data):
            return ()
        self._refuse_unknown(data, {"version", "rules"}, "")
        version = data.get("version")
        if type(version) is not int or version != RULES_VERSION:
            text = _("Must be ${known}.", mapping={"known": RULES_VERSION})
            self._problem("version", text)
            return ()
        listed = data.get("rules")
        if not isinstance(listed, list) or len(listed) > MAX_RULES:
            text = _("Must be an array of at most ${n}.", mapping={"n": MAX_RULES})
            self._problem("rules", text)
            return ()
        return tuple(self._rule(one, f"rules[{i}]") for i, one in enumerate(listed))

    def _rule(self, data, path):
        if not self._object(data, path):
            return None
        target = self._text(data, "target", path, required=True)
        is_mail = target in (MAIL, RECEIPT)
        known = KNOWN | ({"mail"} if is_mail else set())
        self._refuse_unknown(data, known | ({"forms"} & self._site_names()), path)
        if not is_mail and not TARGET.match(target):
            self._problem(f"{path}.target", _("Must be mail, receipt or kind:name."))
        events = self._events(data, path, target)
        conditions = self._conditions(data, path)
        if "removed" in events and conditions:
            self._problem(f"{path}.events", NOTHING_LEFT)
        return Rule(
            id=self._id(data, path),
            title=self._text(data, "title", path, limit=MAX_LINE),
            target=target,
            events=events,
            enabled=self._bool(data, "enabled", path, True),
            match=self._one_of(data, "match", ("all", "any"), path),
            conditions=conditions,
            mail=self._mail(data.get("mail"), f"{path}.mail", target)
            if is_mail
            else None,
            forms=tuple(self._texts(data, "forms", path, 1000)),
        )

    def _site_names(self):
        return {"forms"} if self._site_wide else set()

    def _id(self, data, path):
        found = self._text(data, "id", path, required=True)
        if not ID.match(found):
            text = _("Must begin with a letter; then a-z, 0-9 and _, 40 at most.")
            self._problem(f"{path}.id", text)
        elif found in self._ids:
            self._problem(f"{path}.id", _("Is there twice."))
        self._ids.add(found)
        return found

    def _events(self, data, path, target):
        events = tuple(self._texts(data, "events", path, len(EVENTS)))
        if not events:
            self._problem(f"{path}.events", _("Please choose at least one."))
        elif not set(events) <= set(EVENTS) or len(set(events)) < len(events):
            names = {"names": ", ".join(EVENTS)}
            self._problem(f"{path}.events", _("Must be of: ${names}", mapping=names))
        if target == RECEIPT and "removed" in events:
            self._problem(f"{path}.events", NO_ADDRESS_LEFT)
        return events

    def _conditions(self, data, path):
        listed = data.get("conditions", [])
        if not isinstance(listed, list) or len(listed) > MAX_CONDITIONS:
            text = _("Must be an array of at most ${n}.", mapping={"n": MAX_CONDITIONS})
            self._problem(f"{path}.conditions", text)
            return ()
        found = [
            self._condition(one, f"{path}.conditions[{i}]")
            for i, one in enumerate(listed)
        ]
        return tuple(filter(None, found))

    def _condition(self, data, path):
        if not self._object(data, path):
            return None
        self._refuse_unknown(data, {"field", "test", "value"}, path)
        return Condition(
            self._text(data, "field", path, required=True),
            self._one_of(data, "test", tuple(TESTS), path),
            self._text(data, "value", path, limit=1000),
        )

    def _mail(self, data, path, target):
        if not self._object(data, path):
            return None
        known = {"subject", "text", "address_field"}
        if target == MAIL:
            known |= {"to", "to_editors", "attachments"}
        self._refuse_unknown(data, known, path)
        mail = MailSettings(
            subject=self._line(data, "subject", path),
            text=self._text(data, "text", path, True, MAX_TEXT),
            to=tuple(self._addresses(data, path)),
            to_editors=self._bool(data, "to_editors", path, False),
            address_field=self._text(data, "address_field", path),
            attachments=self._bool(data, "attachments", path, False),
        )
        if target == MAIL and not mail.to and not mail.to_editors:
            self._problem(f"{path}.to", _("Please say who shall get the mail."))
        if target == RECEIPT and not mail.address_field:
            self._problem(f"{path}.address_field", NO_ADDRESS_FIELD)
        return mail

    def _addresses(self, data, path):
        found = self._texts(data, "to", path, MAX_ADDRESSES)
        for number, address in enumerate(found):
            problem = address_problem(address)
            if problem:
                self._problem(f"{path}.to[{number}]", problem)
        return found

    def _line(self, data, name, path):
        text = self._text(data, name, path, True, MAX_LINE)
        if "\n" in text or "\r" in text or "\t" in text:
            self._problem(f"{path}.{name}", _("Only one line is allowed here."))
        return text

    def _text(self, data, name, path, required=False, limit=MAX_LINE):
        value = data.get(name, "")
        if not isinstance(value, str):
            self._problem(f"{path}.{name}", _("Must be a string."))
            return ""
        if has_control(value):
            self._problem(f"{path}.{name}", NO_CONTROL)
        elif len(value) > limit:
            text = _("Is longer than ${limit} characters.", mapping={"limit": limit})
            self._problem(f"{path}.{name}", text)
        elif required and not value.strip():
            self._problem(f"{path}.{name}", MISSING)
        return value

    def _texts(self, data, name, path, limit):
        value = data.get(name, [])
        good = isinstance(value, list) and all(isinstance(v, str) for v in value)
        if not good or len(value) > limit:
            text = _("Must be an array of at most ${n} strings.", mapping={"n": limit})
            self._problem(f"{path}.{name}", text)
            return []
        return value

    def _bool(self, data, name, path, default):
        value = data.get(name, default)
        if not isinstance(value, bool):
            self._problem(f"{path}.{name}", _("Must be true or false."))
        return value is True

    def _one_of(self, data, name, choices, path):
        value = data.get(name, choices[0])
        if not isinstance(value, str) or value not in choices:
            names = {"names": ", ".join(choices)}
            text = _("Must be one of: ${names}", mapping=names)
            self._problem(f"{path}.{name}", text)
        return value

    def _object(self, data, path):
        if not isinstance(data, dict):
            self._problem(path, _("Must be an object."))
        return isinstance(data, dict)

    def _refuse_unknown(self, data, known, path):
        for name in data:
            if name not in known:
                text = _("Not known here; please check the spelling.")
                self._problem(f"{path}.{str(name)[:80]}".lstrip("."), text)

    def _is_plain(self, data):
        try:
            plain = json.loads(json.dumps(data, allow_nan=False)) == data
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except (TypeError, ValueError, RecursionError):
            plain = False
        if not plain or not isinstance(data, dict):
            self._problem("", _("Must be an object with version and rules."))
        return plain and isinstance(data, dict)

    def _problem(self, path, message):
        if len(self.problems) < 100:
            self.problems.append((path, message))


NOTHING_LEFT = _(
    "Of a removed submission no answers are left to look at: choose other events, or "
    "take the conditions away."
)
NO_ADDRESS_LEFT = _("Of a removed submission no address is left to answer to.")
NO_ADDRESS_FIELD = _(
    "Please choose the field that has the sender's e-mail address. If the form has "
    "none, add one first."
)


def in_words(error):
    """A `RulesError` in English, for logs."""
    return "; ".join(f"{path}: {in_english(text)}" for path, text in error.problems)
