"""Examples of questions that rules make: which sentence of a page answers, and what it looks like when none does.

A question stands beside its sentence and the neighbours of it, beside sentences of any page with its rare words, and
with one of its words exchanged beside the sentence that answered it before. Claims of `fever` are shown in such lists
too, with what is then known of the verdict.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from eval.mutations.names import changed_names
from eval.mutations.quantities import changed_dates, changed_numbers
from eval.mutations.records import FaithfulClaim
from eval.training.verifier.data.asking import Asked, asked_of
from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.data.mutated import Passage
from eval.training.verifier.data.swaps import other_names, swapped_words
from rag import sentence_spans
from rag.model.evidence import words_of

__all__ = ["WordIndex", "asked_examples", "listed_examples"]

MAX_WORDS = 100
MAX_SENTENCES = 6
_MIN_WORDS = 4
_CHANGES = (changed_names, changed_dates, changed_numbers, swapped_words, other_names)
_ALTERED_SHARE, _LISTED_SHARE, _ALONE_SHARE = 0.6, 0.5, 0.35
_MOST_COMMON = 60
"""A word in more sentences than this brings none of them into a list."""


class WordIndex:
    """Sentences by their words, to find some that look like an answer."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._sentences = tuple(dict.fromkeys(sentences))
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number, sentence in enumerate(self._sentences):
            for word in set(words_of(sentence)):
                self._numbers[word].append(number)

    def like(self, text: str, n: int, random: Random, *, without: Collection[str] = ()) -> list[str]:
        """Up to `n` sentences that share rare words with the text, the best of them first."""
        scores: dict[int, float] = defaultdict(float)
        for word in set(words_of(text)):
            numbers = self._numbers.get(word, [])
            if len(numbers) <= _MOST_COMMON:
                for number in numbers:
                    scores[number] += math.log(1 + len(self._sentences) / len(numbers))
        best = sorted(scores, key=lambda number: (-scores[number], number))[: 3 * n]
        found = [self._sentences[number] for number in best if self._sentences[number] not in without]
        return random.sample(found, min(n, len(found)))


class _Place(NamedTuple):
    """A sentence of a passage that questions were made of."""

    sentences: Sequence[str]
    number: int
    asked: Asked


def asked_examples(
    passage: Passage, index: WordIndex, vocabulary: Collection[str], *, limit: int, seed: int
) -> Iterator[Example]:
    """Of at most `limit` sentences of the passage, drawn by the seed."""
    random = Random(f"{seed}:{passage.id}:asked")  # noqa: S311  draws a sample, guards no secret
    spans = [span.slice(passage.text) for span in sentence_spans(passage.text)]
    sentences = [sentence for sentence in spans if len(sentence.split()) >= _MIN_WORDS]
    for number in sorted(random.sample(range(len(sentences)), min(limit, len(sentences)))):
        for asked in asked_of(sentences[number], vocabulary, random, topic=_topic(passage)):
            yield from _of_place(_Place(sentences, number, asked), index, random)


def listed_examples(example: Example, index: WordIndex, *, seed: int) -> Iterator[Example]:
    """A claim with one sentence that settles it, among sentences of other pages, or without it."""
    random = Random(f"{seed}:{example.text}:listed")  # noqa: S311  draws a sample, guards no secret
    pairs = zip(example.sentences, example.answering, strict=True)
    gold = [sentence for sentence, answering in pairs if answering is Answering.YES]
    if len(gold) != 1:
        return
    others = index.like(example.text, random.randint(1, 4), random, without=example.sentences)
    has_gold = random.random() < 0.7
    shown = _fitting([*others, *gold] if has_gold else others, random)
    if not shown:
        return
    is_gold = [sentence in gold for sentence in shown]
    yield Example(
        text=example.text,
        sentences=shown,
        target=example.target if any(is_gold) else Target.UNSUPPORTED,
        answering=tuple(Answering.YES if each else Answering.NO for each in is_gold),
        source=f"{example.source}-list",
    )


def _topic(passage: Passage) -> str:
    """What a page is about, when its first words say so."""
    title = re.sub(r"\s*-LRB-.*|\s*\(.*", "", passage.title)
    return title if title and passage.text.startswith((title, f"The {title}")) else ""


def _of_place(place: _Place, index: WordIndex, random: Random) -> Iterator[Example]:
    question, sentences, number = place.asked.question, place.sentences, place.number
    labels = [
        Answering.YES if each == number else Answering.UNKNOWN if place.asked.answer in sentence else Answering.NO
        for each, sentence in enumerate(sentences)
    ]
    window = _window(sentences, number, random)
    yield _example(question, [sentences[each] for each in window], [labels[each] for each in window], "asked")
    if random.random() < _ALTERED_SHARE:
        whole = " ".join(sentences) + " "
        claim = FaithfulClaim(
            id=question, text=question, document_id=question, document_text=whole, cited=tuple(sentence_spans(whole))
        )
        changes = random.sample(_CHANGES, len(_CHANGES))
        altered = next((made.text for change in changes for made in change(claim, random)), "")
        if altered and altered != question:
            shown = [sentences[each] for each in (window if random.random() < 0.5 else [number])]
            yield _example(altered, shown, [Answering.NO] * len(shown), "asked-altered")
    rest = [each for each, label in enumerate(labels) if label is Answering.NO]
    if random.random() < _ALONE_SHARE:
        chosen = random.choice(rest) if rest and random.random() < 0.5 else number
        yield _example(question, [sentences[chosen]], [labels[chosen]], "asked-alone")
    if random.random() < _LISTED_SHARE:
        others = index.like(question, random.randint(2, 5), random, without=sentences)
        others += [sentences[each] for each in random.sample(rest, min(len(rest), random.randint(0, 2)))]
        shown_list = _fitting([*others, sentences[number]] if random.random() < 0.8 else others, random)
        if shown_list:
            known = [
                Answering.YES if sentence == sentences[number]
                else Answering.UNKNOWN if place.asked.answer in sentence else Answering.NO
                for sentence in shown_list
            ]  # fmt: skip
            yield _example(question, shown_list, known, "asked-list")


def _fitting(sentences: Sequence[str], random: Random) -> tuple[str, ...]:
    """The sentences in random order, without those that are too many; the last one given always stays."""
    kept: list[str] = []
    n_words = 0
    for sentence in reversed(sentences):
        n_words += len(sentence.split())
        if kept and n_words > MAX_WORDS:
            break
        kept.append(sentence)
    random.shuffle(kept)
    return tuple(kept)


def _window(sentences: Sequence[str], number: int, random: Random) -> range:
    """Neighbours of the sentence, at most `MAX_SENTENCES` and `MAX_WORDS` together, with it somewhere among them."""
    n = random.randint(1, MAX_SENTENCES)
    start = max(0, number - random.randint(0, n - 1))
    stop = min(len(sentences), start + n)
    while stop - start > 1 and sum(len(sentence.split()) for sentence in sentences[start:stop]) > MAX_WORDS:
        if stop - 1 > number:
            stop -= 1
        else:
            start += 1
    return range(start, stop)


def _example(question: str, sentences: Sequence[str], answering: Sequence[Answering], source: str) -> Example:
    return Example(
        text=question, sentences=tuple(sentences), target=Target.UNKNOWN, answering=tuple(answering), source=source
    )
