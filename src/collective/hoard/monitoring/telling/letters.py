"""Writing: lines in, subject, plain text and HTML out; everything escaped."""

from ..judge.interfaces import BADNESS
from ..judge.windows import zone
from .interfaces import Letter
from collections import Counter
from datetime import datetime
from html import escape
import re


#: Longer reasons are cut: a page that came as an error message is no mail.
LONGEST = 300
COLOURS = {"crit": "#b00020", "warn": "#8a5a00", "unknown": "#555", "ok": "#1b6e2d"}
SIGNS = {"crit": "!!", "warn": "! ", "unknown": "? ", "ok": "ok"}


def word(line):
    """One word for what a line says."""
    if line.kind == "recovery" or (line.kind == "steady" and line.status == "ok"):
        return "recovered"
    if line.kind == "flapping":
        return "flapping"
    return "notice" if line.kind == "note" else line.status


def worst_first(line):
    good = word(line) == "recovered"
    return (good, -BADNESS.get(line.status, 0), -line.below, line.since, line.name)


def write_letter(uuid, lines, contact, now, limit, link="", digest=False):
    """The `Letter` of *lines* to *contact*, at most *limit* of them in full.

    *link* is an address with ``{id}`` and ``{name}`` for a check's page.
    """
    lines = sorted(lines, key=worst_first)
    shown = lines[:limit]
    counts = Counter(word(line) for line in lines)
    rest = lines[limit:]
    below = sum(line.below for line in lines)
    return Letter(
        uuid=uuid,
        subject=subject(lines, counts, below),
        text=plain(shown, rest, counts, contact, now, link),
        html=html(shown, rest, counts, contact, now, link),
        lines=tuple(lines),
        shown=len(shown),
        counts=dict(counts),
        created=now,
        digest=digest,
    )


def subject(lines, counts, below):
    first = lines[0]
    start = f"{word(first).upper()} {clean(first.name)}"
    if len(lines) == 1:
        more = f" (and {below} below it)" if below else ""
        reason = f": {clean(first.reason)}" if first.reason else ""
        return cut(f"{start}{more}{reason}", 150)
    return cut(f"{start} and {len(lines) - 1} more: {counted(counts)}", 150)


def counted(counts):
    order = ("crit", "flapping", "unknown", "warn", "notice", "recovered", "ok")
    return ", ".join(f"{counts[name]} {name}" for name in order if counts.get(name))


def clean(text):
    """On one line, without control characters: safe in a header."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", str(text)).strip()


def cut(text, length):
    return text if len(text) <= length else f"{text[: length - 1]}…"


def when(moment, contact):
    return datetime.fromtimestamp(moment, zone(contact.zone)).strftime("%Y-%m-%d %H:%M")


def duration(seconds):
    """ "3 h 5 min" """
    minutes = max(int(seconds), 0) // 60
    if not minutes:
        return f"{max(int(seconds), 0)} s"
    days, rest = divmod(minutes, 1440)
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def said(line, contact, now):
    """What is said of one line, without its name."""
    if word(line) == "recovered":
        lasted = f" after {duration(line.lasted)}" if line.lasted else ""
        parts = [f"recovered{lasted} at {when(line.since, contact)}"]
    elif line.kind == "note":
        parts = []
    else:
        since = when(line.since, contact)
        parts = [f"since {since} ({duration(now - line.since)})"]
    if line.reason:
        parts.append(cut(clean(line.reason), LONGEST))
    if line.below:
        parts.append(f"{line.below} problems below it are not listed")
    if line.step:
        parts.append("nobody has acknowledged it")
    return "; ".join(parts)


def address(line, link):
    if not link or not line.check_id:
        return ""
    return link.replace("{id}", str(line.check_id))


def plain(shown, rest, counts, contact, now, link):
    parts = [f"{counted(counts)}.", ""]
    for line in shown:
        parts.append(
            f"{SIGNS.get(line.status, '  ')} {word(line):9} {clean(line.name)}"
        )
        if text := said(line, contact, now):
            parts.append(f"   {text}")
        if where := address(line, link):
            parts.append(f"   {where}")
    if rest:
        parts += ["", f"And {len(rest)} more: {counted(tally(rest))}.", *by_group(rest)]
    parts += ["", f"Times are in {contact.zone}."]
    return "\n".join(parts) + "\n"


def tally(lines):
    return Counter(word(line) for line in lines)


def by_group(lines):
    """The groups of the lines that are not shown, those with most first."""
    groups = Counter(group for line in lines for group in line.groups)
    return [f"  {clean(name)}: {number}" for name, number in groups.most_common(5)]


def html(shown, rest, counts, contact, now, link):
    rows = "".join(row(line, contact, now, link) for line in shown)
    more = ""
    if rest:
        groups = "".join(f"<li>{escape(text.strip())}</li>" for text in by_group(rest))
        more = f"<p>And {len(rest)} more: {counted(tally(rest))}.</p><ul>{groups}</ul>"
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
        f"<p>{escape(counted(counts))}.</p>"
        f'<table cellpadding="6" style="border-collapse:collapse">{rows}</table>{more}'
        f"<p><small>Times are in {escape(contact.zone)}.</small></p></body></html>"
    )


def row(line, contact, now, link):
    name = escape(clean(line.name))
    if where := address(line, link):
        name = f'<a href="{escape(where)}">{name}</a>'
    colour = COLOURS.get("ok" if word(line) == "recovered" else line.status, "#555")
    return (
        f'<tr style="border-top:1px solid #ccc"><td style="color:{colour}">'
        f"<strong>{word(line)}</strong></td><td>{name}<br>"
        f"<small>{escape(said(line, contact, now))}</small></td></tr>"
    )


def full_list(letter, contact):
    """All lines as tab-separated text: what a digest only counts is listed here."""
    rows = ["what\tcheck\tsince\treason"]
    for line in letter.lines:
        cells = (word(line), line.name, when(line.since, contact), line.reason)
        rows.append("\t".join(clean(cell) for cell in cells))
    return "\n".join(rows) + "\n"
