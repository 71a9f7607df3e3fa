"""Measurements of the assistant; nothing here is needed to use it."""

import rag  # noqa: F401 - sets `rag.TELEMETRY_OFF` before any library is loaded
