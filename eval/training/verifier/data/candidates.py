"""Questions beside what a search finds for them: the gold sentence among sentences of other documents with its words.

A model that has only seen neighbours of the answer takes any sentence with the question's words for one, as soon as
it comes from another document. Here such sentences stand beside the gold one, or alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np

from eval.cases import Case
from eval.training.verifier.data.examples import Answering, Example, Target, plain
from eval.training.verifier.data.first_stage import Place, places_of, word_scores
from eval.training.verifier.data.parts import Held, Part
from eval.training.verifier.data.questions import Questions, training_pages

__all__ = ["candidate_examples", "packed"]

N_FOUND = 12
"""Sentences that the search finds for a question; a list is drawn from them."""
MAX_WORDS = 100
_N_LISTS, _N_ALONE = 3, 2
_GOLD_SHARE = 0.75
"""Of the lists of an answerable question; the others show what it looks like when the search has missed."""


def candidate_examples(questions: Questions, held: Held, *, seed: int) -> Iterator[Example]:
    """Lists of sentences for each training question, and some sentences alone; by words, as a search would."""
    usable = set(training_pages(questions))
    corpus = {name: document for name, document in questions.loaded.corpus.items() if name in usable}
    places = [place for place in places_of(corpus) if len(place.text.split()) > 3]
    cases = [
        case
        for case, part in zip(questions.loaded.cases, questions.parts, strict=True)
        if part is Part.TRAIN and not held.has(plain(case.question), ())
    ]
    scores = word_scores([place.text for place in places], [plain(case.question) for case in cases])
    for row, case in enumerate(cases):
        random = Random(f"{seed}:{case.id}:candidates")  # noqa: S311  draws a sample, guards no secret
        order = np.argsort(-scores[row], kind="stable")[:N_FOUND]
        found = [places[position] for position in order.tolist()]
        gold = [place for place in places if _label(case, place) is Answering.YES]
        yield from _of_case(case, found, gold, set_name=questions.loaded.name, random=random)


def packed(sentences: Sequence[str], *, max_words: int) -> list[range]:
    """The sentences in their order, cut into lists of at most `max_words`; a longer one has a list for itself.

    >>> packed(["a b", "c", "d e f"], max_words=3)
    [range(0, 2), range(2, 3)]
    """
    made: list[range] = []
    n_words = 0
    for number, sentence in enumerate(sentences):
        n_words += len(sentence.split())
        if made and n_words <= max_words:
            made[-1] = range(made[-1].start, number + 1)
        else:
            made.append(range(number, number + 1))
            n_words = len(sentence.split())
    return made


def _of_case(
    case: Case, found: Sequence[Place], gold: Sequence[Place], *, set_name: str, random: Random
) -> Iterator[Example]:
    others = [place for place in found if place not in gold]
    if not others:
        return
    for _ in range(_N_LISTS):
        chosen = random.sample(others, min(len(others), random.randint(2, 6)))
        if gold and random.random() < _GOLD_SHARE:
            chosen.append(random.choice(list(gold)))
        random.shuffle(chosen)
        first = packed([place.text for place in chosen], max_words=MAX_WORDS)[0]
        yield _example(case, [chosen[number] for number in first], f"{set_name}-list")
    for place in random.sample(others, min(len(others), _N_ALONE)):
        yield _example(case, [place], f"{set_name}-alone")


def _example(case: Case, places: Sequence[Place], source: str) -> Example:
    return Example(
        text=plain(case.question),
        sentences=tuple(place.text for place in places),
        target=Target.UNKNOWN,
        answering=tuple(_label(case, place) for place in places),
        source=source,
    )


def _label(case: Case, place: Place) -> Answering:
    """Gold, or not; without a label when it holds the answer and nobody has said that it gives it."""
    if any(gold.document_id == place.document_id and gold.span.overlaps(place.span) for gold in case.gold_spans):
        return Answering.YES
    answers = (plain(answer).lower() for answer in case.gold_answers if answer.strip())
    if case.answerable and any(answer in place.text.lower() for answer in answers):
        return Answering.UNKNOWN
    return Answering.NO
