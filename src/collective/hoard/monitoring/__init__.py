"""Checks, their history, availability, alarms: no Zope, no ZODB."""
