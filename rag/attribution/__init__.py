"""Attribution: who says what in a document, and whose words a question asks for."""

from rag.attribution.attribution import Attribution, attribute
from rag.attribution.names import names_same
from rag.attribution.questions import AskedSpeaker, asked_speaker
from rag.attribution.registry import Speakers

__all__ = ["AskedSpeaker", "Attribution", "Speakers", "asked_speaker", "attribute", "names_same"]
