"""The chat in the browser: `python -m ui`, also called `rag-ui`. It uses only what `rag` promises."""

import rag  # noqa: F401 - sets `rag.TELEMETRY_OFF` before any library is loaded
