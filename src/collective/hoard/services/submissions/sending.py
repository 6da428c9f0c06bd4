"""What sending a submission and correcting one have in common."""

from ...forms.behavior import get_definition
from ...forms.fill import input_fields
from ...forms.interfaces import DefinitionError
from ...forms.kinds.file import File
from ...forms.limits import get_limits
from ..asked import HoardService
from ..asked import NEWER
from ..asked import read_object
from ..asked import Refused
from AccessControl import getSecurityManager


#: A character takes at most six bytes in JSON (``\u1234``), twelve for a pair.
BYTES_PER_CHARACTER = 12
#: Bytes for names, braces and spaces around each value, and for the body itself.
AROUND = 1_000


class TakesValues(HoardService):
    """A service whose body has ``values``, by the ids of the form's fields."""

    def body(self):
        """The JSON object that was sent.

        :raises Refused: 400, 409, 413 or 415.
        """
        try:
            definition = get_definition(self.context)
        except DefinitionError:
            raise Refused(409, "NewerVersion", NEWER) from None
        return read_object(self.request, greatest_body(definition, get_limits()))

    def user_id(self):
        return getSecurityManager().getUser().getId()

    def wrong_values(self, errors):
        """The answer to values that are against the rules."""
        self.request.response.setStatus(400)
        return {"errors": {id: self.text(text) for id, text in errors.items()}}


def greatest_body(definition, limits):
    """How many bytes an acceptable submission can have at most."""
    fields = input_fields(definition)
    files = sum(isinstance(kind, File) for _field, kind in fields)
    texts = len(fields) - files
    # Four characters of base64 hold three bytes, and lines may be broken.
    per_file = 2 * limits.file_size + AROUND
    per_text = BYTES_PER_CHARACTER * limits.text_length + AROUND
    return files * per_file + texts * per_text + AROUND
