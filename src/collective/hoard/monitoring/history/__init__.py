"""Slots, verdicts, the change log, availability: R1 to R10."""
