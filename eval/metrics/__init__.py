"""One file per number: its definition, denominator and source."""
