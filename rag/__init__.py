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
from rag.citation import Context
from rag.errors import (
    BackendError,
    EmbedderMismatchError,
    FilterError,
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
from rag.generator_choice import DEFAULT_LLM, language_model
from rag.language_models.listing import served_models
from rag.protocols import ClaimWithEvidence
from rag.segmentation import sentence_spans
from rag.serialisation import answer_schema, citation_to_dict, to_dict, to_json
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
    EventStream,
    Evidence,
    ExportReport,
    Failure,
    Progress,
    PruneReport,
    Rating,
    Retrieved,
    Span,
    Trace,
    Turn,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)
from rag.weights import FetchProgress, ModelFile, find_model, known_models, pull_model

__all__ = [
    "DEFAULT_LLM",
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
    "Context",
    "Document",
    "DocumentInfo",
    "Done",
    "EmbedderMismatchError",
    "Event",
    "EventStream",
    "Evidence",
    "ExportReport",
    "Failure",
    "FetchProgress",
    "FilterError",
    "GeneratorError",
    "ModelFile",
    "NotFoundError",
    "Progress",
    "PruneReport",
    "QuestionError",
    "RagError",
    "Rating",
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
    "citation_to_dict",
    "find_model",
    "known_models",
    "language_model",
    "pull_model",
    "sentence_spans",
    "served_models",
    "to_dict",
    "to_json",
]
