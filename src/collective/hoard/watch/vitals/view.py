"""``@@hoard-vitals``: the numbers as JSON, for a token or the permission."""

from ...outbox.token import HEADER
from ...outbox.token import is_valid
from .collecting import as_json
from .collecting import collect
from AccessControl import getSecurityManager
from Products.Five import BrowserView
from zExceptions import Unauthorized
import json


PERMISSION = "collective.hoard: Manage Settings"
#: Names the variable of the environment; with _FILE behind it that of a file.
TOKEN = "HOARD_VITALS_TOKEN"  # noqa: S105


class VitalsView(BrowserView):
    """``?flat=1``: as a list of name, number and unit."""

    def __call__(self):
        response = self.request.response
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        response.setHeader("Cache-Control", "private, no-store")
        by_token = is_valid(self.request.getHeader(HEADER), TOKEN)
        user = getSecurityManager()
        if not by_token and not user.checkPermission(PERMISSION, self.context):
            raise Unauthorized("the token is missing or wrong")
        found = collect(self.context)
        if self.request.form.get("flat"):
            keys = ("name", "number", "unit")
            return json.dumps([dict(zip(keys, one, strict=False)) for one in found])
        return json.dumps(as_json(found), indent=2)
