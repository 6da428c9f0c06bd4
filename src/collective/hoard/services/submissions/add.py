"""``POST {form}/@submissions``"""

from ...forms.interfaces import SubmissionRefused
from ...forms.rights import demand
from ...forms.rights import may
from ...forms.rights import READ
from ...forms.rights import VIEW
from ...forms.submit import submit
from ..asked import guard
from ..asked import Refused
from .rows import collection_url
from .sending import TakesValues
from collective.hoard import _


SHAPE = _('The body must be an object with one entry, "values", itself an object.')


class SubmissionsPost(TakesValues):
    """Send the form; the same rules as in the browser."""

    def answer(self):
        # The permission to submit is given to everybody, whatever the form's
        # state; who cannot see a form cannot send it either.
        demand(VIEW, self.context)
        guard(self.request)
        data = self.body()
        if set(data) != {"values"} or not isinstance(data["values"], dict):
            raise Refused(400, "BadRequest", SHAPE)
        values, user_id = data["values"], self.user_id()
        try:
            stored = submit(self.context, values, user_id=user_id, json=True)
        except SubmissionRefused as refused:
            return self.wrong_values(refused.errors)
        return self._created(stored.key)

    def _created(self, key):
        self.request.response.setStatus(201)
        if not may(READ, self.context):
            return {"id": str(key)}
        url = f"{collection_url(self.context)}/{key}"
        self.request.response.setHeader("Location", url)
        return {"@id": url, "id": str(key)}
