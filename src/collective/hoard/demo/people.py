"""Plausible people and what they would write."""

from ..ledger.files import store_file
from datetime import timedelta
from decimal import Decimal
import random
import unicodedata


FIRST = (
    "Ada Alma Amina Anton Björn Carla Chidi Dana Elif Emil Farah Felix Greta Hana "
    "Hugo Ida Ines Ivo Jana João Karim Lena Liam Linh Lotte Malik Mara Marek Mia "
    "Milan Nadia Noah Nuria Olga Otto Paula Pavel Rosa Samir Selma Sofia Theo Uwe "
    "Vera Wanda Yara Yusuf Zoë"
).split()
LAST = (
    "Adler Bauer Costa Demir Eriksen Fischer García Hoffmann Ivanova Jansen Kaya "
    "Kowalski Lang Meyer Müller Nguyen Novák Okafor Peeters Quandt Rossi Schäfer "
    "Silva Smith Sørensen Tanaka Ueda Vogel Weber Yıldız Zimmermann"
).split()
TOPICS = ("question", "praise", "complaint", "other")
OPENINGS = (
    "Good morning,",
    "Hello,",
    "Dear team,",
    "To whom it may concern,",
    "Guten Tag,",
)
BODIES = {
    "question": (
        "when will the reading room be open again on Saturdays?",
        "is there a way to renew three books at once, without the counter?",
        "do you lend tools as well? A neighbour said so, but I find nothing about it.",
        "can my daughter, who is eleven, have a card of her own?",
    ),
    "praise": (
        "the new shelves by the window are wonderful. I stayed for two hours.",
        "the evening with the translator was the best in years. More, please!",
        "thank you for finding the atlas I described so badly.",
    ),
    "complaint": (
        "the lift was out of order again on Tuesday, with a pram and two bags.",
        "I returned everything in time and still got a reminder, the second this year.",
        "the heating in the children's corner is far too warm.",
    ),
    "other": (
        "I have forty crates of records to give away. Are you interested?",
        "we would like to visit you with a school class of 24 in spring.",
        "a blue umbrella stayed behind on the first floor, if anyone looks for one.",
    ),
}
NEWSLETTERS = ("events", "books", "children")


def submissions(count, now):
    """Yield *count* pairs of time and values, oldest first."""
    dice = random.Random(2026)  # noqa: S311 - not a secret
    ages = sorted((dice.triangular(0.01, 60, 3) for _ in range(count)), reverse=True)
    for number, days in enumerate(ages):
        yield now - timedelta(days=days), _values(dice, number, now)


def _values(dice, number, now):
    first, last = dice.choice(FIRST), dice.choice(LAST)
    topic = dice.choices(TOPICS, (5, 3, 2, 1))[0]
    values = {
        "name": f"{first} {last}",
        "email": f"{_ascii(first)}.{_ascii(last)}@example.org",
        "topic": topic,
        "message": f"{dice.choice(OPENINGS)}\n\n{dice.choice(BODIES[topic])}\n\n{first}",
        "privacy": True,
        "campaign": dice.choice(("website", "poster", "leaflet")),
    }
    return values | _optional(dice, number, now)


def _optional(dice, number, now):
    """What only some people fill in."""
    found = {
        "website": f"https://www.example.org/~reader{number}",
        "visits": dice.randint(1, 40),
        "rating": Decimal(dice.randint(10, 50)) / 10,
        "newsletters": tuple(n for n in NEWSLETTERS if dice.random() < 0.6),
        "birthday": (now - timedelta(days=dice.randint(6000, 29000))).date(),
        "call_me": (now + timedelta(days=dice.randint(1, 14))).replace(
            hour=dice.randint(8, 16), minute=30, second=0, microsecond=0
        ),
    }
    found = {name: value for name, value in found.items() if dice.random() < 0.4}
    if dice.random() < 0.08:
        note = b"Shelf 14, third row.\n"
        found["attachment"] = store_file(note, "note.txt", "text/plain")
    return {name: value for name, value in found.items() if value != ()}


def _ascii(name):
    plain = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return plain.encode("ascii", "ignore").decode()


#: Letters that no decomposition takes apart.
LETTERS = str.maketrans({"ø": "o", "ı": "i", "ß": "ss"})
