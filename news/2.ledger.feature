The ledger keeps the submissions of a form: none lost in a burst, the newest page as quick with a million rows as with a thousand, changes with a history, and everything readable by bare ZODB.
