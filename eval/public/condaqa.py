"""CondaQA: what a negation implies, asked of a passage and of three edits of it; dev part.

A question that is answered by DON'T KNOW is not answered by the passage. The evidence is the sentence with the
negation, in an edit what stands in its place; where an edit changed more than that sentence, its rows are left out. The
pairs hold the sentence of the original as a claim against an edit: supported by a paraphrase that leaves all answers as
they are, contradicted where the negation was undone, unsupported where its scope was changed, both with an answer that
flips.
Source: github.com/AbhilashaRavichander/CondaQA (Apache-2.0), data/condaqa_dev.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eval.cases import Row
from eval.public.rows import Converted, Fields, document_row, question_row, read_json, read_text
from rag import VerdictLabel

__all__ = ["convert"]

_FILE = Path("data") / "condaqa_dev.json"
_UNKNOWN = "DON'T KNOW"
_KINDS = ("original", "paraphrase", "scope", "affirmative")
"""What an edit is, by its number."""
_LABELS: Mapping[int, VerdictLabel] = {
    1: VerdictLabel.SUPPORTED,
    2: VerdictLabel.UNSUPPORTED,
    3: VerdictLabel.CONTRADICTED,
}
"""What the original sentence is beside an edit, where answers say so."""


@dataclass(slots=True)
class _Edit:
    """One passage: its text, the sentence that holds the negation or stands in its place, and answers by question."""

    passage: int
    number: int
    text: str
    original: str
    sentence: str
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"condaqa_p{self.passage}_{_KINDS[self.number]}"


def convert(checkout: Path) -> Converted:
    """One document for each edit of each passage, with its questions."""
    path = checkout / _FILE
    lines = [line for line in read_text(path).split("\n") if line.strip()]
    edits: dict[tuple[int, int], _Edit] = {}
    queries, n_left_out = [], 0
    for number, line in enumerate(lines, start=1):
        row = Row(f"{path} line {number}", read_json(line, f"{path} line {number}"))
        read = _edit_of(row)
        edit = edits.setdefault((read.passage, read.number), read)
        if not edit.sentence or edit.text != read.text:
            n_left_out += 1
            continue
        label = edit.answers[row.text("QuestionID")] = row.text("label")
        evidence = [] if label == _UNKNOWN else [edit.sentence]
        id_ = f"condaqa_{row.number('SampleID')}"
        queries.append(question_row(id_, row.text("sentence2"), edit.id, evidence, kind=_KINDS[edit.number]))
    known = {place: edit for place, edit in edits.items() if edit.sentence}
    corpus = [document_row(edit.id, edit.text) for edit in known.values()]
    return Converted(corpus, queries, list(_pairs(known)), n_left_out)


def _edit_of(row: Row) -> _Edit:
    text, original, sentence = row.text("sentence1"), row.text("original passage"), row.text("original sentence")
    before, _, after = original.partition(sentence)
    is_elsewhere_the_same = text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after)
    return _Edit(
        passage=row.number("PassageID"),
        number=row.number("PassageEditID"),
        text=text,
        original=sentence,
        sentence=text[len(before) : len(text) - len(after)].strip() if is_elsewhere_the_same else "",
    )


def _pairs(edits: Mapping[tuple[int, int], _Edit]) -> Iterator[Fields]:
    for (passage, number), edit in edits.items():
        first = edits.get((passage, 0))
        if number == 0 or first is None:
            continue
        both = edit.answers.keys() & first.answers.keys()
        n_flipped = sum(edit.answers[question] != first.answers[question] for question in both)
        label = _LABELS[number]
        if both and bool(n_flipped) is (label is not VerdictLabel.SUPPORTED):
            yield {
                "id": edit.id,
                "premise": edit.text,
                "claim": edit.original,
                "label": label.value,
                "source": _KINDS[number],
                "meta": {"page": f"condaqa_p{passage}"},
            }
