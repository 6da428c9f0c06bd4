"""What a check does: HTTP, TCP, DNS, TLS, commands. No database, no schedule."""
