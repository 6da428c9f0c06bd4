"""Files on their way into a row."""

from ..ledger.files import store_file
from .interfaces import IUploadInspector
from .interfaces import SubmissionRefused
from .interfaces import ValueRefused
from .kinds.file import Upload
from zope.component import subscribers


def stored_values(form, values):
    """*values* by field id as a row takes them: uploads become stored files.

    Every upload is inspected before the first is stored.

    :raises SubmissionRefused: nothing was stored.
    """
    uploads = {id: v for id, v in values.items() if isinstance(v, Upload)}
    if not uploads:
        return dict(values)
    inspectors = subscribers((form,), IUploadInspector)
    _inspect(inspectors, uploads)
    made = {id: _stored(inspectors, upload) for id, upload in uploads.items()}
    return {**values, **made}


def _inspect(inspectors, uploads):
    errors = {}
    for id, upload in uploads.items():
        try:
            for inspector in inspectors:
                inspector.inspect(upload)
        except ValueRefused as refused:
            errors[id] = refused.args[0]
    if errors:
        raise SubmissionRefused(errors)


def _stored(inspectors, upload):
    value = store_file(upload.stream, upload.filename, upload.content_type)
    for inspector in inspectors:
        inspector.stored(value)
    return value
