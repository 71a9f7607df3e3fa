"""Backends of the `Reranker` socket: (question, texts) → scores."""
