"""The chat in the browser: `python -m ui`, also called `rag-ui`. It uses only what `rag` promises."""
