"""Who said what: how much of what people say is found, and whether the right one is named.

Words are runs of letters and digits, numbered in their text; marks count for nothing. An utterance is the words of its
content, with the places where its source is named.

- **words**: precision, recall and F1 of the words that somebody says, whoever it is (micro, over all documents).
- **overlap**: every found utterance is paired with at most one gold one, those with the highest F1 of words first.
  Precision is the mean over found ones of the part of their words that the paired one has, recall the mean over gold
  ones of the part of theirs that was found; without a pair both are 0. Source: the soft F1 of Johansson and Moschitti,
  "Syntactic and Semantic Structure for Opinion Expression Detection" (CoNLL 2010), with one-to-one pairs.
- **source**: of the pairs whose gold has a source, those whose found source shares a character with it, or, where a
  quotation goes on without one, whose speaker's last word stands in it. Who is not named counts as wrong.
- **wrong speaker**: of those pairs found as direct speech, those in which somebody else is named; naming nobody is
  `missing`.

No gold and nothing found give 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from rag import Span, Speech, Utterance

__all__ = ["GoldUtterance", "UtteranceCounts", "utterance_counts"]

_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldUtterance:
    """What somebody says as it is labelled; `source` is empty where nobody is named."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceCounts:
    """Sums over documents, from which the rates are made; `+` adds two."""

    n_words_gold: int = 0
    n_words_found: int = 0
    n_words_both: int = 0
    n_gold: int = 0
    n_found: int = 0
    part_of_gold: float = 0.0
    part_of_found: float = 0.0
    n_sources: int = 0
    n_sources_right: int = 0
    n_direct: int = 0
    n_direct_wrong: int = 0
    n_direct_missing: int = 0

    def __add__(self, other: UtteranceCounts) -> UtteranceCounts:
        return UtteranceCounts(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        )

    @property
    def words(self) -> tuple[float, float, float]:
        """Precision, recall and F1 of words."""
        return _rates(self.n_words_both, self.n_words_found, self.n_words_both, self.n_words_gold)

    @property
    def overlap(self) -> tuple[float, float, float]:
        """Precision, recall and F1 of utterances, by the part of their words."""
        return _rates(self.part_of_found, self.n_found, self.part_of_gold, self.n_gold)

    @property
    def source_accuracy(self) -> float:
        """Right sources among pairs with one; 1 without such pairs."""
        return _rate(self.n_sources_right, self.n_sources)

    @property
    def wrong_direct(self) -> float:
        """Wrong speakers among direct quotations that are paired; 0 without any."""
        return self.n_direct_wrong / self.n_direct if self.n_direct else 0.0

    @property
    def missing_direct(self) -> float:
        """Those of nobody, likewise."""
        return self.n_direct_missing / self.n_direct if self.n_direct else 0.0


def utterance_counts(text: str, found: Sequence[Utterance], gold: Sequence[GoldUtterance]) -> UtteranceCounts:
    """The counts of one document."""
    places = [match.span() for match in _WORD.finditer(text)]
    found_words = [(_words(places, utterance.spans), utterance) for utterance in found]
    gold_words = [(_words(places, utterance.content), utterance) for utterance in gold]
    found_words = [pair for pair in found_words if pair[0]]
    gold_words = [pair for pair in gold_words if pair[0]]
    all_found = frozenset[int]().union(*(words for words, _ in found_words))
    all_gold = frozenset[int]().union(*(words for words, _ in gold_words))
    counts = UtteranceCounts(
        n_words_gold=len(all_gold),
        n_words_found=len(all_found),
        n_words_both=len(all_gold & all_found),
        n_gold=len(gold_words),
        n_found=len(found_words),
    )
    for number, other in _pairs([words for words, _ in found_words], [words for words, _ in gold_words]):
        words, utterance = found_words[number]
        wanted, labelled = gold_words[other]
        n_both = len(words & wanted)
        counts += UtteranceCounts(part_of_found=n_both / len(words), part_of_gold=n_both / len(wanted))
        if labelled.source:
            counts += _source_counts(text, utterance, labelled.source)
    return counts


def _source_counts(text: str, found: Utterance, source: Sequence[Span]) -> UtteranceCounts:
    is_right = _is_right(text, found, source)
    is_missing = found.source is None and not found.speaker
    is_direct = found.speech is Speech.DIRECT
    return UtteranceCounts(
        n_sources=1,
        n_sources_right=is_right,
        n_direct=is_direct,
        n_direct_wrong=is_direct and not is_right and not is_missing,
        n_direct_missing=is_direct and is_missing,
    )


def _is_right(text: str, found: Utterance, source: Sequence[Span]) -> bool:
    if found.source is not None and any(found.source.overlaps(span) for span in source):
        return True
    named = {word.lower() for span in source for word in _WORD.findall(span.slice(text))}
    speaker = found.speaker.lower().split()
    return bool(speaker) and speaker[-1] in named


def _words(places: Sequence[tuple[int, int]], spans: Sequence[Span]) -> frozenset[int]:
    """Numbers of the words that share a character with one of the spans."""
    return frozenset(
        number
        for number, (start, end) in enumerate(places)
        if any(start < span.end and end > span.start for span in spans)
    )


def _pairs(found: Sequence[frozenset[int]], gold: Sequence[frozenset[int]]) -> Iterator[tuple[int, int]]:
    """One-to-one pairs that share words, those with the highest F1 first."""
    candidates = [
        (-2 * len(words & wanted) / (len(words) + len(wanted)), number, other)
        for number, words in enumerate(found)
        for other, wanted in enumerate(gold)
        if words & wanted
    ]
    taken: set[int] = set()
    wanted_taken: set[int] = set()
    for _, number, other in sorted(candidates):
        if number not in taken and other not in wanted_taken:
            taken.add(number)
            wanted_taken.add(other)
            yield number, other


def _rates(right: float, n_found: int, right_of_gold: float, n_gold: int) -> tuple[float, float, float]:
    precision, recall = _rate(right, n_found), _rate(right_of_gold, n_gold)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _rate(right: float, n: int) -> float:
    return right / n if n else 1.0
