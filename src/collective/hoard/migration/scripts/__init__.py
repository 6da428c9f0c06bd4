"""Scripts for ``bin/instance run``: see docs/how-to/migrate-a-plone-site.md."""
