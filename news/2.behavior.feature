Any content type becomes a form with the behavior "collective.hoard.form"; the form is shown below the content.
