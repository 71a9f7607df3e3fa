"""Answers questions only with what the documents say, and shows the sentences that prove it.

    from rag import Assistant

    with Assistant.open("path/to/store") as assistant:
        assistant.add(["articles/"])
        answer = assistant.ask("what did Rubio say about territory?")

`Assistant` is the whole machine. This page is the public interface: the records that go in and come out, the
settings, and the errors; nothing else is promised to stay.
"""

from rag.answering import NOT_IN_DOCUMENTS
from rag.assistant import Assistant
from rag.errors import (
    BackendError,
    EmbedderMismatchError,
    GeneratorError,
    NotFoundError,
    QuestionError,
    RagError,
    ReadError,
    SettingsError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    WeightsError,
)
from rag.protocols import ClaimWithEvidence
from rag.segmentation import sentence_spans
from rag.serialisation import answer_schema, to_dict, to_json
from rag.settings import Settings
from rag.types import (
    AddReport,
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    ClaimVerified,
    Document,
    DocumentInfo,
    Done,
    Event,
    Evidence,
    Failure,
    Progress,
    Retrieved,
    Span,
    Trace,
    Turn,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)

__all__ = [
    "NOT_IN_DOCUMENTS",
    "AddReport",
    "Answer",
    "AnswerStatus",
    "Assistant",
    "BackendError",
    "Citation",
    "Claim",
    "ClaimVerified",
    "ClaimWithEvidence",
    "Document",
    "DocumentInfo",
    "Done",
    "EmbedderMismatchError",
    "Event",
    "Evidence",
    "Failure",
    "GeneratorError",
    "NotFoundError",
    "Progress",
    "QuestionError",
    "RagError",
    "ReadError",
    "Retrieved",
    "Settings",
    "SettingsError",
    "Span",
    "StoreError",
    "StoreFullError",
    "StoreLockedError",
    "Trace",
    "Turn",
    "Verdict",
    "VerdictLabel",
    "VerifiedClaim",
    "WeightsError",
    "answer_schema",
    "sentence_spans",
    "to_dict",
    "to_json",
]
