A report of submissions, searches and stored bytes per form and day, to write invoices from, as page, CSV and JSON.
