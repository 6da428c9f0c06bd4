"""The messages of a run: code, severity, and what the owner can do.

``docs/reference/migration.md`` has a line for each code; a test keeps it so.
"""

from .interfaces import Finding


PROBLEM = "problem"
NOTE = "note"

# code -> (severity, message, advice)
MESSAGES = {
    "unreadable-record": (
        PROBLEM,
        "This record is no pickle that can be understood ({error}). It was copied"
        " as it is.",
        "Look at the object on Python 2; delete or repair it there, or live"
        " without it.",
    ),
    "key-collision": (
        PROBLEM,
        "The key {value!r} would become equal to another key of the same mapping;"
        " it was kept as bytes.",
        "Decide on Python 2 which of the two entries counts and delete the other.",
    ),
    "no-order": (
        NOTE,
        "A tree holds {types} as values. Python 3 cannot merge such buckets when two"
        " people save at once.",
        "Let the application store tuples, PersistentMapping or tree sets instead.",
    ),
    "outvoted": (
        NOTE,
        "Nearly all non-ascii values here are binary, so {count} that could be read"
        " as text were kept as bytes.",
        "Paste this rule to be sure of all of them:\n{rule}",
    ),
    "rule-failed": (
        NOTE,
        "A value could not be decoded as the rule says ({rule}) and was decided"
        " like any other.",
        "Check the encoding in the rule file.",
    ),
    "undecided-bytes": (
        NOTE,
        "{count} values are neither in the site's encoding nor readable text; they"
        " became bytes.",
        "If they are text, name the encoding; if not, make it sure for the ascii"
        " ones too:\n{rule}",
    ),
    "fallback-used": (
        NOTE,
        "{count} values are not in the site's encoding and were read as {encoding}.",
        "Look at the samples. To decide otherwise, name the encoding:\n{rule}",
    ),
    "unsortable-tree": (
        PROBLEM,
        "The keys of this tree cannot be sorted on Python 3 ({error}). It was left"
        " as it was.",
        "Make all its keys one type on Python 2: keys that cannot be compared are"
        " not found reliably.",
    ),
    "sorted-tree": (
        NOTE,
        "{count} keys of this tree had to move: their order as text is not their"
        " order as bytes.",
        "Nothing to do; the tree was sorted over the same buckets.",
    ),
    "broken-tree": (
        PROBLEM,
        "This tree is damaged: {error}",
        "Rebuild it from its items on Python 2, or clear and rebuild the index.",
    ),
    "damaged-file": (
        PROBLEM,
        "The source is damaged at byte {position}: {error}",
        "What follows was recovered as far as possible. Compare with a backup.",
    ),
    "truncated-file": (
        PROBLEM,
        "The source ends in the middle of a transaction, at byte {position};"
        " {size} bytes were left out.",
        "If Zope was writing, stop it and convert again. After a crash this is what"
        " Zope itself would drop.",
    ),
    "version-record": (
        PROBLEM,
        "A record belongs to a ZODB version ('{version}'), which no current ZODB"
        " knows; it was left out.",
        "Commit or abort versions on Python 2 first.",
    ),
    "missing-blob": (
        PROBLEM,
        "The blob file of this object is missing: {path}",
        "Copy it from a backup into the source's blob folder and convert again.",
    ),
    "blobs-not-copied": (
        NOTE,
        "{count} blob records were converted, and no blob folder was named.",
        "Object and transaction numbers are unchanged, so the old blob folder fits;"
        " or name it with --blobs and --destination-blobs.",
    ),
    "unreadable-extension": (
        PROBLEM,
        "The extra information of transaction {tid} cannot be understood ({error}).",
        "Nothing but this information is affected.",
    ),
    "missing-class": (
        NOTE,
        "{count} objects are of the class {name}, which does not exist here.",
        "Install the package for Python 3, rename the class in the rule file, or"
        " delete the objects on Python 2.",
    ),
    "mixed-keys": (
        NOTE,
        "This mapping or tree has keys of several types ({types}).",
        "Sorting them fails on Python 3; looking them up works in a dict.",
    ),
    "does-not-load": (
        PROBLEM,
        "ZODB on Python 3 cannot load this record: {error}",
        "Report it with the record: conversion should have seen it.",
    ),
    "dangling-reference": (
        NOTE,
        "A reference leads to object {target}, which does not exist.",
        "It was so on Python 2 if the same is said of the source; delete the"
        " reference there.",
    ),
    "different-shape": (
        PROBLEM,
        "Values differ in number or shape from the source ({error}).",
        "Report it with the record.",
    ),
    "missing-record": (
        PROBLEM,
        "The source has this record (transaction {tid}), the destination has not.",
        "Convert again.",
    ),
    "rules-not-read": (NOTE, "{error}", "Write the rules you need into the rule file."),
    "old-pattern": (
        NOTE,
        "A regular expression will not compile on Python 3: {error}",
        "Let the application write it again.",
    ),
}


def finding(code, oid=b"", where="", **values):
    """A `Finding` with its text filled in; *oid* as bytes."""
    severity, message, advice = MESSAGES[code]
    return Finding(
        code,
        severity,
        message.format(**values),
        f"0x{oid.hex()}" if oid else "",
        where,
        advice.format(**values),
    )


def rule_line(class_name, attribute, kind="bytes", part="becomes"):
    """The lines to paste into a rule file."""
    return f'[[rule]]\nclass = "{class_name}"\nattribute = "{attribute}"\n{part} = "{kind}"'
