"""Clients of other services, kept on the ZODB connection or in pools."""
