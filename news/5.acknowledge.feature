A problem can be acknowledged from a shell, too: `hoard-poller acknowledge`.
