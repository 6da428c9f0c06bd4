"""What is marked in what is shown: the same whichever back end found it."""

from collective.hoard.search import highlight
from collective.hoard.search.fields import SearchField
from collective.hoard.search.fields import WORDS
from collective.hoard.search.highlight import pieces
from collective.hoard.search.interfaces import Query
from collective.hoard.search.language import parse
import pytest


FIELDS = {name: SearchField(name, name, WORDS) for name in ("text", "name")}


def shown(text, typed, field="text"):
    """What is shown, marked places in brackets."""
    query = Query(words=parse(typed, FIELDS)[0])
    found = pieces(text, query, field)
    return "".join(f"[{one.text}]" if one.marked else one.text for one in found)


@pytest.mark.parametrize(
    "text,typed,expected",
    [
        ("Die Straße von Müller", "strasse mueller", "Die [Straße] von [Müller]"),
        (
            "MUELLER, Muller, Mu\u0308ller",
            "müller",
            "[MUELLER], [Muller], [Mu\u0308ller]",
        ),
        ("Größe grösser groß", "gros*", "[Größe] [grösser] [groß]"),
        ("bitte helfen, bitte!", '"bitte helfen"', "[bitte] [helfen], bitte!"),
        ("bitte. Helfen", '"bitte helfen"', "[bitte]. [Helfen]"),
        ("a a a b", '"a a"', "[a] [a] [a] b"),
        ("bitte helfen", "bitte -helfen", "[bitte] helfen"),
        ("bitte helfen", "name:bitte helfen", "bitte [helfen]"),
        ("東京都に住んで", "東京", "[東][京]都に住んで"),
        ("<b>fett</b> & mehr", "fett amp", "<b>[fett]</b> & mehr"),
        ("nichts davon", "anderes", "nichts davon"),
    ],
)
def test_marked_as_it_was_found(text, typed, expected):
    assert shown(text, typed) == expected


def test_of_a_long_text_what_surrounds_each_word_is_shown():
    text = f"{'vor ' * 300}Nadel {'und ' * 300}Heu {'nach ' * 300}"

    found = shown(text, "heu nadel")

    assert "vor [Nadel] und" in found and "und [Heu] nach" in found
    assert found.startswith("… vor") and found.endswith(" …")
    assert len(found) < 300


def test_words_near_each_other_share_what_surrounds_them():
    text = f"{'vor ' * 300}Nadel im Heu {'nach ' * 300}"

    assert "vor [Nadel] im [Heu] nach" in shown(text, "heu nadel")


def test_far_behind_in_a_long_text_a_word_is_found():
    assert "[Nadel]" in shown(f"{'heu ' * 40_000} Nadel {'heu ' * 40_000}", "nadel")


def test_half_a_word_is_not_marked():
    text = f"{'x ' * 9_998}abcNadel"

    assert "[" not in shown(f"{text[:20_003]} y", "abc")


@pytest.mark.parametrize(
    "text,typed",
    [
        ("lorem ipsum " * 83_000, "lorem ips*"),
        ("a " * 500_000, f'"{"a " * 490}"'),
        ("a " * 500_000, f'"{"a " * 480}b"'),
        ("a " * 500_000, " ".join(f'"{"a " * 12}b"' for _ in range(32))),
        ("x" * 1_000_000, "x* y*"),
        ("<" * 1_000_000, "x"),
        ("ä" * 1_000_000, "a*"),
    ],
)
def test_the_work_on_a_megabyte_is_bounded(monkeypatch, text, typed):
    looked_at = []
    spans = highlight.spans

    def counting(part):
        looked_at.append(len(part))
        return spans(part)

    monkeypatch.setattr(highlight, "spans", counting)
    found = shown(text, typed)

    assert sum(looked_at) <= highlight.FIRST + highlight.MOST
    assert len(found) < 2_000
