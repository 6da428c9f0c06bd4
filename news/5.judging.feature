How results become a state (`policy`, `m`, `n`, `quorum`) and which checks are a poller's references can be set in the form of a check, in lists, CSV files and by REST.
