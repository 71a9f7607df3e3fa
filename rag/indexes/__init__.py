"""Backends of the `VectorIndex` and `WordIndex` sockets: find passages, by vector and by words."""
