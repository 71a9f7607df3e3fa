"""The gold questions of `seeds/`, with who says what in the article labelled by hand.

The dev half was looked at while the rules were written, and is the tune half here; the test half is the report half.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from eval.cases import (
    Case,
    CorpusDocument,
    DataError,
    DataFile,
    GoldSpan,
    Row,
    Split,
    check_gold,
    data_hash,
    read_file,
)
from eval.loaded_sets import LoadedSet
from eval.metrics.citation_overlap import Place
from eval.tasks.answering import AnsweringTask
from rag import Span

__all__ = ["SEEDS", "as_file", "check_quote", "seed_case", "seeds_set", "seeds_task"]

SEEDS = Path(__file__).parents[2] / "seeds"
_SPLITS = {"dev": Split.TUNE, "test": Split.REPORT}


def seeds_task(folder: Path = SEEDS) -> AnsweringTask:
    """The questions of `seeds_set`, with who says what.

    Raises:
        DataError: as there.
    """
    speakers = read_file(folder / "speakers.jsonl")
    return AnsweringTask(
        seeds_set(folder),
        speakers={Place(row.text("source"), _span(row)): row.text("speaker") for row in speakers.rows},
    )


def seeds_set(folder: Path = SEEDS) -> LoadedSet:
    """The questions in `questions.jsonl`, over the text files beside it.

    Raises:
        DataError: a file is missing, cut off or of another form, or a span lies outside its document or has other
            words than its quote.
    """
    questions, speakers = read_file(folder / "questions.jsonl"), read_file(folder / "speakers.jsonl")
    articles = sorted(folder.glob("*.txt"))
    corpus = {path.name: _document(path) for path in articles}
    cases = tuple(map(seed_case, questions.rows))
    check_gold(cases, corpus)
    for row in questions.rows:
        for span in row.rows("gold_spans"):
            check_quote(span, corpus[row.text("gold_source")].text)
    for row in speakers.rows:
        source = row.text("source")
        check_quote(row, corpus[source].text if source in corpus else "")
    return LoadedSet(
        name="seeds",
        corpus=corpus,
        cases=cases,
        pairs=(),
        n_evidence=sum(len(case.gold_spans) for case in cases),
        missing_evidence=(),
        data_hash=data_hash([questions, speakers, *map(as_file, articles)]),
    )


def _document(path: Path) -> CorpusDocument:
    try:
        return CorpusDocument(id=path.name, title=path.stem, text=path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"it is no readable text ({error}) - get the file again") from error


def as_file(path: Path) -> DataFile:
    """An article as a file for `data_hash`: its name and the hash of its bytes."""
    return DataFile(path.name, (), hashlib.sha256(path.read_bytes()).hexdigest())


def check_quote(row: Row, text: str) -> None:
    """Nothing, when the words of the label stand at its span of the text.

    Raises:
        DataError: others do.
    """
    span, quote = _span(row), row.text("quote")
    if span.slice(text) != quote:
        raise DataError(
            row.place,
            f"the words {quote[:60]!r} do not stand at {span.start}-{span.end} of their document - the text is of "
            "another version than the labels; get both again",
        )


def seed_case(row: Row) -> Case:
    """The case of one line of a `questions.jsonl` of the seeds.

    Raises:
        DataError: a field is missing or of another form, or the split is neither dev nor test.
    """
    source, split = row.text("gold_source"), row.text("split")
    if split not in _SPLITS:
        raise DataError(row.place, f"the split {split!r} is none of {', '.join(_SPLITS)} - write one of these")
    return Case(
        id=row.text("id"),
        question=row.text("question"),
        history=(),
        answerable=row.truth("answerable"),
        gold_documents=(source,) if row.truth("answerable") else (),
        gold_spans=tuple(GoldSpan(source, _span(span)) for span in row.rows("gold_spans")),
        gold_answers=row.texts("answers"),
        split=_SPLITS[split],
        type=row.text("type"),
        context_document=source,
    )


def _span(row: Row) -> Span:
    try:
        return Span(start=row.number("start"), end=row.number("end"))
    except ValueError as error:
        raise DataError(row.place, f"{error} - mend the span") from error
