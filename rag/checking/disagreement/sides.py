"""One of two sentences that are compared: its atoms, the times that it names, and what it says alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, sentences_of
from rag.checking.attributed import assertion_of
from rag.checking.form import form_reason
from rag.checking.lexicon import LIGHT_WORDS, base_form
from rag.checking.speakers import speaker_atoms
from rag.language.days import days_named
from rag.language.english import PREPOSITIONS, word_set
from rag.protocols import Surroundings
from rag.types import Assertion

__all__ = ["Side", "Times", "Told", "day_of", "is_correcting", "is_year", "read", "side_of"]

MOST_ATOMS = 40
FEWEST_ATOMS = 3
_NOTE = re.compile(r"\s*\[\s*(?:\d+|[a-z]|citation needed)\s*\]", re.IGNORECASE)
"""The number of a note, as encyclopaedias write it."""
_WHOLE = re.compile(r"[\W\d]*[A-Z].*[.!…][\"'”’)\]]*$", re.DOTALL)
"""A sentence from its capital letter to its end: what was cut says too little of what it is about."""
_ERAS = word_set("bc bce ad ce")
_PARTS_OF_YEARS = word_set("late early mid")
_KEPT = frozenset({Assertion.STATED, Assertion.REPORTED, Assertion.PLANNED})
_YEAR_AFTER = PREPOSITIONS | {"since", "until"}
_CORRECTION_OPENS = re.compile(r"^\W*(?:corrections?|clarifications?|editor[’']s note)\W+\s*", re.IGNORECASE)
_CORRECTING = re.compile(
    r"\b(?:earlier|previous|first|original) (?:version|report|article|story)\b|\bas (?:we|previously|earlier) "
    r"(?:\w+ )?(?:report|wr[io]t|stat|said|print|publish)|\b(?:figure|number|date|name|sum)s? (?:\w+ ){0,6}wrong"
    r"|\bwrong (?:sum|figure|name|date|number)\b|\bgave (?:\w+ ){1,3}wrong|\bgot (?:\w+ ){1,3}wrong\b"
    r"|\bapologi[sz]e for the error\b",
    re.IGNORECASE,
)
_NOT_AS_SAID = re.compile(
    r",?\s+(?:and )?not (?:on |in |at )?[^,]{1,40}?,? as (?:we|previously|earlier)\b[^.]*", re.IGNORECASE
)


class Told(NamedTuple):
    """A sentence as a document tells it.

    published: the date of the document, ISO 8601. outlet: who published it. Both empty where not known.
    context: names in the text around it, as keys of atoms.
    """

    text: str
    published: str = ""
    outlet: str = ""
    around: Surroundings = Surroundings()
    context: frozenset[str] = frozenset()


def is_correcting(text: str) -> bool:
    """Whether a sentence opens as a correction does, or says that an earlier report was wrong.

    >>> is_correcting("Correction: The fare is 11 euros."), is_correcting("The fare is 11 euros.")
    (True, False)
    """
    return bool(_CORRECTION_OPENS.match(text) or _CORRECTING.search(text))


class Times(NamedTuple):
    """The days and years that a sentence names; days also where a weekday can be resolved."""

    days: frozenset[date]
    years: frozenset[int]
    months: frozenset[int]

    def differ(self, other: Times) -> bool:
        """Whether both name a time and no time is common to both."""
        if self.days and other.days:
            return self.days.isdisjoint(other.days)
        if self.years and other.years and self.years.isdisjoint(other.years):
            return True
        return bool(self.months and other.months) and self.months.isdisjoint(other.months)

    def share_a_day(self, other: Times) -> bool:
        """Whether both name the same day."""
        return bool(self.days & other.days)

    def share(self, other: Times) -> bool:
        """Whether both name the same day, or the same year."""
        return bool(self.days & other.days) or bool(self.years & other.years)


@dataclass(frozen=True)
class Side:
    """One of the sentences, with what the other lacks.

    alone: indexes of its atoms that the other does not have, without speakers and times.
    """

    told: Told
    sentence: AtomisedSentence
    alone: tuple[int, ...]

    @property
    def atoms(self) -> Sequence[Atom]:
        """All atoms of the sentence."""
        return self.sentence.atoms

    def of_kind(self, *kinds: AtomKind) -> list[int]:
        """Indexes of atoms of these kinds that the other side lacks."""
        return [index for index in self.alone if self.atoms[index].kind in kinds]

    @cached_property
    def numbers(self) -> list[int]:
        """Indexes of numbers that the other side lacks, without years."""
        return [index for index in self.of_kind(AtomKind.QUANTITY) if not is_year(self.atoms, index)]

    @cached_property
    def names(self) -> list[int]:
        """Indexes of names that the other side lacks."""
        return self.of_kind(AtomKind.NAME)

    @cached_property
    def words(self) -> list[int]:
        """Indexes of words that say something and that the other side lacks."""
        return [i for i in self.of_kind(AtomKind.WORD) if self.atoms[i].lower not in LIGHT_WORDS]

    @cached_property
    def times(self) -> Times:
        """The times that the sentence names."""
        return times_of(self.sentence, self.told.published)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Its words in their base forms, and the keys of its atoms."""
        return frozenset(chain.from_iterable((base_form(atom.lower), atom.key) for atom in self.atoms))

    def is_time(self, index: int) -> bool:
        """Whether an atom belongs to a day, a month or a year."""
        return self.atoms[index].kind is AtomKind.DATE or is_year(self.atoms, index)

    @property
    def published(self) -> date | None:
        """The day of its document; None where it has none."""
        return day_of(self.told.published)


def read(told: Told) -> AtomisedSentence | None:
    """The sentence without what makes a correction of it; None for what is no plain statement of one sentence."""
    text = _NOTE.sub("", _NOT_AS_SAID.sub("", _CORRECTION_OPENS.sub("", " ".join(told.text.split()))))
    if not _WHOLE.match(text):
        return None
    sentences = sentences_of(text)
    if len(sentences) != 1 or not sentences[0].text or not FEWEST_ATOMS <= len(sentences[0].atoms) <= MOST_ATOMS:
        return None
    sentence = sentences[0]
    if '"' in sentence.tokens or "?" in sentence.tokens or form_reason(sentence.text):
        return None
    return sentence if assertion_of(text, told.around) in _KEPT else None


def side_of(told: Told, sentence: AtomisedSentence, alone: Sequence[int]) -> Side:
    """The side, of whose atoms those at `alone` are not in the other sentence."""
    speaking = speaker_atoms(sentence)
    kept = [i for i in alone if i not in speaking and sentence.atoms[i].kind is not AtomKind.DATE]
    return Side(told, sentence, tuple(i for i in kept if not is_year(sentence.atoms, i)))


def is_year(atoms: Sequence[Atom], index: int) -> bool:
    """Whether a quantity is a year: "in 1974", not "in 1974 houses"."""
    atom = atoms[index]
    following = atoms[index + 1] if index + 1 < len(atoms) else None
    if following is not None and following.lower in _ERAS and re.fullmatch(r"n:\d{1,4}", atom.key):
        return True
    if atom.kind is not AtomKind.QUANTITY or atom.unit or not re.fullmatch(r"n:(?:1[5-9]|20)\d\d", atom.key):
        return False
    if atom.text.count(",") or not atom.text.isdigit():
        return False
    is_counting = following is not None and not following.before and following.kind is AtomKind.WORD
    is_of_date = index > 0 and atoms[index - 1].kind is AtomKind.DATE
    if index and atoms[index - 1].lower in _PARTS_OF_YEARS and not is_counting:
        return True
    return is_of_date or (not is_counting and not _YEAR_AFTER.isdisjoint(atom.before[-1:]))


def times_of(sentence: AtomisedSentence, published: str) -> Times:
    days = set(days_named(sentence.text, published).values())
    years = {int(atom.key[2:]) for i, atom in enumerate(sentence.atoms) if is_year(sentence.atoms, i)}
    months = set[int]()
    known = day_of(published)
    last_day = 0
    for index, atom in enumerate(sentence.atoms):
        part, _, value = atom.key.partition(":")
        if atom.kind is AtomKind.DATE and part == "day":
            last_day = int(value)
        elif atom.kind is AtomKind.DATE and part == "month":
            following = sentence.atoms[index + 1].key if index + 1 < len(sentence.atoms) else ""
            written = re.fullmatch(r"n:(\d{4})", following)
            year = int(written[1]) if written else known.year if known else 0
            months.add(int(value))
            if last_day and year:
                days |= set(_days(year, int(value), last_day))
            last_day = 0
    return Times(frozenset(days), frozenset(years), frozenset(months))


def _days(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def day_of(published: str) -> date | None:
    """The day of a date in ISO 8601; None for what is none."""
    try:
        return date.fromisoformat(published[:10])
    except ValueError:
        return None
