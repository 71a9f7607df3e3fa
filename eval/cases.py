"""What the eval suite measures on: questions with their gold evidence, pairs to verify, and how their files are read.

Nothing here knows a public set by name; that is `eval.data_sets`. Every file is JSON Lines, and whatever is wrong with
one becomes a `DataError` that names the file, the line and what to do. Lines end at a line feed only: `str.splitlines`
would also cut at the separators that stand inside web text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Never

from rag import RagError, Span, Turn, VerdictLabel

__all__ = [
    "Case",
    "CorpusDocument",
    "DataError",
    "DataFile",
    "GoldSpan",
    "Pair",
    "Row",
    "Split",
    "check_gold",
    "data_hash",
    "read_file",
]


class DataError(RagError):
    """An evaluation file, or one row of it, cannot be used.

    place: the file, with the line or the case where there is one.
    reason: what is wrong with it and what to do, without the place.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, reason)  # both, or the error could not travel back from another process
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot use {self.place!r}: {self.reason}"


class Split(StrEnum):
    """The half that a row belongs to: thresholds are tuned on one, figures are reported from the other."""

    TUNE = "tune"
    REPORT = "report"


class GoldSpan(NamedTuple):
    """A place that answers the question, in code points of the corpus document's text."""

    document_id: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusDocument:
    """One text to search; `metadata` holds what its set says about it in words, such as an outlet or a date."""

    id: str
    title: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with what is right about it.

    history: the earlier turns of the conversation; a remark nobody answered has an empty answer.
    gold_documents: ids of the documents that hold the evidence, in the order of the set.
    gold_spans: every place where a gold evidence string stands, by document and start; a string that stands twice in
        its document gives two spans. Empty when the set marks documents only.
    distractor_spans: every place that seems to answer and does not, in the same order; most sets mark none.
    type: what the set calls this kind of question, such as `bridge` or `unanswerable`; empty when it says nothing.
    context_document: the document that the question was written against; empty when there is none. An unanswerable
        question may well be answered by another document.
    """

    id: str
    question: str
    history: tuple[Turn, ...]
    answerable: bool
    gold_documents: tuple[str, ...]
    gold_spans: tuple[GoldSpan, ...]
    gold_answers: tuple[str, ...]
    split: Split
    type: str = ""
    context_document: str = ""
    distractor_spans: tuple[GoldSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim beside the text that should support it, with the right verdict; `source` names its origin in the set."""

    id: str
    premise: str
    claim: str
    label: VerdictLabel
    source: str
    split: Split


def check_gold(cases: Iterable[Case], corpus: Mapping[str, CorpusDocument]) -> None:
    """Nothing, when the gold of every case lies inside the corpus.

    corpus: documents by id.

    Raises:
        DataError: a gold document is not in the corpus, or a gold span is empty or ends after its document.
    """
    for case in cases:
        for document_id in (*case.gold_documents, *(gold.document_id for gold in case.gold_spans)):
            if document_id not in corpus:
                raise DataError(
                    f"case {case.id}",
                    f"its gold document {document_id!r} is not in the corpus - the corpus is cut off or of another "
                    "version than the questions; get both files again, from one version",
                )
        for gold in case.gold_spans:
            n_characters = len(corpus[gold.document_id].text)
            if not gold.span or gold.span.end > n_characters:
                raise DataError(
                    f"case {case.id}",
                    f"its gold span {gold.span.start}-{gold.span.end} is empty or outside document "
                    f"{gold.document_id!r}, which has {n_characters} characters - mend the span, or get the corpus "
                    "that the spans were made on",
                )


class Row:
    """One line of a file, whose fields are checked as they are taken out.

    place: file and line, as errors name them. Every method raises `DataError` when the field is missing or has
    another type: the sign of another version of the file.
    """

    def __init__(self, place: str, fields: Mapping[str, object]) -> None:
        self.place = place
        self._fields = fields

    def text(self, name: str) -> str:
        """The string in field `name`."""
        value = self._take(name)
        return value if isinstance(value, str) else self._refuse(name, value, "text")

    def truth(self, name: str) -> bool:
        """The true or false in field `name`."""
        value = self._take(name)
        return value if isinstance(value, bool) else self._refuse(name, value, "true or false")

    def number(self, name: str) -> int:
        """The whole number in field `name`."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(name, value, "a whole number")
        return value

    def numbers(self, name: str) -> tuple[int, ...]:
        """The whole numbers of the list in field `name`."""
        value = self._take(name)
        if not isinstance(value, list) or not all(type(each) is int for each in value):
            self._refuse(name, value, "a list of whole numbers")
        return tuple(value)

    def texts(self, name: str, *, is_optional: bool = False) -> tuple[str, ...]:
        """The strings of the list in field `name`; an optional one may be missing, and then there are none."""
        value = self._fields.get(name, []) if is_optional else self._take(name)
        if not isinstance(value, list):
            self._refuse(name, value, "a list of texts")
        return tuple(each if isinstance(each, str) else self._refuse(name, value, "a list of texts") for each in value)

    def rows(self, name: str) -> tuple[Row, ...]:
        """The objects of the list in field `name`; none when there is no such field."""
        value = self._fields.get(name, [])
        if not isinstance(value, list):
            self._refuse(name, value, "a list of objects")
        return tuple(
            Row(self.place, each) if isinstance(each, dict) else self._refuse(name, value, "a list of objects")
            for each in value
        )

    def notes(self, name: str) -> Mapping[str, str]:
        """The texts of the object in field `name`, by key; what is not text is left out, and so is a missing field."""
        value = self._fields.get(name, {})
        if not isinstance(value, dict):
            self._refuse(name, value, "an object")
        return MappingProxyType({key: each for key, each in value.items() if isinstance(each, str)})

    def _take(self, name: str) -> object:
        if name not in self._fields:
            raise DataError(
                self.place,
                f"the field {name!r} is missing; there are {', '.join(sorted(self._fields)) or 'none'} - the file is "
                "of another version; bring it to the expected form",
            )
        return self._fields[name]

    def _refuse(self, name: str, value: object, expected: str) -> Never:
        shown = repr(value)
        raise DataError(
            self.place,
            f"the field {name!r} should be {expected} and is {shown[:60]}{'…' if len(shown) > 60 else ''} - the file "
            "is of another version; bring it to the expected form",
        )


class DataFile(NamedTuple):
    """A file as it was read: its rows in order, and the SHA-256 of its bytes in hexadecimal."""

    name: str
    rows: tuple[Row, ...]
    sha256: str


def read_file(path: Path) -> DataFile:
    """The rows of a JSON Lines file; its name is the last two parts of the path, such as `squad2/corpus.jsonl`.

    Raises:
        DataError: there is no such file, it cannot be read, it has no rows, a line is no JSON object, or two rows
            have the same id.
    """
    name = "/".join(path.parts[-2:])
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(str(path), "there is no such file - get the set, or leave out its tasks") from error
    except OSError as error:
        raise DataError(str(path), f"{error.strerror or error} - make it a readable file") from error
    rows = tuple(_rows(path, content))
    if not rows:
        raise DataError(str(path), "it has no rows - get the file again")
    return DataFile(name, rows, hashlib.sha256(content).hexdigest())


def _rows(path: Path, content: bytes) -> Iterable[Row]:
    lines = content.split(b"\n")
    line_by_id: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path} line {number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            is_last = number == len(lines)
            reason = "the file is cut off inside its last line" if is_last else "the line is no valid JSON"
            raise DataError(place, f"{reason} - get the file again") from error
        if not isinstance(fields, dict):
            raise DataError(place, "the line is valid JSON but no object - bring it to the expected form")
        row = Row(place, fields)
        first = line_by_id.setdefault(row.text("id"), number)
        if first != number:
            raise DataError(
                place, f"the id {row.text('id')!r} is taken by line {first} - keep one of them, or get the file again"
            )
        yield row


def data_hash(files: Sequence[DataFile]) -> str:
    """SHA-256 in hexadecimal over names and contents of the files, in whatever order they were read.

    Two runs are comparable only when their data hashes are the same.
    """
    listed = sorted((file.name, file.sha256) for file in files)
    return hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in listed).encode()).hexdigest()
