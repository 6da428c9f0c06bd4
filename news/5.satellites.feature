`hoard-poller satellite` checks from far away, keeps what it cannot send, and heals the gap afterwards.
