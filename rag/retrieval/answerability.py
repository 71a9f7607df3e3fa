"""How likely it is that the documents answer a question, from the ranking of their sentences.

A near miss looks much like an answer: same topic, same words. So beside how well the best sentences fit, it counts
what an answer could not do without: the kind of thing asked for, the names in the question, and its "not".
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from rag.attribution import AskedSpeaker, names_same
from rag.language.countries import COUNTRIES
from rag.language.english import NEGATING, one_of
from rag.language.words import content_stems, content_words
from rag.retrieval.ranking import Ranked, coefficients
from rag.retrieval.requirements import unmet_requirements

__all__ = ["SignalWeights", "Signals", "answerability", "lacking", "measure_signals", "signal_weights"]


class Signals(NamedTuple):
    """What tells an answer from a near miss.

    score: of the best sentence, 0 to 1.
    lacks_kind: 1 when no sentence near the best holds the kind of thing that the question asks for.
    lacks_name: 1 when a name or number of the question is missing from the sentences near the best and around them.
    knows_no_such_name: 1 when it is missing from everything found.
    knows_no_such_speaker: 1 when the question asks for the words of somebody whom no document quotes.
    lacks_denial: 1 when the question says "not", or its like, and no sentence near the best does.
    lacks_words: share of the question's words, rare ones weighing more, that stand neither in the sentences near the
        best nor around them, in whatever case they are written.
    answers, any_answers: log-odds by a reader that the best sentence answers, and that any sentence of a passage does;
        0 where nothing was read.
    """

    score: float
    lacks_kind: float
    lacks_name: float
    knows_no_such_name: float
    knows_no_such_speaker: float
    lacks_denial: float
    lacks_words: float
    answers: float = 0.0
    any_answers: float = 0.0


def answerability(question: str, ranked: Sequence[Ranked], asked: AskedSpeaker | None) -> float:
    """The probability, 0 to 1, that the best sentences answer `question`."""
    if not ranked or ranked[0].score <= 0:
        return 0.0
    values = measure_signals(question, ranked, asked)
    weights, intercept = signal_weights(is_read=ranked[0].reading is not None)
    logit = intercept + sum(weight * value for weight, value in zip(weights, values, strict=True))
    return (_WHERE_LACKING if lacking(question, ranked, asked) else 1) / (1 + math.exp(-logit))


def lacking(question: str, ranked: Sequence[Ranked], asked: AskedSpeaker | None) -> tuple[str, ...]:
    """What the question demands in so many words and the best sentences lack; empty when nothing was found."""
    return unmet_requirements(question, _near_best(ranked), asked) if ranked else ()


def measure_signals(question: str, ranked: Sequence[Ranked], asked: AskedSpeaker | None) -> Signals:
    """The signals of a ranking that holds at least one sentence."""
    best = ranked[0]
    near = _near_best(ranked)
    names = _names(question)
    readings = [place.reading for place in ranked if place.reading is not None]
    return Signals(
        score=_score(best),
        lacks_kind=1 - max(place.features.expected for place in near),
        lacks_name=float(bool(_missing(names, near))),
        knows_no_such_name=float(bool(_missing(names, ranked))),
        knows_no_such_speaker=float(asked is not None and asked.is_absent),
        lacks_denial=float(_denies(question) and not any(_denies(place.candidate.quote) for place in near)),
        lacks_words=_share_missing(content_stems(question), near, ranked),
        answers=best.reading.answers if best.reading else 0.0,
        any_answers=max((reading.any_answers for reading in readings), default=0.0),
    )


def _near_best(ranked: Sequence[Ranked]) -> list[Ranked]:
    return [place for place in ranked[:_N_NEAR] if _score(place) >= _score(ranked[0]) - _NEAR]


def _score(place: Ranked) -> float:
    """By the features alone, which the other signals were thought out with."""
    return place.score if place.score_before is None else place.score_before


def _share_missing(stems: frozenset[str], near: Sequence[Ranked], ranked: Sequence[Ranked]) -> float:
    """The weighted share of `stems` that `near` lacks; a stem weighs the more the fewer of all sentences hold it."""
    if not stems:
        return 0.0
    found = [content_stems(place.candidate.quote) for place in ranked]
    weight = {stem: math.log(1 + len(found) / (1 + sum(stem in each for each in found))) for stem in stems}
    missing = _missing(stems, near)
    return sum(weight[stem] for stem in missing) / sum(weight.values())


class SignalWeights(NamedTuple):
    """How much each signal counts for the log-odds, which begin at `intercept`."""

    weights: Signals
    intercept: float


@cache
def signal_weights(*, is_read: bool) -> SignalWeights:
    """The fitted ones; others where a reader has read the best sentences."""
    fitted = dict(coefficients()["read answerability" if is_read else "answerability"])
    intercept = fitted.pop("intercept")
    return SignalWeights(Signals(**fitted), intercept)


def _denies(text: str) -> bool:
    """Whether the text says that something is not so.

    >>> _denies("What isn’t it?"), _denies("Who refused to sign?"), _denies("What was noted?")
    (True, True, False)
    """
    return _DENIAL.search(text) is not None


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
        for text in (candidate.quote, candidate.before, candidate.sentence.speaker, candidate.passage.heading):
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
_WHERE_LACKING = 0.25
"""What is left of the probability where the best sentences lack what the question demands."""
_N_NEAR = 4
_NEAR = 0.1
"""How many sentences count as near the best one, and how much lower their score may be."""

_HALF_DENYING = {"nowhere", "hardly", "scarcely", "barely", "n't"}
_DENIAL = re.compile(
    rf"\b(?:{one_of(NEGATING - _HALF_DENYING)}|fail(?:ed|s)?|refus(?:e|ed|es|ing)|unlike|except|other than|false"
    r"|impossible|\w+n[’']t)\b",
    re.IGNORECASE,
)
