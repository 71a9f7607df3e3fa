"""Backends of the `Embedder` socket: texts → unit vectors."""
