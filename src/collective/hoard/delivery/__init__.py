"""Which events of which forms go to which targets, and the targets."""
