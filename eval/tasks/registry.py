"""Tasks by name: the gold questions, the questions and the pairs of each public set, and all corpora together.

A set's questions go by the set's name. Asked of one document alone they go by `NAME-alone`, and by the set's name where
they are asked in no other way. Its pairs go by its name when it has nothing else, and by `NAME-pairs` when it has
questions as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from eval.cases import DataError, DataFile, Split, data_hash, read_file
from eval.data_sets import DATA_SETS, POOLED, Kind, data_folder, missing_files, skipped
from eval.loaded_sets import load
from eval.mutations.records import FaithfulClaim
from eval.mutations.sources import PUBLIC_SETS, public_claims, seed_claims
from eval.tasks.alone import AloneTask
from eval.tasks.answering import AnsweringTask
from eval.tasks.assertion import AssertionTask
from eval.tasks.conflicts import ConflictsTask
from eval.tasks.mutation import MutationTask, SplitClaims
from eval.tasks.news import NearMissTask, NewsTask
from eval.tasks.rewriting import RewritingTask
from eval.tasks.seeds import SEEDS, seeds_task
from eval.tasks.task import Task
from eval.tasks.verification import VerificationTask

__all__ = [
    "ASSERTION_TASK",
    "CONFLICTS_TASK",
    "FRESH_TASK",
    "MUTATIONS_TASK",
    "NEWS_TASK",
    "SEEDS_TASK",
    "TASKS",
    "TaskEntry",
    "build_task",
]

SEEDS_TASK = "seeds"
NEWS_TASK = NewsTask.name
MUTATIONS_TASK = "mutations"
ASSERTION_TASK = "assertion"
FRESH_TASK = "fresh-claims"
CONFLICTS_TASK = "conflicts"
_N_PUBLIC_CLAIMS = 100
"""Faithful claims from each half of each public set."""
_PAIRS, _ALONE = "pairs", "alone"


class TaskEntry(NamedTuple):
    """A task before its data is read.

    data_set: the public set that it needs; empty for none.
    """

    name: str
    data_set: str
    measures: str


def _entries() -> Iterator[TaskEntry]:
    yield TaskEntry(SEEDS_TASK, "", "retrieval, answering, abstention, speakers")
    yield TaskEntry(NEWS_TASK, "", "the same over ten short articles, by kind of question")
    yield TaskEntry(NearMissTask.name, "", "which questions over them are declined that none of them answers")
    yield TaskEntry(MUTATIONS_TASK, "", "what the metrics and the verifier catch")
    yield TaskEntry(ASSERTION_TASK, "", "whether answers show what their source does not assert")
    yield TaskEntry(FRESH_TASK, "", "the same of claims in new words")
    yield TaskEntry(CONFLICTS_TASK, "", "whether what is listed as a conflict of documents is one")
    for name, data_set in DATA_SETS.items():
        kinds = [kind.value for kind in data_set.kinds if kind not in (Kind.VERIFICATION, Kind.ALONE)]
        if kinds:
            yield TaskEntry(name, name, ", ".join(kinds))
        if Kind.ALONE in data_set.kinds:
            yield TaskEntry(f"{name}-{_ALONE}" if kinds else name, name, Kind.ALONE.value)
        if Kind.VERIFICATION in data_set.kinds:
            is_all = data_set.kinds == (Kind.VERIFICATION,)
            yield TaskEntry(name if is_all else f"{name}-{_PAIRS}", name, Kind.VERIFICATION.value)
    yield TaskEntry(POOLED, POOLED, "retrieval, answering, abstention over all corpora together")


TASKS: Mapping[str, TaskEntry] = MappingProxyType({entry.name: entry for entry in _entries()})
"""Every task by name."""


def build_task(name: str) -> Task:
    """The task of that name with its data read.

    Raises:
        DataError: its data is not there, or cannot be used.
    """
    entry = TASKS[name]
    if name == MUTATIONS_TASK:
        return _mutation_task()
    if name == ASSERTION_TASK:
        return AssertionTask(name=name)
    if name == FRESH_TASK:
        return AssertionTask(name=name, is_fresh=True)
    if name == CONFLICTS_TASK:
        return ConflictsTask(name=name)
    if name == NEWS_TASK:
        return NewsTask()
    if name == NearMissTask.name:
        return NearMissTask()
    if not entry.data_set:
        return seeds_task()
    folder = data_folder()
    if folder is None:
        raise DataError(name, f"EVAL_DATA names no folder with public sets - {_how_to_get(entry, None)}")
    if entry.data_set != POOLED and missing_files(DATA_SETS[entry.data_set], folder):
        raise DataError(name, f"its set is not there - {_how_to_get(entry, folder)}")
    loaded = load(entry.data_set, folder)
    if entry.measures == Kind.VERIFICATION:
        return VerificationTask(loaded, name=name)
    if entry.measures == Kind.ALONE:
        return AloneTask(loaded, name=name)
    if Kind.RETRIEVAL.value not in entry.measures:
        return RewritingTask(loaded)
    return AnsweringTask(loaded)


def _mutation_task() -> MutationTask:
    """Mutants of the gold sentences of the seeds, and of public sets where they are there."""
    folder = data_folder()
    loaded = [load(name, folder) for name in PUBLIC_SETS if folder and not missing_files(DATA_SETS[name], folder)]

    def claims(split: Split) -> list[FaithfulClaim]:
        public = [public_claims(each, split=split, limit=_N_PUBLIC_CLAIMS) for each in loaded]
        return seed_claims(SEEDS, split=split) + list(chain.from_iterable(public))

    files = [read_file(SEEDS / "questions.jsonl"), *(DataFile(each.name, (), each.data_hash) for each in loaded)]
    return MutationTask(
        SplitClaims(tune=claims(Split.TUNE), report=claims(Split.REPORT)),
        name=MUTATIONS_TASK,
        data_hash=data_hash(files),
    )


def _how_to_get(entry: TaskEntry, folder: Path | None) -> str:
    sentences = skipped(folder)
    own = [sentence for sentence in sentences if sentence.startswith(f"skipped {entry.data_set} ")]
    return " ".join(own or sentences)
