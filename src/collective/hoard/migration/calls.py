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


def is_packed_date(value):
    """Does a native string read as a date, time or both, as Python 2 packs them?

    Subclasses pack like their parent and only their call names them.  Text never
    looks like this: month and day, or hour and second, would be control
    characters.
    """
    size = len(value)
    if size == 4:
        return _is_day(value)
    if size == 6:
        return _is_time(value)
    return size == 10 and _is_day(value[:4]) and _is_time(value[4:])


def _is_day(value):
    year = int.from_bytes(value[:2])
    return 1 <= year <= 9999 and 1 <= value[2] <= 12 and 1 <= value[3] <= 31


def _is_time(value):
    microseconds = int.from_bytes(value[3:])
    return value[0] < 24 and value[1] < 60 and value[2] < 60 and microseconds < 10**6
