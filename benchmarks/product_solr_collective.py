"""collective.solr, as `worker.py` asks for it: pages in a folder."""

from importlib.metadata import version
from plone import api
from plone.uuid.interfaces import IUUID
from submissions import submission
from urllib.parse import urlsplit


PROFILE = "collective.solr:default"
RECORDS = "collective.solr."
#: More than the 32,766 bytes that Solr takes as one keyword.
LONG = "x" * 40_000


def prepare(site):
    """Nothing to do."""


def version_of(site):
    return f"collective.solr {version('collective.solr')}"


def connect_solr(site, url):
    """Its default settings, but for where Solr is."""
    parts = urlsplit(url)
    values = {"host": parts.hostname, "port": parts.port, "base": parts.path}
    for name, value in {**values, "active": True}.items():
        api.portal.set_registry_record(RECORDS + name, value)


def set_commit_within(site, milliseconds):
    api.portal.set_registry_record(RECORDS + "commit_within", milliseconds)
    return f"commit_within {milliseconds} ms"


def set_timeout(site, seconds):
    """There is none by default, which is 0.0."""
    api.portal.set_registry_record(RECORDS + "index_timeout", float(seconds))
    return f"index_timeout {seconds} s"


def make_place(site, id):
    """:return: the field with the key in Solr, and what selects this place there."""
    folder = api.content.create(site, "Folder", id, title=id)
    path = "/".join(folder.getPhysicalPath())
    return "UID", ["portal_type:Document", f'path_parents:"{path}"']


def tokens(site, id, count):
    """None are needed."""
    return [""] * count


def add(site, id, number, bad=False):
    values = submission(number)
    api.content.create(
        site[id],
        "Document",
        title=values["subject"],
        description=values["comments"],
        subject=(LONG,) if bad else (),
    )


def stored(site, id):
    return [IUUID(page) for page in site[id].objectValues()]


def searched(site, id):
    """How many pages the site's own search finds, by way of Solr."""
    path = "/".join(site[id].getPhysicalPath())
    catalog = api.portal.get_tool("portal_catalog")
    found = catalog(use_solr=True, portal_type="Document", path=path)
    if type(found).__module__ != "collective.solr.parser":
        raise AssertionError("Solr was not asked")
    return len(found)


def waiting(site):
    """It keeps nothing for later."""
    return 0


def shown(site):
    """What a person is shown as not delivered: nothing, it is in the log."""
    return 0


def repair(site):
    """What an administrator calls who knows that something is missing."""
    site.restrictedTraverse("@@solr-maintenance").sync()
    return "@@solr-maintenance/sync"
