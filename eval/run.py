"""Measure one task: every case, one line each, resumable; then its figures.

A run lives in a folder named after its task, half, settings and data; the same command continues it. Data or settings
that change make another folder, and code that changed is told, so figures of different things are never mixed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.cases import DataError, Split
from eval.outcomes import Outcome, OutcomeFile
from eval.provenance import code_version, library_versions, machine_name, peak_memory_mb
from eval.sampling import sampled
from eval.summary import Line, as_json, as_markdown, summarise
from eval.tasks.registry import TASKS, build_task
from eval.tasks.task import Task, Trial
from rag import Assistant, RagError, Settings

__all__ = ["Finished", "RunRecord", "add_arguments", "main", "run_task", "settings_of"]

BOTH_HALVES = "all"
_LIBRARIES = ("chapter-and-verse", "sentence-transformers", "faiss-cpu", "torch", "nupunkt")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything that a figure of the run depends on."""

    task: str
    split: str
    settings_fingerprint: str
    data_hash: str
    commit: str
    machine: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run with its outcomes, in the order of the data.

    peak_memory_mb: most memory that this process has held so far.
    """

    folder: Path
    record: RunRecord
    outcomes: tuple[Outcome, ...]
    lines: tuple[Line, ...]
    peak_memory_mb: float

    @property
    def n_invalid(self) -> int:
        """Citations whose quote is not the slice of its document."""
        return sum(outcome.n_invalid for outcome in self.outcomes)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval run`."""
    names = "; ".join(f"{name} ({entry.measures})" for name, entry in TASKS.items())
    parser.add_argument("--task", required=True, choices=list(TASKS), metavar="TASK", help=names)
    parser.add_argument("--split", choices=[*(split.value for split in Split), BOTH_HALVES], default="report")
    parser.add_argument("--limit", type=_positive, help="only a sample of so many cases")
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")
    parser.add_argument(
        "--workers", type=_positive, default=1, help="cases at a time; more is for language-model servers"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def main(options: argparse.Namespace) -> int:
    """Measure what is not measured yet and print the figures; 1 when a citation is invalid, 2 without data."""
    try:
        settings = settings_of(options.settings)
        finished = run_task(
            build_task(options.task),
            settings,
            runs=options.runs,
            split=None if options.split == BOTH_HALVES else Split(options.split),
            limit=options.limit,
            workers=options.workers,
        )
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped - finished cases are kept, and the same command goes on from there", file=sys.stderr)
        return 130
    print((finished.folder / "summary.md").read_text(encoding="utf-8"))
    print(f"Run: {finished.folder}")
    if not finished.n_invalid:
        return 0
    cases = [outcome.case_id for outcome in finished.outcomes if outcome.n_invalid]
    print(
        f"{finished.n_invalid} citations are not what stands in their documents, in case {', '.join(cases[:5])}"
        f"{' and more' if len(cases) > 5 else ''} - see {finished.folder / 'cases.jsonl'}",
        file=sys.stderr,
    )
    return 1


def settings_of(path: Path | None) -> Settings:
    """The settings in the file, else the default ones without a language model: whether one is here is chance.

    Raises:
        SettingsError: the file or an environment variable cannot be used.
    """
    if path is not None:
        return Settings.from_file(path)
    return Settings() if "RAG_LLM" in os.environ else Settings(llm="none")


def run_task(
    task: Task, settings: Settings, *, runs: Path, split: Split | None, limit: int | None = None, workers: int = 1
) -> Finished:
    """The outcomes of the task's cases, or of `limit` of them; those that the run's folder has are not measured again.

    Raises:
        DataError: the folder was begun by other code or data, or holds rows of another version; or it cannot be
            written; or the half has no case.
        RagError: the store or a model cannot be used.
    """
    half, fingerprint = split.value if split else BOTH_HALVES, settings.fingerprint()
    folder = runs / f"{task.name}-{half}-{fingerprint}-{task.data_hash[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(str(folder), f"{error.strerror} - name another folder with --runs") from error
    record = _record(task, half, fingerprint)
    _start_or_continue(record, folder / "record.json")
    stores, corpus = runs / "stores", f"{task.name}-{task.data_hash[:12]}"
    with Assistant.open(stores / f"{corpus}-{fingerprint}", settings) as assistant:
        trials = task.trials(assistant, split, documents=stores / f"documents-{corpus}")
        trials = sampled(trials, limit, id_of=lambda trial: trial.case_id)
        if not trials:
            raise DataError(task.name, f"its {half} half has no case - name another with --split")
        outcomes = _measure(trials, OutcomeFile(folder / "cases.jsonl"), workers=workers)
    peak = peak_memory_mb()
    lines = summarise(outcomes)
    text = as_markdown(f"{task.name}, {half} half" if split else task.name, outcomes, lines)
    text = f"{text}\nPeak memory: {peak:,.0f} MB.\n"
    (folder / "summary.md").write_text(text, encoding="utf-8", errors="backslashreplace")
    figures = {**as_json(outcomes, lines), "peak_memory_mb": round(peak), "workers": workers}
    (folder / "summary.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return Finished(folder=folder, record=record, outcomes=tuple(outcomes), lines=tuple(lines), peak_memory_mb=peak)


def _measure(trials: Sequence[Trial], file: OutcomeFile, *, workers: int) -> list[Outcome]:
    """The outcomes of these trials, in their order; each is in the file as soon as it is done."""
    finished = file.read()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    pool = ThreadPoolExecutor(max_workers=workers)
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        shown = bar.add_task("measuring", total=len(trials))

        def measured(trial: Trial) -> Outcome:
            if trial.case_id not in finished:
                finished[trial.case_id] = trial.measure()
                file.append(finished[trial.case_id])
            bar.advance(shown)
            return finished[trial.case_id]

        try:
            return list(pool.map(measured, trials))
        finally:
            pool.shutdown(cancel_futures=True)


def _record(task: Task, half: str, fingerprint: str) -> RunRecord:
    return RunRecord(
        task=task.name,
        split=half,
        settings_fingerprint=fingerprint,
        data_hash=task.data_hash,
        commit=code_version(),
        machine=machine_name(),
        versions=library_versions(_LIBRARIES),
    )


def _start_or_continue(record: RunRecord, path: Path) -> None:
    """Write the record of a new run.

    Raises:
        DataError: the run was begun by other code or versions, whose answers must not be mixed with these; or what
            it was begun with can no longer be read.
    """
    fields = asdict(record)
    if not path.exists():
        begun_file = path.with_suffix(f".part{os.getpid()}")
        begun_file.write_text(json.dumps(fields, indent=1), encoding="utf-8")
        begun_file.replace(path)
        return
    try:
        begun = json.loads(path.read_bytes())
    except ValueError as error:
        raise DataError(str(path), "the run's record is no valid JSON - remove the run's folder") from error
    if begun != fields:
        known = begun if isinstance(begun, dict) else {}
        changed = " and ".join(sorted(name for name in fields if known.get(name) != fields[name])) or "record"
        raise DataError(
            str(path.parent),
            f"the run was begun with another {changed} - remove the folder, or name another with --runs",
        )
