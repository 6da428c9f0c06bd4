"""Changes to a definition, each a function from plain data to new plain data.

Nothing here stores; see `keeping.set_definition`. Fields are named by their
id, so that a page that is a minute old still means the same field.
"""

from .definition import empty_definition
from .interfaces import DEFINITION_VERSION
from copy import deepcopy
import re
import unicodedata


class NoSuchField(LookupError):
    """There is no such field or fieldset (any more)."""


def readable(data):
    """Whether the functions here understand *data*: a newer version, or none of
    ours, may have made it."""
    return (
        isinstance(data, dict)
        and data.get("version") == DEFINITION_VERSION
        and _objects(data.get("fieldsets"), "id")
        and all(
            _objects(fieldset.get("fields"), "id", "kind", "title")
            for fieldset in data["fieldsets"]
        )
    )


def _objects(listed, *names):
    """Whether *listed* is a list of objects with strings called *names*."""
    return isinstance(listed, list) and all(
        isinstance(one, dict) and all(isinstance(one.get(n), str) for n in names)
        for one in listed
    )


def find_field(data, field_id):
    """``(fieldset, index)`` of a field. :raises NoSuchField:"""
    for fieldset in data["fieldsets"]:
        for index, field in enumerate(fieldset["fields"]):
            if field["id"] == field_id:
                return fieldset, index
    raise NoSuchField(field_id)


def find_fieldset(data, fieldset_id):
    """Index of a fieldset. :raises NoSuchField:"""
    for index, fieldset in enumerate(data["fieldsets"]):
        if fieldset["id"] == fieldset_id:
            return index
    raise NoSuchField(fieldset_id)


def add_field(data, field, fieldset_id=None):
    """*field* at the end of a fieldset; the last one, made if need be, when
    *fieldset_id* is None."""
    data = deepcopy(data or empty_definition())
    if fieldset_id is not None:
        target = data["fieldsets"][find_fieldset(data, fieldset_id)]
    elif data["fieldsets"]:
        target = data["fieldsets"][-1]
    else:
        target = {"id": "main", "fields": []}
        data["fieldsets"].append(target)
    target["fields"].append(field)
    return data


def change_field(data, field_id, field):
    """*field* in place of the one with *field_id*; id and kind stay as they are.

    :raises NoSuchField:
    """
    data = deepcopy(data)
    fieldset, index = find_field(data, field_id)
    old = fieldset["fields"][index]
    fieldset["fields"][index] = {**field, "id": old["id"], "kind": old["kind"]}
    return data


def remove_field(data, field_id):
    """:raises NoSuchField:"""
    data = deepcopy(data)
    fieldset, index = find_field(data, field_id)
    del fieldset["fields"][index]
    return data


def move_field(data, field_id, step):
    """Move a field by *step* (-1 up, 1 down); at the edge of its fieldset it
    goes on into the next one. :raises NoSuchField:"""
    data = deepcopy(data)
    fieldset, index = find_field(data, field_id)
    field = fieldset["fields"].pop(index)
    target = index + step
    if 0 <= target <= len(fieldset["fields"]):
        fieldset["fields"].insert(target, field)
        return data
    neighbour = data["fieldsets"].index(fieldset) + step
    if not 0 <= neighbour < len(data["fieldsets"]):
        fieldset["fields"].insert(index, field)
        return data
    fields = data["fieldsets"][neighbour]["fields"]
    fields.insert(len(fields) if step < 0 else 0, field)
    return data


def add_fieldset(data, fieldset_id, title, description=""):
    """A fieldset at the end; an untitled empty start is made with the first."""
    data = deepcopy(data or empty_definition())
    data["fieldsets"].append(
        {"id": fieldset_id, "title": title, "description": description, "fields": []}
    )
    return data


def change_fieldset(data, fieldset_id, title, description=""):
    """:raises NoSuchField:"""
    data = deepcopy(data)
    fieldset = data["fieldsets"][find_fieldset(data, fieldset_id)]
    fieldset.update(title=title, description=description)
    return data


def move_fieldset(data, fieldset_id, step):
    """Move a fieldset with all its fields. :raises NoSuchField:"""
    data = deepcopy(data)
    index = find_fieldset(data, fieldset_id)
    target = min(max(index + step, 0), len(data["fieldsets"]) - 1)
    data["fieldsets"].insert(target, data["fieldsets"].pop(index))
    return data


def remove_fieldset(data, fieldset_id):
    """Remove a fieldset; its fields go to the end of the one before it, or to
    the start of the one after. :raises NoSuchField: also for the only one
    that has fields."""
    data = deepcopy(data)
    index = find_fieldset(data, fieldset_id)
    fields = data["fieldsets"].pop(index)["fields"]
    if not fields:
        return data
    if not data["fieldsets"]:
        raise NoSuchField(fieldset_id)
    if index:
        data["fieldsets"][index - 1]["fields"].extend(fields)
    else:
        data["fieldsets"][0]["fields"][:0] = fields
    return data


def new_id(title, taken):
    """An id made of *title* that is not in *taken*."""
    text = unicodedata.normalize("NFKD", title.replace("ß", "ss")).lower()
    plain = "".join(c for c in text if not unicodedata.combining(c))
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_")
    if not stem or not stem[0].isalpha():
        stem = f"field_{stem}".rstrip("_")
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    return found


def ids(data):
    """All ids of fields in *data*."""
    return {f["id"] for fieldset in data["fieldsets"] for f in fieldset["fields"]}


def fieldset_ids(data):
    """All ids of fieldsets in *data*."""
    return {fieldset["id"] for fieldset in data["fieldsets"]}
