Register validators by a marker of the record or by the type of the content in one line; both run, in fieldsets too, and `@@form-inspector` says which and why.
