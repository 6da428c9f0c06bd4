"""Calls in a pickle whose arguments are known to be bytes, text or a class."""

RECONSTRUCTORS = {
    "copy_reg._reconstructor",
    "copyreg._reconstructor",
    "copy_reg.__newobj__",
    "copyreg.__newobj__",
    "copy_reg.__reduce_ex__",
}

# The packed form of a date is one string; read as text it gets shorter.
PACKED = {
    "datetime.datetime",
    "datetime.date",
    "datetime.time",
    "persistent.TimeStamp.TimeStamp",
    "persistent.timestamp.TimeStamp",
    "persistent._timestamp.TimeStamp",
    "persistent.timestamp.pyTimeStamp",
    "TimeStamp.TimeStamp",
    "zodbpickle.binary",
}

ARRAYS = {"array.array"}

# Called with a list of pairs.
ORDERED = {"collections.OrderedDict", "ordereddict.OrderedDict"}

PATTERNS = {"re._compile"}

SETS = {
    "__builtin__.set",
    "__builtin__.frozenset",
    "builtins.set",
    "builtins.frozenset",
}

# Python 3 has no module "sets"; its classes become the built-in ones.
OLD_SETS = {"sets.Set": "set", "sets.ImmutableSet": "frozenset"}

# What stands inside these stands, for a rule, where they stand themselves.
TRANSPARENT_MODULES = {"__builtin__", "builtins", "collections", "sets"}
