"""Draft → claims → citations: markers are resolved to evidence, and the code copies the quotes."""

from rag.citation.claims import CitedClaim, claims_of_draft
from rag.citation.context import Context, context_of
from rag.citation.numbering import Numbering
from rag.citation.reading import DraftReader
from rag.citation.support import CheckedClaim, check_claim

__all__ = [
    "CheckedClaim",
    "CitedClaim",
    "Context",
    "DraftReader",
    "Numbering",
    "check_claim",
    "claims_of_draft",
    "context_of",
]
