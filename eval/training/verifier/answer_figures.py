"""How well the verifier finds the sentence that answers, and sees that none does.

For each question the first `N_FIRST` sentences of `data.first_stage` are ranked again. Each is read among its
neighbours, alone, or together with the others, as `Reading` says.
    gold first   the share of answerable questions with gold evidence whose first sentence overlaps it; a question whose
                 gold sentence is not among the first `N_FIRST` counts as missed
    AUROC        of the highest score among those sentences, answerable against unanswerable questions
Denominators: the report half's questions. Only the weight of the first stage beside the verifier is tuned, on questions
that were kept back from training.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.cases import Case
from eval.metrics.verification import ScoredPair, auroc
from eval.training.verifier.calibration import probability
from eval.training.verifier.data.candidates import packed
from eval.training.verifier.data.examples import plain
from eval.training.verifier.data.first_stage import FirstStage, first_stage, places_of
from eval.training.verifier.data.parts import Part
from eval.training.verifier.data.questions import Questions
from rag.model.evidence import EvidenceModel

__all__ = ["N_FIRST", "Reading", "answer_figures", "windows_around"]

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

N_FIRST = 20
CONTEXT_WORDS = 100
"""Of a window in which several sentences of a document are read together."""
_UNREAD = -30.0
"""Log-odds of a sentence that did not fit into its window."""
_WEIGHTS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
"""Of the first stage's score, which goes from 0 to 2, beside the verifier's log-odds."""


class Reading(StrEnum):
    """What stands beside a sentence when it is read with the question."""

    ALONE = "alone"
    AROUND = "around"
    """Its neighbours, and the other found sentences of its document if they are near."""
    TOGETHER = "together"
    """The other found sentences, in the order of the search, as many as fit."""


class _Ranked(NamedTuple):
    """One question with its first sentences: both scores, and which of them are gold."""

    case: Case
    part: Part
    fused: NDArray[np.float32]
    answers: NDArray[np.float32]
    is_gold: NDArray[np.bool_]
    dense_first_is_gold: bool


def answer_figures(
    questions: Questions,
    runtime: EvidenceModel,
    *,
    embed: Embed,
    cache: Path,
    reading: Reading = Reading.ALONE,
    limit: int | None = None,
) -> dict[str, float]:
    """Figures of one set.

    embed: texts to unit vectors. cache: a folder for the vectors of the set's sentences, which no checkpoint changes.
    limit: questions of each half, the same ones every time; all of them without it.
    """
    chosen = [case for part in (Part.CALIBRATE, Part.REPORT) for case in _chosen(questions, part, limit)]
    found = _search(questions, [plain(case.question) for case, _ in chosen], embed=embed, cache=cache)
    ranked = list(_ranked(chosen, found, runtime, reading=reading))
    tune = [each for each in ranked if each.part is Part.CALIBRATE]
    report = [each for each in ranked if each.part is Part.REPORT]
    weight = max(_WEIGHTS, key=lambda weight: (_gold_first(tune, weight), -weight))
    answerable = [each for each in report if each.case.gold_spans]
    pairs = [ScoredPair(each.case.answerable, True, probability(float(each.answers.max()), 1.0)) for each in report]
    of_search = [ScoredPair(each.case.answerable, True, float(each.fused.max()) / 2) for each in report]
    value, of_search_value = auroc(pairs).value, auroc(of_search).value
    return {
        "n": len(report),
        "n_answerable": len(answerable),
        "gold_in_first": sum(bool(each.is_gold.any()) for each in answerable) / len(answerable),
        "gold_first_dense": sum(each.dense_first_is_gold for each in answerable) / len(answerable),
        "gold_first_fused": sum(bool(each.is_gold[0]) for each in answerable) / len(answerable),
        "gold_first": _gold_first(report, 0.0),
        "gold_first_with_search": _gold_first(report, weight),
        "search_weight": weight,
        "auroc": 0.5 if value is None else value,
        "auroc_search": 0.5 if of_search_value is None else of_search_value,
    }


def windows_around(numbers: Sequence[int], sentences: Sequence[str], *, max_words: int) -> list[range]:
    """Runs of neighbouring sentences that together hold every one of the numbers.

    Each grows to both sides, before first, and no longer than `max_words` unless its one sentence is.

    >>> windows_around([1, 2, 5], ["a b"] * 6, max_words=6)
    [range(0, 3), range(3, 6)]
    """
    made: list[range] = []
    left = sorted(numbers)
    n_words = [len(sentence.split()) for sentence in sentences]
    while left:
        first = last = left[0]
        while len(left) > 1 and sum(n_words[first : left[1] + 1]) <= max_words:
            last = left.pop(1)
        room, is_growing = max_words - sum(n_words[first : last + 1]), True
        while is_growing:
            is_growing = False
            if first > 0 and n_words[first - 1] <= room:
                first, room, is_growing = first - 1, room - n_words[first - 1], True
            if last + 1 < len(sentences) and n_words[last + 1] <= room:
                last, room, is_growing = last + 1, room - n_words[last + 1], True
        made.append(range(first, last + 1))
        left = [number for number in left if number > last]
    return made


def _gold_first(ranked: Sequence[_Ranked], weight: float) -> float:
    answerable = [each for each in ranked if each.case.gold_spans]
    firsts = [bool(each.is_gold[int((each.answers + weight * each.fused).argmax())]) for each in answerable]
    return sum(firsts) / len(firsts) if firsts else 0.0


def _chosen(questions: Questions, part: Part, limit: int | None) -> list[tuple[Case, Part]]:
    cases = [(case, of) for case, of in zip(questions.loaded.cases, questions.parts, strict=True) if of is part]
    if limit is None or len(cases) <= limit:
        return cases
    return Random(0).sample(cases, limit)  # noqa: S311  draws a sample, guards no secret


def _ranked(
    chosen: Sequence[tuple[Case, Part]], found: FirstStage, runtime: EvidenceModel, *, reading: Reading
) -> Iterator[_Ranked]:
    numbers_of: dict[str, list[int]] = defaultdict(list)
    for position, place in enumerate(found.places):
        numbers_of[place.document_id].append(position)
    for row, (case, part) in enumerate(chosen):
        order = np.argsort(-found.fused[row], kind="stable")[:N_FIRST]
        answers = _answers(
            plain(case.question), order, found, _windows(order.tolist(), found, numbers_of, reading), runtime
        )
        dense_first = int(found.dense[row].argmax())
        yield _Ranked(
            case=case,
            part=part,
            fused=found.fused[row][order],
            answers=answers,
            is_gold=np.array([_is_gold(case, found, int(position)) for position in order]),
            dense_first_is_gold=_is_gold(case, found, dense_first),
        )


def _answers(
    question: str, order: NDArray[np.intp], found: FirstStage, windows: Sequence[Sequence[int]], runtime: EvidenceModel
) -> NDArray[np.float32]:
    """The verifier's log-odds for each of the first sentences; the best of the windows that hold it."""
    pairs = [(question, [found.places[position].text for position in window]) for window in windows]
    best = dict.fromkeys(order.tolist(), _UNREAD)
    for read, window in zip(runtime.read(pairs), windows, strict=True):
        for position, answer in zip(window, read.answers.tolist(), strict=False):
            if position in best:
                best[position] = max(best[position], answer)
    return np.array([best[position] for position in order.tolist()], dtype=np.float32)


def _windows(
    order: Sequence[int], found: FirstStage, numbers_of: Mapping[str, Sequence[int]], reading: Reading
) -> list[list[int]]:
    """The positions that are read together, for each window."""
    if reading is Reading.ALONE:
        return [[position] for position in order]
    if reading is Reading.TOGETHER:
        lists = packed([found.places[position].text for position in order], max_words=CONTEXT_WORDS)
        return [[order[number] for number in window] for window in lists]
    wanted: dict[str, list[int]] = defaultdict(list)
    for position in order:
        wanted[found.places[position].document_id].append(position)
    made = []
    for document_id, hits in wanted.items():
        of_document = numbers_of[document_id]
        sentences = [found.places[position].text for position in of_document]
        inside = [of_document.index(position) for position in hits]
        for window in windows_around(inside, sentences, max_words=CONTEXT_WORDS):
            made.append([of_document[number] for number in window])
    return made


def _is_gold(case: Case, found: FirstStage, position: int) -> bool:
    place = found.places[position]
    return any(gold.document_id == place.document_id and gold.span.overlaps(place.span) for gold in case.gold_spans)


def _search(questions: Questions, texts: Sequence[str], *, embed: Embed, cache: Path) -> FirstStage:
    corpus = questions.loaded.corpus
    path = cache / f"{questions.loaded.name}.npy"
    if path.exists():
        of_places = np.load(path)
    else:
        cache.mkdir(parents=True, exist_ok=True)
        of_places = embed([place.text for place in places_of(corpus)])
        np.save(path, of_places)
    return first_stage(corpus, texts, vectors=(of_places, embed(texts)))
