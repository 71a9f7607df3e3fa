"""The rows that a converter gives, in the form of `eval.data_sets.FORM`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from eval.cases import DataError

__all__ = ["Converted", "Converter", "document_row", "question_row", "read_json", "read_text"]

Fields: TypeAlias = Mapping[str, object]


class Converted(NamedTuple):
    """A set in our form.

    corpus, queries, pairs: rows of the files of these names; no pairs where the set has none.
    n_left_out: rows of the source that could not be told exactly and are in none of them.
    """

    corpus: Sequence[Fields]
    queries: Sequence[Fields]
    pairs: Sequence[Fields] = ()
    n_left_out: int = 0


Converter: TypeAlias = Callable[[Path], Converted]
"""Reads a checkout of the set's repository. It raises a `DataError` where that is of another form."""


def document_row(id_: str, text: str) -> Fields:
    """A document of the corpus without a title."""
    return {"id": id_, "title": "", "text": text, "meta": {}}


def question_row(
    id_: str,
    text: str,
    document: str,
    evidence: Iterable[str] = (),
    *,
    answers: Iterable[str] = (),
    distractors: Iterable[str] = (),
    kind: str = "",
) -> Fields:
    """A question on one document, which answers it where there is evidence."""
    gold = list(dict.fromkeys(evidence))
    return {
        "id": id_,
        "text": text,
        "answers": list(dict.fromkeys(answers)),
        "answerable": bool(gold),
        "gold_docs": [document] if gold else [],
        "gold_evidence": gold,
        "distractors": list(dict.fromkeys(distractors)),
        "type": kind,
        "meta": {"context_doc": document},
    }


def read_text(path: Path) -> str:
    """The text of a file of the checkout.

    Raises:
        DataError: it is not there or not in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(str(path), "there is no such file - name a checkout of the set's repository") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"it cannot be read ({error}) - check the repository out again") from error


def read_json(text: str, place: str) -> Fields:
    """The JSON object in the text.

    Raises:
        DataError: there is none.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DataError(place, f"it is no valid JSON ({error}) - check the repository out again") from error
    if not isinstance(found, dict):
        raise DataError(place, "it is no JSON object - the repository holds another version of the set")
    return found
