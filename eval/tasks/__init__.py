"""One file per data set: its rows become cases."""
