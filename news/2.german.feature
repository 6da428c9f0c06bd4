Messages in German; the list of submissions and the export speak the visitor's language throughout.
