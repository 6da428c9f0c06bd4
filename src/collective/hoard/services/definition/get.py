"""``GET {form}/@definition``"""

from ...forms.behavior import stored_definition
from ...forms.keeping import fingerprint
from ..asked import HoardService


class DefinitionGet(HoardService):
    """The definition, as it was put."""

    def answer(self):
        tag = f'"{fingerprint(self.context)}"'
        self.request.response.setHeader("ETag", tag)
        return stored_definition(self.context)
