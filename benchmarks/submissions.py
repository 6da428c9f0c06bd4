"""What the benchmarks store: 12 fields, some 760 bytes of text, like a contact form."""

from functools import cache
import datetime
import random


FIELDS = (
    "email",
    "name",
    "subject",
    "comments",
    "age",
    "agree",
    "birthday",
    "street",
    "city",
    "phone",
    "company",
    "note",
)


def submission(number):
    """The same values for the same number, on every machine."""
    chance = random.Random(number)

    def text(length):
        return "".join(chance.choices("abcdefgh ijklmn", k=length))

    born = datetime.date(1980, 1, 1) + datetime.timedelta(chance.randint(0, 9999))
    values = (
        f"user{number}@example.com",
        text(18),
        text(40),
        text(400),
        chance.randint(18, 90),
        True,
        born,
        text(20),
        text(12),
        "+49 30 1234567",
        text(20),
        text(120),
    )
    return dict(zip(FIELDS, values, strict=True))


def many(count):
    """Yield *count* submissions to fill a form with; texts repeat after 1,000."""
    for number in range(count):
        values = dict(_some()[number % 1000])
        values["email"] = f"user{number}@example.com"
        yield values


@cache
def _some():
    return tuple(map(submission, range(1000)))
