"""Attribution: who says what in a document, and whose words a question asks for."""

from rag.attribution.attribution import Attribution, attribute
from rag.attribution.names import names_same
from rag.attribution.questions import AskedSpeaker, asked_speaker
from rag.attribution.registry import Speakers
from rag.attribution.utterances import DocumentSpeech, speech_of, utterances_of

__all__ = [
    "AskedSpeaker",
    "Attribution",
    "DocumentSpeech",
    "Speakers",
    "asked_speaker",
    "attribute",
    "names_same",
    "speech_of",
    "utterances_of",
]
