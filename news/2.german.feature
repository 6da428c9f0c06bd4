All pages and messages are there in German.
