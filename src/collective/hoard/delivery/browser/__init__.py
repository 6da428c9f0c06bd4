"""Pages where editors make rules and administrators targets."""
