"""The rule language: what it understands, and how it points at mistakes."""

from collective.hoard.monitoring.judge.interfaces import RuleError
from collective.hoard.monitoring.judge.parser import parse_rule
import pytest


@pytest.mark.parametrize(
    "text",
    [
        "up(group:app) >= 80 %",
        "count(group:app and not tag:canary, crit) <= 2",
        "min 2 of group:app",
        "min 2 of (a, b and c, up(group:d) > 3)",
        "rate(errors / requests @ group:app, 10 min) < 5 %",
        "rate(error_rate) < 5 %",
        'sources("www.example.org", ok) >= 3',
        "not (a or b) and c",
        "rule:shop and alarm:slow",
        'check:"with space" # a comment',
        "up(*.example.org) ≥ 99.5 %",
        "p-1 and 10.0.0.1",
    ],
)
def test_these_are_rules(text):
    parse_rule(text)


@pytest.mark.parametrize(
    "text,column,words",
    [
        ("up(group:app) >= eighty", 18, "expected a number"),
        ("up(group:app >= 80 %", 14, 'expected ")"'),
        ("count(x)", 8, "a status"),
        ("count(x, bad) > 1", 10, "expected a status (ok"),
        ("a b", 3, 'expected "and", "or" or the end'),
        ("foo(x) > 2", 1, "expected up, down, count"),
        ("min 4 of (a, b)", 11, "can never be"),
        ('a and "open', 7, "not closed"),
        ("a & b", 3, "has no meaning"),
        ("", 1, "expected a check"),
        ("avg(ms) < 5 %", 14, "is no share"),
        ("a and or b", 7, "expected a check"),
        ("group: and b", 1, "right after"),
        ("avg(ms, 2000000) < 5", 9, "1 s to 24 h"),
        ("(" * 200, 26, "nested too deeply"),
        ("not " * 200 + "a", 197, "nested too deeply"),
    ],
)
def test_mistakes_are_pointed_at(text, column, words):
    with pytest.raises(RuleError) as caught:
        parse_rule(text)
    assert words in str(caught.value)
    assert caught.value.position + 1 == column


def test_the_pointer_is_below_the_place():
    with pytest.raises(RuleError) as caught:
        parse_rule("a and\nb ! c")
    assert str(caught.value).splitlines()[1:] == ["  b ! c", "    ^"]
