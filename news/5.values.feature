The page of a check draws what it measured besides its time, and charts show the whole period that was chosen.
