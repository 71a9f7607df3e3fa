"""Fit ranking and answerability: `python -m eval.training.ranking.fit --data FOLDER --work FOLDER`.

Both are fitted on the tune halves of squad2 and qed, the answerability also on the dev questions of `seeds/`; of the
report halves no question is asked. Stores are made once in the work folder. First the weights of the features: a
conditional logit over all sentences found for a question (the gold ones share the probability), no weight below zero,
scaled to a similarity of 0.5, and halfway to the weights of before, which other sets had a say in; what the sets lack
(the speaker, a model) keeps its weight. Then, over rankings by these weights, a logistic regression of the signal of
the answerability that came last, beside the log-odds of the others, whose weights and intercept were fitted with clapnq
and keep the meaning of the thresholds. Sets weigh the same, and so do the answerable and the unanswerable questions of
a set. Figures come from five folds by document.

Source of the conditional logit: McFadden 1974; as a loss for rankings: Cao et al. 2007, ListNet.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.cases import Case, Split
from eval.loaded_sets import LoadedSet, in_stored_texts, load
from eval.metrics.citation_overlap import Place, is_match
from eval.metrics.verification import ScoredPair, auroc, calibration_error
from eval.tasks.answering import add_corpus
from eval.tasks.seeds import seeds_set
from eval.training.ranking.explained import ExplainedRanking, Signals, explained_rankings, reread_coefficients
from eval.training.ranking.logit import balancing_weights, fit_choice, fit_logistic
from rag import Assistant, Settings

__all__ = ["Asked", "asked", "first_and_in_5", "fold", "main", "write_coefficients"]

SETS = ("squad2", "qed")
SEEDS = "seeds"
SHIPPED = Path(__file__).parents[3] / "rag" / "retrieval" / "coefficients.json"
N_FOLDS = 5
ABSTAIN_BELOW = 0.4
_OF_A_SIMILARITY = 0.5
_FITTED = ("lacks_denial",)
_FREE = ("similarity", "overlap", "context", "likeness", "likeness_around", "passage", "expected", "news", "whole")
_BEFORE = dict.fromkeys(_FREE, 0.0) | {
    "similarity": 0.5, "overlap": 0.09, "context": 0.24, "passage": 0.1, "expected": 0.06,
}  # fmt: skip
"""The weights of the six features that came first, of 2026-11-23. Fitted on two sets alone, the words around a sentence
count for little, and the first sentence on the tune half of clapnq, which may not be learned from, falls by .026."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its ranking in numbers.

    features: float64 (sentences, features). is_gold: bool (sentences,). signals: of the answerability.
    group: questions of one group are in the same fold.
    """

    set_name: str
    group: str
    is_answerable: bool
    names: tuple[str, ...]
    features: Floats
    is_gold: NDArray[np.bool_]
    signal_names: tuple[str, ...]
    signals: Floats
    answerability: float


def asked(name: str, *, data: Path, work: Path) -> list[Asked]:
    """The tune questions of the set, each ranked over its corpus; those that find nothing are left out."""
    loaded = seeds_set() if name == SEEDS else load(name, data)
    settings, folder = Settings(llm="none", reranker="overlap"), work / f"{name}-{loaded.data_hash[:12]}"
    with Assistant.open(folder, settings) as assistant:
        corpus_ids = add_corpus(assistant, loaded.corpus, work / f"documents-{name}")
        texts = {corpus_id: assistant.document(id_).text for id_, corpus_id in corpus_ids.items()}
    cases = _cases(in_stored_texts(loaded, texts))
    rankings = explained_rankings(folder, settings, [" ".join(case.question.split()) for case in cases])
    return [
        _asked(name, case, ranking, ranking.signals, corpus_ids)
        for case, ranking in zip(cases, rankings, strict=True)
        if ranking.signals is not None
    ]


def _cases(loaded: LoadedSet) -> list[Case]:
    return [case for case in loaded.cases if case.split is Split.TUNE and not case.history]


def _asked(name: str, case: Case, ranking: ExplainedRanking, signals: Signals, corpus_ids: Mapping[str, str]) -> Asked:
    gold = [Place(*span) for span in case.gold_spans]
    places = [Place(corpus_ids[sentence.document_id], sentence.span) for sentence in ranking.sentences]
    return Asked(
        set_name=name,
        group=(*case.gold_documents, case.context_document or case.id)[0],
        is_answerable=case.answerable,
        names=ranking.features[0]._fields,
        features=np.array(ranking.features, dtype=np.float64),
        is_gold=np.array([any(is_match(place, each) for each in gold) for place in places]),
        signal_names=signals._fields,
        signals=np.array(signals, dtype=np.float64),
        answerability=ranking.answerability,
    )


def fold(group: str) -> int:
    """The fold, 0 to 4, that the questions of the group are tested in."""
    return hashlib.sha256(f"fold {group}".encode("utf-8", "surrogatepass")).digest()[0] % N_FOLDS


def first_and_in_5(questions: Sequence[Asked], score_of: Callable[[Asked], Floats]) -> tuple[float, float]:
    """The shares of questions with gold among what was found whose best gold sentence is first, and among five."""
    ranks = []
    for each in questions:
        if each.is_gold.any():
            scores = score_of(each)
            ranks.append(int((scores > scores[each.is_gold].max()).sum()))
    return float(np.mean([rank < 1 for rank in ranks])), float(np.mean([rank < 5 for rank in ranks]))


def ranking_weights(questions: Sequence[Asked], before: dict[str, float]) -> dict[str, float]:
    """A weight for each feature, fitted on the questions that have a gold sentence and another one."""
    usable = [each for each in questions if each.is_answerable and each.is_gold.any() and not each.is_gold.all()]
    columns = [usable[0].names.index(name) for name in _FREE]
    n_of_set = {name: sum(each.set_name == name for each in usable) for name in SETS}
    found = fit_choice(
        [each.features[:, columns] for each in usable],
        [each.is_gold for each in usable],
        weights=np.array([1 / n_of_set[each.set_name] for each in usable]),
    )
    scaled = found / found[0] * _OF_A_SIMILARITY
    halfway = (scaled + np.array([_BEFORE[name] for name in _FREE])) / 2
    return before | {name: round(float(weight), 4) for name, weight in zip(_FREE, halfway, strict=True)}


def _scores(weights: dict[str, float]) -> Callable[[Asked], Floats]:
    return lambda each: each.features @ np.array([weights[name] for name in each.names])


def _ranking_figures(questions: Sequence[Asked], before: dict[str, float]) -> dict[str, object]:
    """First / among five for each set: by the old weights, by the fitted ones on the folds they have not seen."""
    figures: dict[str, object] = {}
    unseen: dict[int, Floats] = {}
    for number in range(N_FOLDS):
        trained = ranking_weights([each for each in questions if fold(each.group) != number], before)
        unseen |= {id(each): _scores(trained)(each) for each in questions if fold(each.group) == number}
    for name in SETS:
        of_set = [each for each in questions if each.set_name == name and each.is_answerable]
        kinds = {"before": _scores(before | _BEFORE), "folds": lambda each: unseen[id(each)]}
        figures[name] = {
            kind: [round(figure, 4) for figure in first_and_in_5(of_set, of)] for kind, of in kinds.items()
        }
    return figures


def answerability_weights(questions: Sequence[Asked], before: dict[str, float]) -> dict[str, float]:
    """The weights of before, with that of `lacks_denial` as it is best beside the log-odds that the others give."""
    names = questions[0].signal_names
    kept = np.array([before[name] for name in names]) * [name not in _FITTED for name in names]
    signals = np.array([each.signals for each in questions])
    answerable = np.array([each.is_answerable for each in questions])
    columns = np.column_stack([signals @ kept, *(signals[:, names.index(name)] for name in _FITTED)])
    balance = balancing_weights([each.set_name for each in questions], answerable)
    of_kept, *found, _ = fit_logistic(columns, answerable, weights=balance, signs=[1, *[-1] * len(_FITTED)])
    return before | {name: round(float(weight / of_kept), 2) for name, weight in zip(_FITTED, found, strict=True)}


def _probability(each: Asked, weights: dict[str, float]) -> float:
    logit = weights["intercept"] + float(each.signals @ np.array([weights[name] for name in each.signal_names]))
    return float(1 / (1 + np.exp(-logit)))


def _answerability_figures(questions: Sequence[Asked], before: dict[str, float]) -> dict[str, object]:
    """AUROC and calibration error for each set, on the folds not seen, beside the AUROC of the similarity alone."""
    unseen: dict[int, float] = {}
    for number in range(N_FOLDS):
        trained = answerability_weights([each for each in questions if fold(each.group) != number], before)
        unseen |= {id(each): _probability(each, trained) for each in questions if fold(each.group) == number}
    figures: dict[str, object] = {}
    for name in (*SETS, SEEDS):
        of_set = [each for each in questions if each.set_name == name]
        found = [ScoredPair(each.is_answerable, unseen[id(each)] >= ABSTAIN_BELOW, unseen[id(each)]) for each in of_set]
        nearest = [
            ScoredPair(each.is_answerable, True, float(each.features[:, each.names.index("similarity")].max()))
            for each in of_set
        ]
        figures[name] = {
            "auroc_similarity": round(auroc(nearest).value or 0.0, 4),
            "auroc_folds": round(auroc(found).value or 0.0, 4),
            "calibration_error": round(calibration_error(found).value or 0.0, 4),
        }
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.ranking.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for the stores")
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    questions = [each for name in SETS for each in asked(name, data=given.data, work=given.work)]
    ranking_figures = _ranking_figures(questions, shipped["ranking"])
    shipped["ranking"] = ranking_weights(questions, shipped["ranking"])
    write_coefficients(shipped)
    questions = [each for name in (*SETS, SEEDS) for each in asked(name, data=given.data, work=given.work)]
    shipped["answerability"] = answerability_weights(questions, shipped["answerability"])
    shipped["figures"] = {
        "ranking": ranking_figures,
        "answerability": _answerability_figures(questions, shipped["answerability"]),
    }
    write_coefficients(shipped | {"date": datetime.now(UTC).date().isoformat()})
    print(json.dumps(shipped, indent=1))


def write_coefficients(changes: Mapping[str, object]) -> None:
    """Put these parts in the place of those in `SHIPPED`, whole: who reads meanwhile has the old or the new."""
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8")) | changes
    begun = SHIPPED.with_suffix(".part")
    begun.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    shutil.move(begun, SHIPPED)
    reread_coefficients()


if __name__ == "__main__":
    main()
