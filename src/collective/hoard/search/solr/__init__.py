"""The index in Solr 9. Its core's configuration is in ``conf/``."""

from ._index import DocumentRefused
from ._index import SolrIndex


__all__ = [
    #: Solr does not take a document.
    "DocumentRefused",
    #: The back end.
    "SolrIndex",
]
