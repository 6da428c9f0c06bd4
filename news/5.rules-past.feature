`hoard-poller rules past` works out what a new rule would have said before it was added, from the recorded history of its checks.
