"""MultiSpanQA: questions of people whose answer is several spans of one passage (of Natural Questions), valid part.

Texts are rows of tokens; they are joined by blanks, and a sentence ends at a token that is a full stop, a question mark
or an exclamation mark. Evidence is each sentence that holds an answer; the answers themselves are kept as such.
Source: github.com/haonan-li/MultiSpanQA (passages of Wikipedia, CC BY-SA 3.0), data/MultiSpanQA_data/valid.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.cases import DataError, Row
from eval.public.rows import Converted, document_row, question_row, read_json, read_text

__all__ = ["convert"]

_FILE = Path("data") / "MultiSpanQA_data" / "valid.json"
_ENDS = frozenset(".?!")
_BEGINS, _GOES_ON = "B", "I"


def convert(checkout: Path) -> Converted:
    """One document and one question for each row."""
    path = checkout / _FILE
    corpus, queries = [], []
    for row in Row(str(path), read_json(read_text(path), str(path))).rows("data"):
        id_, tokens, labels = f"multispan_{row.text('id')}", row.texts("context"), row.texts("label")
        if len(tokens) != len(labels):
            raise DataError(
                f"{path}, row {row.text('id')}", "it has not one label a token - check the repository out again"
            )
        sentences = list(_sentences(tokens))
        answers = list(_answers(labels))
        evidence = [
            " ".join(tokens[start:end]) for start, end in sentences if any(start <= first < end for first, _ in answers)
        ]
        corpus.append(document_row(id_, " ".join(tokens)))
        queries.append(
            question_row(
                f"{id_}_q",
                " ".join(row.texts("question")),
                id_,
                evidence,
                answers=[" ".join(tokens[start:end]) for start, end in answers],
                kind=row.text("structure"),
            )
        )
    return Converted(corpus, queries)


def _sentences(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of each, in tokens.

    >>> list(_sentences(["He", "won", ".", "They", "lost"]))
    [(0, 3), (3, 5)]
    """
    start = 0
    for place, token in enumerate(tokens, start=1):
        if token in _ENDS or place == len(tokens):
            yield start, place
            start = place


def _answers(labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of each, in tokens.

    >>> list(_answers(["O", "B", "I", "B", "O"]))
    [(1, 3), (3, 4)]
    """
    for start, label in enumerate(labels):
        if label == _BEGINS:
            end = start + 1
            while end < len(labels) and labels[end] == _GOES_ON:
                end += 1
            yield start, end
