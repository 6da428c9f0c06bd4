"""Text on one line or on many, e-mail and web addresses, hidden values."""

from ..characters import has_control
from ..interfaces import ValueRefused
from ..patterns import matches
from ..patterns import pattern_problem
from ..settings import MAX_LENGTH
from ..settings import MIN_LENGTH
from ..settings import PATTERN
from ..settings import PATTERN_MESSAGE
from ..settings import PLACEHOLDER
from ..settings import ROWS
from .base import in_order
from .base import Kind
from collective.hoard import _
from email.utils import parseaddr
from urllib.parse import urlsplit
import re
import unicodedata


#: A deliberately plain rule: something, @, a domain with a dot. Whether the
#: address exists only a mail can tell.
NAME = r"[^\s@<>()\[\],;:\\\"]{1,64}"
LABEL = r"[^\s@<>()\[\],;:\\\"/.]{1,63}"
EMAIL = re.compile(rf"{NAME}@(?=.{{1,250}}\Z)(?:{LABEL}\.)+{LABEL}\Z")
#: What no address has and what ends one where it is written into a page or mail.
NOT_IN_URLS = re.compile(r"[\s<>\"\\`]")


def clean(raw):
    """*raw* with plain line ends; half surrogates and control characters refused."""
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueRefused(
            _("This text is not valid UTF-8. Please type it again.")
        ) from None
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if has_control(text):
        raise ValueRefused(
            _("This text has control characters. Please remove or retype it.")
        )
    return text


class Text(Kind):
    title = _("Text")
    order = 10
    settings = (MIN_LENGTH, MAX_LENGTH, PATTERN, PATTERN_MESSAGE, PLACEHOLDER)
    type = "text"

    def problems(self, field):
        yield from in_order(field, "min_length", "max_length")
        problem = pattern_problem(field.settings.get("pattern", ""))
        if problem:
            yield "pattern", problem

    def parse(self, field, raw):
        text = clean(raw)
        if "\n" in text:
            raise ValueRefused(_("Only one line is allowed here."))
        return text.strip() or None

    def check(self, field, value, limits):
        self._check_length(field, value, limits)
        pattern = field.settings.get("pattern")
        if pattern and not matches(pattern, value):
            raise ValueRefused(
                field.settings.get("pattern_message")
                or _("This is not in the expected form.")
            )

    def _check_length(self, field, value, limits):
        low = field.settings.get("min_length", 0)
        high = self._greatest(field, limits)
        if len(value) > high:
            numbers = {"count": len(value), "limit": high}
            raise ValueRefused(
                _(
                    "This has ${count} characters. ${limit} are allowed; "
                    "please shorten it.",
                    mapping=numbers,
                )
            )
        if len(value) < low:
            numbers = {"count": len(value), "limit": low}
            raise ValueRefused(
                _(
                    "This has ${count} characters. At least ${limit} are needed.",
                    mapping=numbers,
                )
            )

    def _greatest(self, field, limits):
        return min(
            field.settings.get("max_length", limits.text_length), limits.text_length
        )

    def to_csv(self, field, value):
        return value

    def attributes(self, field, limits):
        found = {"type": self.type, "maxlength": self._greatest(field, limits)}
        for name, attribute in (("min_length", "minlength"), ("placeholder",) * 2):
            if field.settings.get(name):
                found[attribute] = field.settings[name]
        return found


class LongText(Text):
    title = _("Long text")
    order = 20
    widget = "textarea"
    default_editor = "long_text"
    settings = (*Text.settings, ROWS)

    def parse(self, field, raw):
        text = clean(raw)
        return text if text.strip() else None

    def attributes(self, field, limits):
        found = super().attributes(field, limits)
        found.pop("type")
        return {**found, "rows": min(field.settings.get("rows") or 6, 50)}


class Email(Text):
    title = _("E-mail address")
    order = 30
    type = "email"

    def check(self, field, value, limits):
        good = EMAIL.match(value) and parseaddr(value)[1] == value
        if not good or _has_invisible(value):
            raise ValueRefused(
                _("This is not an e-mail address. Expected is: name@example.org")
            )
        super().check(field, value, limits)

    def attributes(self, field, limits):
        return {**super().attributes(field, limits), "autocomplete": "email"}


class URL(Text):
    title = _("Web address")
    order = 40
    type = "url"

    def check(self, field, value, limits):
        if not self._is_address(value):
            raise ValueRefused(
                _("This is not a web address. Expected is: https://example.org/")
            )
        super().check(field, value, limits)

    def _is_address(self, value):
        """Only http and https: a ``javascript:`` address would run in the
        receiver's browser."""
        if NOT_IN_URLS.search(value) or _has_invisible(value):
            return False
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 - raises for a port that is none
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.hostname)


def _has_invisible(text):
    """Whether *text* has what does not show, or turns what follows around."""
    return any(unicodedata.category(c) in ("Cc", "Cf") for c in text)


class Hidden(Text):
    """A value that travels with the form; a visitor can change it, so it must
    not be trusted more than any other input."""

    title = _("Hidden value")
    order = 140
    widget = "hidden"
    settings = (MAX_LENGTH,)
    can_be_required = False
