"""The Plone views over `monitoring`, and the site as its source."""
