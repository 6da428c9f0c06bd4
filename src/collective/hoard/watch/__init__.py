"""Monitoring in Plone: pages, services and content that is watched."""
