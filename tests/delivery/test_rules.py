"""Rules as data: what is refused, what conditions mean, what placeholders are."""

from collective.hoard.delivery.conditions import passes
from collective.hoard.delivery.fitting import rule_problems
from collective.hoard.delivery.interfaces import Condition
from collective.hoard.delivery.interfaces import MailLimits
from collective.hoard.delivery.interfaces import Rule
from collective.hoard.delivery.interfaces import RulesError
from collective.hoard.delivery.placeholders import expand
from collective.hoard.delivery.placeholders import template_problem
from collective.hoard.delivery.routing import route
from collective.hoard.delivery.routing import route_problem
from collective.hoard.delivery.rules import parse_rules
from collective.hoard.forms.definition import parse
from datetime import date
from decimal import Decimal
from delivery.conftest import CONTACT
from delivery.conftest import message_rule
from delivery.conftest import notification
from delivery.conftest import receipt
from delivery.conftest import rules
from delivery.conftest import TOPICS
from forms.conftest import definition
from forms.conftest import field
from hypothesis import given
from hypothesis import strategies
import pytest


pytestmark = pytest.mark.usefixtures("kinds")
FORM = definition(
    field("text", "name"),
    field("long_text", "message"),
    field("integer", "count"),
    field("decimal", "weight"),
    field("yes_no", "agreed"),
    field("one_of", "topic", options=TOPICS),
    field("many_of", "topics", options=TOPICS),
    field("date", "day"),
)
VALUES = {
    "name": "Ada Lovelace",
    "count": 3,
    "weight": Decimal("2.5"),
    "agreed": False,
    "topic": "praise",
    "topics": ("praise", "blame"),
    "day": date(2026, 11, 22),
}


def met(*conditions, match="all", values=VALUES):
    fields = {f.id: f for f in parse(FORM).fields}
    listed = tuple(Condition(*one) for one in conditions)
    rule = Rule("r", "", "mail", ("added",), match=match, conditions=listed)
    return passes(rule, fields, values)


@pytest.mark.parametrize(
    "condition,expected",
    [
        (("name", "equals", "ada lovelace"), True),
        (("name", "equals", "Ada"), False),
        (("name", "contains", "LOVE"), True),
        (("name", "lacks", "love"), False),
        (("name", "differs", "Ada"), True),
        (("message", "empty"), True),
        (("message", "filled"), False),
        (("message", "equals", ""), False),
        (("message", "lacks", "x"), True),
        (("count", "greater", "2"), True),
        (("count", "greater", "3"), False),
        (("count", "less", "10"), True),
        (("count", "equals", "3"), True),
        (("count", "equals", "x"), False),
        (("weight", "less", "2.50"), False),
        (("weight", "greater", "2.4"), True),
        (("agreed", "filled"), False),
        (("agreed", "empty"), True),
        (("agreed", "equals", "no"), True),
        (("topic", "equals", "praise"), True),
        (("topic", "contains", "Praise"), True),
        (("topics", "equals", "blame"), True),
        (("topics", "differs", "blame"), False),
        (("day", "less", "2026-11-23"), True),
        (("day", "greater", "2026-11-22"), False),
        (("gone", "equals", "x"), False),
        (("gone", "empty"), False),
        (("gone", "differs", "x"), False),
    ],
)
def test_a_condition(condition, expected):
    assert met(condition) is expected


def test_all_and_any():
    good, bad = ("count", "equals", "3"), ("count", "equals", "4")
    assert met() and met(match="any")
    assert met(good, good) and not met(good, bad)
    assert met(good, bad, match="any") and not met(bad, bad, match="any")


def test_a_value_of_another_kind_meets_nothing():
    """Stored when the field was still a text."""
    assert not met(("count", "greater", "2"), values={"count": "many"})


def wrong(data, path):
    with pytest.raises(RulesError) as caught:
        parse_rules(data)
    return path in dict(caught.value.problems)


@pytest.mark.parametrize(
    "change,path",
    [
        ({"id": "A"}, "id"),
        ({"id": ""}, "id"),
        ({"target": "crm"}, "target"),
        ({"target": "webhook:../x"}, "target"),
        ({"events": []}, "events"),
        ({"events": ["added", "added"]}, "events"),
        ({"events": ["sold"]}, "events"),
        ({"events": "added"}, "events"),
        ({"enabled": 1}, "enabled"),
        ({"match": "none"}, "match"),
        ({"match": []}, "match"),
        ({"conditions": {}}, "conditions"),
        ({"conditions": [1]}, "conditions[0]"),
        ({"conditions": [{"field": "a", "test": "eval"}]}, "conditions[0].test"),
        ({"conditions": [{"field": "a"}] * 21}, "conditions"),
        ({"events": ["removed"], "conditions": [{"field": "a"}]}, "events"),
        ({"forms": ["x"]}, "forms"),
        ({"code": "1"}, "code"),
        ({"title": "\x00"}, "title"),
        ({"mail": None}, "mail"),
        (
            {"mail": {"subject": "a\nBcc: b", "text": "t", "to": ["a@b.de"]}},
            "mail.subject",
        ),
        (
            {"mail": {"subject": "s", "text": "t", "to": ["a@b.de\nBcc: c@d.de"]}},
            "mail.to[0]",
        ),
        ({"mail": {"subject": "s", "text": "t", "to": ["A <a@b.de>"]}}, "mail.to[0]"),
        ({"mail": {"subject": "s", "text": "t", "to": ["a@b.de"] * 21}}, "mail.to"),
        ({"mail": {"subject": "s", "text": "t", "to": []}}, "mail.to"),
        (
            {"mail": {"subject": "s", "text": "t" * 20_001, "to": ["a@b.de"]}},
            "mail.text",
        ),
    ],
)
def test_a_bad_rule_is_refused_where_it_is_bad(change, path):
    assert wrong(rules({**notification(), **change}), f"rules[0].{path}")


def test_the_same_id_twice_is_refused():
    assert wrong(rules(notification(), notification()), "rules[1].id")


@pytest.mark.parametrize("data", [None, [], {}, {"version": 2, "rules": []}, {"version": 1, "rules": [float("nan")]}, {"version": 1, "rules": [None] * 51}, {"version": 1, "rules": [], "x": 1}, {1: 2}])  # fmt: skip
def test_what_are_no_rules_is_refused(data):
    with pytest.raises(RulesError):
        parse_rules(data)


json_like = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.sampled_from(
                ["id", "mail", "events", "conditions", "to", "target", "x"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)


@given(json_like)
def test_whatever_is_sent_ends_in_rules_or_problems(rule):
    try:
        parse_rules({"version": 1, "rules": [rule]})
    except RulesError as error:
        assert error.problems


STRICT = MailLimits()


def problems(rule, limits=STRICT, targets=()):
    (parsed,) = parse_rules(rules(rule))
    return [
        path for path, _text in rule_problems(parsed, parse(CONTACT), limits, targets)
    ]


def test_a_rule_must_go_with_its_form():
    assert problems(notification(mail={"text": "${nothing}"})) == ["mail.text"]
    assert problems(notification(mail={"address_field": "name"})) == [
        "mail.address_field"
    ]
    condition = {"field": "nothing", "test": "equals", "value": "x"}
    assert problems(notification(conditions=[condition])) == ["conditions[0]"]
    assert problems(message_rule("webhook:crm")) == ["target"]
    assert problems(message_rule("webhook:crm"), targets=["webhook:crm"]) == []


def test_receipts_name_no_free_text_where_it_is_not_allowed():
    assert problems(receipt(mail={"subject": "${name}"})) == ["mail.subject"]
    assert problems(receipt(mail={"text": "${message}"})) == ["mail.text"]
    assert problems(receipt(mail={"text": "${topic}${count}"})) == []
    lenient = MailLimits(receipts_quote=True)
    assert problems(receipt(mail={"text": "${message}"}), lenient) == []
    assert problems(receipt(mail={"subject": "${name}"}), lenient) == ["mail.subject"]


def test_placeholders_are_filled_once():
    """What a visitor typed is never looked at for placeholders."""
    values = {"a": "${b}", "b": "secret"}
    assert expand("${a} $ {b} $${a}", values.get) == "${b} $ {b} $${b}"


@pytest.mark.parametrize(
    "text", ["${", "${Name}", "${a b}", "${a.b}", "${__class__}", "${a:b:c}", "x ${a"]
)
def test_what_only_looks_like_a_placeholder_is_told(text):
    assert template_problem(text)


DATA = {
    "event": "added",
    "time": "2026-11-22T00:00:00+00:00",
    "form": {"id": "contact", "uid": "u"},
    "submissions": ["1"],
    "submission": {
        "values": {
            "a": "x/#.+*\x00$é ",
            "n": 1,
            "f": {"filename": "x"},
            "m": ["p", "q"],
        }
    },
}


def test_a_route_keeps_values_within_their_word():
    assert route("${form:id}/${a}/${n}/${f}/${m}/${gone}", DATA) == (
        "contact/x_______é/1/none/p-q/none"
    )
    assert (
        len(
            route(
                "${a}" * 100, {**DATA, "submission": {"values": {"a": "é" * 99}}}
            ).encode()
        )
        <= 255
    )


@pytest.mark.parametrize("template", ["a/#", "a/+", "a\x00", "${x", "é" * 200])
def test_a_bad_route_is_refused(template):
    assert route_problem(template, "", "#+\x00")


@pytest.mark.parametrize("template", ["a..b", ".a", "a.*", "#"])
def test_a_bad_routing_key_is_refused(template):
    assert route_problem(template, ".", "*#")
