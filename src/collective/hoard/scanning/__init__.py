"""Uploads are scanned for viruses before anybody can download them.

*Strict*: while the visitor waits, and what cannot be scanned is refused.
*Quarantine*: stored at once, held until the scanner has seen it.
See docs/how-to/scan-uploads.md.
"""
