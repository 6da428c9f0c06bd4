"""The index in Solr 9. Its core's configuration is in ``conf/``."""

from ._index import SolrIndex


__all__ = [
    #: The back end.
    "SolrIndex",
]
