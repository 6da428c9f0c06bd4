Rules, alarms, contacts and policies are added, tried, changed and removed in the browser, and `hoard-poller rules export` prints them all.
