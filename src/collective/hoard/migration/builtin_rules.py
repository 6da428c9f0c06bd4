"""What strings of Zope and Plone have to become, read from their own code.

``(class, attribute) -> {part: treatment}`` with the parts and treatments of
`collective.hoard.migration.rules.Rule`.
"""

BYTES = {"becomes": "bytes"}

BUILTIN_RULES = {
    ("OFS.Image.File", "data"): BYTES,
    ("OFS.Image.Image", "data"): BYTES,
    ("OFS.Image.Pdata", "data"): BYTES,
    # A pickle of its own.
    ("Products.ZopeVersionControl.EventLog.LogEntry", "message"): BYTES,
    # marshal
    ("Products.PythonScripts.PythonScript.PythonScript", "_code"): BYTES,
    ("Products.PythonScripts.PythonScript.PythonScript", "Python_magic"): BYTES,
    # One byte is one character to WidCode, also where it looks like utf-8.
    ("Products.ZCTextIndex.BaseIndex.BaseIndex", "_docwords"): {
        "values": "latin-1 always"
    },
    ("Products.ZCTextIndex.OkapiIndex.OkapiIndex", "_docwords"): {
        "values": "latin-1 always"
    },
    ("Products.ZCTextIndex.CosineIndex.CosineIndex", "_docwords"): {
        "values": "latin-1 always"
    },
    ("zope.index.text.baseindex.BaseIndex", "_docwords"): {"values": "latin-1 always"},
    ("zope.index.text.okapiindex.OkapiIndex", "_docwords"): {
        "values": "latin-1 always"
    },
    ("zope.index.text.cosineindex.CosineIndex", "_docwords"): {
        "values": "latin-1 always"
    },
}

for _class in (
    "five.intid.keyreference.KeyReferenceToPersistent",
    "zope.keyreference.persistent.KeyReferenceToPersistent",
    "zope.app.keyreference.persistent.KeyReferenceToPersistent",
):
    BUILTIN_RULES[_class, "oid"] = BYTES
    BUILTIN_RULES[_class, "root_oid"] = BYTES

for _class in (
    "plone.namedfile.file.FileChunk",
    "plone.namedfile.file.NamedFile",
    "plone.namedfile.file.NamedImage",
    "zope.app.file.file.File",
    "zope.app.file.file.FileChunk",
    "zope.app.file.image.Image",
    "zope.file.file.File",
):
    BUILTIN_RULES[_class, "_data"] = BYTES
