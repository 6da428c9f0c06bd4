"""A month of monitoring to look at, and targets that misbehave: `make start`."""
