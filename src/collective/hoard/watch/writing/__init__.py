"""What people change: each a short transaction of its own.

Nothing here asks for permissions; pages and services do.
"""
