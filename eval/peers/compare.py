"""Chapter and Verse beside its peers: same documents, same questions, same embedding model, one run.

The peers run one after another in this process, whose most memory is told: that of a peer is known where it is the only
one. What a peer finds and cites is defined in `eval.peers.figures`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from eval.cases import Case, CorpusDocument, DataError, DataFile, Split, data_hash
from eval.data_sets import data_folder
from eval.loaded_sets import LoadedSet, in_stored_texts, load
from eval.peers.figures import N_DEEP, N_SEARCHED, PeerOutcome, figures, scores
from eval.peers.ours import as_read
from eval.peers.protocol import Found, IndexReport, Peer
from eval.peers.registry import PEERS, PeerEntry, build_peer, missing_packages
from eval.peers.table import Absent, PeerResult, PeerRun, as_markdown
from eval.provenance import code_version, library_versions, machine_name, peak_memory_mb
from eval.run import settings_of
from eval.sampling import sampled
from rag import RagError, Settings

__all__ = ["Rounds", "RunRecord", "add_arguments", "chosen_documents", "main", "padded", "run_peer"]

_LIBRARIES = ("chapter-and-verse", "sentence-transformers", "torch", "faiss-cpu", "PyStemmer", "nupunkt", "numpy")


class Rounds(NamedTuple):
    """How often the documents are indexed and the questions timed."""

    n_index: int = 1
    n_question: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything that a figure of the run depends on.

    padding: sets whose documents are searched as well. versions: by package; of the peers that are installed.
    """

    task: str
    split: str
    padding: tuple[str, ...]
    n_documents: int
    n_characters: int
    n_questions: int
    rounds: Rounds
    settings_fingerprint: str
    data_hash: str
    commit: str
    machine: str
    versions: Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval peers`."""
    parser.add_argument("--task", required=True, help="the set to ask, such as squad2, or pooled")
    parser.add_argument("--split", choices=[split.value for split in Split], default=Split.REPORT.value)
    parser.add_argument("--limit", type=int, help="ask only a sample of so many questions of the half")
    parser.add_argument("--documents", type=int, help="search only so many documents, those of the questions first")
    parser.add_argument("--pad", nargs="*", default=[], metavar="SET", help="search the documents of these sets too")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), metavar="PEER", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--index-rounds", type=int, default=1, help="index so many times, and report the fastest")
    parser.add_argument("--question-rounds", type=int, default=3, help="time each question so often; likewise")
    parser.add_argument("--settings", type=Path, help="TOML file with settings for Chapter and Verse")
    parser.add_argument("--markdown", type=Path, help="write the tables into this file")
    parser.add_argument("--json", type=Path, help="write all figures and the run record into this file")


def main(options: argparse.Namespace, peers: Mapping[str, PeerEntry] = PEERS) -> int:
    """Print the tables; 1 when a peer failed, 2 without data or when an option makes no sense."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}  # read when a peer imports the library
    results: list[PeerResult] = []
    try:
        settings = settings_of(options.settings)
        material = _material(options, peers)
        record = _record(options, settings, material, peers)
        for name in track(options.peers, "peers", console=Console(stderr=True), transient=True):
            results.append(_result(name, peers[name], settings, material, record.rounds))
            text = _write(options, record, results)
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = ", ".join(result.name for result in results) or "no peer"
        print(f"stopped - the figures are those of {kept}; name the others with --peers", file=sys.stderr)
        return 130
    print(text)
    return 1 if any(isinstance(result, Absent) and result.is_failure for result in results) else 0


def _write(options: argparse.Namespace, record: RunRecord, results: Sequence[PeerResult]) -> str:
    """The tables, which are also written where the options say, after every peer: a stopped run keeps those."""
    title = f"{' + '.join([record.task, *record.padding])}, {record.split} half"
    text = as_markdown(f"{title}: {record.n_questions:,} questions over {record.n_documents:,} documents", results)
    text += (
        f"\nMost memory of this process, {', '.join(result.name for result in results)}: {peak_memory_mb():,.0f} MB.\n"
    )
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(_as_json(record, results), indent=1), encoding="utf-8")
    return text


def run_peer(
    build: Callable[[], Peer], documents: Sequence[CorpusDocument], cases: Sequence[Case], rounds: Rounds
) -> tuple[IndexReport, list[PeerOutcome]]:
    """How the documents were indexed, and what was found and cited for each case.

    Each time is the fastest of its rounds: what disturbs a machine makes a run slower, never faster. Every round of
    indexing has a new peer; every round of questions goes through all of them before one comes again.
    """
    reports: list[IndexReport] = []
    for _ in range(rounds.n_index - 1):
        peer = build()
        reports.append(peer.index(documents))
        peer.close()
    peer = build()
    try:
        reports.append(peer.index(documents))
        peer.search("Which question is the first and not timed?", N_SEARCHED)
        searches = [[_search(peer, case) for case in cases] for _ in range(rounds.n_question)]
        outcomes = [
            PeerOutcome(
                found=of_case[0].found,
                found_deep=tuple(peer.search(case.question, N_DEEP)),
                cited=tuple(peer.cite(case.question)),
                milliseconds=min(search.milliseconds for search in of_case),
            )
            for case, of_case in zip(cases, zip(*searches, strict=True), strict=True)
        ]
    finally:
        peer.close()
    return min(reports, key=lambda report: report.seconds), outcomes


def padded(loaded: LoadedSet, others: Iterable[LoadedSet]) -> LoadedSet:
    """The set with the documents of the others behind its own, under ids such as `squad2:Normans_0`; no new cases."""
    others = list(others)
    corpus = dict(loaded.corpus)
    for each in others:
        for document in each.corpus.values():
            id_ = f"{each.name}:{document.id}"
            corpus[id_] = replace(document, id=id_)
    hashed = [DataFile(each.name, (), each.data_hash) for each in (loaded, *others)]
    return replace(
        loaded,
        corpus=MappingProxyType(corpus),
        data_hash=data_hash(hashed) if others else loaded.data_hash,
    )


def chosen_documents(
    corpus: Mapping[str, CorpusDocument], cases: Iterable[Case], n_documents: int | None
) -> dict[str, CorpusDocument]:
    """So many documents in the order of the corpus: all that the cases were written about, and then the first others.

    More than `n_documents` when the cases alone need more; all of them when it is `None`.
    """
    needed = {id_ for case in cases for id_ in (*case.gold_documents, case.context_document) if id_ in corpus}
    if n_documents is None:
        return dict(corpus)
    others = [id_ for id_ in corpus if id_ not in needed]
    chosen = needed.union(others[: max(0, n_documents - len(needed))])
    return {id_: document for id_, document in corpus.items() if id_ in chosen}


def _material(options: argparse.Namespace, peers: Mapping[str, PeerEntry]) -> LoadedSet:
    """The documents to search, as our reader reads them, and only the cases to ask."""
    for name in options.peers:
        if name not in peers:
            raise DataError(name, f"no peer has this name - name some of {', '.join(peers)}")
    for option in ("limit", "documents", "index_rounds", "question_rounds"):
        value = getattr(options, option)
        if value is not None and value < 1:
            raise DataError(f"--{option.replace('_', '-')} {value}", "it is less than 1 - give a larger number")
    for path in (options.markdown, options.json):
        if path is not None and not path.absolute().parent.is_dir():
            raise DataError(str(path), "its folder does not exist - make it, or name another")
    folder = data_folder()
    if folder is None:
        raise DataError(
            "EVAL_DATA", "it is not set - let it name the folder with the public sets that `eval/data_sets.py` lists"
        )
    loaded = padded(load(options.task, folder), [load(name, folder) for name in options.pad if name != options.task])
    asked = [case for case in loaded.cases if case.split == options.split and not case.history]
    cases = sampled(asked, options.limit, id_of=lambda case: case.id)
    if not loaded.corpus or not cases:
        raise DataError(options.task, "it has no documents or no questions to ask alone - name a set with both")
    corpus = chosen_documents(loaded.corpus, cases, options.documents)
    texts = as_read(list(corpus.values()))
    readable = {id_: document for id_, document in corpus.items() if id_ in texts}
    stored = in_stored_texts(replace(loaded, corpus=MappingProxyType(corpus), cases=tuple(cases)), texts)
    documents = {id_: stored.corpus[id_] for id_ in readable}
    return replace(stored, corpus=MappingProxyType(documents))


def _result(name: str, entry: PeerEntry, settings: Settings, material: LoadedSet, rounds: Rounds) -> PeerResult:
    missing = missing_packages(entry)
    if missing:
        return Absent(name=name, reason=f"skipped: pip install {' '.join(missing)}")
    corpus, cases = material.corpus, material.cases
    try:
        index, outcomes = run_peer(lambda: build_peer(entry, settings), list(corpus.values()), cases, rounds)
    except Exception as error:  # of someone else's code; the other peers' figures stand
        return Absent(name=name, reason=f"failed: {error!r}", is_failure=True)
    return PeerRun(
        name=name,
        index=index,
        outcomes=tuple(outcomes),
        figures=figures(cases, outcomes, corpus),
        scores=scores(cases, outcomes, corpus),
    )


class _Search(NamedTuple):
    found: tuple[Found, ...]
    milliseconds: float


def _search(peer: Peer, case: Case) -> _Search:
    started = time.perf_counter()
    found = peer.search(case.question, N_SEARCHED)
    return _Search(tuple(found), (time.perf_counter() - started) * 1000)


def _record(
    options: argparse.Namespace, settings: Settings, material: LoadedSet, peers: Mapping[str, PeerEntry]
) -> RunRecord:
    of_peers = [package for name in options.peers for package in peers[name].package_by_module.values()]
    return RunRecord(
        task=options.task,
        split=options.split,
        padding=tuple(options.pad),
        n_documents=len(material.corpus),
        n_characters=sum(len(document.text) for document in material.corpus.values()),
        n_questions=len(material.cases),
        rounds=Rounds(options.index_rounds, options.question_rounds),
        settings_fingerprint=settings.fingerprint(),
        data_hash=material.data_hash,
        commit=code_version(),
        machine=machine_name(),
        versions=library_versions([*_LIBRARIES, *dict.fromkeys(of_peers)]),
    )


def _as_json(record: RunRecord, results: Sequence[PeerResult]) -> dict[str, object]:
    return {
        "record": asdict(record),
        "peak_memory_mb": round(peak_memory_mb()),
        "peers": [_peer_as_json(result) for result in results],
    }


def _peer_as_json(result: PeerResult) -> dict[str, object]:
    if isinstance(result, Absent):
        return {"name": result.name, "absent": result.reason}
    return {
        "name": result.name,
        "index": {**result.index._asdict(), "characters_a_second": result.rate},
        "figures": {
            name: {"value": interval.figure.value, "low": interval.low, "high": interval.high, "n": interval.figure.n}
            for name, interval in result.figures.items()
        },
        "scores": result.scores,
    }
