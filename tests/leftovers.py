"""Which English messages a page in German still shows."""

from bs4 import Comment
from importlib.resources import files
from io import BytesIO
import gettext
import re


CATALOGUE = files("collective.hoard") / "locales/de/LC_MESSAGES/collective.hoard.mo"
GERMAN = {
    english: german
    for english, german in gettext.GNUTranslations(
        BytesIO(CATALOGUE.read_bytes())
    )._catalog.items()
    if english
}
SAME = {english for english, german in GERMAN.items() if english == german}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-title")
#: Filled in before it is looked up, so that no catalogue can translate it.
KNOWN = set()
#: A literal piece of a message this long does not turn up by chance.
TELLING = 15


def said(page):
    """Everything that *page* says: texts of elements, of nodes, of attributes."""
    for tag in page(["script", "style", "head", "code"]):
        tag.decompose()
    for tag in page.find_all(True):
        yield tag.get_text(" ")
        yield tag.get_text("")
        yield from (tag[name] for name in SPOKEN if tag.get(name))
    for text in page.find_all(string=True):
        if not isinstance(text, Comment):
            yield text


def english(page):
    """The English messages on *page*."""
    texts = {" ".join(text.split()) for text in said(page)}
    everything = " ".join(page.get_text(" ").split())
    wanted = GERMAN.keys() - SAME - KNOWN
    return sorted(key for key in wanted if _is_in(key, texts, everything))


def _is_in(message, texts, everything):
    parts = re.split(r"\$\{[^}]*\}", message)
    telling = max((part.strip() for part in parts), key=len)
    if len(telling) >= TELLING and telling in everything:
        return True
    pattern = re.compile(".+?".join(map(re.escape, parts)))
    return any(map(pattern.fullmatch, texts))
