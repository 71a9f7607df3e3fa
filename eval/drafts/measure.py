"""The check of drafts: right verdicts by kind, altered quotations called exact, true ones called wrong, and seconds.

Drafts by rule from the pages of `wice` and `squad2` (read when it runs, not kept), and the written ones about the
articles of `seeds/news`; halves by document. All pages of both halves are searched together.

- right: cases whose part has one of the verdicts that the case asks for, and counts as wrong or not, as it should.
- altered called exact: altered quotations with the verdict `exact`. true called wrong: true quotations and claims that
  somebody is told to look at. wrong missed: altered cases that nobody is told to look at.

`--speed N`: instead, seconds for a draft of 2,000 words against N documents, made of sentences of these pages in new
orders and embedded by hashing; which says nothing of how well they are found.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from eval.cases import CorpusDocument, DataError, Split, read_file
from eval.corpus_files import file_of
from eval.data_sets import CORPUS, DATA_SETS, data_folder, missing_files
from eval.drafts.cases import DraftCase, Outcome, outcome_of, written_cases
from eval.drafts.made import made_cases
from eval.statistics import wilson_interval
from eval.tasks.news import news_files
from rag import Assistant, DraftVerdict, RagError, Settings, sentence_spans

__all__ = ["add_arguments", "main"]

_SETS = ("wice", "squad2")
_LONGEST = 12_000
_MOST_PAGES = {"wice": 422, "squad2": 60}
_HELD_OUT = 8
"""One page in so many is not searched: what it says is in no document."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval drafts`."""
    parser.add_argument("--split", type=Split, choices=list(Split), default=Split.TUNE, help="half of the documents")
    parser.add_argument("--most", type=int, default=14, help="cases of each kind")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder that keeps the store of the pages")
    parser.add_argument(
        "--misses", action="store_true", help="print each case that went wrong (of the tune half alone)"
    )
    parser.add_argument("--speed", type=int, default=0, metavar="N", help="time a long draft against N documents")


def main(options: argparse.Namespace) -> int:
    """Print the table; 1 when an altered quotation is called exact, 2 without data."""
    try:
        known, unknown = pages()
        if options.speed:
            return _timed(known, options.speed)
        cases = made_cases(known, unknown, most=options.most)
        cases = [case for case in cases if case.half is options.split] + written_cases(options.split)
        outcomes = _measured(cases, known, options.runs)
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(outcomes))
    if options.misses and options.split is Split.TUNE:
        for each in outcomes:
            if not each.is_right:
                print(f"\n{each.case.id}: {each.found.value} instead of {_asked(each.case)}")
                print(f"  {each.case.text}\n  {each.advice}")
    return int(any(_is_missed_alteration(each) for each in outcomes))


def pages() -> tuple[list[CorpusDocument], list[CorpusDocument]]:
    """The pages that are searched, and those that are not.

    Raises:
        DataError: the sets are not here.
    """
    folder = data_folder()
    if folder is None or any(missing_files(DATA_SETS[name], folder) for name in _SETS):
        raise DataError("drafts", f"EVAL_DATA names no folder with {' and '.join(_SETS)} - see eval/README.md")
    known: list[CorpusDocument] = []
    unknown: list[CorpusDocument] = []
    for name in _SETS:
        for number, page in enumerate(_read(name, folder)):
            cut = CorpusDocument(id=page.id, title=page.title, text=page.text[:_LONGEST], metadata=page.metadata)
            (known if number % _HELD_OUT else unknown).append(cut)
    return known, unknown


def _read(name: str, folder: Path) -> list[CorpusDocument]:
    rows = read_file(folder / name / CORPUS).rows[: _MOST_PAGES[name]]
    return [
        CorpusDocument(id=row.text("id"), title=row.text("title"), text=row.text("text"), metadata={}) for row in rows
    ]


def _measured(cases: Sequence[DraftCase], known: Sequence[CorpusDocument], runs: Path) -> list[Outcome]:
    settings = Settings() if "RAG_LLM" in os.environ else Settings(llm="none")
    store = runs / "stores" / f"drafts-{settings.fingerprint()}"
    with Assistant.open(store, settings) as assistant:
        if not assistant.documents():
            with tempfile.TemporaryDirectory() as folder:
                for number, page in enumerate(known):
                    name, content = file_of(page, number)
                    (Path(folder) / name).write_text(content, encoding="utf-8")
                assistant.add([folder, *news_files()])
        return [outcome_of(case, assistant.check_draft(case.text)) for case in cases]


def table(outcomes: Sequence[Outcome]) -> str:
    """The figures, and those of each kind, as Markdown."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        by_kind[each.case.kind].append(each)
    quoted = [each for each in outcomes if each.case.is_quotation]
    altered = [each for each in quoted if each.case.is_wrong]
    true = [each for each in quoted if not each.case.is_wrong]
    claims = [each for each in outcomes if not each.case.is_quotation]
    lines = ["| figure | value | 95 % interval | cases |", "|---|---|---|---|"]
    lines += [
        _line("right verdict", [each.is_right for each in outcomes]),
        _line("altered quotation called exact", [each.found is DraftVerdict.EXACT for each in altered]),
        _line("altered quotation not called wrong", [not each.is_wrong for each in altered]),
        _line("true quotation called wrong", [each.is_wrong for each in true]),
        _line("true claim called wrong", [each.is_wrong for each in claims if not each.case.is_wrong]),
        _line("wrong claim not called wrong", [not each.is_wrong for each in claims if each.case.is_wrong]),
        *("", "| kind | right | cases |", "|---|---|---|"),
    ]
    lines += [
        f"| {kind} | {sum(each.is_right for each in found) / len(found):.2f} | {len(found)} |"
        for kind, found in by_kind.items()
    ]
    return "\n".join(lines)


def _line(title: str, values: Sequence[bool]) -> str:
    if not values:
        return f"| {title} | | | 0 |"
    _, low, high = wilson_interval(sum(values), len(values))
    return f"| {title} | {sum(values) / len(values):.3f} | {low or 0.0:.3f}-{high or 0.0:.3f} | {len(values)} |"


def _is_missed_alteration(each: Outcome) -> bool:
    return each.case.is_quotation and each.case.is_wrong and each.found is DraftVerdict.EXACT


def _asked(case: DraftCase) -> str:
    return " or ".join(sorted(verdict.value for verdict in case.verdicts))


def _timed(known: Sequence[CorpusDocument], n_documents: int) -> int:
    """Seconds for 2,000 words against documents that are made of the pages' sentences."""
    chance = random.Random(1)  # noqa: S311 - to be repeated, not to be secret
    sentences = [span.slice(page.text) for page in known for span in sentence_spans(page.text)]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(n_documents):
            text = "\n\n".join(" ".join(chance.sample(sentences, 5)) for _ in range(3))
            path = Path(folder) / "made" / f"{number // 1000:03}" / f"{number:06}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        with Assistant.open(Path(folder) / "store", Settings(llm="none", embedder="hashing")) as assistant:
            assistant.add([Path(folder) / "made"])
            draft = _long_draft(known, chance)
            assistant.check_draft("The models are loaded by this sentence.")
            start = time.perf_counter()
            report = assistant.check_draft(draft)
            seconds = time.perf_counter() - start
            size = f"{len(draft.split()):,} words, {len(report.findings)} parts, {report.n_documents:,} documents"
            print(f"{size}: {seconds:.1f} s")
    return 0


def _long_draft(known: Sequence[CorpusDocument], chance: random.Random, n_words: int = 2_000) -> str:
    cases = [case for case in made_cases(known, (), most=20) if case.half is Split.TUNE]
    chance.shuffle(cases)
    paragraphs: list[str] = []
    n = 0
    for case in cases:
        paragraphs.append(case.text)
        n += len(case.text.split())
        if n >= n_words:
            break
    return "\n\n".join(paragraphs)
