"""The sentence after the best one, where that one only announces it: a question asked, a number of things, a mistake.

"The club had three founders" fits the question who founded it, and the answer is the next sentence, "Their names were
…". So is what follows a report that somebody asked, a statement that a correction withdraws, and a sentence that lacks
the kind of thing asked for where the next one leans on it and has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.english import TENS, UNITS
from rag.retrieval.answer_kinds import Expected, expected_by, has_kind
from rag.retrieval.ranking import Ranked

__all__ = ["with_the_answer_first"]


def with_the_answer_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order, the sentence after the best one before it where that one only announces it."""
    if not ranked:
        return []
    best = ranked[0]
    following = _following(best, ranked)
    if following is None or not _is_announced(question, best.candidate.quote, following.candidate.quote):
        return [*ranked]
    lifted = following._replace(score=min(1.0, best.score + _ABOVE))
    return [lifted, *(place for place in ranked if place is not following)]


def _following(best: Ranked, ranked: Sequence[Ranked]) -> Ranked | None:
    """The next sentence of the passage, if it may be quoted at all."""
    sentence = best.candidate.sentence
    wanted = (sentence.document_id, sentence.ordinal + 1)
    found = ((place.candidate.sentence.document_id, place.candidate.sentence.ordinal) for place in ranked)
    return next((place for place, key in zip(ranked, found, strict=True) if key == wanted and place.score > 0), None)


def _is_announced(question: str, best: str, following: str) -> bool:
    if _ASKED.search(best) or _WITHDRAWN.search(best):
        return True
    if _SUPPOSED.match(best) and not _SUPPOSES.search(question) and _DENIES.search(following):
        return True
    if _COUNTED.search(best) and len(best.split()) <= _MOST_WORDS and _ENUMERATES.match(following):
        return True
    if _YES_OR_NO.match(question) and _ELLIPTIC.match(following):
        return True
    kind = expected_by(question)
    return (
        kind is not Expected.ANYTHING
        and _LEANS.match(following) is not None
        and not has_kind(kind, best, question)
        and has_kind(kind, following, question)
    )


_ABOVE = 0.001
"""By how much the announced sentence is lifted above the one that announces it."""
_MOST_WORDS = 14
"""Of a sentence that says how many there are, and not which."""
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join((*UNITS[2:], *TENS))}|several|a few|a number of)"
_ASKED = re.compile(
    r"^\W*asked (?:what|who|when|where|why|how|which|whether|if|about)\b"
    r"|\basked (?:\w+ ){0,3}?(?:whether|if)\b[^“”\"]*$",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:earlier|previous|first) version of this (?:article|story|report|page)\b|\bmis(?:identified|stated)\b"
    r"|\b(?:wrongly|incorrectly|mistakenly) (?:said|stated|gave|named|reported|described|identified)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"(?:had|were|if)\b(?! (?:the|an?) (?:end|same)\b)", re.IGNORECASE)
_SUPPOSES = re.compile(r"\b(?:if|would|could|might)\b", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:never|not|no)\b|n[’']t\b", re.IGNORECASE)
_COUNTED = re.compile(rf"\b{_NUMBER} (?:[\w-]+ )?(?:[\w-]+s|people|men|women|children)\b", re.IGNORECASE)
_ENUMERATES = re.compile(
    r"(?:they|these|those|their names?|the names|one|the first|both) (?:are|were|is|was|comes?|came)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must)\b", re.IGNORECASE
)
_ELLIPTIC = re.compile(
    r"(?:no|yes|he|she|it|they|neither|nobody|none)\b,?(?: \w+){0,2} (?:not?|never|so)\b(?:\W+\w+){0,4}\W*$"
    r"|(?:no|yes)\b[,.]",
    re.IGNORECASE,
)
"""A short sentence that says that it is so, or not, and not what."""
_LEANS = re.compile(r"(?:he|she|they|it|his|her|their|its|this|these|those|that|both)\b", re.IGNORECASE)
