Of long texts, search results show what surrounds up to three places, also far behind the beginning.
