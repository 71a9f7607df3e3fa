"""Fit what stands on the reader: `python -m eval.training.reader.fit --data FOLDER --work FOLDER`.

On questions that the reader has not learned from (`Part.CALIBRATE` of its sets, and the dev questions of `seeds/`),
each over the store of its set: first the log-odds that a sentence answers, from its reading and its score by the
features; then the log-odds that the documents answer, from the signals of the ranking. Both are logistic regressions,
every set weighing the same, with the rates of the sets as they are, so that a probability means what it says. Then how
much of a ranking an extractive answer quotes. Figures come from five folds by document.

Stores and readings are kept in the work folder; `--again` reads anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.cases import Case, Split
from eval.loaded_sets import LoadedSet, in_stored_texts, load
from eval.metrics.citation_overlap import Place, is_match
from eval.metrics.verification import ScoredPair, auroc, calibration_error
from eval.tasks.answering import add_corpus
from eval.tasks.seeds import seeds_set
from eval.training.ranking.explained import ExplainedRanking, explained_rankings
from eval.training.ranking.fit import SEEDS, fold, write_coefficients
from eval.training.ranking.logit import fit_choice, fit_logistic
from eval.training.reader.groups import READ_SETS
from eval.training.verifier.data.parts import Part
from eval.training.verifier.data.questions import read_questions
from rag import Assistant, Settings

__all__ = ["Read", "main"]

_N_SENTENCES = 40
"""Of one ranking that are kept."""
_MAX_QUESTIONS = 300
"""Of one set."""
_SIGNALS = {
    "score": 1, "lacks_name": -1, "knows_no_such_name": -1, "knows_no_such_speaker": -1, "lacks_words": -1,
    "answers": 1, "any_answers": 1,
}  # fmt: skip
"""Signal → the sign of its weight."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A question with its ranking in numbers, best first by the features.

    readings: `answers`, `any_answers` and `among` of each sentence, None where it was not read.
    group: questions of one are in the same fold.
    """

    set_name: str
    group: str
    question: str
    is_answerable: bool
    scores: tuple[float, ...]
    readings: tuple[Sequence[float] | None, ...]
    is_gold: tuple[bool, ...]
    signals: Mapping[str, float]


def collected(name: str, *, data: Path, work: Path) -> list[Read]:
    """The kept-back questions of the set, each ranked and read over its corpus."""
    loaded = seeds_set() if name == SEEDS else load(name, data)
    settings, folder = Settings(llm="none", reranker="reader"), work / f"{name}-{loaded.data_hash[:12]}"
    with Assistant.open(folder, settings) as assistant:
        corpus_ids = add_corpus(assistant, loaded.corpus, work / f"documents-{name}")
        texts = {corpus_id: assistant.document(id_).text for id_, corpus_id in corpus_ids.items()}
    cases = _kept_back(name, in_stored_texts(loaded, texts), data)[:_MAX_QUESTIONS]
    rankings = explained_rankings(folder, settings, [" ".join(case.question.split()) for case in cases])
    return [
        _read(name, case, ranking, corpus_ids) for case, ranking in zip(cases, rankings, strict=True) if ranking.signals
    ]


def _kept_back(name: str, loaded: LoadedSet, data: Path) -> list[Case]:
    if name == SEEDS:
        return [case for case in loaded.cases if case.split is Split.TUNE]
    parts = read_questions(name, data, n_bits=READ_SETS[name]).parts
    return [case for case, part in zip(loaded.cases, parts, strict=True) if part is Part.CALIBRATE and not case.history]


def _read(name: str, case: Case, ranking: ExplainedRanking, corpus_ids: Mapping[str, str]) -> Read:
    gold = [Place(*span) for span in case.gold_spans]
    order = sorted(range(len(ranking.sentences)), key=lambda row: -ranking.scores_before[row])[:_N_SENTENCES]
    order += [row for row in range(len(ranking.sentences)) if ranking.readings[row] is not None and row not in order]
    places = [Place(corpus_ids[ranking.sentences[row].document_id], ranking.sentences[row].span) for row in order]
    readings = [ranking.readings[row] for row in order]
    assert ranking.signals is not None  # noqa: S101  the caller leaves out what found nothing
    return Read(
        set_name=name,
        group=(*case.gold_documents, case.context_document or case.id)[0],
        question=case.question,
        is_answerable=case.answerable,
        scores=tuple(ranking.scores_before[row] for row in order),
        readings=tuple(reading[:3] if reading else None for reading in readings),
        is_gold=tuple(any(is_match(place, each) for each in gold) for place in places),
        signals=ranking.signals._asdict(),
    )


def reading_weights(questions: Sequence[Read]) -> dict[str, float]:
    """The log-odds that a sentence answers: weights as they order the sentences best, then brought to probabilities.

    The order is fitted as a conditional logit, in which the gold sentences of a question share the probability.
    """
    n_of_set = {name: sum(each.set_name == name for each in questions) for name in {q.set_name for q in questions}}
    usable = [each for each in questions if any(each.is_gold) and not all(each.is_gold)]
    slopes = fit_choice(
        [_columns(each) for each in usable],
        [np.array(each.is_gold) for each in usable],
        weights=np.array([1 / n_of_set[each.set_name] for each in usable]),
        penalty=1.0,
    )
    rows, truth, weights = [], [], []
    for each in questions:
        for row, reading, is_gold in zip(_columns(each) @ slopes, each.readings, each.is_gold, strict=True):
            if reading is not None:
                rows.append([row])
                truth.append(is_gold)
                weights.append(1 / n_of_set[each.set_name])
    scale, intercept = fit_logistic(np.array(rows), np.array(truth), weights=np.array(weights), signs=[1])
    found = {name: float(slope * scale) for name, slope in zip(_COLUMNS, slopes, strict=True)}
    return {name: round(value, 4) for name, value in (found | {"intercept": float(intercept)}).items()}


_COLUMNS = ("answers", "any_answers", "among", "score")
_UNREAD = -12.0


def _columns(each: Read) -> Floats:
    read = [(_UNREAD,) * 3 if reading is None else reading for reading in each.readings]
    return np.array([[*reading, score] for reading, score in zip(read, each.scores, strict=True)], dtype=np.float64)


def _probabilities(each: Read, weights: Mapping[str, float]) -> Floats:
    logits = _columns(each) @ np.array([weights[name] for name in _COLUMNS]) + weights["intercept"]
    return np.asarray(np.where(np.array(each.scores) > 0, 1 / (1 + np.exp(-logits)), 0.0))


def answerability_weights(questions: Sequence[Read], reading: Mapping[str, float]) -> dict[str, float]:
    """The weight of each signal, and the constant."""
    rows = np.array([_row(each, reading) for each in questions])
    truth = np.array([each.is_answerable for each in questions])
    n_of_set = {name: sum(each.set_name == name for each in questions) for name in {q.set_name for q in questions}}
    weights = np.array([1 / n_of_set[each.set_name] for each in questions])
    found = fit_logistic(rows, truth, weights=weights, signs=list(_SIGNALS.values()))
    fitted = {name: round(float(value), 4) for name, value in zip((*_SIGNALS, "intercept"), found, strict=True)}
    return dict.fromkeys(questions[0].signals, 0.0) | fitted


def _row(each: Read, reading: Mapping[str, float]) -> list[float]:
    """The signals, those of the best sentence as the new weights choose it."""
    best = int(np.argmax(_probabilities(each, reading)))
    found = each.readings[best]
    own = {"score": each.scores[best], "answers": _UNREAD if found is None else found[0]}
    return [float({**each.signals, **own}[name]) for name in _SIGNALS]


def _answerability(each: Read, reading: Mapping[str, float], weights: Mapping[str, float]) -> float:
    logit = weights["intercept"] + sum(
        weights[name] * value for name, value in zip(_SIGNALS, _row(each, reading), strict=True)
    )
    return float(1 / (1 + np.exp(-logit)))


def figures(questions: Sequence[Read]) -> dict[str, dict[str, float]]:
    """For each set: gold first, among five, AUROC and calibration, on folds not seen; and by the features alone."""
    unseen: dict[int, tuple[Floats, float]] = {}
    for number in range(5):
        others = [each for each in questions if fold(each.group) != number]
        reading = reading_weights(others)
        weights = answerability_weights(others, reading)
        for each in questions:
            if fold(each.group) == number:
                unseen[id(each)] = _probabilities(each, reading), _answerability(each, reading, weights)
    made: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(each.set_name for each in questions):
        of_set = [each for each in questions if each.set_name == name]
        found = [each for each in of_set if each.is_answerable and any(each.is_gold)]
        ranks = [_rank(unseen[id(each)][0], each.is_gold) for each in found]
        before = [_rank(np.array(each.scores), each.is_gold) for each in found]
        pairs = [ScoredPair(each.is_answerable, True, unseen[id(each)][1]) for each in of_set]
        likely = [unseen[id(each)][1] for each in of_set if each.is_answerable]
        bar = float(np.quantile(likely, 0.05))
        declined = [unseen[id(each)][1] < bar for each in of_set if not each.is_answerable]
        made[name] = {
            "n": len(of_set), "unanswerable": len(declined), "found": len(found),
            "first": _share(ranks, 1), "in_5": _share(ranks, 5),
            "first_before": _share(before, 1), "in_5_before": _share(before, 5),
            "auroc": auroc(pairs).value or 0.0, "ece": calibration_error(pairs).value or 0.0,
            "declined_at_5": float(np.mean(declined)) if declined else 0.0, "bar": bar,
        }  # fmt: skip
    return {name: {key: round(value, 4) for key, value in of_set.items()} for name, of_set in made.items()}


def _share(ranks: Sequence[int], k: int) -> float:
    """Of the ranks, counted from 0, those among the first `k`."""
    return float(np.mean([rank < k for rank in ranks]))


def _rank(scores: Floats, is_gold: Sequence[bool]) -> int:
    return int((scores > scores[np.array(is_gold)].max()).sum())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.reader.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for stores and readings")
    parser.add_argument("--again", action="store_true", help="read anew, as after another training")
    parser.add_argument("--write", action="store_true", help="put the numbers into the product's coefficients")
    given = parser.parse_args(arguments)
    questions: list[Read] = []
    for name in (*READ_SETS, SEEDS):
        path = given.work / f"read-{name}.json"
        if given.again or not path.exists():
            path.write_text(json.dumps([asdict(each) for each in collected(name, data=given.data, work=given.work)]))
        questions += [_from_dict(each) for each in json.loads(path.read_text(encoding="utf-8"))]
    reading = reading_weights(questions)
    weights = answerability_weights(questions, reading)
    if given.write:
        write_coefficients({"reading": reading, "read answerability": weights})
    print(json.dumps({"reading": reading, "read answerability": weights, "figures": figures(questions)}, indent=1))


def _from_dict(values: dict[str, object]) -> Read:
    return Read(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
