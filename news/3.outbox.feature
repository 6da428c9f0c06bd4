What a site has to send to other services waits in an outbox that loses nothing: it is stored with the data, sent after the commit, kept while a service is down, and shown to people and monitoring.
