"""The words of a mail: subject, text and HTML, from a template and an occasion.

Editors write plain text with placeholders; both parts come from it. What
visitors wrote is escaped in the HTML, and indented in the text where it has
several lines, so that it cannot pass for the words of the site.
"""

from ..forms.columns import as_text
from ..forms.zone import site_zone
from .payload import submission_url
from .placeholders import ANSWERS
from .placeholders import expand
from .placeholders import parts
from collective.hoard import _
from html import escape
from zope.component.hooks import getSite
from zope.i18n import translate
import re


EVENT_WORDS = {
    "added": _("A submission was sent."),
    "changed": _("A submission was changed."),
    "removed": _("Submissions were deleted."),
}
MAX_SUBJECT = 200
#: Anything that ends a line somewhere, or that nobody can see.
NOT_IN_LINES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\s]+")
URLS = ("form:url", "submission:url")


class Wording:
    """Fills templates for one occasion, in one language.

    :param hidden: ids of fields that are left out, and must be.
    """

    def __init__(self, occasion, language, hidden=()):
        self._occasion = occasion
        self._language = language
        self._hidden = hidden

    def subject(self, template):
        """One line of at most 200 characters."""
        return one_line(expand(template, self._value))[:MAX_SUBJECT].strip()

    def text(self, template):
        return f"{expand(_unix(template), self._text_value).strip()}\n"

    def html(self, template):
        """A whole page; nothing in it loads anything."""
        body = "".join(self._html_parts(_unix(template).strip()))
        body = body.replace("<p></p>", "")
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(self._language)}">\n<head>'
            f'<meta charset="utf-8" /></head>\n<body>\n{body}\n</body>\n</html>\n'
        )

    def answers(self):
        """``(title, value)`` of each answer, both texts, in the form's order."""
        values = self._occasion.values
        for id, column in (self._occasion.columns or {}).items():
            if id in values and id not in self._hidden:
                yield column.title, self._displayed(column, values[id])

    def translated(self, message):
        return translate(message, target_language=self._language)

    def _html_parts(self, template):
        yield "<p>"
        for literal, name in parts(template):
            if literal is not None:
                yield _paragraphs(escape(literal))
            elif name == ANSWERS:
                yield f"</p>{self._table()}<p>"
            elif name in URLS:
                url = escape(self._value(name))
                yield f'<a href="{url}">{url}</a>'
            else:
                yield escape(_unix(self._value(name))).replace("\n", "<br />")
        yield "</p>"

    def _table(self):
        rows = "".join(
            f'<tr><th align="left" valign="top" scope="row">{escape(title)}</th>'
            f"<td>{escape(value).replace(chr(10), '<br />')}</td></tr>\n"
            for title, value in self.answers()
        )
        return f'<table border="0" cellpadding="4">\n{rows}</table>' if rows else ""

    def _text_value(self, name):
        if name == ANSWERS:
            return "\n".join(_answer_line(*pair) for pair in self.answers())
        return _indented(self._value(name))

    def _value(self, name):
        if name in self._hidden:
            return ""
        if ":" in name:
            return self._special(name)
        column = (self._occasion.columns or {}).get(name)
        value = self._occasion.values.get(name)
        if value is None:
            return ""
        return as_text(value) if column is None else self._displayed(column, value)

    def _displayed(self, column, value):
        shown = column.display(value)
        return _unix(translate(shown, target_language=self._language))

    def _special(self, name):
        occasion = self._occasion
        form, row = occasion.about, occasion.row
        makers = {
            "submission:id": lambda: ", ".join(map(str, occasion.keys)),
            "submission:url": lambda: (
                f"{form.url}/@@hoard-submissions"
                if row is None
                else submission_url(form, row.key)
            ),
            "submission:time": self._time,
            "submission:event": lambda: self.translated(EVENT_WORDS[occasion.event]),
            "form:title": lambda: form.title,
            "form:url": lambda: form.url,
            "form:id": lambda: form.id,
            "form:uid": lambda: form.uid,
            "site:title": lambda: getSite().Title(),
        }
        return makers[name]() if name in makers else ""

    def _time(self):
        row = self._occasion.row
        moment = row.submitted if row is not None else self._occasion.time
        # The numbers of this order are read alike in every language.
        return f"{moment.astimezone(site_zone()):%Y-%m-%d %H:%M}"


def one_line(text):
    """*text* without line ends and what nobody sees."""
    return NOT_IN_LINES.sub(" ", text).strip()


def form_language(form):
    """Code of the language that mails of *form* are in."""
    found = form.Language() or getattr(getSite(), "language", "")
    return found if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", found or "") else "en"


def _paragraphs(escaped):
    paragraphs = re.split(r"\n[ \t]*\n\s*", escaped)
    return "</p>\n<p>".join(p.replace("\n", "<br />\n") for p in paragraphs)


def _answer_line(title, value):
    if "\n" in value:
        return f"{title}:\n    " + value.replace("\n", "\n    ")
    return f"{title}: {value}"


def _indented(value):
    return value.replace("\n", "\n    ")


def _unix(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")
