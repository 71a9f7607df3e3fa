"""Documents cut into sentences, and sentences joined to passages, always as exact spans; which language they are in."""

from rag.segmentation.language import LANGUAGE_NAMES, detect_language, foreign_language_notice
from rag.segmentation.sentences import MAX_SENTENCE_CHARACTERS, sentence_spans
from rag.segmentation.windows import Window, windows

__all__ = [
    "LANGUAGE_NAMES",
    "MAX_SENTENCE_CHARACTERS",
    "Window",
    "detect_language",
    "foreign_language_notice",
    "sentence_spans",
    "windows",
]
