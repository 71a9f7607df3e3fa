"""Edits that the mutation engine does not make, for training alone: words with an opposite, and names of any kind.

They are cruder than the engine's: one in some dozens may leave a claim true, which a model that learns from tens of
thousands forgives and a test would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from eval.mutations.names import NameKind, names_in
from eval.mutations.records import Change, FaithfulClaim, changed
from rag import Span

__all__ = ["exchanged_names", "exchanged_nouns", "other_names", "swapped_words"]

_OPPOSITES = """
    all/some every/no most/few many/few always/never often/rarely usually/seldom everyone/nobody both/neither
    more/less most/least majority/minority highest/lowest largest/smallest longest/shortest oldest/youngest best/worst
    higher/lower larger/smaller longer/shorter older/younger better/worse greater/lesser bigger/smaller
    high/low large/small long/short old/young good/bad strong/weak rich/poor hot/cold early/late
    first/last former/latter earlier/later before/after until/since above/below over/under inside/outside
    increase/decrease increased/decreased increases/decreases increasing/decreasing rise/fall rose/fell
    grew/shrank gain/loss gained/lost won/lost win/lose success/failure successful/unsuccessful
    accept/reject accepted/rejected support/oppose supported/opposed allow/forbid allowed/banned
    began/ended begin/end start/stop started/stopped opened/closed open/closed built/destroyed
    north/south northern/southern east/west eastern/western upper/lower
    male/female man/woman men/women son/daughter father/mother brother/sister husband/wife king/queen
    buy/sell bought/sold enter/leave entered/left born/died positive/negative possible/impossible
    legal/illegal public/private true/false present/absent include/exclude including/excluding
    with/without despite/because minimum/maximum major/minor
"""
_MANNERS = "at least/at most more than/less than up to/at least only/not only as well as/but not"


def _pairs() -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in (*_OPPOSITES.split(), *re.findall(r"[a-z ]+/[a-z ]+?(?= (?:[a-z]+ ?)*/|$)", _MANNERS)):
        first, second = pair.strip().split("/")
        found.setdefault(first, second)
        found.setdefault(second, first)
    return found


_OPPOSITE_BY_WORD = _pairs()
_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_OPPOSITE_BY_WORD, key=lambda word: -len(word)))})\b")
_JOINED = re.compile(r"^ ?(?:,|and|or|&|, and) ?$")
_APART = re.compile(r"\b(?!and\b|or\b|the\b|as\b|well\b|with\b|both\b)[a-z]{2,}")
"""Names of one list have nothing else between them, and may change places."""

_SUBJECT = re.compile(r"\b(?:[Tt]he|[Aa]n?) ([a-z]{3,})(?= (?:is |was |are |were |has |had )?[a-z]+(?:ed|es|s|ing)\b)")
_OBJECT = re.compile(
    r"\b(?:the|an?|his|her|its|their) ([a-z]{3,})"
    r"(?= ?[,.;]| (?:in|on|at|for|from|during|with|when|after|before|to|who)\b|$)"
)


def exchanged_nouns(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with the nouns of a subject and of a later object in each other's place."""
    pairs = [
        (subject, other)
        for subject in _SUBJECT.finditer(claim.text)
        for other in _OBJECT.finditer(claim.text, subject.end())
        if subject[1] != other[1] and "," not in claim.text[subject.end() : other.start()]
    ]
    random.shuffle(pairs)
    for subject, other in pairs:
        text = changed(claim.text, Span(start=other.start(1), end=other.end(1)), subject[1]).text
        yield changed(text, Span(start=subject.start(1), end=subject.end(1)), other[1])


def swapped_words(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one word exchanged for its opposite."""
    found = list(_WORD.finditer(claim.text))
    random.shuffle(found)
    for match in found:
        yield changed(claim.text, Span(start=match.start(), end=match.end()), _OPPOSITE_BY_WORD[match[0]])


def other_names(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one name of any kind exchanged for another that only the rest of the document has."""
    near = " ".join((claim.text, *claim.evidence))
    elsewhere = [name.text for name in names_in(claim.document_text) if name.text not in near]
    names = [name for name in names_in(claim.text) if name.span.start > 0]
    random.shuffle(names)
    for name in names:
        n_words = len(name.text.split())
        same = [
            other for other in elsewhere if len(other.split()) == n_words and other.isupper() == name.text.isupper()
        ]
        if same:
            yield changed(claim.text, name.span, random.choice(same))


def exchanged_names(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with two of its names in each other's place, where they do not merely stand in a list."""
    names = names_in(claim.text)
    pairs = [
        (first, second)
        for number, first in enumerate(names)
        for second in names[number + 1 :]
        if first.kind is second.kind
        and first.text != second.text
        and (first.kind is not NameKind.OTHER or first.span.start > 0)
        and not _JOINED.match(claim.text[first.span.end : second.span.start])
        and _APART.search(claim.text[first.span.end : second.span.start])
    ]
    random.shuffle(pairs)
    for first, second in pairs:
        text = changed(claim.text, second.span, first.text).text
        yield changed(text, first.span, second.text)
