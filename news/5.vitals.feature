`@@hoard-vitals` says how the process, its database, the outbox and the ledgers are; monitoring takes these numbers into its history, and plone.observability shows them.
