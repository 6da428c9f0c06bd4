"""From the text of a rule to its expression; the grammar is in docs/reference.

rule      = and ("or" and)* ; and = not ("and" not)* ; not = "not" not | part
part      = "(" rule ")" | "min" n "of" (selector | "(" rule ("," rule)* ")")
          | quantity comparison number ["%"] | selector
"""

from . import expressions as ex
from . import selectors as sel
from .interfaces import RuleError
from .words import tokens


COMPARISONS = (">=", "<=", ">", "<", "==", "!=")
RESERVED = ("and", "or", "not", "of")
#: Deeper nesting is a mistake; Python's own recursion ends later.
DEEPEST = 50
UNITS = {"s": 1, "min": 60, "h": 3600}


def parse_rule(text):
    """The expression of a rule.

    :raises RuleError: It cannot be understood; the error points at the place.
    """
    return whole(Parser(text), Parser.rule)


def parse_selector(text):
    """The selector that *text* is.

    :raises RuleError: See `parse_rule`.
    """
    return whole(Parser(text), Parser.selector)


def whole(parser, part):
    result = part(parser)
    parser.expect_end()
    return result


class Parser:
    def __init__(self, text):
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    # --- Walking along the tokens

    @property
    def token(self):
        return self.tokens[self.at]

    def next(self):
        token = self.token
        self.at += 1
        return token

    def is_sign(self, text):
        return self.token.kind == "sign" and self.token.text == text

    def is_word(self, text):
        return self.token.kind == "name" and self.token.text == text

    def take(self, text):
        if self.is_sign(text) or self.is_word(text):
            return self.next()
        return None

    def wrong(self, message, token=None):
        token = token or self.token
        found = "the end" if token.kind == "end" else f'"{token.text}"'
        return RuleError(f"{message}, found {found}", self.text, token.place)

    def expect(self, text, after):
        if not self.take(text):
            raise self.wrong(f'expected "{text}" {after}')

    def expect_end(self):
        if self.token.kind != "end":
            raise self.wrong('expected "and", "or" or the end')

    def calls(self):
        """Whether the next two tokens are a word and an opening parenthesis."""
        following = self.tokens[self.at + 1] if self.token.kind == "name" else None
        return following is not None and following[:2] == ("sign", "(")

    # --- Rules

    def rule(self):
        return self.chain("or", ex.Or, self.conjunction)

    def conjunction(self):
        return self.chain("and", ex.And, self.negation)

    def deeper(self, part):
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("nested too deeply")
        result = part()
        self.depth -= 1
        return result

    def chain(self, word, kind, part):
        parts = [self.deeper(part)]
        while self.take(word):
            parts.append(self.deeper(part))
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def negation(self):
        if self.take("not"):
            return ex.Not(self.deeper(self.negation))
        return self.part()

    def part(self):
        if self.take("("):
            result = self.rule()
            self.expect(")", "to close this parenthesis")
            return result
        if self.is_word("min") and self.tokens[self.at + 1].kind == "number":
            return self.min_of()
        if self.calls():
            return self.comparison()
        return ex.AllUp(self.term())

    def min_of(self):
        self.next()
        number = self.whole_number('after "min"')
        self.expect("of", 'after "min n"')
        if not self.take("("):
            return ex.Compare(ex.Count(self.term(), "up"), ">=", float(number))
        place = self.token
        parts = [self.rule()]
        while self.take(","):
            parts.append(self.rule())
        self.expect(")", "to close this list")
        if len(parts) == 1 and isinstance(parts[0], ex.AllUp):
            return ex.Compare(ex.Count(parts[0].selector, "up"), ">=", float(number))
        if number > len(parts):
            raise self.wrong(f"min {number} of only {len(parts)} can never be", place)
        return ex.AtLeast(number, tuple(parts))

    def comparison(self):
        quantity = self.quantity()
        if self.token.text not in COMPARISONS or self.token.kind != "sign":
            raise self.wrong(f"expected a comparison ({' '.join(COMPARISONS)})")
        sign = self.next().text
        number = self.number(f'after "{sign}"')
        if self.take("%"):
            if not quantity.shared:
                raise self.wrong(f"{quantity.word}() is no share: leave out the %")
            if number > 100:
                raise self.wrong(f"a share is at most 100 %, not {number:g} %")
            return ex.Compare(quantity, sign, number / 100, percent=True)
        return ex.Compare(quantity, sign, number)

    def number(self, where):
        if self.token.kind != "number":
            raise self.wrong(f"expected a number {where}")
        return float(self.next().text)

    def whole_number(self, where):
        if self.token.kind != "number" or "." in self.token.text:
            raise self.wrong(f"expected a whole number {where}")
        return int(self.next().text)

    # --- Quantities

    def quantity(self):
        word = self.next()
        self.next()
        if word.text in ("up", "down"):
            result = ex.Count(self.selector(), word.text)
        elif word.text == "count":
            result = self.count()
        elif word.text == "sources":
            result = self.sources()
        elif word.text in ex.STATISTICS:
            result = self.statistic(word.text)
        else:
            raise self.wrong(
                "expected up, down, count, sources, "
                f"{', '.join(ex.STATISTICS)} before the parenthesis",
                word,
            )
        self.expect(")", f'to close "{word.text}("')
        return result

    def count(self):
        selector = self.selector()
        self.expect(",", "and a status after the selector")
        return ex.Count(selector, self.status(ex.COUNTED))

    def sources(self):
        token = self.token
        if token.kind not in ("name", "quoted") or "*" in token.text:
            raise self.wrong("expected the name of one check")
        self.next()
        self.expect(",", "and a status after the name of the check")
        return ex.Sources(token.text.removeprefix("check:"), self.status(ex.SEEN))

    def status(self, words):
        if self.token.text not in words:
            raise self.wrong(f"expected a status ({', '.join(words)})")
        return self.next().text

    def statistic(self, word):
        metric, divisor = self.metric(), ""
        if word == "rate" and self.take("/"):
            divisor = self.metric()
        selector = self.selector() if self.take("@") else sel.EVERYTHING
        seconds = self.period() if self.take(",") else ex.WINDOW
        return ex.Statistic(word, metric, divisor, selector, seconds)

    def metric(self):
        if self.token.kind not in ("name", "quoted"):
            raise self.wrong("expected the name of a metric")
        return self.next().text

    def period(self):
        start = self.token
        number = self.number("of seconds")
        unit = UNITS.get(self.token.text) if self.token.kind == "name" else None
        if unit:
            self.next()
        seconds = int(number * (unit or 1))
        if not 1 <= seconds <= ex.LONGEST_WINDOW:
            raise self.wrong("expected a period from 1 s to 24 h", start)
        return seconds

    # --- Selectors

    def selector(self):
        return self.chain("or", sel.Either, self.all_of)

    def all_of(self):
        return self.chain("and", sel.Both, self.unless)

    def unless(self):
        if self.take("not"):
            return sel.Without(self.deeper(self.unless))
        return self.term()

    def term(self):
        if self.take("("):
            result = self.selector()
            self.expect(")", "to close this parenthesis")
            return result
        token = self.token
        if token.kind == "number":
            raise self.wrong("a name of digits needs quotation marks")
        if token.kind not in ("name", "quoted") or self.reserved(token):
            raise self.wrong("expected a check, group: or tag:")
        self.next()
        return self.named(token)

    def reserved(self, token):
        return token.kind == "name" and token.text in RESERVED

    def named(self, token):
        prefix, colon, name = token.text.partition(":")
        kinds = {
            "check": sel.Named,
            "group": sel.InGroup,
            "tag": sel.Tagged,
            "kind": sel.OfKind,
            "rule": lambda name: sel.Derived("rule", name),
            "alarm": lambda name: sel.Derived("alarm", name),
        }
        if not colon or prefix not in kinds:
            return sel.Named(token.text)
        if not name:
            raise self.wrong(f'expected a name right after "{prefix}:"', token)
        return kinds[prefix](name)
