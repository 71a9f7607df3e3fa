"""Backends of the `Generator` socket: question and evidence → draft."""
