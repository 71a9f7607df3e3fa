"""Two sentences beside each other: whether they are about the same thing, time and scope, and who corrects whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rag.checking.alignment import Alignment, align
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind
from rag.checking.disagreement.sides import Side, Told, is_correcting, read, side_of
from rag.checking.lexicon import base_form
from rag.checking.speakers import sayings_of, speaker_atoms
from rag.language.countries import COUNTRIES
from rag.language.english import word_set
from rag.types import Relation

__all__ = ["Pair", "counted"]

MIN_SHARED = 0.6
"""Share of the shorter sentence's weight, without what differs, that the other has too."""
DAYS_OF_NEWS = 3
"""Within so many days a state that changed is more likely told wrong than changed."""
_FEWEST_DATED = 4
_FORECASTS = word_set(
    """expect expects expected expecting forecast forecasts predict predicts predicted project projected projects
    estimate estimates hope hopes hoped aim aims plan plans planned target proposed considers believe believes"""
)
_FUTURE = word_set("will shall would")
_TIMES = word_set("before after since until previously formerly originally initially earlier far")
_SCOPES = frozenset(
    map(
        base_form,
        word_set(
            """city town village region county district province state nation national nationwide country global
            worldwide woman man girl boy child adult pupil local foreign domestic male female urban rural average
            median total maximum minimum record monthly weekly daily annual quarter half first second third"""
        ),
    )
)
_LASTING = frozenset(map(base_form, word_set("cost long high tall wide deep weigh seat age born build sell")))
"""What does not change from one day to another."""
_NOW = word_set("is are has have stands")
_COMMON_NAMES = word_set(
    "african american asian hispanic latino white black native census bureau bc bce ad ce"
) | frozenset(name for country in COUNTRIES for name in (*country.names, *country.adjectives))


@dataclass(frozen=True)
class Pair:
    """The older sentence and the newer, laid over each other."""

    one: Side
    other: Side
    alignment: Alignment
    share: float
    n_shared: int
    shared_names: frozenset[str]

    @classmethod
    def of(cls, one: Told, other: Told) -> Pair | None:
        """The two; None where one is no plain statement, or both are the same words."""
        mine, theirs = read(one), read(other)
        if mine is None or theirs is None or _bare(mine) == _bare(theirs):
            return None
        alignment = align(theirs, mine)
        placed = {place for place in alignment.places if place is not None}
        alone = [i for i, place in enumerate(alignment.places) if place is None]
        sides = (
            side_of(one, mine, [i for i in range(len(mine.atoms)) if i not in placed]),
            side_of(other, theirs, alone),
        )
        shared = [theirs.atoms[i] for i, place in enumerate(alignment.places) if place is not None]
        are_named = all(side.names for side in sides)
        weights = [len(side.words) + (0.0 if are_named else 2.0 * len(side.names)) for side in sides]
        weight = sum(2.0 if atom.kind is AtomKind.NAME else 1.0 for atom in shared)
        speaking = speaker_atoms(theirs)
        named = [i for i, place in enumerate(alignment.places) if place is not None and i not in speaking]
        names = frozenset(theirs.atoms[i].key for i in named if theirs.atoms[i].kind is AtomKind.NAME)
        return cls(*sides, alignment, weight / max(1.0, weight + min(weights)), len(shared), names)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, the older first."""
        return self.one, self.other

    @cached_property
    def days_apart(self) -> int | None:
        """Days between the dates of their documents; None where one has none."""
        one, other = self.one.published, self.other.published
        return None if one is None or other is None else abs((other - one).days)

    def is_about_the_same(self) -> bool:
        """Whether enough agrees, a name ties both to one thing, and nobody else's claim, guess or plan is compared."""
        return (
            self.share >= MIN_SHARED
            and self.n_shared >= 2
            and self._is_anchored()
            and not self._has_rival_speakers()
            and self._has_same_tense()
        )

    def _is_anchored(self) -> bool:
        if self.shared_names - _COMMON_NAMES:
            return True
        context = self.one.told.context & self.other.told.context - _COMMON_NAMES
        is_near = self.days_apart is not None and self.days_apart <= DAYS_OF_NEWS
        is_all = not any(side.words or side.names for side in self.sides)
        is_dated = self.one.times.share_a_day(self.other.times) and self.n_shared > _FEWEST_DATED
        return is_dated or (len(context) > 1 and is_near and is_all)

    def _has_rival_speakers(self) -> bool:
        said = [
            frozenset(atom.key for saying in sayings_of(side.sentence) for atom in saying.speaker)
            for side in self.sides
        ]
        return bool(said[0] and said[1]) and said[0].isdisjoint(said[1])

    def _has_same_tense(self) -> bool:
        tokens = [frozenset(side.sentence.tokens) for side in self.sides]
        if any(not _FORECASTS.isdisjoint(each) for each in tokens):
            return False
        return len({not _FUTURE.isdisjoint(each) for each in tokens}) == 1

    def is_of_one_time(self, *, days: int) -> bool:
        """Whether both sentences are about the same time: named in both, or by when they were published."""
        if self.one.times.share(self.other.times):
            return True
        return self.days_apart is None or self.days_apart <= days

    def is_lasting(self) -> bool:
        """Whether both speak of what does not change: a length, a cost that was."""
        return all(side.keys & _LASTING for side in self.sides)

    def has_no_other_scope(self) -> bool:
        """Whether neither names a place, a group or a time that the other does not."""
        if self.one.names and self.other.names:
            return False
        if any(self._is_scoped(side) for side in self.sides):
            return False
        one, other = (frozenset(side.sentence.tokens) & _TIMES for side in self.sides)
        return one == other

    @staticmethod
    def _is_scoped(side: Side) -> bool:
        return any(side.atoms[i].key in _SCOPES or base_form(side.atoms[i].lower) in _SCOPES for i in side.words)

    def relation(self, *, has_become: bool) -> Relation:
        """How they stand to each other; has_become: the older may have been right in its time."""
        outlets = self.one.told.outlet, self.other.told.outlet
        is_same = bool(outlets[0]) and outlets[0] == outlets[1]
        around = (self.other.told.around.before, (self.other.told.text,), self.other.told.around.after)
        if is_same and any(map(is_correcting, chain.from_iterable(around))):
            return Relation.CORRECTION
        if self._is_later() and has_become:
            return Relation.UPDATE
        return Relation.CORRECTION if is_same else Relation.DISAGREEMENT

    def _is_later(self) -> bool:
        """Whether the newer was published on a later day, or an hour later where hours are known."""
        one, other = self.one.told.published, self.other.told.published
        if self.days_apart:
            return True
        return len(one) >= 16 and len(other) >= 16 and one[:13] < other[:13]

    def is_passing_state(self) -> bool:
        """Whether both speak of now: "unemployment is 4 per cent", which may be otherwise tomorrow."""
        is_now = all(not (_NOW.isdisjoint(side.sentence.tokens)) for side in self.sides)
        return is_now and not any(side.keys & _LASTING for side in self.sides)


def _bare(sentence: AtomisedSentence) -> tuple[str, ...]:
    return tuple(token for token in sentence.tokens if any(map(str.isalnum, token)))


def counted(atoms: Sequence[Atom], index: int) -> Atom | None:
    """What a number counts: the word right behind it; None where none stands there."""
    following = atoms[index + 1] if index + 1 < len(atoms) else None
    is_counted = following is not None and not following.before and following.kind is AtomKind.WORD
    return following if is_counted else None
