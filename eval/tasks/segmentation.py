"""Sentence boundaries on `segmentation/documents.jsonl`: boundary F1 and speed beside other splitters, in one run.

Gold: Universal Dependencies, PUD (news and Wikipedia, English and twelve more languages) and English EWT (web, e-mail,
reviews). PUD documents are picked sentences joined by a blank (Polish: one document); EWT has blank lines between
paragraphs, but line breaks inside one were lost, so many of its gold boundaries have no mark at all in the text.

A document is in the tune or the report half by the hash of its id. Every splitter gets the same texts, twice: as they
are, and line by line, since a line break is a boundary for us and the others cannot be told so. Those that know
languages are told the language; ours also without. Only splitters that are installed are measured. Seconds are of the
splitter's calls alone, after a first call that loads it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from eval.halves import half
from eval.metrics.boundary_f1 import BoundaryCounts, boundary_counts
from rag import sentence_spans

__all__ = ["GoldDocument", "Measurement", "add_arguments", "half", "main", "measure", "read_documents", "splitters"]

Splitter = Callable[[str, str], list[tuple[int, int]]]
"""A text and the ISO 639-1 code of its language → where its sentences are."""
_LINE = re.compile(r"[^\n]+")


class Group(NamedTuple):
    """What is reported in one row."""

    data_set: str
    language: str
    half: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldDocument:
    """A text with the ranges of its sentences."""

    id: str
    data_set: str
    language: str
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Counts and time of one splitter on one group."""

    counts: BoundaryCounts = field(default_factory=BoundaryCounts)
    n_characters: int = 0
    seconds: float = 0.0

    @property
    def megacharacters_per_second(self) -> float:
        """Millions of code points per second; 0 when nothing was measured."""
        return self.n_characters / self.seconds / 1e6 if self.seconds else 0.0


def read_documents(path: Path) -> Iterator[GoldDocument]:
    """The documents of the file, in its order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield GoldDocument(
                id=row["id"],
                data_set=row["set"],
                language=row["lang"],
                text=row["text"],
                sentences=tuple((start, end) for start, end in row["sentences"]),
            )


def measure(split: Splitter, documents: list[GoldDocument]) -> dict[Group, Measurement]:
    """Counts and seconds of one splitter, by group."""
    split("The first call loads. The second is timed.", "en")
    measurements: dict[Group, Measurement] = defaultdict(Measurement)
    for document in documents:
        began = time.perf_counter()
        predicted = split(document.text, document.language)
        seconds = time.perf_counter() - began
        group = Group(document.data_set, document.language, half(document.id))
        before = measurements[group]
        measurements[group] = Measurement(
            counts=before.counts + boundary_counts(document.text, predicted, document.sentences),
            n_characters=before.n_characters + len(document.text),
            seconds=before.seconds + seconds,
        )
    return measurements


def splitters() -> dict[str, Splitter]:
    """Ours and every comparable library that can be imported, by name."""
    found: dict[str, Splitter] = {"ours": _ours, "ours, language unknown": _ours_without_language}
    for name, splitter in {
        "nupunkt": _nupunkt,
        "syntok.segmenter": _syntok,
        "blingfire": _blingfire,
        "pysbd": _pysbd,
    }.items():
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        short_name = name.partition(".")[0]
        found[short_name] = splitter
        found[f"{short_name}, by line"] = _by_line(splitter)
    return found


def _ours(text: str, language: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in sentence_spans(text, language)]


def _ours_without_language(text: str, _language: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in sentence_spans(text)]


def _nupunkt(text: str, _language: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in importlib.import_module("nupunkt").sentence_spans(text)]


def _syntok(text: str, _language: str) -> list[tuple[int, int]]:
    return [
        (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
        for paragraph in importlib.import_module("syntok.segmenter").analyze(text)
        for sentence in paragraph
    ]


def _blingfire(text: str, _language: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in importlib.import_module("blingfire").text_to_sentences_and_offsets(text)[1]]


def _pysbd(text: str, language: str) -> list[tuple[int, int]]:
    library = importlib.import_module("pysbd")
    known = language if language in library.languages.LANGUAGE_CODES else "en"
    return [(found.start, found.end) for found in library.Segmenter(known, clean=False, char_span=True).segment(text)]


def _by_line(splitter: Splitter) -> Splitter:
    def split(text: str, language: str) -> list[tuple[int, int]]:
        return [
            (line.start() + start, line.start() + end)
            for line in _LINE.finditer(text)
            for start, end in splitter(line.group(), language)
        ]

    return split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval segmentation`."""
    parser.add_argument("--data", type=Path, default=os.environ.get("EVAL_DATA"), help="folder; default: $EVAL_DATA")
    parser.add_argument("--language", help="only this language, such as `en`")


def main(options: argparse.Namespace) -> int:
    """Print one row per set, language and half, with F1 and speed of each splitter."""
    path = Path(options.data or "") / "segmentation" / "documents.jsonl"
    if not path.is_file():
        print(f"cannot read the evaluation data: no file {str(path)!r} - set EVAL_DATA or pass --data", file=sys.stderr)
        return 2
    documents = list(read_documents(path))
    if options.language:
        documents = [document for document in documents if document.language == options.language]
    print(_table({name: measure(split, documents) for name, split in splitters().items()}))
    return 0


def _table(measurements: Mapping[str, Mapping[Group, Measurement]]) -> str:
    """Tab-free text: per group the gold boundaries, then precision, recall, F1 and speed of each splitter."""
    groups = sorted({group for by_group in measurements.values() for group in by_group})
    rows = [f"{'set':4} {'lang':4} {'half':6} {'gold':>5}  {'splitter':22} {'P':>6} {'R':>6} {'F1':>6} {'Mchar/s':>8}"]
    for group in groups:
        for name, by_group in measurements.items():
            measurement = by_group[group]
            counts = measurement.counts
            rows.append(
                f"{group.data_set:4} {group.language:4} {group.half:6} {counts.n_gold:5}  {name:22} "
                f"{counts.precision:6.4f} {counts.recall:6.4f} {counts.f1:6.4f} "
                f"{measurement.megacharacters_per_second:8.2f}"
            )
    return "\n".join(rows)
