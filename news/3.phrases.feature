The embedded index finds phrases of frequent words in about half the time; an index of an earlier version answers as before and is built anew by itself.
