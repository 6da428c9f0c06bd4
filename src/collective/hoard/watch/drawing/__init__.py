"""Pictures as SVG, made here: they print, travel by mail and need no script.

Pure functions of plain data; all words come from the caller, translated.  Each
picture has a title, and says by shape what it says by colour.
"""
