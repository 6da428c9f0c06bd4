"""Site-wide settings, and the health of every part."""
