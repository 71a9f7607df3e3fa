"""What differs between two sentences about the same: a date, a number, a negation, a name or an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rag.checking.atoms import Atom, AtomKind
from rag.checking.disagreement.pair import DAYS_OF_NEWS, Pair, counted
from rag.checking.disagreement.sides import Side, Told
from rag.checking.lexicon import are_opposites, base_form, is_participle, is_past_form
from rag.language.english import word_set
from rag.types import Difference, Relation

__all__ = ["Disagreement", "disagreement"]

_MOST_WORDS = 1
"""Plain words that either side may have alone beside a name, a negation or an outcome that differs."""
_DAYS_OF_AN_EVENT = 10
"""Undated sentences about an event are of the same one when they were published within so many days."""
_N_NAME = 4
"""Atoms of a name with what stands before it: "the Danish investor Lars Holm"."""
_ROUNDED_FROM = 100.0
_MOST_ROUNDED = 0.1
_ABOUT = 0.15
"""How far from the truth a round number, or one that is called rough, may be: as a share of it."""
_NEGATORS = word_set("not no never none nobody nothing neither")
_ONE_OFF = frozenset(
    map(
        base_form,
        word_set(
            """open close founded bear born die build establish sign complete launch marry invent discover create
            abolish arrive begin end retire resign arrest convict sentence acquit derail collapse sink crash destroy
            tear merge introduce finish start inaugurate hold"""
        ),
    )
)
"""What happens once to a thing, so that two dates of it are one too many."""
_OFTEN = frozenset(map(base_form, word_set("meet play visit call rain patrol strike rise fall trade tour speak")))
_EXCLUSIVE = frozenset(
    map(
        base_form,
        word_set(
            """win succeed buy acquire founded name appoint elect replace write direct compose invent discover marry
            defeat beat chair become own design open resign head"""
        ),
    )
)
"""What only one does, or one at a time."""
_PLACING = word_set("in at near from to on")
_TALLIES = frozenset(
    map(
        base_form,
        word_set(
            """kill die dead death injure wound miss arrest detain case infect raise burn destroy evacuate displace
            rescue collect donate sign count confirm lose damage test vaccinate flee"""
        ),
    )
)
"""What is counted until it is over."""
_LASTING_UNITS = frozenset(map(base_form, word_set("metre kilometre mile foot inch centimetre tonne kilogram")))
_PEOPLE = frozenset(map(base_form, word_set("people person")))
_VERB_PARTICLES = word_set("up down")


class Disagreement(NamedTuple):
    """What differs between two sentences, in the words of each."""

    differs: Difference
    relation: Relation
    one_words: str
    other_words: str


def disagreement(one: Told, other: Told) -> Disagreement | None:
    """What the newer sentence, `other`, says otherwise than the older one; None where they do not conflict.

    >>> one, other = Told("Floods in Kesh killed 12 people."), Told("Floods in Kesh killed nine people.")
    >>> found = disagreement(one, other)
    >>> found.differs.value, found.one_words, found.other_words
    ('number', '12 people', 'nine people')
    >>> disagreement(one, Told("Floods in Kesh killed more than ten people."))
    """
    pair = Pair.of(one, other)
    if pair is None or not pair.is_about_the_same():
        return None
    for find in (_date, _number, _negation, _name, _outcome):
        found = find(pair)
        if found is not None:
            return found
    return None


def _found(pair: Pair, differs: Difference, one: str, other: str, *, has_become: bool = False) -> Disagreement:
    return Disagreement(differs, pair.relation(has_become=has_become), one, other)


def _date(pair: Pair) -> Disagreement | None:
    """Another day or year of what happens once."""
    one, other = pair.one.times, pair.other.times
    if not one.differ(other) or any(side.numbers for side in pair.sides) or not _has_few_words(pair, most=2):
        return None
    if pair.one.names and pair.other.names:
        return None
    if one.days and other.days:
        nearest = min(abs((a - b).days) for a in one.days for b in other.days)
        is_same_event = nearest <= _DAYS_OF_AN_EVENT and _are_within(pair, DAYS_OF_NEWS)
        if not is_same_event or any(side.keys & _OFTEN for side in pair.sides):
            return None
    elif not all(side.keys & _ONE_OFF for side in pair.sides):
        return None
    return _found(pair, Difference.DATE, _time_words(pair.one), _time_words(pair.other))


def _are_within(pair: Pair, days: int) -> bool:
    return pair.days_apart is None or pair.days_apart <= days


def _time_words(side: Side) -> str:
    """The words of the times that a sentence names, as it writes them."""
    return " ".join(atom.text for index, atom in enumerate(side.atoms) if side.is_time(index))


def _number(pair: Pair) -> Disagreement | None:
    """Another value of the same quantity, counting the same."""
    if pair.one.times.differ(pair.other.times) or not pair.has_no_other_scope():
        return None
    if not pair.is_of_one_time(days=_DAYS_OF_AN_EVENT) and not pair.is_lasting():
        return None
    matched = _matched(pair)
    apart = [(mine, theirs) for mine, theirs in matched if _are_apart(mine, theirs)]
    if not apart or len(apart) != len([each for each in matched if each[0].key != each[1].key]):
        return None
    mine, theirs = apart[0]
    has_tally = any(side.keys & _TALLIES for side in pair.sides)
    has_become = _value(theirs) > _value(mine) if has_tally else pair.is_passing_state()
    return _found(
        pair,
        Difference.NUMBER,
        _counted_words(pair.one, mine),
        _counted_words(pair.other, theirs),
        has_become=has_become,
    )


def _matched(pair: Pair) -> list[tuple[Atom, Atom]]:
    """Numbers of both sides that count the same, in order; none where that cannot be told."""
    mine, theirs = pair.one.numbers, pair.other.numbers
    if not mine or not theirs:
        return []
    if len(mine) == len(theirs):
        pairs = list(zip(mine, theirs, strict=True))
        if all(_count_the_same(pair, one, other) for one, other in pairs):
            return [(pair.one.atoms[one], pair.other.atoms[other]) for one, other in pairs]
        return []
    fitting = [
        (one, other)
        for one in mine
        for other in theirs
        if counted(pair.one.atoms, one) is not None and _count_the_same(pair, one, other)
    ]
    return [(pair.one.atoms[one], pair.other.atoms[other]) for one, other in fitting] if len(fitting) == 1 else []


def _count_the_same(pair: Pair, mine: int, theirs: int) -> bool:
    one, other = pair.one.atoms[mine], pair.other.atoms[theirs]
    if one.unit != other.unit or one.key.partition(":")[0] != other.key.partition(":")[0]:
        return False
    nouns = counted(pair.one.atoms, mine), counted(pair.other.atoms, theirs)
    if nouns[0] is not None and nouns[1] is not None:
        return nouns[0].fits(nouns[1])
    if nouns[0] is not None or nouns[1] is not None:
        named = nouns[0] or nouns[1]
        return named is not None and (named.key in _PEOPLE or bool(one.unit))
    is_alone = all(len(side.numbers) == 1 for side in pair.sides) and _has_few_words(pair)
    return is_alone or _stand_alike(pair, mine, theirs)


def _stand_alike(pair: Pair, mine: int, theirs: int) -> bool:
    """Whether a neighbour of both is the same."""
    return any(
        0 <= mine + step < len(pair.one.atoms)
        and 0 <= theirs + step < len(pair.other.atoms)
        and pair.one.atoms[mine + step].fits(pair.other.atoms[theirs + step])
        for step in (-1, 1)
    )


def _value(atom: Atom) -> float:
    try:
        return float(atom.key.partition(":")[2])
    except ValueError:
        return 0.0


def _are_apart(one: Atom, other: Atom) -> bool:
    """Whether no value fits both, as they are bounded and rounded."""
    (low, high), (from_, to) = _range(one), _range(other)
    return high < from_ or to < low


def _range(atom: Atom) -> tuple[float, float]:
    value = _value(atom)
    if atom.bound in (">", "≥"):
        return value, float("inf")
    if atom.bound in ("<", "≤"):
        return 0.0, value
    width = value * _ABOUT if atom.bound != "=" else min(_rounding(value), _MOST_ROUNDED * value)
    return value - width, value + width


def _rounding(value: float) -> float:
    """How far a number may be off that ends in noughts: by half of its last figure that is none.

    >>> _rounding(5000), _rounding(4912), _rounding(31)
    (500.0, 0.0, 0.0)
    """
    if value < _ROUNDED_FROM or value != int(value):
        return 0.0
    step, whole = 1, int(value)
    while whole % (step * 10) == 0:
        step *= 10
    return step / 2 if step > 1 else 0.0


def _counted_words(side: Side, number: Atom) -> str:
    noun = counted(side.atoms, side.atoms.index(number))
    return f"{number.text} {noun.text}" if noun is not None else number.text


def _has_few_words(pair: Pair, *, most: int = _MOST_WORDS) -> bool:
    return all(len(side.words) <= most for side in pair.sides)


def _is_all_but_words(pair: Pair) -> bool:
    """Whether no name, number or time differs."""
    if pair.one.times.differ(pair.other.times):
        return False
    return not any(side.numbers or side.names for side in pair.sides)


def _negation(pair: Pair) -> Disagreement | None:
    """The same with a "not" more or less."""
    if not _is_all_but_words(pair) or not _has_few_words(pair) or not pair.is_of_one_time(days=DAYS_OF_NEWS):
        return None
    negators = [[word for word in side.sentence.tokens if word in _NEGATORS] for side in pair.sides]
    if sorted(map(len, negators)) != [0, 1] or pair.n_shared < _N_NAME:
        return None
    said = [f"{words[0]}" if words else "stated" for words in negators]
    return _found(pair, Difference.NEGATION, said[0], said[1])


def _name(pair: Pair) -> Disagreement | None:
    """Another name in the place of one, where only one can be right."""
    one, other = pair.one.names, pair.other.names
    if not one or not other or any(side.numbers for side in pair.sides) or not _has_few_words(pair):
        return None
    if pair.one.times.differ(pair.other.times) or pair.n_shared < _N_NAME:
        return None
    if any(names[-1] - names[0] >= _N_NAME for names in (one, other)) or not _stand_in_one_place(pair):
        return None
    if not pair.is_of_one_time(days=_DAYS_OF_AN_EVENT):
        return None
    is_placed = all(_is_place(side) for side in pair.sides)
    if not is_placed and not all(side.keys & _EXCLUSIVE for side in pair.sides):
        return None
    names = [" ".join(side.atoms[i].text for i in _whole_name(side)) for side in pair.sides]
    return _found(pair, Difference.NAME, names[0], names[1])


def _whole_name(side: Side) -> range:
    """The atoms of the name that differs, with what of it does not."""
    first, last = side.names[0], side.names[-1]
    while first and side.atoms[first - 1].kind is AtomKind.NAME and not side.atoms[first].before:
        first -= 1
    while last + 1 < len(side.atoms) and side.atoms[last + 1].kind is AtomKind.NAME and not side.atoms[last + 1].before:
        last += 1
    return range(first, last + 1)


def _stand_in_one_place(pair: Pair) -> bool:
    """Whether what stands before the names, or behind, is the same; a surname in common makes them two people."""
    whole = [_whole_name(side) for side in pair.sides]
    if any(range_.stop - 1 > side.names[-1] for range_, side in zip(whole, pair.sides, strict=True)):
        return False
    before = [
        side.atoms[range_.start - 1] if range_.start else None for range_, side in zip(whole, pair.sides, strict=True)
    ]
    behind = [
        side.atoms[range_.stop] if range_.stop < len(side.atoms) else None
        for range_, side in zip(whole, pair.sides, strict=True)
    ]
    return _are_same(*before) and _are_same(*behind)


def _are_same(one: Atom | None, other: Atom | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.fits(other)


def _is_place(side: Side) -> bool:
    """Whether the name that differs is where something happens."""
    return not _PLACING.isdisjoint(side.atoms[side.names[0]].before[-1:])


def _outcome(pair: Pair) -> Disagreement | None:
    """A verb for its opposite."""
    if not _is_all_but_words(pair) or not pair.is_of_one_time(days=DAYS_OF_NEWS):
        return None
    for mine, theirs in _opposites(pair):
        others = [[i for i in side.words if i not in (mine, theirs)] for side in pair.sides]
        if all(len(each) <= _MOST_WORDS + 1 for each in others):
            return _found(pair, Difference.OUTCOME, pair.one.atoms[mine].text, pair.other.atoms[theirs].text)
    return None


def _opposites(pair: Pair) -> Iterator[tuple[int, int]]:
    for mine in pair.one.words:
        for theirs in pair.other.words:
            one, other = pair.one.atoms[mine], pair.other.atoms[theirs]
            if _is_verb(one) and _is_verb(other) and are_opposites(one.key, other.key):
                yield mine, theirs


def _is_verb(atom: Atom) -> bool:
    return is_past_form(atom.lower) or is_participle(atom.lower)
