"""Uploads are scanned for viruses before anybody can download them."""
