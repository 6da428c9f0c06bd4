Receivers list, show, delete and export what visitors sent with a form; a control panel shows all submissions of the site, those of deleted forms included.
