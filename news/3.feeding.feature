Indexing everything anew in Solr takes less processor time, and a document that Solr refuses holds up only its own request.
