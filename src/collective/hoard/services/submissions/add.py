"""``POST {form}/@submissions``"""

from ...forms.behavior import get_definition
from ...forms.fill import input_fields
from ...forms.interfaces import DefinitionError
from ...forms.interfaces import SubmissionRefused
from ...forms.kinds.file import File
from ...forms.limits import get_limits
from ...forms.rights import demand
from ...forms.rights import may
from ...forms.rights import READ
from ...forms.rights import VIEW
from ...forms.submit import submit
from ..asked import guard
from ..asked import HoardService
from ..asked import NEWER
from ..asked import read_object
from ..asked import Refused
from .rows import collection_url
from AccessControl import getSecurityManager
from collective.hoard import _


#: A character takes at most six bytes in JSON (``\u1234``), twelve for a pair.
BYTES_PER_CHARACTER = 12
#: Bytes for names, braces and spaces around each value, and for the body itself.
AROUND = 1_000
SHAPE = _('The body must be an object with one entry, "values", itself an object.')


class SubmissionsPost(HoardService):
    """Send the form; the same rules as in the browser."""

    def answer(self):
        # The permission to submit is given to everybody, whatever the form's
        # state; who cannot see a form cannot send it either.
        demand(VIEW, self.context)
        guard(self.request)
        definition = self._definition()
        data = read_object(self.request, greatest_body(definition, get_limits()))
        if set(data) != {"values"} or not isinstance(data["values"], dict):
            raise Refused(400, "BadRequest", SHAPE)
        user_id = getSecurityManager().getUser().getId()
        try:
            stored = submit(self.context, data["values"], user_id=user_id, json=True)
        except SubmissionRefused as refused:
            return self._errors(refused.errors)
        return self._created(stored.key)

    def _definition(self):
        try:
            return get_definition(self.context)
        except DefinitionError:
            raise Refused(409, "NewerVersion", NEWER) from None

    def _errors(self, errors):
        self.request.response.setStatus(400)
        return {"errors": {id: self.text(text) for id, text in errors.items()}}

    def _created(self, key):
        self.request.response.setStatus(201)
        if not may(READ, self.context):
            return {"id": str(key)}
        url = f"{collection_url(self.context)}/{key}"
        self.request.response.setHeader("Location", url)
        return {"@id": url, "id": str(key)}


def greatest_body(definition, limits):
    """How many bytes an acceptable submission can have at most."""
    fields = input_fields(definition)
    files = sum(isinstance(kind, File) for _field, kind in fields)
    texts = len(fields) - files
    # Four characters of base64 hold three bytes, and lines may be broken.
    per_file = 2 * limits.file_size + AROUND
    per_text = BYTES_PER_CHARACTER * limits.text_length + AROUND
    return files * per_file + texts * per_text + AROUND
