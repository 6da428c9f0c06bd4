"""Search over submissions and records, in the ZODB or in Solr."""
