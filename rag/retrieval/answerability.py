"""How likely it is that the documents answer a question, from the ranking of their sentences.

A near miss looks much like an answer: same topic, same words. So beside how well the best sentences fit, it counts
what an answer could not do without: the kind of thing asked for, and the names in the question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rag.attribution import AskedSpeaker, names_same
from rag.countries import COUNTRIES
from rag.words import content_stems, content_words

if TYPE_CHECKING:
    from rag.retrieval.retriever import Ranked

__all__ = ["Signals", "answerability", "signals"]


class Signals(NamedTuple):
    """What tells an answer from a near miss.

    score: of the best sentence, 0 to 1.
    lacks_kind: 1 when no sentence near the best holds the kind of thing that the question asks for.
    lacks_name: 1 when a name or number of the question is missing from the sentences near the best and around them.
    knows_no_such_name: 1 when it is missing from everything found.
    knows_no_such_speaker: 1 when the question asks for the words of somebody whom no document quotes.
    """

    score: float
    lacks_kind: float
    lacks_name: float
    knows_no_such_name: float
    knows_no_such_speaker: float


def answerability(question: str, ranked: Sequence[Ranked], asked: AskedSpeaker | None) -> float:
    """The probability, 0 to 1, that the best sentences answer `question`."""
    if not ranked or ranked[0].score <= 0:
        return 0.0
    values = signals(question, ranked, asked)
    logit = _INTERCEPT + sum(weight * value for weight, value in zip(_COEFFICIENTS, values, strict=True))
    return 1 / (1 + math.exp(-logit))


def signals(question: str, ranked: Sequence[Ranked], asked: AskedSpeaker | None) -> Signals:
    """The signals of a ranking that holds at least one sentence."""
    near = [place for place in ranked[:_N_NEAR] if place.score >= ranked[0].score - _NEAR]
    names = _names(question)
    return Signals(
        score=ranked[0].score,
        lacks_kind=1 - max(place.features.expected for place in near),
        lacks_name=float(bool(_missing(names, near))),
        knows_no_such_name=float(bool(_missing(names, ranked))),
        knows_no_such_speaker=float(asked is not None and asked.is_absent),
    )


def _names(question: str) -> frozenset[str]:
    """Stems of the question's names and numbers; of a question without lower case or without capitals, its countries.

    >>> sorted(_names("Will Ukraine join NATO by 2030?")), sorted(_names("will ukraine join nato?"))
    (['2030', 'nato', 'ukraine'], ['ukraine'])
    """
    stems = content_stems(question)
    countries = stems & _COUNTRY_NAMES
    later = question[len(question) - len(question.lstrip(" \"“‘'")) :].partition(" ")[2]
    if not any(content_words(word) for word in later.split() if word.islower()):
        return countries
    return countries | content_stems(" ".join(match[0] for match in _NAME_OR_NUMBER.finditer(later)))


def _missing(names: frozenset[str], ranked: Sequence[Ranked]) -> frozenset[str]:
    """Those of `names` that stand, in whatever spelling, neither in the sentences nor just before nor in the titles."""
    missing = names
    known: set[str] = set()
    for place in ranked:
        if not missing:
            return missing
        candidate = place.candidate
        for text in (candidate.quote, candidate.before, candidate.sentence.speaker, candidate.passage.title):
            known |= content_stems(text)
        missing = names - known
    return frozenset(name for name in missing if not _is_spelt_otherwise(name, known))


def _is_spelt_otherwise(name: str, known: Collection[str]) -> bool:
    return not name.isdigit() and any(
        names_same(name, other) for other in known if other[0] == name[0] and abs(len(other) - len(name)) <= _N_SLIPS
    )


_COUNTRY_NAMES = frozenset(country.names[0] for country in COUNTRIES)
_NAME_OR_NUMBER = re.compile(r"\b(?:(?:[A-Z]\.){2,}|[A-Z](?:[\w.’'-]*\w)?|\d(?:[\d.,]*\d)?)")
_N_SLIPS = 2
_N_NEAR = 4
_NEAR = 0.1
"""How many sentences count as near the best one, and how much lower their score may be."""

_COEFFICIENTS = Signals(
    score=5.2, lacks_kind=-1.6, lacks_name=-1.0, knows_no_such_name=-0.7, knows_no_such_speaker=-0.7
)
_INTERCEPT = -1.93
"""Fitted on 2026-11-23 by logistic regression on the development halves (documents by hash) of SQuAD 2.0, QED and CLAP
NQ and on the development questions about the seed article: each set and, in it, answerable and unanswerable questions
weigh the same. The intercept is the strictest one that abstains on at most a tenth of the answerable questions about
the seed article."""
