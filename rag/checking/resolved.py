"""Sentences that lean on the one before them, with what they lean on written in: subjects for pronouns, full names.

"Karin Holm joined the firm. She led it." says that Karin Holm led it, and no single sentence of it does. Only the
subject of the sentence right before is written in, where number and gender allow it and nobody else is named there;
and a name in full for the initials that stand behind it in brackets. What is shown stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.checking.atoms import AtomKind, sentences_of
from rag.checking.lexicon import is_past_form
from rag.language.asserting import DROPPED_AT_WILL, TIME_NOUNS
from rag.language.english import ARTICLES, BE, HAVE, MODALS, MONTHS, POSSESSIVES, SUBJECTS, word_set
from rag.language.people import FEMALE, FEMALE_NAMES, MALE, MALE_NAMES, ROLES

__all__ = ["resolved"]

_PRONOUN = re.compile(
    r"^(?P<lead>(?:[\w'-]+,? ){0,4}?)(?P<pronoun>He|She|It|They|he|she|it|they|His|Her|Its|Their)\b(?! was \w+ that)"
)
_INITIALS = re.compile(r"\b((?:[A-Z][\w'-]+ (?:of |for |the |and )*){1,5}[A-Z][\w'-]+) \(([A-Z]{2,6})\)")
_WORD = re.compile(r"[\w'\"“”-]+")
_MOST_WORDS = 7
"""A longer subject is no subject."""
_IN_PLACES = frozenset({"in", "at", "from", "to", "of", "near", "through", "by"})


def resolved(quotes: Sequence[str]) -> tuple[str, ...]:
    """The quotes with their leaning sentences made whole, in the same order.

    >>> resolved(["The bridge was drawn by Anton Weiss.", "It opened in 1911."])[1]
    'The bridge opened in 1911.'
    >>> resolved(["The Green Canal Trust (GCT) owns it.", "The GCT sold one."])[1]
    'The Green Canal Trust sold one.'
    """
    full = dict[str, str]()
    for quote in quotes:
        for name, initials in _INITIALS.findall(quote):
            if whole := _spelt_out(name.split(), initials):
                full[initials] = whole
    before = ""
    found = []
    for quote in quotes:
        pieces = []
        for sentence in sentences_of(quote):
            text = sentence.text
            named = _named(text, full)
            whole = _with_subject(named, before) if before else named
            pieces.append(whole)
            before = whole
        found.append(" ".join(pieces) if all(pieces) else quote)
    return tuple(found)


def _spelt_out(words: Sequence[str], initials: str) -> str:
    """The last of the words whose capitals are the initials; empty for none."""
    for first in range(len(words) - 1, -1, -1):
        if "".join(word[0] for word in words[first:] if word[0].isupper()) == initials:
            return " ".join(words[first:])
    return ""


def _named(text: str, full: dict[str, str]) -> str:
    for initials, name in full.items():
        if f"({initials})" not in text:
            text = re.sub(rf"\b{initials}\b", name, text)
    return text


def _with_subject(text: str, before: str) -> str:
    """The sentence with the subject of the one before it in place of the pronoun that it opens with."""
    match = _PRONOUN.match(text)
    if match is None or not _is_lead(match["lead"]):
        return text
    subject = _subject(before)
    pronoun = match["pronoun"].lower()
    if not subject or not _agree(pronoun, subject, before):
        return text
    owned = subject if pronoun in ("he", "she", "it", "they") else f"{subject}'s"
    if match["lead"] and subject.split()[0].lower() in ARTICLES:
        owned = owned[0].lower() + owned[1:]
    return f"{match['lead']}{owned}{text[match.end() :]}"


def _is_lead(lead: str) -> bool:
    words = [word.lower() for word in _WORD.findall(lead)]
    singular = [word.removesuffix("s") for word in words]
    return all(
        word in DROPPED_AT_WILL
        or one in TIME_NOUNS
        or word in ("in", "on", "two", "three", "four", "five", "the", "a")
        or word.isdigit()
        or word in MONTHS
        for word, one in zip(words, singular, strict=True)
    )


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    """The words before the first finite verb; empty where that is not certain.

    >>> _subject("The bridge was drawn by Anton Weiss."), _subject("In May they left.")
    ('The bridge', '')
    """
    words = text.split()[: _MOST_WORDS + 1]
    for place, word in enumerate(words[1:], start=1):
        plain = word.lower().strip(",.")
        if word.endswith(",") or (plain in _IN_PLACES and place == 1):
            return ""
        following = words[place + 1].lower() if place + 1 < len(words) else ""
        is_present = plain.endswith("s") and not word[0].isupper() and following in ARTICLES | {"its", "in", "at"}
        if plain in BE | HAVE | MODALS or is_past_form(plain) or is_present:
            subject = re.sub(r" \([^)]*\)", "", " ".join(words[:place]))
            return subject if subject[0].isupper() and words[0].lower() not in _NO_SUBJECTS else ""
    return ""


_NO_SUBJECTS = SUBJECTS | POSSESSIVES | word_set("this that there in on at after before")


def _agree(pronoun: str, subject: str, before: str) -> bool:
    """Whether the pronoun can stand for the subject, and for nobody else in its sentence."""
    words = [word.lower() for word in _WORD.findall(subject)]
    is_female = not FEMALE_NAMES.isdisjoint(words) or not FEMALE.isdisjoint(words)
    is_male = not MALE_NAMES.isdisjoint(words) or not MALE.isdisjoint(words)
    is_thing = words[0] in ARTICLES and ROLES.isdisjoint(words)
    if pronoun in ("he", "his"):
        return not is_female and not is_thing and _is_alone(subject, before)
    if pronoun in ("she", "her"):
        return not is_male and not is_thing and _is_alone(subject, before)
    if pronoun in ("it", "its"):
        return not is_female and not is_male and not words[-1].endswith("s")
    return words[-1].endswith("s") or "and" in words


def _is_alone(subject: str, before: str) -> bool:
    """Whether the sentence names no other person: no other name but where a place stands."""
    (sentence, *_) = sentences_of(before)
    own = {word.lower() for word in _WORD.findall(subject)}
    others = [atom for atom in sentence.atoms if atom.kind is AtomKind.NAME and atom.lower not in own]
    return all(not _IN_PLACES.isdisjoint(atom.before) for atom in others[:1]) and len(others) <= 2
