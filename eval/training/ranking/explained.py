"""What the ranking of a store's sentences rests on, question by question: to fit its weights, and to look into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.assembly.library import Library
from rag.attribution import Speakers, asked_speaker
from rag.retrieval.answerability import Signals, answerability, measure_signals, signal_weights
from rag.retrieval.ranking import Features, SentenceReading, coefficients, feature_weights, is_question
from rag.retrieval.reading import reading_weights
from rag.settings import Settings
from rag.types import Sentence

__all__ = ["ExplainedRanking", "Signals", "explained_rankings", "reread_coefficients"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRanking:
    """All sentences found for a question, best first; row i of every tuple belongs to sentences[i].

    scores_before: by the features alone, whether a reader was asked or not. readings: None for what was not read.
    signals: those of the answerability; None when nothing was found.
    """

    question: str
    sentences: tuple[Sentence, ...]
    features: tuple[Features, ...]
    scores: tuple[float, ...]
    scores_before: tuple[float, ...]
    readings: tuple[SentenceReading | None, ...]
    are_questions: tuple[bool, ...]
    signals: Signals | None
    answerability: float


def explained_rankings(folder: Path, settings: Settings, questions: Iterable[str]) -> Iterator[ExplainedRanking]:
    """One ranking for each question over the store in `folder`, as the assistant makes it."""
    library = Library(folder, settings)
    try:
        with library.store.connect():
            speakers = Speakers(library.store.documents.speakers())
        for question in questions:
            asked = asked_speaker(question, speakers)
            ranked = library.retriever.rank(question, library.retriever.embed(question), asked)
            yield ExplainedRanking(
                question=question,
                sentences=tuple(place.candidate.sentence for place in ranked),
                features=tuple(place.features for place in ranked),
                scores=tuple(place.score for place in ranked),
                scores_before=tuple(
                    place.score if place.score_before is None else place.score_before for place in ranked
                ),
                readings=tuple(place.reading for place in ranked),
                are_questions=tuple(is_question(place.candidate.quote) for place in ranked),
                signals=measure_signals(question, ranked, asked) if ranked else None,
                answerability=answerability(question, ranked, asked),
            )
    finally:
        library.close()


def reread_coefficients() -> None:
    """From here on rank by what stands in `coefficients.json` now."""
    coefficients.cache_clear()
    feature_weights.cache_clear()
    signal_weights.cache_clear()
    reading_weights.cache_clear()
