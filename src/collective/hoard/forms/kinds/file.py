"""Files that visitors send along."""

from ..interfaces import ValueRefused
from ..settings import EXTENSIONS
from ..settings import MAX_SIZE
from .base import Kind
from base64 import b64decode
from binascii import Error as NotBase64
from collective.hoard import _
from dataclasses import dataclass
from io import BytesIO
from persistent.mapping import PersistentMapping
from typing import BinaryIO
import mimetypes
import os
import re
import unicodedata


MAX_NAME = 150
EXTENSION = re.compile(r"\.?[A-Za-z0-9]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in, not yet stored. ``size`` in bytes."""

    filename: str
    content_type: str
    size: int
    stream: BinaryIO


def safe_name(name):
    """*name* without folders, control and direction characters, kept short.

    The result is for people and for a ``Content-Disposition`` header; it is
    never used as a path.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = name.encode("utf-8", "replace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", name).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 20:
        name = f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
    return name[:MAX_NAME] or "file"


def upload(name, stream):
    """The `Upload` of an open *stream*.

    The type follows from the name: what the sender claims cannot be trusted.
    """
    name = safe_name(name)
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    stream.seek(0, os.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return Upload(name, content_type, size, stream)


class File(Kind):
    title = _("File")
    order = 120
    widget = "file"
    settings = (MAX_SIZE, EXTENSIONS)
    types = (PersistentMapping,)
    can_have_default = False
    missing = _("Please choose a file.")

    def problems(self, field):
        for ending in field.settings.get("extensions", ()):
            if not isinstance(ending, str) or not EXTENSION.match(ending):
                yield "extensions", _("Must be file name endings, as pdf.")
                return

    def from_text(self, field, raw):
        if raw is None or raw == "":
            return None
        if not _is_upload(raw):
            raise ValueRefused(_("A file is expected here."))
        if not raw.filename:
            return None
        return upload(raw.filename, raw)

    def from_json(self, field, raw):
        """``{"filename": ..., "data": base64}``, as plone.restapi writes files."""
        if raw is None:
            return None
        try:
            name, data = raw["filename"], raw["data"]
            stream = BytesIO(b64decode(data, validate=True))
            return upload(_nonempty(name), stream)
        except (KeyError, TypeError, ValueError, NotBase64):
            raise ValueRefused(
                _("An object with filename and data (base64) is expected here.")
            ) from None

    def check(self, field, value, limits):
        if value.size > self._greatest(field, limits):
            sizes = {
                "size": readable(value.size),
                "limit": readable(self._greatest(field, limits)),
            }
            text = _(
                "This file is too large: it has ${size}, at most ${limit} are "
                "allowed. Please choose another one.",
                mapping=sizes,
            )
            raise ValueRefused(text)
        if value.size == 0:
            raise ValueRefused(_("This file is empty. Please choose another one."))
        allowed = endings(field)
        _stem, dot, ending = value.filename.rpartition(".")
        if allowed and (not dot or ending.lower() not in allowed):
            text = _(
                "Files of this type are not accepted. Allowed: ${types}",
                mapping={"types": ", ".join(allowed)},
            )
            raise ValueRefused(text)

    def _greatest(self, field, limits):
        own = field.settings.get("max_size")
        return min(own * 1024, limits.file_size) if own else limits.file_size

    def to_text(self, field, value):
        return ""

    def display(self, field, value):
        if value is None:
            return ""
        return f"{value['filename']} ({readable(value['size'])})"

    def to_csv(self, field, value):
        return None if value is None else value["filename"]

    def to_json(self, field, value):
        if value is None:
            return None
        names = ("filename", "content_type", "size", "sha256")
        return {name: value[name] for name in names}

    def attributes(self, field, limits):
        accept = ",".join(f".{ending}" for ending in endings(field))
        return {"type": "file", **({"accept": accept} if accept else {})}


def _is_upload(raw):
    """Whether *raw* is a file, and no record that a request made up to look so."""
    methods = (getattr(raw, name, None) for name in ("read", "seek", "tell"))
    return all(map(callable, methods)) and isinstance(
        getattr(raw, "filename", None), str
    )


def _nonempty(name):
    if not isinstance(name, str) or not name:
        raise ValueError(name)
    return name


def endings(field):
    """Allowed endings in lower case, without the dot."""
    listed = field.settings.get("extensions", ())
    return [ending.lstrip(".").lower() for ending in listed]


def readable(size):
    """*size* in bytes as people say it: 3 MB, 12 kB."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= factor:
            number = size / factor
            return f"{number:.3g} {unit}" if number < 100 else f"{number:.0f} {unit}"
    return f"{size} B"
