"""The people, places, bodies and things that a question or an answer names, as far as their form shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from rag.attribution import asked_speaker
from rag.attribution.names import fold, title_length
from rag.conversation.lexicon import (
    DO_OR_MODAL,
    NOBODY,
    NOT_A_NAME,
    PERSON_ROLES,
    PHRASE_ENDS,
    PREDICATES,
    SPOKEN,
    THINGS,
    TIMES,
)
from rag.language.countries import COUNTRIES
from rag.language.english import BE, STOP_WORDS
from rag.language.people import BODIES, DOTTED_TITLES, FEMALE, FEMALE_NAMES, GROUPS, MALE, MALE_NAMES, PLACES, TITLES
from rag.language.saying import NOUNS_TOO

__all__ = ["Kind", "NamedThing", "kind_of", "names_in", "phrases_in"]


class Kind(Enum):
    """What a name names. UNKNOWN may be anything: a family name, a brand, the title of a song."""

    PERSON = auto()
    COUNTRY = auto()
    PLACE = auto()
    BODY = auto()
    PEOPLE = auto()
    THING = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedThing:
    """A name, or a noun phrase such as "the bridge", and where it stands in its text.

    gender: 1 he, -1 she, 0 not known. speaks: a verb of saying stands beside it. acts: "did" or the like stands before
    it. has_article: "the" stands before it.
    """

    text: str
    start: int
    end: int
    kind: Kind
    gender: int = 0
    speaks: bool = False
    acts: bool = False
    has_article: bool = False

    @property
    def with_article(self) -> str:
        """As it stands in a sentence: "the Kremlin"."""
        return f"the {self.text}" if self.has_article else self.text


_UPPER = "".join(chr(code) for code in range(0x530) if chr(code).isupper())
_CAPITAL = rf"(?:{'|'.join(DOTTED_TITLES)}|St)\.|(?:[{_UPPER}]\.)+|(?:al-|el-)?[{_UPPER}]\w*(?:[-.’'&](?!s\b)\w+)*"
_RUN = re.compile(
    rf"(?<![\w-])(?:{_CAPITAL})(?:(?: (?:of the|of|de|van der|van|von|bin|al|der|del|la) | )(?:{_CAPITAL})){{0,7}}"
)
_NEXT_WORD = re.compile(r"(?:['’]s)? ([^\W\d_]+)")
_LAST_WORD = re.compile(r"([^\W\d_]+) $")
_PHRASE_WORD = r"[^\W_]+(?:[-'’][^\W_]+)*"
_PHRASE = re.compile(rf"\b(?:the|these|those) (?=({_PHRASE_WORD}(?: {_PHRASE_WORD}){{0,5}}))", re.IGNORECASE)
_COUNTED = re.compile(r"(?:how many|which|what) ([a-z]{3,}[^s\W]s|people|men|women|children)\b", re.IGNORECASE)
_LOWER_SHORT = re.compile(r"(?<=\bthe )(?:us|uk)\b")
_WHO_IS = re.compile(r"(?:and |but )?who(?: is|['’]s| was) ", re.IGNORECASE)
_WHAT_IS = re.compile(r"(?:and |but )?what(?: is|['’]s| was) (?:the )?", re.IGNORECASE)
_LOWER_WHO = re.compile(r"who(?: is|['’]s| was) ([^\W\d_]+(?: [^\W\d_]+){0,2})\??$")
_BEFORE = re.compile(r"(\w+) $")
_N_SHORT = 3  # a country of fewer letters is one only in capitals: "us", "uk"
_N_PHRASE = 4

_COUNTRY_NAMES = frozenset(name for country in COUNTRIES for name in country.names)
_PEOPLES = frozenset(f"{word}s" for country in COUNTRIES for word in country.adjectives)
_ADJECTIVES = frozenset(word for country in COUNTRIES for word in country.adjectives) - _COUNTRY_NAMES
_CAPITALS = frozenset(name for country in COUNTRIES for name in country.capitals)
_LOWER_COUNTRY = re.compile(
    r"(?<!north )(?<!south )(?<!latin )(?<!central )\b(?:"
    + "|".join(sorted((name for name in _COUNTRY_NAMES if len(name) >= _N_SHORT), reverse=True))
    + r")\b"
)


def kind_of(words: list[str], written: str) -> tuple[Kind, int]:
    """What folded words, written so, name; and 1 for he, -1 for she, 0 when that is open.

    >>> kind_of(["marco", "rubio"], "Marco Rubio"), kind_of(["uk"], "UK")
    ((<Kind.PERSON: 1>, 1), (<Kind.COUNTRY: 2>, 0))
    """
    joined = " ".join(words)
    if joined in _COUNTRY_NAMES:
        return Kind.COUNTRY, 0
    if joined in _CAPITALS:
        return Kind.PLACE, 0
    if joined in _PEOPLES:
        return Kind.PEOPLE, 0
    gender = int(bool(MALE.intersection(words))) - int(bool(FEMALE.intersection(words)))
    if 0 < title_length(words) < len(words) and words[-1] not in BODIES:
        return Kind.PERSON, gender or _given(words[title_length(words)])
    if words[-1] in THINGS:
        return Kind.THING, 0
    if _given(words[0]) and not BODIES.intersection(words):
        return Kind.PERSON, _given(words[0])
    if len(words) > 2 and _given(words[1]) and not (BODIES | PLACES | THINGS).intersection(words):
        return Kind.PERSON, _given(words[1])  # behind an office or a trade: "Councillor Ruth Adeyemi"
    if BODIES.intersection(words) or words[-1] in GROUPS or (written.isupper() and len(written) > 1):
        return Kind.BODY, 0
    return (Kind.PLACE, 0) if PLACES.intersection(words) else (Kind.UNKNOWN, 0)


@lru_cache(maxsize=512)
def names_in(text: str) -> tuple[NamedThing, ...]:
    """The names of `text`, in order; where it has no capitals, the countries and whom it asks about.

    >>> [name.text for name in names_in("Did Secretary of State Marco Rubio meet Lavrov in the UK?")]
    ['Marco Rubio', 'Lavrov', 'UK']
    """
    found = [] if text.isupper() else list(_capitalised(text))
    if not found and text[1:] == text[1:].lower():
        found = sorted(_lower(text), key=lambda name: name.start)
    return tuple(found)


def _capitalised(text: str) -> Iterator[NamedThing]:
    for run in _RUN.finditer(text):
        for start, words in _pieces(run.group(), run.start()):
            name = _name(text, start, words)
            if name is not None:
                yield name


def _pieces(run: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """The runs that remain when words such as "Did" and "Monday" are taken out, with their starts."""
    piece: list[str] = []
    piece_start = position = start
    for word in [*run.split(" "), ""]:
        plain = word.rstrip(".").lower()
        is_shout = len(word) > 1 and word.isupper()
        ends = not word or (not is_shout and (plain in NOT_A_NAME if not piece else _splits(word, plain)))
        if ends and piece:
            while piece and piece[-1].islower():
                piece.pop()
            yield piece_start, piece
            piece = []
        if not ends and (piece or not word.islower()):
            piece_start = piece_start if piece else position
            piece.append(word)
        position += len(word) + 1


def _splits(word: str, plain: str) -> bool:
    return not word.islower() and (plain in STOP_WORDS or (plain in TIMES and plain != "may"))


def _name(text: str, start: int, words: list[str]) -> NamedThing | None:
    """The name that the words make; None for adjectives, bare titles and the ordinary word that opens a sentence."""
    folded = [fold(word).rstrip(".") for word in words]
    while len(words) > 1 and folded[0] in _ADJECTIVES and title_length(folded) > 0:
        start += len(words.pop(0)) + 1
        folded.pop(0)
    written = " ".join(words)
    end = start + len(written)
    if " ".join(folded) in _ADJECTIVES or title_length(folded) == len(folded):
        return None
    following, before = _NEXT_WORD.match(text, end), _LAST_WORD.search(text, max(0, start - 30), start)
    speaks = any(found is not None and found.group(1).lower() in SPOKEN for found in (following, before))
    kind, gender = kind_of(folded, written)
    acts = before is not None and before.group(1).lower() in DO_OR_MODAL | {"has", "have", "had"}
    if kind is Kind.UNKNOWN and _WHO_IS.fullmatch(text[:start]):
        kind = Kind.PERSON
    if kind is Kind.UNKNOWN and _WHAT_IS.fullmatch(text[:start]) and len(text) <= end + 1:
        kind = Kind.THING
    opens = start == 0 or text[:start].rstrip()[-1:] in (".", "!", "?", "“", '"')
    if len(words) == 1 and folded[0] in NOBODY:
        return None
    names_nobody = not speaks or folded[0] in PERSON_ROLES  # "Critics say"
    if kind is Kind.UNKNOWN and len(words) == 1 and opens and names_nobody and len(text) > end + 1:
        return None
    if kind is Kind.UNKNOWN and before is not None and before.group(1) in ("in", "at", "near") and not speaks:
        kind = Kind.PLACE
    title = title_length(folded)
    if kind is Kind.PERSON and len(words) - title > 1 and title:
        start += len(" ".join(words[:title])) + 1
        written = " ".join(words[title:])
    has_article = before is not None and before.group(1).lower() == "the" and kind is not Kind.PERSON
    return NamedThing(
        text=written, start=start, end=end, kind=kind, gender=gender, speaks=speaks, acts=acts, has_article=has_article
    )


def _lower(text: str) -> Iterator[NamedThing]:
    lowered = text.lower()
    for country in (*_LOWER_COUNTRY.finditer(lowered), *_LOWER_SHORT.finditer(lowered)):
        yield NamedThing(text=country.group(), start=country.start(), end=country.end(), kind=Kind.COUNTRY)
    who = _LOWER_WHO.match(lowered)
    if who is not None and not (STOP_WORDS | TITLES).intersection(who.group(1).split()):
        gender = _given(fold(who.group(1)).split()[0])
        yield NamedThing(text=who.group(1), start=who.start(1), end=who.end(1), kind=Kind.PERSON, gender=gender)
        return
    asked = asked_speaker(text, ())
    start = lowered.find(asked.mention.lower()) if asked is not None and asked.mention else -1
    if asked is not None and start >= 0 and not _LOWER_COUNTRY.fullmatch(asked.mention.lower()):
        words = fold(asked.mention).split()
        if not TITLES.intersection(words) and words[0] not in PHRASE_ENDS:
            kind, gender = kind_of(words, asked.mention.lower())
            end = start + len(asked.mention)
            yield NamedThing(
                text=text[start:end], start=start, end=end, kind=kind, gender=gender, speaks=True, acts=True
            )


def _given(word: str) -> int:
    return int(word in MALE_NAMES) - int(word in FEMALE_NAMES)


@lru_cache(maxsize=512)
def phrases_in(text: str) -> tuple[NamedThing, ...]:
    """The definite noun phrases in lower case of a question: "the bridge" of "When did the bridge collapse?".

    >>> [phrase.text for phrase in phrases_in("Was the new bridge built by the army?")]
    ['the new bridge', 'the army']
    """
    found = []
    for match in _PHRASE.finditer(text):
        words = match.group(1).split(" ")
        before = _BEFORE.search(text, max(0, match.start() - 20), match.start())
        auxiliary = before.group(1).lower() if before is not None else ""
        n = 0
        while n < min(len(words), _N_PHRASE) and _belongs(words[n].lower(), n, auxiliary):
            n += 1
        if n == _N_PHRASE and len(words) > n and words[n].lower() not in PHRASE_ENDS:
            continue
        last = words[n - 1].lower() if n else ""
        is_predicate = last.endswith(("ed", "ing")) or last in PREDICATES
        is_verb = auxiliary in DO_OR_MODAL and not (len(words) > n and words[n].lower() in SPOKEN)
        if n > 1 and (is_verb or (auxiliary in BE and is_predicate)):
            n -= 1
        is_subject = auxiliary in DO_OR_MODAL | BE
        head = words[: words.index("of")] if "of" in words[:n] else words[:n]
        is_common = all(map(str.islower, head)) or (not is_subject and bool(head) and head[-1].islower())
        if head and words[n - 1].lower() != "of" and is_common:
            article = match.group()[: match.start(1) - match.start()]
            written = f"the {' '.join(words[:n])}"
            end = match.start() + len(article) + len(written) - len("the ")
            kind = Kind.PEOPLE if head[-1].endswith("s") and not head[-1].endswith("ss") else Kind.THING
            found.append(NamedThing(text=written, start=match.start(), end=end, kind=kind))
    counted = _COUNTED.match(text)
    if counted is not None and counted.group(1) not in STOP_WORDS | {"times"}:
        written = f"the {counted.group(1)}"
        found.insert(0, NamedThing(text=written, start=counted.start(1), end=counted.end(1), kind=Kind.PEOPLE))
    return tuple(found)


def _belongs(word: str, position: int, auxiliary: str) -> bool:
    """Whether a word goes on with a phrase; "report" may be its noun, unless an auxiliary waits for a verb."""
    is_noun = word in NOUNS_TOO and (position == 0 or auxiliary not in DO_OR_MODAL)
    return is_noun or word not in PHRASE_ENDS
