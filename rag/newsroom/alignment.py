"""Which sentence of a newer version is which of the older one: kept, moved, changed, split, joined; new, or gone.

rapidfuzz lays the sentences beside each other (the longest common subsequence of whole sentences, in bits) and says how
like two are. What is not kept in order is looked for elsewhere word for word; what is left is paired with what is most
like it, in its own gap first, then anywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["Match", "align"]

_MOST_CELLS = 4_000_000_000
"""Pairs of sentences that are laid beside each other at once, half a gigabyte of bits; longer ones in parts."""
_MOST_PAIRS = 1_000_000
"""Pairs of sentences whose likeness is measured at once."""
_REACH = 50
"""How far from its place a sentence of a very long gap is looked for."""
_MOST_CANDIDATES = 8
"""Sentences that one is compared with word by word, those most like it in letters."""
_MOST_JOINED = 4
"""Sentences that are joined to one, or that one is split into, at most."""

LEAST_LIKE = 55
"""Likeness in letters, of 100, from which two sentences of one gap may be one that changed. Measured on made pairs."""
LEAST_SHARED = 0.5
"""And the share of their words that has to be the same, 0 to 1."""
LEAST_LIKE_ELSEWHERE = 75
"""The same likeness where the two stand in different gaps."""
_LEAST_WHOLE = 80
_LEAST_GAIN = 5

_WORD = re.compile(r"\w+")


class Match(NamedTuple):
    """Positions in the older and the newer list that belong together; none on one side for what is new or gone.

    is_same: word for word. is_moved: not in the same order as what was kept.
    """

    old: tuple[int, ...]
    new: tuple[int, ...]
    is_same: bool = False
    is_moved: bool = False


class _Gap(NamedTuple):
    """Positions between two kept sentences that were found nowhere word for word."""

    old: list[int]
    new: list[int]


def align(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Every sentence of either list in exactly one match.

    By the place in the newer list; what is gone stands behind what stood before it in the older one.

    >>> [match[:3] for match in align(["It rains.", "He left at 5."], ["He left at 6.", "It rains."])]
    [((1,), (0,), False), ((0,), (1,), True)]
    """
    kept = _kept(old, new)
    moved = _moved(old, new, kept)
    taken_old = {i for i, _ in kept} | {i for i, _ in moved}
    taken_new = {j for _, j in kept} | {j for _, j in moved}
    matches = [Match((i,), (j,), is_same=True) for i, j in kept]
    matches += [Match((i,), (j,), is_same=True, is_moved=True) for i, j in moved]
    left: list[_Gap] = []
    for gap in _gaps(kept, len(old), len(new), taken_old, taken_new):
        paired = _joined(old, new, gap, _pairs(old, new, gap, least=LEAST_LIKE))
        matches += paired
        left.append(_without(gap, paired))
    elsewhere = _Gap([i for gap in left for i in gap.old], [j for gap in left for j in gap.new])
    paired = [Match((i,), (j,), is_moved=True) for i, j in _pairs(old, new, elsewhere, least=LEAST_LIKE_ELSEWHERE)]
    rest = _without(elsewhere, paired)
    matches += [*paired, *(Match((i,), ()) for i in rest.old), *(Match((), (j,)) for j in rest.new)]
    return _in_order(matches)


def _in_order(matches: Sequence[Match]) -> list[Match]:
    """By the newer list; what is gone behind the match of the sentence that stood before it."""
    here = sorted((match for match in matches if match.new), key=lambda match: match.new)
    new_by_old = {i: match.new[-1] for match in here for i in match.old}
    gone_behind: dict[int, list[Match]] = defaultdict(list)
    behind = -1
    gone = {match.old[0]: match for match in matches if not match.new}
    for i in range(max([*new_by_old, *gone], default=-1) + 1):
        if i in gone:
            gone_behind[behind].append(gone[i])
        elif i in new_by_old:
            behind = new_by_old[i]
    ordered = [*gone_behind[-1]]
    for match in here:
        ordered.append(match)
        ordered += gone_behind[match.new[-1]]
    return ordered


# Word for word


def _kept(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal sentences in the same order in both, as many as there can be."""
    from rapidfuzz.distance import Indel  # when it is needed: nothing but a comparison of versions does

    first = _n_equal(zip(old, new, strict=False))
    last = _n_equal(zip(reversed(old[first:]), reversed(new[first:]), strict=False))
    ids = {text: number for number, text in enumerate(dict.fromkeys([*old, *new]))}
    mine = [ids[text] for text in old[first : len(old) - last]]
    theirs = [ids[text] for text in new[first : len(new) - last]]
    pairs = [(i, i) for i in range(first)]
    for start_i, end_i, start_j, end_j in _parts(len(mine), len(theirs)):
        for code in Indel.opcodes(mine[start_i:end_i], theirs[start_j:end_j]):
            if code.tag == "equal":
                offset_i, offset_j = first + start_i + code.src_start, first + start_j + code.dest_start
                pairs += [(offset_i + n, offset_j + n) for n in range(code.src_end - code.src_start)]
    return pairs + [(len(old) - n, len(new) - n) for n in range(last, 0, -1)]


def _n_equal(pairs: Iterator[tuple[str, str]]) -> int:
    n = 0
    for one, other in pairs:
        if one != other:
            break
        n += 1
    return n


def _parts(n_old: int, n_new: int) -> Iterator[tuple[int, int, int, int]]:
    """Both lists whole, or, where that is too much at once, in as many parts of each as it takes."""
    n_parts = max(1, -(-n_old * n_new // _MOST_CELLS))
    for part in range(n_parts):
        yield (
            n_old * part // n_parts,
            n_old * (part + 1) // n_parts,
            n_new * part // n_parts,
            n_new * (part + 1) // n_parts,
        )


def _moved(old: Sequence[str], new: Sequence[str], kept: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of equal sentences among those that were not kept in order."""
    kept_old, kept_new = {i for i, _ in kept}, {j for _, j in kept}
    places: dict[str, list[int]] = defaultdict(list)
    for j in range(len(new) - 1, -1, -1):
        if j not in kept_new:
            places[new[j]].append(j)
    return [(i, places[text].pop()) for i, text in enumerate(old) if i not in kept_old and places.get(text)]


def _gaps(
    kept: Sequence[tuple[int, int]], n_old: int, n_new: int, taken_old: set[int], taken_new: set[int]
) -> Iterator[_Gap]:
    last_i, last_j = -1, -1
    for i, j in [*kept, (n_old, n_new)]:
        gap = _Gap(
            [each for each in range(last_i + 1, i) if each not in taken_old],
            [each for each in range(last_j + 1, j) if each not in taken_new],
        )
        if gap.old or gap.new:
            yield gap
        last_i, last_j = i, j


# Alike


def _pairs(old: Sequence[str], new: Sequence[str], gap: _Gap, *, least: int) -> list[tuple[int, int]]:
    """Each sentence with the one that is most like it, the most alike first; of equals those nearest in place."""
    from rapidfuzz.distance import Indel

    ranked = sorted(_alike(old, new, gap, least=least))
    words: dict[tuple[bool, int], list[str]] = {}
    pairs: list[tuple[int, int]] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, _, i, j in ranked:
        if i in taken_old or j in taken_new:
            continue
        mine = words.setdefault((True, i), _WORD.findall(old[i].lower()))
        theirs = words.setdefault((False, j), _WORD.findall(new[j].lower()))
        if Indel.normalized_similarity(mine, theirs) >= LEAST_SHARED:
            pairs.append((i, j))
            taken_old.add(i)
            taken_new.add(j)
    return pairs


def _alike(old: Sequence[str], new: Sequence[str], gap: _Gap, *, least: int) -> Iterator[tuple[int, float, int, int]]:
    """Unlikeness (less is more alike), distance of the places, and the places of pairs that are alike enough."""
    from rapidfuzz import fuzz, process

    n_old, n_new = len(gap.old), len(gap.new)
    if not n_old or not n_new:
        return
    step = n_old if n_old * n_new <= _MOST_PAIRS else _REACH
    for start in range(0, n_old, step):
        end = min(start + step, n_old)
        first = 0 if step == n_old else max(0, start * n_new // n_old - _REACH)
        after = n_new if step == n_old else min(n_new, end * n_new // n_old + _REACH)
        mine, theirs = gap.old[start:end], gap.new[first:after]
        likeness = process.cdist(
            [old[i] for i in mine], [new[j] for j in theirs], scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8
        )
        places = np.abs(
            np.arange(start, end)[:, None] / n_old - np.arange(first, after)[None, :] / n_new
        )  # 0 to 1, so that it orders those alone that are equally alike
        ranked = np.argsort(places - likeness, axis=1)[:, :_MOST_CANDIDATES]
        for row, columns in enumerate(ranked.tolist()):
            for column in columns:
                if likeness[row, column] >= least:
                    yield 100 - int(likeness[row, column]), float(places[row, column]), mine[row], theirs[column]


def _joined(old: Sequence[str], new: Sequence[str], gap: _Gap, pairs: Sequence[tuple[int, int]]) -> list[Match]:
    """The pairs, each with those of its neighbours that nothing is like and that make it more alike."""
    free_old = set(gap.old) - {i for i, _ in pairs}
    free_new = set(gap.new) - {j for _, j in pairs}
    matches = [_grown(old, new, pair, free_old, free_new) for pair in pairs]
    for i, j in _seeds(old, new, free_old, free_new):
        if i in free_old and j in free_new:
            grown = _grown(old, new, (i, j), free_old - {i}, free_new - {j})
            if len(grown.old) + len(grown.new) > 2:
                free_old -= {*grown.old}
                free_new -= {*grown.new}
                matches.append(grown)
    return matches


def _seeds(old: Sequence[str], new: Sequence[str], free_old: set[int], free_new: set[int]) -> list[tuple[int, int]]:
    """Pairs of which one holds the other: parts of a sentence that was cut, each too short to be like the whole."""
    from rapidfuzz import fuzz

    if len(free_old) * len(free_new) > _REACH * _REACH:
        return []
    return [
        (i, j)
        for i in sorted(free_old)
        for j in sorted(free_new)
        if fuzz.partial_ratio(old[i], new[j], score_cutoff=_LEAST_WHOLE)
    ]


def _grown(
    old: Sequence[str], new: Sequence[str], pair: tuple[int, int], free_old: set[int], free_new: set[int]
) -> Match:
    """The pair with free neighbours on one side, as long as each makes the two more alike; those are free no more."""
    from rapidfuzz import fuzz

    i, j = pair
    sides = [i], [j]
    for side, texts, free, other in ((sides[1], new, free_new, old[i]), (sides[0], old, free_old, new[j])):
        best = fuzz.ratio(texts[side[0]], other)
        while len(side) < _MOST_JOINED:
            tried = [
                (fuzz.ratio(" ".join(texts[at] for at in sorted([*side, each])), other), each)
                for each in (side[0] - 1, side[-1] + 1)
                if each in free
            ]
            likeness, each = max(tried, default=(0.0, -1))
            if likeness < max(_LEAST_WHOLE, best + _LEAST_GAIN):
                break
            best = likeness
            free.discard(each)
            side.append(each)
            side.sort()
        if len(side) > 1:
            break
    return Match(tuple(sides[0]), tuple(sides[1]))


def _without(gap: _Gap, matches: Sequence[Match]) -> _Gap:
    taken_old = {i for match in matches for i in match.old}
    taken_new = {j for match in matches for j in match.new}
    return _Gap([i for i in gap.old if i not in taken_old], [j for j in gap.new if j not in taken_new])
