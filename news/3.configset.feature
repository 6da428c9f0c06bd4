The package brings the configuration of a Solr core or collection, and `profiles/solr.cfg` a Solr that uses it.
