"""Files in rows: a plain mapping around a ZODB blob, readable without us."""

from hashlib import sha256
from io import BytesIO
from persistent.mapping import PersistentMapping
from ZODB.blob import Blob


#: Bytes held in memory at a time.
CHUNK = 1 << 16

FILE_KEYS = frozenset({"filename", "content_type", "size", "sha256", "blob"})
#: What a file may have besides: see `held`.
HELD = "held"
#: A file is held because nobody has looked for viruses in it yet.
UNSCANNED = ""


def store_file(source, filename: str, content_type: str) -> PersistentMapping:
    """Copy *source*, bytes or a readable binary stream, into a new file value.

    The value is ``{"filename", "content_type", "size" (bytes), "sha256" (hex),
    "blob": ZODB.blob.Blob}`` and may be put into a row. A stream is read from
    where it stands, in chunks; it is not closed.

    :raises TypeError: the stream yields text, or the names are no strings.
    """
    if not isinstance(filename, str) or not isinstance(content_type, str):
        raise TypeError("filename and content_type must be strings")
    stream = BytesIO(source) if isinstance(source, bytes) else source
    blob = Blob()
    digest = sha256()
    size = 0
    with blob.open("w") as target:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    return PersistentMapping(
        filename=filename,
        content_type=content_type,
        size=size,
        sha256=digest.hexdigest(),
        blob=blob,
    )


def is_file(value) -> bool:
    """Whether *value* is what `store_file` returns."""
    return (
        type(value) is PersistentMapping
        and value.keys() - {HELD} == FILE_KEYS
        and type(value["blob"]) is Blob
    )


def held(value):
    """Why nobody may read the file *value*: None if everybody with the right may,
    `UNSCANNED`, or the name of what a virus scanner found in it."""
    return value.get(HELD)


def hold(value, signature=UNSCANNED):
    """Let nobody read the file *value*, from now on."""
    value[HELD] = signature


def release(value):
    """Let the file *value* be read."""
    value.pop(HELD, None)


def files_in(value):
    """Yield the file values in a plain value: itself, or those in its tuples."""
    if is_file(value):
        yield value
    elif type(value) is tuple:
        for item in value:
            yield from files_in(item)


def open_file(value):
    """A readable binary file over the content of a file value; close it.

    :raises TypeError: *value* is not a file value.
    """
    if not is_file(value):
        raise TypeError(f"not a file value: {value!r}")
    return value["blob"].open("r")
