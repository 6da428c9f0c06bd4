"""Write the page of the documentation that shows the results.

It has a section for each part that is measured; sections of parts that were not
measured now, and those written by hand, stay as they are.
"""

from configparser import ConfigParser
from pathlib import Path
from report import report
import platform


VERSIONS = Path(__file__).resolve().parent.parent / "profiles" / "versions.cfg"
#: The section before which new ones come. It is written by hand.
LAST = "On PostgreSQL"
EXPORTS = {
    True: "The peer exported all rows.",
    False: "The peer's export was measured with fewer rows and scaled, if twice as "
    "many rows took twice as long; `make bench FULL=1` lets it export all of them.",
}

TEXT = """\
# Benchmarks

`make bench` measures collective.hoard and collective.easyform {easyform} in one run and prints this table. It ends with exit code 1 when something required is missed. What is required is a ratio within one run, as absolute times depend on the machine: this one has 2 cores and a local disk, and other work to do.

Plone {plone}, Python {python}, FileStorage. {exports}

{rows}

Times are medians, in brackets the range of the middle half of all measurements. *Ratio* is ours to what it is compared with: collective.easyform, or what the cell names.

## How it is measured

- Both products have a Zope instance with a site of the distribution "classic" and a Data.fs of their own, each in a process of its own that is started afresh for each group of rows. The packages have the same versions, the database cache has room for 30,000 objects, and waitress serves with 4 threads, as Plone's own set-up has it.
- All pages are asked for over HTTP, through the real publisher with its retries, the theme included. The two products take turns, forward and backward, so that whatever else the machine does hits both.
- Both forms have the same 12 fields, and visitors send the same values, some 760 bytes. Their forms have 10,000 submissions before the measuring starts. easyform's own CSRF check is off, which only saves it time; our one-time tokens are checked and stored.
- *HTTP submit* is the POST alone. easyform answers it with the page of thanks; we redirect to ours, so that a reload does not send again. *A whole visit* counts all that a visitor waits for: form, submit and thanks.
- *Cold* means that no object of that form is in the database cache. Code, templates and Plone's own objects are warm.
- *Memory* is the peak of the process during its first large export, above what it had before. Of ours, some 19 MB are the buffer of waitress, which any long answer has.
- *Data.fs per submission* is what the file grew by while the submissions were sent one by one.
- *Objects registered*: of a GET as anonymous visitor and one as administrator, all that these requests tried to change in the database. Workers in the background are not counted.

## The ledger by size

The ledger alone, without Plone, on FileStorage; each figure from a fresh process with nothing cached.

{ledgers}
"""


def write(path, rows, ledgers, others, full):
    """Bring the page at *path* up to date.

    :param rows: of the parts that the first sections tell of, with *ledgers*; empty
        if they were not measured.
    :param others: ``{title of the section: rows}``
    """
    found = sections(path.read_text()) if path.exists() else {}
    if rows:
        found = {**sections(forms_text(rows, ledgers, full)), **without_forms(found)}
    last = {LAST: found.pop(LAST)} if LAST in found else {}
    found |= {title: f"{report(rows)}\n" for title, rows in others.items()}
    path.write_text("\n".join(map(section_text, (found | last).items())))


def without_forms(found):
    return {title: text for title, text in found.items() if title not in OF_FORMS}


def sections(text):
    """``{title: text below it}``; that of the first has no title."""
    first, *others = f"\n{text}".split("\n## ")
    pairs = [other.partition("\n")[::2] for other in others]
    found = {"": first, **dict(pairs)}
    return {title: f"{below.strip()}\n" for title, below in found.items()}


def section_text(item):
    title, text = item
    return f"## {title}\n\n{text}" if title else text


def forms_text(rows, ledgers, full):
    config = ConfigParser(delimiters="=", interpolation=None)
    config.read(VERSIONS)
    return TEXT.format(
        easyform=config["peers"]["collective-easyform"],
        plone=config["versions"]["plone"],
        python=platform.python_version(),
        exports=EXPORTS[full],
        rows=report(rows),
        ledgers=ledgers,
    )


#: Titles of the sections that `TEXT` has.
OF_FORMS = tuple(sections(TEXT))
