"""Signed download links that expire."""
