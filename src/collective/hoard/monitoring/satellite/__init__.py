"""A poller far away: its list comes from the centre, its results go there."""
