"""Where words stand: phrases without looking into the texts."""

from collective.hoard.search.embedded._places import packed
from collective.hoard.search.embedded._places import places_of
from collective.hoard.search.embedded._places import side_by_side
from collective.hoard.search.embedded._places import UNKNOWN
import pytest
import random


def answers(text, phrase):
    """``(what the places say, what the text says)``"""
    words, found = phrase.split(), places_of(text)
    numbers = tuple(packed(found[word]) for word in words)
    return side_by_side(numbers), f" {phrase} " in f" {text} "


@pytest.mark.parametrize("length,kinds", [(8, 3), (60, 20), (400, 150), (900, 300)])
def test_no_phrase_is_missed_and_none_is_made_up(length, kinds):
    chance = random.Random(length)
    told = set()
    for _ in range(400):
        words = [f"w{chance.randrange(kinds)}" for _ in range(length)]
        size = chance.randint(2, 5)
        at = chance.randrange(length - size + 1)
        for phrase in (words[at : at + size], chance.sample(words, size)):
            said, true = answers(" ".join(words), " ".join(phrase))
            assert said is None or said == true
            told.add(said)

    assert {True, False} <= told


def test_what_stands_in_many_places_rules_out_most():
    text = " ".join("and" if n % 30 == 7 else f"w{n}" for n in range(300))

    assert answers(text, "w5 and") == (False, False)
    assert answers(text, "w6 and") == (None, True)
    assert answers(text, "and w8") == (None, True)


def test_late_places_fit():
    text = " ".join(f"w{n}" for n in range(40_000))

    assert answers(text, "w32765 w32766") == (True, True)
    assert answers(text, "w32766 w32767") == (None, True)
    assert answers(text, "w39998 w39999") == (None, True)
    assert answers(text, "w39998 w39997") == (False, False)


def test_what_nobody_looked_at_says_nothing():
    assert side_by_side((UNKNOWN, packed([3]))) is None
    assert side_by_side((UNKNOWN, UNKNOWN)) is None
    assert side_by_side((packed([3]), UNKNOWN, packed([4]))) is False
    assert side_by_side((packed([3]), UNKNOWN, packed([5]))) is None


@pytest.mark.parametrize(
    "places",
    [[0], [32_766], [0, 1, 2, 3], [32_763 + n for n in range(4)], list(range(100))],
)
def test_numbers_fit_a_tree_of_integers(places):
    assert -(1 << 63) < packed(places) < 1 << 63
    assert packed(places) != UNKNOWN
