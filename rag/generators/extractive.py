"""Answers with the best sentences themselves: it names evidence and writes no word of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.types import Evidence, Turn

__all__ = ["ExtractiveGenerator"]


class ExtractiveGenerator:
    """Picks the fewest sentences that answer: the best one first, the others behind it in the order of the source.

    A question for what happened in which order gets all of them in the order of the source.

    max_citations: most sentences of one answer, the neighbours that they need not counted.
    margin: a sentence joins the best one when its score is lower by at most this much, 0 to 1.
    share: and when its score is at least this share of the best one's, 0 to 1. Scores that are probabilities say by
        their ratio which sentence answers too; others by their distance.

    When one sentence clearly leads it stands alone, and where the scores are flat several are cited. Sentences of
    score 0, such as the words of another speaker than the one asked for, are never cited.
    """

    id = "extractive"
    prompt_id = ""

    def __init__(self, *, max_citations: int = 4, margin: float = 0.14, share: float = 0.0) -> None:
        self._max_citations = max_citations
        self._margin = margin
        self._share = share

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """One line for each picked sentence, with nothing on it but its marker."""
        ranked = sorted(
            (sentence for sentence in evidence if sentence.score > 0),
            key=lambda sentence: (-sentence.score, sentence.number),
        )
        least = max(ranked[0].score - self._margin, ranked[0].score * self._share) if ranked else 0.0
        picked = [sentence for sentence in ranked if sentence.score >= least]
        picked = _with_what_they_need(picked[: self._max_citations], evidence)
        leader = None if _IN_ORDER.search(question) else next(iter(ranked), None)
        rank_of_document = {sentence.document_id: rank for rank, sentence in reversed([*enumerate(ranked)])}
        for sentence in sorted(
            picked,
            key=lambda sentence: (sentence is not leader, rank_of_document[sentence.document_id], sentence.span),
        ):
            yield f"[{sentence.number}]\n"

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """The question itself: this generator writes nothing."""
        return question


def _with_what_they_need(picked: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The picked sentences, and the neighbours without which a reader could not tell who or what they are about.

    A neighbour of score 0 stays out: it may be the words of somebody else than the one asked for.
    """
    by_number = {sentence.number: sentence for sentence in evidence if sentence.score > 0}
    needed = [by_number[sentence.needs] for sentence in picked if sentence.needs in by_number]
    return list({sentence.number: sentence for sentence in (*picked, *needed)}.values())


_IN_ORDER = re.compile(
    r"\b(?:timelines?|time lines?|chronolog\w+|in (?:\w+ )?order(?! (?:to|that)\b)|sequence of|step by step)\b"
    r"|\bwhat (?:has |have |had )?happened\b.*\b(?:from|between|since|until|during|after|before)\b",
    re.IGNORECASE,
)
"""Asks for several things in their order."""
