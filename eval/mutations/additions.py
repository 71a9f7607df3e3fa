"""A true claim with one plausible fact too many, which its citation does not state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from eval.mutations.lexicon import CITIES, FUNCTION_WORDS, NUMBER_WORDS
from eval.mutations.names import NameKind, mentions, names_in, other_people
from eval.mutations.records import Change, FaithfulClaim, shown
from rag import sentence_spans

__all__ = ["additions"]

_OPINIONS = (
    ", according to a letter from {person}",
    ", as {person} has pointed out",
    ", which {person} has disputed",
    ", a view that {person} does not share",
    ", as a report from {city} confirms",
)
_CIRCUMSTANCES = (
    ", after {person} had asked for it",
    ", despite protests in {city}",
    ", with the help of {person}",
    ", as {person} had predicted {number} days earlier",
    ", following a meeting in {city}",
)
"""Only of events, which the past tense shows."""
_PAST = re.compile(r"\b(?:was|were|had|did|\w+ed)\b")
_PRESENT = re.compile(r"\b(?:is|are|has|have|can|may|will|does|do)\b|’s\b")
_INDEPENDENT = re.compile(r"^(?:[A-Z][\w’'-]+|The [a-z]+)(?: [\w’'-]+){4,16}\.$")
_DEPENDENT = re.compile(
    r"^(?:He|She|It|They|This|These|That|Those|There|His|Her|Its|Their|However|But|And|So|Also|Thus|Then"
    r"|Such|If|When)\b"
)
_END = re.compile(r"\s*[.!]\s*$")
MAX_SHARED_WORDS = 0.4
"""Of the added sentence's content words; with more of them the evidence may already state it."""


def additions(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with a fact from elsewhere in its document, and with invented ones."""
    if not _END.search(claim.text):
        return
    body = _END.sub("", claim.text)
    if body.count("“") != body.count("”"):
        return
    facts = [f", and {fact}" for fact in _facts_of_document(claim)]
    random.shuffle(facts)
    inventions = [*_invented(claim, random)]
    random.shuffle(inventions)
    for fact in (*facts[:1], *inventions, *facts[1:]):
        yield Change(f"{body}{fact}.", f"{shown(claim.text)} → +{fact}")


def _facts_of_document(claim: FaithfulClaim) -> Iterator[str]:
    near = _content_words(" ".join((claim.text, *claim.evidence)))
    for span in sentence_spans(claim.document_text):
        sentence = re.sub(r" \.$", ".", span.slice(claim.document_text))
        words = _content_words(sentence)
        is_alone = _INDEPENDENT.match(sentence) and not _DEPENDENT.match(sentence)
        if is_alone and len(words & near) <= MAX_SHARED_WORDS * len(words):
            first = sentence.split()[0].lower()
            is_common = re.search(rf"(?<!\w){re.escape(first)}(?!\w)", claim.document_text)
            is_name = not (is_common or first in FUNCTION_WORDS or first in NUMBER_WORDS)
            yield (sentence[0] if is_name else sentence[0].lower()) + sentence[1:-1]


def _invented(claim: FaithfulClaim, random: Random) -> Iterator[str]:
    near = " ".join((claim.text, *claim.evidence))
    of_document = [name.text for name in names_in(claim.document_text) if name.kind is NameKind.CITY]
    cities = [city for city in of_document or CITIES if not mentions(near, city)] or [
        city for city in CITIES if not mentions(near, city)
    ]
    people = other_people(claim)
    numbers = [number for number in range(3, 60) if not re.search(rf"\b{number}\b", near)]
    is_event = _PAST.search(claim.text) and not _PRESENT.search(claim.text)
    for invention in (*_OPINIONS, *(_CIRCUMSTANCES if is_event else ())):
        yield invention.format(person=random.choice(people), city=random.choice(cities), number=random.choice(numbers))


def _content_words(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", text.lower()) if word not in FUNCTION_WORDS}
