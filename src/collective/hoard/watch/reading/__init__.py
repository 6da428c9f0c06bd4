"""Questions to the monitoring database, each answered with plain data."""
