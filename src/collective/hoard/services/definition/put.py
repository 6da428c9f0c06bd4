"""``PUT {form}/@definition``"""

from ...forms.definition import MAX_CHARACTERS
from ...forms.interfaces import DefinitionChanged
from ...forms.interfaces import DefinitionError
from ...forms.keeping import fingerprint
from ...forms.keeping import set_definition
from ..asked import guard
from ..asked import HoardService
from ..asked import read_object
from ..asked import Refused
from collective.hoard import _


#: A character takes at most six bytes in JSON (``\u1234``), twelve for a pair.
GREATEST = 12 * MAX_CHARACTERS
STALE = _("The definition was changed meanwhile. Get it again before you change it.")
WRONG = _("The definition cannot be used. Nothing was stored.")


class DefinitionPut(HoardService):
    """Replace the definition; with ``If-Match``, only the one that was read."""

    def answer(self):
        guard(self.request)
        data = read_object(self.request, GREATEST)
        try:
            set_definition(self.context, data, self._expected())
        except DefinitionChanged:
            raise Refused(412, "PreconditionFailed", STALE) from None
        except DefinitionError as error:
            raise Refused(400, "DefinitionError", WRONG, error.problems) from None
        tag = f'"{fingerprint(self.context)}"'
        self.request.response.setHeader("ETag", tag)
        return self.reply_no_content()

    def _expected(self):
        tag = (self.request.getHeader("If-Match") or "").strip()
        return None if tag in ("", "*") else tag.removeprefix("W/").strip('"')
