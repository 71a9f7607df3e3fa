"""The chat in the browser. Nothing is here yet; `rag` on the command line and `rag.Assistant` are the surfaces."""
