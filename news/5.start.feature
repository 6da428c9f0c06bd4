`make start` also starts a poller that watches the demo site and some targets that misbehave, with thirty days of history.
