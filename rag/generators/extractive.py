"""Answers with the best sentences themselves: it names evidence and writes no word of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.types import Evidence, Turn

__all__ = ["ExtractiveGenerator"]


class ExtractiveGenerator:
    """Picks the fewest sentences that answer, in the order of the source.

    max_citations: most sentences of one answer.
    margin: a sentence joins the best one when its score is lower by at most this much, 0 to 1.

    When one sentence clearly leads it stands alone, and where the scores are flat several are cited. Sentences of
    score 0, such as the words of another speaker than the one asked for, are never cited.
    """

    id = "extractive"
    prompt_id = ""

    def __init__(self, *, max_citations: int = 4, margin: float = 0.14) -> None:
        self._max_citations = max_citations
        self._margin = margin

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """One line for each picked sentence, with nothing on it but its marker."""
        ranked = sorted(
            (sentence for sentence in evidence if sentence.score > 0),
            key=lambda sentence: (-sentence.score, sentence.number),
        )
        picked = [sentence for sentence in ranked if sentence.score >= ranked[0].score - self._margin]
        first_of_document = {sentence.document_id: sentence.number for sentence in reversed(ranked)}
        for sentence in sorted(
            picked[: self._max_citations],
            key=lambda sentence: (first_of_document[sentence.document_id], sentence.span),
        ):
            yield f"[{sentence.number}]\n"
