"""What monitoring plugins print: a line of text, then numbers."""

from .ranges import _NUMBER
import re


#: A plugin may print thousands; nobody looks at more than these.
MOST_VALUES = 200
LONGEST_LABEL = 100
_ITEM = re.compile(
    rf"\s*(?:'((?:[^']|'')+)'|([^\s='][^=\s]*))=({_NUMBER}|U)([^\s;\d]*)(?:;\S*)?"
)


def split_output(output: str) -> tuple[str, dict]:
    """(first line without numbers, {label: (number, unit)}).

    As the plugin guidelines have it: numbers stand behind the first ``|`` of
    the first line, and again behind a ``|`` of the further lines. What is
    not a number there is passed over.
    """
    first, _, rest = output.partition("\n")
    text, _, numbers = first.partition("|")
    values = parse_values(numbers)
    _, bar, further = rest.partition("|")
    if bar:
        values = {**values, **parse_values(further.replace("\n", " "))}
    return text.strip(), dict(list(values.items())[:MOST_VALUES])


def parse_values(text: str) -> dict:
    values = {}
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None:
            # Something else: go on behind the next blank.
            blank = text.find(" ", at + 1)
            at = len(text) if blank < 0 else blank
            continue
        quoted, plain, number, unit = match.groups()
        label = quoted.replace("''", "'") if quoted else plain
        if number != "U" and abs(float(number)) < 1e300:
            values[shown(label)[:LONGEST_LABEL]] = (float(number), shown(unit)[:20])
        at = match.end()
    return values


def shown(text):
    """Without control characters: a label is a name, and PostgreSQL takes no NUL."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
