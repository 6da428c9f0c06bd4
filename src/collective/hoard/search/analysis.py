"""From text to words, for every back end alike.

A word is a run of letters, digits and marks; of scripts that write no spaces
each character is one, so that what is typed is found wherever it stands. Case
and accents are folded; ä, ö, ü are a, o, u, and so are ae, oe, ue, as Germans
without the keys write them.
"""

from functools import lru_cache
import re
import unicodedata


#: Han, kana, hangul are written without spaces or glued to endings; Thai, Lao,
#: Myanmar and Khmer without spaces.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks are no \w, yet part of the letter before them.
MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094d"
WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}_])[\w{MARKS}])+")

#: The same for plain text, in a fraction of the time.
ASCII_WORD = re.compile("[A-Za-z0-9]+")
LATIN_WORD = re.compile(r"[^\W_]+")
BEYOND_LATIN = re.compile("[^\u0000-\u02ff]")

#: Longer words are cut: nobody types them, and Solr refuses very long ones.
LONGEST = 60
#: Letters that are no letter with a mark.
LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)
#: As Lucene's German normalization does: "ue" stays after a vowel or q (neue, quer).
AE_OE = re.compile("([ao])e")
UE = re.compile("(?<![aeiouq])ue")


def tokens(text: str) -> list:
    """The words of *text*, in order, folded."""
    if text.isascii():
        # As `fold` does with each: a rule ends at what is no letter.
        found = ASCII_WORD.findall(_without_e(text.lower()))
        return [word[:LONGEST] for word in found]
    return list(map(fold, _pattern(text).findall(text)))


def spans(text: str):
    """Yield ``(start, end, token)`` for each word of *text*."""
    for match in _pattern(text).finditer(text):
        yield match.start(), match.end(), fold(match.group())


def _pattern(text):
    if text.isascii():
        return ASCII_WORD
    return WORD if BEYOND_LATIN.search(text) else LATIN_WORD


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """One word as it is compared."""
    folded = word[: 4 * LONGEST].casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        bare = "".join(c for c in apart if not unicodedata.combining(c))
        # Again: some only have their lower case once they are taken apart.
        composed = unicodedata.normalize("NFC", bare or folded)
        folded = "".join(WORD.findall(composed.casefold().translate(LETTERS))) or folded
    return _without_e(folded)[:LONGEST]


def _without_e(text):
    if "ae" in text or "oe" in text:
        text = AE_OE.sub(r"\1", text)
    return UE.sub("u", text) if "ue" in text else text


def sortable(text: str, length: int = 100) -> str:
    """The text that *text* is sorted by: its first words, folded."""
    return " ".join(tokens(text[: 2 * length]))[:length].rstrip()
