"""Draft → claims → citations: markers are resolved to evidence, and the code copies the quotes."""

from rag.citation.claims import CitedClaim, claims_of_draft
from rag.citation.numbering import Numbering

__all__ = ["CitedClaim", "Numbering", "claims_of_draft"]
