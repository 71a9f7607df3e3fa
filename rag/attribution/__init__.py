"""Attribution: who says what in a document, and whose words a question asks for."""

from rag.attribution.attribution import Attribution, attribute
from rag.attribution.names import names_same
from rag.attribution.questions import AskedSpeaker, asked_speaker

__all__ = ["AskedSpeaker", "Attribution", "asked_speaker", "attribute", "names_same"]
