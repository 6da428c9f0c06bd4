"""Turn a Python 2 ZODB into a correct Python 3 one.

Nothing here imports, or needs, a class of the application: see
:mod:`collective.hoard.migration.interfaces` for what the parts promise.
"""
