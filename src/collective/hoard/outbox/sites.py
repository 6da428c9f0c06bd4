"""The sites of a database that have an outbox.

Known by their annotation, not by their class: this package needs no Plone.
"""

from ._storage import ANNOTATION_KEY
from io import BytesIO


#: Folders of the Zope root in which sites may be.
FOLDERS = ("Folder", "Folder (Ordered)")


class SiteFinder:
    """Finds one root in any connection to its database."""

    def __init__(self, path):
        """:param path: ids from the Zope root, as a tuple."""
        self.path = tuple(path)

    def __call__(self, connection):
        """
        :raises LookupError: it is gone.
        """
        found = application(connection)
        for id in self.path:
            if id not in found.objectIds():
                raise LookupError(f"there is no site /{'/'.join(self.path)}")
            found = found[id]
        return found


def application(connection):
    """The Zope root with a request, as code that runs in sites expects it."""
    # Not Testing.makerequest: importing it points Zope at a database for tests.
    from Acquisition import aq_base
    from ZPublisher.BaseRequest import RequestContainer

    root = aq_base(connection.root()["Application"])
    return root.__of__(RequestContainer(REQUEST=_request()))


def _request():
    """A request from nowhere, for nothing, in the default skin."""
    from zope.publisher.browser import setDefaultSkin
    from ZPublisher.HTTPRequest import HTTPRequest
    from ZPublisher.HTTPResponse import HTTPResponse

    environ = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REQUEST_METHOD": "GET",
    }
    request = HTTPRequest(BytesIO(), environ, HTTPResponse(stdout=BytesIO()))
    request["ACTUAL_URL"] = request.get("URL")
    setDefaultSkin(request)
    return request


def site_paths(connection):
    """The paths of all sites that have an outbox, as tuples of ids."""
    root = connection.root().get("Application")
    return [] if root is None else list(_paths(root, ()))


def _paths(folder, path):
    for id, found in folder.objectItems():
        annotations = getattr(found.aq_base, "__annotations__", {})
        if ANNOTATION_KEY in annotations:
            yield (*path, id)
        elif getattr(found, "meta_type", None) in FOLDERS:
            yield from _paths(found, (*path, id))


def finder_of(root):
    """``find(connection)`` for *root*, a site or any stored object."""
    if hasattr(root, "getPhysicalPath"):
        return SiteFinder(root.getPhysicalPath()[1:])
    oid = root._p_oid
    return lambda connection: connection.get(oid)


def finders(connection):
    """``{"/path": SiteFinder}`` for all sites that have an outbox."""
    return {"/" + "/".join(path): SiteFinder(path) for path in site_paths(connection)}
