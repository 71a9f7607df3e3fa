"""The neighbour without which a sentence cannot be understood: "He called it a gift" needs the one that names him."""

from __future__ import annotations

import re

from rag.language.words import content_stems
from rag.retrieval.ranking import Candidate
from rag.types import Sentence

__all__ = ["antecedent"]

_PRONOUN_FIRST = re.compile(
    r"(?:(?:But|And|Yet|Still|Then|Also|Later|Earlier|However|Instead|Asked[^,]*),? )?"
    r"(?:he|she|they|it|his|her|their|its|this|these|those|both)\b",
    re.IGNORECASE,
)
_N_BACK = 6


def antecedent(candidate: Candidate) -> Sentence | None:
    """The earlier sentence of its passage that says who or what the candidate is about, if it does not say so.

    A sentence leans on an earlier one when it opens with a pronoun, outside of a quotation, or when it reports
    somebody's words without naming them. The nearest sentence that names that speaker is what it leans on; without a
    known speaker, the one just before it. None when it stands alone, or when nothing near enough helps.
    """
    name = content_stems(candidate.sentence.speaker)
    is_unnamed = bool(name) and not name & content_stems(candidate.quote)
    if not is_unnamed and (name or not _PRONOUN_FIRST.match(candidate.quote)):
        return None
    passage = candidate.passage
    position = candidate.sentence.ordinal - passage.passage.first_sentence
    earlier = passage.sentences[max(0, position - _N_BACK) : position][::-1]
    if is_unnamed:
        return next((sentence for sentence in earlier if name & content_stems(passage.quote(sentence))), None)
    return earlier[0] if earlier else None
