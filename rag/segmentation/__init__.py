"""Documents cut into sentences, and sentences joined to passages, always as exact spans."""

from rag.segmentation.sentences import MAX_SENTENCE_CHARACTERS, sentence_spans
from rag.segmentation.windows import Window, windows

__all__ = [
    "MAX_SENTENCE_CHARACTERS",
    "Window",
    "sentence_spans",
    "windows",
]
