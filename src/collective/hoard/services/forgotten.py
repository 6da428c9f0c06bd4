"""``PUT`` to a service of ours without ``Accept: application/json``.

Zope takes it for a file that is brought by WebDAV, and stores one of that name,
which hides the service from everybody until somebody deletes it.
"""

from plone.rest.events import mark_as_api_request
from plone.rest.interfaces import IAPIRequest


OURS = ("@hoard-", "@definition")


def take_for_json(event):
    """A `PUT` at an address of ours is meant for the service."""
    request = event.request
    if request.get("REQUEST_METHOD") != "PUT" or IAPIRequest.providedBy(request):
        return
    names = request.get("PATH_INFO", "").split("/")
    if any(name.startswith(OURS) for name in names):
        mark_as_api_request(request, "application/json")
