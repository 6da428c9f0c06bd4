"""Sphinx, with pages in MyST Markdown. A warning is an error (make docs)."""

from importlib import metadata


project = "collective.hoard"
author = "collective.hoard contributors"
copyright = "collective.hoard contributors"  # noqa: A001 - Sphinx's name
release = metadata.version("collective.hoard")

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "alabaster"
html_theme_options = {
    "description": "Data a Plone site can trust",
    "fixed_sidebar": True,
    "page_width": "65rem",
}
html_show_sphinx = False
html_copy_source = False
