"""Names in a text by rule: which words are one name, what it names, and another one of the same kind.

Only what the rules are sure of has a kind; the rest is `OTHER` and is never exchanged. A library would find more, but
those that do need model weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from random import Random
from typing import NamedTuple

from eval.mutations.lexicon import (
    CITIES,
    COUNTRIES,
    FIRST_NAMES,
    FUNCTION_WORDS,
    INVENTED_PEOPLE,
    MONTHS,
    NOT_PERSON_WORDS,
    REPORTING_VERBS,
    TITLES,
    WEEKDAYS,
    Country,
)
from eval.mutations.records import Change, FaithfulClaim, changed
from rag import Span

__all__ = ["Name", "NameKind", "changed_names", "mentions", "names_in", "other_people", "people_in", "strangers"]


class NameKind(StrEnum):
    """What a name stands for."""

    PERSON = "person"
    COUNTRY = "country"
    NATIONALITY = "nationality"
    CITY = "city"
    OTHER = "other"


class Name(NamedTuple):
    """A name where it stands; the text of a country includes its "the"."""

    text: str
    span: Span
    kind: NameKind


_WORD = re.compile(r"(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr)\.|(?:[^\W\d_]\.)+(?=\s|$)|[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"(?:’s|'s|’|')$")
_JOINERS = frozenset(["de", "von", "van", "der", "den", "al", "la", "du", "di", "bin", "ibn", "da"])
_COUNTRY_BY_NAME = {name.removeprefix("the "): country for country in COUNTRIES for name in country.names}
_COUNTRY_BY_ADJECTIVE = {
    adjective: country for country in COUNTRIES for adjective in country.adjectives if adjective not in ("US", "U.S.")
}
_SHORT = ("US", "U.S.", "UK", "USA")
"""Countries without their article are adjectives: US officials."""
_CALENDAR = frozenset((*WEEKDAYS, *MONTHS))
_SPEAKS = re.compile(rf"(?:, [^,.]+,)? (?:(?:has|had|have|also|later|earlier) )*(?:{REPORTING_VERBS})\b")
_BORN = re.compile(r" ?\( ?(?:/|born|\d{1,2} [A-Z]|[A-Z][a-z]+ \d{1,2})")


def names_in(text: str, people: Iterable[str] = ()) -> list[Name]:
    """The names in reading order.

    people: full names that the whole document has; a last name alone is known by them.

    >>> [(name.text, name.kind.value) for name in names_in("On Friday, Radek Sikorski met French officials in the UK.")]
    [('Radek Sikorski', 'person'), ('French', 'nationality'), ('the UK', 'country')]
    """
    last_names = {person.split()[-1] for person in people}
    return [name for words in _runs(text) for name in _named(text, words, last_names)]


@lru_cache(maxsize=64)
def people_in(text: str) -> tuple[str, ...]:
    """Full names of the people in the text, in order of first mention."""
    return tuple(
        dict.fromkeys(name.text for name in names_in(text) if name.kind is NameKind.PERSON and " " in name.text)
    )


def mentions(text: str, name: str) -> bool:
    """Whether a word of the name that carries it stands in the text; countries also by adjective and capital.

    >>> mentions("Mr Trump left.", "Donald Trump"), mentions("The Russian leader", "Russia"), mentions("Rome", "Spain")
    (True, True, False)
    """
    return bool(_mention(name).search(text))


@lru_cache(maxsize=4096)
def _mention(name: str) -> re.Pattern[str]:
    bare = name.removeprefix("the ")
    country = _COUNTRY_BY_NAME.get(bare) or _COUNTRY_BY_ADJECTIVE.get(bare)
    forms = _forms(country) if country else [bare, *(word for word in bare.split() if len(word) > 2)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)")


def other_people(claim: FaithfulClaim) -> list[str]:
    """People whom the claim and its evidence do not name: of the document first, else invented ones."""
    near = " ".join((claim.text, *claim.evidence, claim.speaker))
    of_document = [person for person in people_in(claim.document_text) if not mentions(near, person)]
    return of_document or strangers(claim)


def strangers(claim: FaithfulClaim) -> list[str]:
    """Invented people whom the document does not name."""
    return [person for person in INVENTED_PEOPLE if not mentions(claim.document_text, person)]


def changed_names(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one name exchanged for another of the same kind that the evidence does not have.

    The one who speaks is left to the speaker mutation.
    """
    people = people_in(claim.document_text)
    names = [
        name
        for name in names_in(claim.text, people)
        if name.kind is not NameKind.OTHER and not (claim.speaker and mentions(claim.speaker, name.text))
    ]
    random.shuffle(names)
    near = " ".join((claim.text, *claim.evidence))
    for name in names:
        candidates = [other for other in _others(claim, name, people) if not mentions(near, other)]
        if candidates:
            yield _exchanged(claim.text, name, random.choice(candidates))


def _others(claim: FaithfulClaim, name: Name, people: tuple[str, ...]) -> list[str]:
    """Names of the same kind: of the document when it has another, else listed ones."""
    if name.kind is NameKind.PERSON:
        others = other_people(claim)
        return others if " " in name.text else [other.split()[-1] for other in others]
    listed = {
        NameKind.COUNTRY: [country.names[0] for country in COUNTRIES],
        NameKind.NATIONALITY: [country.adjectives[0] for country in COUNTRIES],
        NameKind.CITY: list(CITIES),
    }[name.kind]
    near = " ".join((claim.text, *claim.evidence))
    same_kind = [_standard(other.text) for other in names_in(claim.document_text, people) if other.kind is name.kind]
    of_document = [other for other in same_kind if not mentions(near, other)]
    return list(dict.fromkeys(of_document)) or listed


def _standard(name: str) -> str:
    """The first of a country's names or adjectives; any other name as it is."""
    bare = name.removeprefix("the ").removeprefix("The ")
    if bare in _COUNTRY_BY_NAME and (bare not in _SHORT or bare != name):
        return _COUNTRY_BY_NAME[bare].names[0]
    country = _COUNTRY_BY_ADJECTIVE.get(bare) or (_COUNTRY_BY_NAME.get(bare) if bare in _SHORT else None)
    return country.adjectives[0] if country else name


def _exchanged(text: str, name: Name, other: str) -> Change:
    span, before = name.span, text[: name.span.start]
    article = re.search(r"(?<!\w)([Aa])(n?) $", before)
    if article:
        other = ("an " if other[0] in "AEIO" else "a ") + other
        other = article[1] + other[1:]
        span = Span(start=article.start(), end=span.end)
    elif not before.strip() and name.text[0].isupper():
        other = other[0].upper() + other[1:]
    return changed(text, span, other)


def _forms(country: Country) -> list[str]:
    names = [name.removeprefix("the ") for name in country.names]
    plurals = [f"{adjective}s" for adjective in country.adjectives]
    return [*names, *country.adjectives, *plurals, country.capital]


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that follow each other with nothing but a blank between, and joiners inside."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        is_next = bool(run) and text[run[-1].end() : word.start()] == " " and not _POSSESSIVE.search(run[-1][0])
        if run and not is_next:
            yield from _trimmed(run)
            run = []
        is_name = word[0][0].isupper() and word[0].lower() not in FUNCTION_WORDS
        if is_name or (run and word[0] in _JOINERS):
            run.append(word)
        elif run:
            yield from _trimmed(run)
            run = []
    yield from _trimmed(run)


def _trimmed(run: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    while run and run[-1][0] in _JOINERS:
        run = run[:-1]
    if run:
        yield run


def _named(text: str, run: list[re.Match[str]], last_names: set[str]) -> Iterator[Name]:
    """The names of one run: adjectives of a country and titles in front of a name are split off."""
    is_titled = False
    words = list(run)
    while len(words) > 1:
        pair = f"{words[0][0]} {words[1][0]}"
        if words[0][0].rstrip(".") in TITLES or words[0][0] in _SHORT:
            is_titled = is_titled or words[0][0].rstrip(".") in TITLES
            words.pop(0)
        elif pair in _COUNTRY_BY_ADJECTIVE and len(words) > 2:
            words = words[2:]
        elif words[0][0] in _COUNTRY_BY_ADJECTIVE and pair not in _COUNTRY_BY_NAME and pair not in CITIES:
            yield Name(words[0][0], Span(start=words[0].start(), end=words[0].end()), NameKind.NATIONALITY)
            words.pop(0)
        else:
            break
    span = Span(start=words[0].start(), end=words[-1].end())
    bare = _POSSESSIVE.sub("", span.slice(text))
    span = Span(start=span.start, end=span.start + len(bare))
    if bare in _CALENDAR or not bare:
        return
    kind = _kind(text, bare, span, is_titled=is_titled, last_names=last_names)
    if kind is NameKind.COUNTRY and re.search(r"(?<!\w)[Tt]he $", text[: span.start]):
        span = Span(start=span.start - len("the "), end=span.end)
    yield Name(span.slice(text), span, kind)


def _kind(text: str, bare: str, span: Span, *, is_titled: bool, last_names: set[str]) -> NameKind:
    words = bare.split()
    follows = text[span.end : span.end + 90]
    if _goes_on(follows):
        return NameKind.OTHER
    if len(words) == 1 and bare in last_names:
        return NameKind.PERSON
    if bare in _COUNTRY_BY_NAME:
        is_adjective = bare in _SHORT and not text[: span.start].endswith(("the ", "The "))
        return NameKind.NATIONALITY if is_adjective else NameKind.COUNTRY
    if bare in _COUNTRY_BY_ADJECTIVE:
        return NameKind.NATIONALITY
    if bare in CITIES:
        return NameKind.CITY if _is_place(text, span) else NameKind.OTHER
    if any(word in NOT_PERSON_WORDS or word in _COUNTRY_BY_NAME or word in CITIES for word in words) or any(
        word.isupper() and len(word) > 2 for word in words
    ):
        return NameKind.OTHER
    is_full = 2 <= len(words) <= 4
    if is_full and (words[0] in FIRST_NAMES or is_titled or _SPEAKS.match(follows) or _BORN.match(follows)):
        return NameKind.PERSON
    return NameKind.OTHER


def _goes_on(follows: str) -> bool:
    """Whether the name is only the beginning of a longer one, as in "Bank of England" and "Simon & Schuster"."""
    return bool(re.match(r" (?:of (?:the )?[A-Z]|and the [A-Z]|& |- |\d|[$€£])|-\w", follows))


def _is_place(text: str, span: Span) -> bool:
    return bool(re.search(r"(?:\b(?:in|to|from|at|near|of|around|via|outside|into|for)) $", text[: span.start]))
