"""Who takes part in what a question asks for, and the best sentences have another in that place.

"How many children died?" is not answered by how many people did, "How much goes to hospitals?" not by a list of what
goes to schools and roads, and "Was the minister arrested?" not by what is said of a captain. Each test is narrow: what
it does not understand it lets pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.english import FINITE_BE, HAVE, POINTING_BACK, one_of
from rag.language.people import OFFICES, PARTS_OF_PEOPLE
from rag.language.words import content_stems
from rag.retrieval.ranking import Candidate, likeness

__all__ = ["lacks_acted_upon", "lacks_counted", "lacks_measured", "lacks_recipient"]


def lacks_counted(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """A part of people that is counted, such as children: somebody like them has to be spoken of."""
    match = _COUNTED.search(question)
    if match is None:
        return
    around = [f"{each.before} {each.quote} {each.passage.heading} {each.passage.text}" for each in near]
    if float(likeness([match[1].lower()], around).max(initial=0)) < _LEAST_ALIKE:
        yield match[1]


def lacks_recipient(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """What money goes to: the best sentence may not list what it goes to without it, and none may speak of it."""
    match = _ASKED_RECIPIENT.search(question)
    listed = _RECIPIENT.findall(near[0].quote)
    if match is None or len(listed) < _FEWEST_LISTED:
        return
    recipient = match[1].lower()
    is_named = any(content_stems(recipient) <= content_stems(f"{each.before} {each.quote}") for each in near)
    if not is_named and float(likeness([recipient], [" ".join(listed)]).max(initial=0)) < _LEAST_ALIKE:
        yield match[1]


def lacks_acted_upon(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """Who has an office and is asked whether something was done to him or her: it may not be said of another office."""
    match = _ACTED_UPON.match(question)
    if match is None or match[1].lower() not in OFFICES:
        return
    office, deed = content_stems(match[1]), content_stems(match[2])
    is_of_another = False
    for candidate in near:
        if not deed or not deed <= content_stems(candidate.quote):
            continue
        others = {title.lower() for title in _TITLE.findall(candidate.quote)} & OFFICES
        if _LEANS.match(candidate.quote) or not others or office & content_stems(candidate.quote):
            return
        is_of_another = True
    if is_of_another:
        yield match[1]


def lacks_measured(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """What is measured: the best sentence may not tell the same measure of another thing, when none speaks of it."""
    match = _ASKED_MEASURED.search(question[:1].lower() + question[1:])
    others = [other[1] for other in _MEASURED.findall(near[0].quote) if match and other[0].lower() == match[1]]
    if match is None or not others:
        return
    around = [f"{each.before} {each.quote}" for each in near[:_N_FIRST]]
    if float(likeness([match[2]], around).max(initial=0)) < _LEAST_ALIKE:
        yield match[2]


_N_FIRST = 2
_LEAST_ALIKE = 0.35
"""Nearness of words from which on one may be meant by the other: children and kids, and not children and people."""
_FEWEST_LISTED = 2
_COUNTED = re.compile(rf"\bhow many (?:of the |other |more )?({one_of(PARTS_OF_PEOPLE)})\b", re.IGNORECASE)
_GOES = r"(?:goes?|going|went|gone|spent|set aside|allocated|earmarked|budgeted|reserved)"
_ASKED_RECIPIENT = re.compile(rf"\bhow much\b[^?]*?\b{_GOES} (?:to|for|on) (?:the )?([a-z][\w-]+)", re.IGNORECASE)
_RECIPIENT = re.compile(rf"\d[\d.,]*\s?\w*(?: [a-z]+)?(?: {_GOES})? (?:to|for|on) (?:the )?([a-z][\w-]+)")
_ACTED_UPON = re.compile(
    rf"\W*{one_of(FINITE_BE | HAVE)} (?:the |an? )?([a-z]+) (?:been |being |ever |later )*([a-z]+(?:ed|en|t))\b",
    re.IGNORECASE,
)
_MEASURE = r"\b(temperature|depth|height|width|length|weight|speed|level|price|age|salary)"
_ASKED_MEASURED = re.compile(rf"\bhow (?:much|many|high|low)\b[^?]*?{_MEASURE}s? (?:of|in|at) (?:the )?([a-z][\w-]+)")
_MEASURED = re.compile(rf"{_MEASURE}s? (?:of|in|at) ((?:[a-z][\w-]+ ?){{1,4}})", re.IGNORECASE)
_TITLE = re.compile(r"\b([A-Z]?[a-z]+) [A-Z][\w’'-]+")
_LEANS = re.compile(rf"{one_of(POINTING_BACK)}\b", re.IGNORECASE)
