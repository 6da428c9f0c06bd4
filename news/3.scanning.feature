Uploads are scanned by clamd before anybody can download them, while the visitor waits or afterwards.
