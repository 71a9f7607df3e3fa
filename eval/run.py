"""Ask the questions of a public set and measure the answers, resumable: one line a finished case.

A run lives in a folder named after its set, half, settings and data; the same command continues it. Data or settings
that change make another folder, and code that changed is told, so figures of different things are never mixed.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from rich.progress import Progress

from eval.cases import Case, CorpusDocument, DataError, Split
from eval.data_sets import DATA_SETS, POOLED, LoadedSet, data_folder, in_stored_texts, load, skipped
from eval.outcomes import Outcome, OutcomeFile, outcome_of
from eval.summary import as_markdown, summarise
from rag import Assistant, Settings

__all__ = ["RunRecord", "add_arguments", "ask_cases", "main"]

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval run`."""
    sets = [name for name, data_set in DATA_SETS.items() if "corpus.jsonl" in data_set.files]
    parser.add_argument("--task", required=True, choices=[*sets, POOLED], help="the set to ask")
    parser.add_argument("--split", choices=[split.value for split in Split], default=Split.REPORT.value)
    parser.add_argument("--limit", type=int, help="ask only the first so many questions")
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")


def main(options: argparse.Namespace) -> int:
    """Ask what is not asked yet and print the figures; 1 when a citation is invalid, 2 without data."""
    settings = Settings.from_file(options.settings) if options.settings else Settings()
    try:
        folder = data_folder()
        if folder is None:
            print("\n".join(skipped(None)))
            return 2
        loaded = load(options.task, folder)
        cases, outcomes = _run(loaded, settings, options)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped - finished cases are kept, and the same command goes on from there", file=sys.stderr)
        return 130
    title = f"{options.task}, {options.split} half"
    text = as_markdown(title, summarise(cases, outcomes), list(outcomes.values()))
    print(text)
    return 1 if any(outcome.n_invalid for outcome in outcomes.values()) else 0


def _run(loaded: LoadedSet, settings: Settings, options: argparse.Namespace) -> tuple[list[Case], dict[str, Outcome]]:
    fingerprint = settings.fingerprint()
    run_folder = options.runs / f"{options.task}-{options.split}-{fingerprint}-{loaded.data_hash[:12]}"
    run_folder.mkdir(parents=True, exist_ok=True)
    record = RunRecord(
        task=options.task,
        split=options.split,
        settings_fingerprint=fingerprint,
        data_hash=loaded.data_hash,
        commit=_commit(),
        machine=f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        versions={name: version(name) for name in _LIBRARIES},
    )
    _start_or_continue(record, run_folder / "record.json")
    stores = options.runs / "stores"
    with Assistant.open(stores / f"{options.task}-{fingerprint}-{loaded.data_hash[:12]}", settings) as assistant:
        corpus_ids = add_corpus(assistant, loaded.corpus, stores / f"documents-{loaded.data_hash[:12]}")
        texts = {corpus_id: assistant.document(document_id).text for document_id, corpus_id in corpus_ids.items()}
        stored = in_stored_texts(loaded, texts)
        cases = [case for case in stored.cases if case.split == options.split][: options.limit]
        outcomes = ask_cases(assistant, cases, corpus_ids, OutcomeFile(run_folder / "cases.jsonl"))
    (run_folder / "summary.md").write_text(
        as_markdown(options.task, summarise(cases, outcomes), list(outcomes.values())), encoding="utf-8"
    )
    return cases, outcomes


def _start_or_continue(record: RunRecord, path: Path) -> None:
    """Write the record of a new run.

    Raises:
        DataError: the run was begun by other code or versions, whose answers must not be mixed with these.
    """
    fields = json.loads(json.dumps(asdict(record)))
    if path.exists() and (begun := json.loads(path.read_text(encoding="utf-8"))) != fields:
        changed = ", ".join(sorted(name for name in fields if begun.get(name) != fields[name]))
        raise DataError(
            str(path.parent),
            f"the run was begun with another {changed} - remove the folder or name another",
        )
    path.write_text(json.dumps(fields, indent=1), encoding="utf-8")


def add_corpus(assistant: Assistant, corpus: Mapping[str, CorpusDocument], folder: Path) -> dict[str, str]:
    """Add every document as a text file; corpus id by document id."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus_id_by_source = {}
    for number, document in enumerate(corpus.values()):
        path = (folder / f"{number:06}.txt").absolute()
        if not path.exists():
            path.write_text(document.text, encoding="utf-8", errors="replace", newline="")
        corpus_id_by_source[str(path)] = document.id
    with Progress(transient=True) as bar:
        task = bar.add_task("adding documents", total=len(corpus))
        assistant.add([folder], on_progress=lambda progress: bar.update(task, completed=progress.n_done))
    return {info.id: corpus_id_by_source[info.source] for info in assistant.documents()}


def ask_cases(
    assistant: Assistant, cases: list[Case], corpus_ids: Mapping[str, str], file: OutcomeFile
) -> dict[str, Outcome]:
    """The outcomes of these cases, by id; those that the file has are not asked again."""
    finished = file.read()
    with Progress(transient=True) as bar:
        for case in bar.track(cases, description="asking"):
            if case.id not in finished:
                finished[case.id] = outcome_of(assistant, case, corpus_ids)
                file.append(finished[case.id])
    return {case.id: finished[case.id] for case in cases}


def _commit() -> str:
    """The commit of the code, with a mark when files differ from it; empty outside a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        result = subprocess.run(  # noqa: S603 - a constant command
            command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent
        )
    except OSError:
        return ""
    return result.stdout.strip()
