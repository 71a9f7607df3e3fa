"""Hand-made candidates and rankings, without a store and without a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rag.rerankers.overlap import OverlapReranker
from rag.retrieval.ranking import Candidate, Ranked, measure_features, scores_of
from rag.storage import StoredPassage
from rag.types import Passage, Sentence, Span

MakePassage = Callable[..., StoredPassage]
MakeCandidate = Callable[..., Candidate]
Rank = Callable[..., list[Ranked]]


@pytest.fixture
def make_passage() -> MakePassage:
    """A passage of the given sentences, joined by a space; vectors as given, one row for each sentence."""

    def make(
        sentences: list[str],
        vectors: list[list[float]] | None = None,
        *,
        passage_id: int = 1,
        document_id: str = "a",
        title: str = "note",
        speakers: list[str] | None = None,
    ) -> StoredPassage:
        text = " ".join(sentences)
        starts = [len(" ".join([*sentences[:position], ""])) for position in range(len(sentences))]
        return StoredPassage(
            passage=Passage(
                id=passage_id,
                document_id=document_id,
                first_sentence=0,
                last_sentence=len(sentences) - 1,
                span=Span(start=0, end=len(text)),
            ),
            source=f"{document_id}.txt",
            title=title,
            heading=title,
            published="",
            text=text,
            sentences=tuple(
                Sentence(
                    document_id=document_id,
                    ordinal=ordinal,
                    span=Span(start=start, end=start + len(sentence)),
                    speaker=(speakers or [""] * len(sentences))[ordinal],
                )
                for ordinal, (start, sentence) in enumerate(zip(starts, sentences, strict=True))
            ),
            vectors=np.array(vectors or [[1.0, 0.0]] * len(sentences), dtype=np.float32),
        )

    return make


@pytest.fixture
def make_candidate(make_passage: MakePassage) -> MakeCandidate:
    """A sentence in a passage of its own, of similarity 0.5 unless given."""

    def make(
        quote: str,
        *,
        speaker: str = "",
        before: str = "",
        similarity: float = 0.5,
        title: str = "note",
        document_id: str = "a",
    ) -> Candidate:
        passage = make_passage([quote], speakers=[speaker], title=title, document_id=document_id)
        return Candidate(passage, passage.sentences[0], quote, before, 0.5, similarity)

    return make


@pytest.fixture
def rank() -> Rank:
    """Candidates ranked as the retriever ranks them."""

    def rank(question: str, candidates: list[Candidate], asked: object = None) -> list[Ranked]:
        of_candidates = measure_features(question, candidates, OverlapReranker(), asked)
        scored = scores_of(of_candidates, [candidate.quote for candidate in candidates])
        ranked = [Ranked(*place) for place in zip(candidates, of_candidates, scored, strict=True)]
        return sorted(ranked, key=lambda place: -place.score)

    return rank
