"""collective.easyform, as `worker.py` asks for it."""

from collective.easyform.api import get_actions
from DateTime import DateTime
from plone import api
from submissions import FIELDS
from submissions import many
import time


PROFILE = "collective.easyform:default"
KINDS = {"age": "Int", "agree": "Bool", "birthday": "Date"} | dict.fromkeys(
    ("comments", "note"), "Text"
)
MODEL = """\
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:easyform="http://namespaces.plone.org/supermodel/easyform">
<schema>{}</schema>
</model>"""
FIELD = """\
<field name="{}" type="zope.schema.{}">
<title>{}</title><required>False</required>
</field>"""
SAVER = """\
<field name="saver" type="collective.easyform.actions.SaveData">
<title>Saver</title>
<DownloadFormat>csv</DownloadFormat>
<UseColumnNames>True</UseColumnNames>
<ExtraData><element>dt</element></ExtraData>
</field>"""
#: Milliseconds between two submissions while filling.
STEP = 1000


def prepare(site):
    """Nothing to do."""


def make_form(site, id):
    """A form that stores what is sent, and the date, and sends no mail.

    Without its CSRF check, which would only cost it time.
    """
    form = api.content.create(site, "EasyForm", id, title=id)
    fields = (FIELD.format(n, KINDS.get(n, "TextLine"), n.title()) for n in FIELDS)
    form.fields_model = MODEL.format("\n".join(fields))
    form.actions_model = MODEL.format(SAVER)
    form.CSRFProtection = False
    return form


def fill(form, count):
    """Store *count* submissions as its `addDataRow` does, and yield after each.

    That one looks for a free key, millisecond by millisecond: slow when thousands
    come in one second.
    """
    storage, moment = _saver(form)._storage, str(DateTime())
    first = int((time.time() - count) * 1000)
    for number, values in enumerate(many(count)):
        key = first + number * STEP
        storage[key] = values | {"dt": moment, "id": key}
        yield key


def count(form):
    return _saver(form).itemsSaved()


def tokens(form, count):
    """easyform has none."""
    return [""] * count


def _saver(form):
    return get_actions(form)["saver"]
