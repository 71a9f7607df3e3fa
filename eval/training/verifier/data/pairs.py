"""All training examples from the folder of public data, and how many of each source are drawn.

Sources: `nli_mix`, `fever`, `fm2`, `scifact`, `wice`, `summedits`, `bump`, `squad2` and `qed`, tune half only. Other
sets may be measured and not be learned from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from eval.training.verifier.data.asked import WordIndex, asked_examples, listed_examples
from eval.training.verifier.data.candidates import candidate_examples
from eval.training.verifier.data.claims import CLAIM_SETS, Judged, claim_examples, hold_claims, judged_claims
from eval.training.verifier.data.examples import Example, Target, plain
from eval.training.verifier.data.mutated import (
    Passage,
    human_claims,
    mutated_examples,
    order_examples,
    role_examples,
    sentence_claims,
)
from eval.training.verifier.data.parts import Held
from eval.training.verifier.data.questions import (
    EVIDENCE_SETS,
    QUESTION_SETS,
    Questions,
    hold_questions,
    question_examples,
    read_questions,
    spare_pages,
    training_pages,
)
from rag import sentence_spans

__all__ = ["SHARES", "TrainingData", "draw", "read_training_data", "training_examples"]

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "nli_mix": 9, "fever": 11, "fever-none": 2, "fever-list": 3, "fm2": 6, "fm2-near": 0.5, "scifact": 4,
        "scifact-none": 0.5, "scifact-list": 1, "wice": 5, "wice-none": 0.5, "summedits": 9, "bump": 6,
        "squad2": 6, "squad2-none": 6, "squad2-other": 1, "squad2-list": 5, "squad2-alone": 2.5,
        "qed": 4.5, "qed-none": 2.5, "qed-other": 1, "qed-list": 4, "qed-alone": 2, "altered": 1,
        "asked": 4, "asked-altered": 4, "asked-alone": 1.5, "asked-list": 5,
        "copy": 4, "human": 1.5, "reworded": 2, "union": 2.5, "neighbour": 1, "addition": 2,
        "number": 2, "date": 2, "name": 2, "negation": 2.5, "speaker": 0.7, "role_swap": 7,
        "opposite": 2.5, "any_name": 2, "exchange": 4, "nouns": 2.5, "voice": 3, "moved": 1.5,
    }
)  # fmt: skip
"""Source → its weight in the mix; inside a source, supported claims and the others are drawn evenly."""

_MEASURED_TOO = MappingProxyType({"clapnq": 0})
"""Sets that are measured but not learned from → bits of `parts`; what they hold must not be learned either."""
_N_SENTENCES = 4
"""Of one document that mutants are made of."""
_MAX_SENTENCES = 40
"""Of one document in which roles are looked for."""
_N_SPARE = 1400
"""Documents of one set that no case is about, so that abstracts do not outweigh all other texts."""
_N_ASKED = 5
"""Sentences of one document that questions are made of."""
_LISTED = ("fever", "scifact")
"""Sets whose claims are shown in lists; the pages of `wice` are cut too badly."""
_MAX_CHARACTERS = 20_000
"""Of a document, at its beginning; web pages go on for ever."""


class TrainingData(NamedTuple):
    """The sets as they were read, and what of them may not be learned."""

    judged: Mapping[str, Sequence[Judged]]
    questions: Mapping[str, Questions]
    held: Held


def read_training_data(folder: Path) -> TrainingData:
    """Every set that is learned from or measured.

    Raises:
        DataError: a file is missing or not of the expected form.
    """
    held = Held()
    judged = {name: judged_claims(name, folder) for name in CLAIM_SETS}
    bits = {**QUESTION_SETS, **EVIDENCE_SETS, **_MEASURED_TOO}
    questions = {name: read_questions(name, folder, n_bits=n_bits) for name, n_bits in bits.items()}
    for claims in judged.values():
        hold_claims(claims, held)
    for asked in questions.values():
        hold_questions(asked, held)
    return TrainingData(judged, questions, held)


def training_examples(data: TrainingData, *, seed: int) -> Iterator[Example]:
    """All there is to learn, source after source; the same for the same seed.

    Each is looked at once more: another set may hold a sentence of a page, and an edit may bring one about.
    """
    return (each for each in _examples(data, seed) if not data.held.has(each.text, each.sentences))


def _examples(data: TrainingData, seed: int) -> Iterator[Example]:
    for judged in data.judged.values():
        yield from claim_examples(judged, data.held)
    for name in (*QUESTION_SETS, *EVIDENCE_SETS):
        yield from question_examples(data.questions[name], data.held, seed=seed)
    for name in QUESTION_SETS:
        yield from candidate_examples(data.questions[name], data.held, seed=seed)
    for judged in data.judged.values():
        for claim in human_claims(judged, data.held):
            yield from mutated_examples(claim, seed=seed)
            yield from order_examples(claim, seed=seed)
    passages = [
        passage for name in (*QUESTION_SETS, *EVIDENCE_SETS) for passage in _passages(data.questions[name], data.held)
    ]
    for passage in passages:
        for claim in sentence_claims(passage, limit=_N_SENTENCES, seed=seed):
            yield from mutated_examples(claim, seed=seed)
        for claim in sentence_claims(passage, limit=_MAX_SENTENCES, seed=seed):
            yield from role_examples(claim, seed=seed)
            yield from order_examples(claim, seed=seed)
    yield from _asked(data, passages, seed)


def _asked(data: TrainingData, passages: Sequence[Passage], seed: int) -> Iterator[Example]:
    """Questions by rule about the passages, and claims in lists of sentences."""
    index = WordIndex(span.slice(passage.text) for passage in passages for span in sentence_spans(passage.text))
    vocabulary = {word for passage in passages for word in re.findall(r"[a-z]+", passage.text)}
    for passage in passages:
        yield from asked_examples(passage, index, vocabulary, limit=_N_ASKED, seed=seed)
    for name in _LISTED:
        for example in question_examples(data.questions[name], data.held, seed=seed):
            if example.source == name:
                yield from listed_examples(example, index, seed=seed)


def _passages(questions: Questions, held: Held) -> Iterator[Passage]:
    spare = spare_pages(questions)
    spare = Random(0).sample(spare, min(len(spare), _N_SPARE))  # noqa: S311  draws a sample, guards no secret
    for name in (*training_pages(questions), *spare):
        text = " ".join(
            plain(span.slice(document.text))
            for document in [questions.loaded.corpus[name]]
            for span in sentence_spans(document.text[:_MAX_CHARACTERS])
        )
        if not held.has(name, [span.slice(text) for span in sentence_spans(text)]):
            yield Passage(id=name, text=text, title=plain(questions.loaded.corpus[name].title))


def draw(examples: Iterable[Example], n: int, *, seed: int, shares: Mapping[str, float] = SHARES) -> list[int]:
    """Positions of `n` examples in the order in which they are learned, each source by its share.

    Every example of a source is used before one is used again. A source without a share is not drawn.
    """
    random = Random(seed)  # noqa: S311  draws a sample, guards no secret
    pools: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        if shares.get(example.source):
            pools[example.source, example.target is Target.SUPPORTED].append(number)
    sides = defaultdict(list)
    for source, is_supported in pools:
        sides[source].append((source, is_supported))
    left: dict[tuple[str, bool], list[int]] = {key: [] for key in pools}
    names = sorted(sides)
    drawn: list[int] = []
    weights = [shares[name] for name in names]
    while len(drawn) < n:  # one by one, so that more of them begin with the same ones
        source = random.choices(names, weights)[0]
        key = random.choice(sides[source])
        if not left[key]:
            left[key] = pools[key].copy()
            random.shuffle(left[key])
        drawn.append(left[key].pop())
    return drawn
