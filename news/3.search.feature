Search submissions of one form, of all forms one may read, records and content: an embedded index that needs nothing, or Solr 9.
