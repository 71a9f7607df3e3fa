"""Backends of the `Verifier` socket: (evidence, claim) → verdict."""
