"""A site root without Plone: enough for a ledger, so that only it is measured."""

from collective.hoard.ledger import create_ledger
from collective.hoard.ledger import get_ledger
from persistent import Persistent
from submissions import FIELDS
from zope.annotation.attribute import AttributeAnnotations
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.component import provideAdapter
from zope.interface import implementer
import transaction


FORM = "bench"

provideAdapter(AttributeAnnotations)


@implementer(IAttributeAnnotatable)
class Site(Persistent):
    """Stands for the site root."""


def prepare(db):
    """Make a site with one empty ledger."""
    with db.transaction() as connection:
        site = connection.root()["site"] = Site()
        ledger = create_ledger(site, FORM, "Benchmark")
        ledger.add_schema({"fields": [{"id": name} for name in FIELDS]})
    transaction.abort()


def ledger_of(connection):
    """The ledger that `prepare` made."""
    return get_ledger(connection.root()["site"], FORM)
