`hoard-migrate` converts records by a compiled part where a C compiler was there at installation; without one the same results take longer.
