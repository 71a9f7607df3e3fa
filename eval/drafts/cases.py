"""Draft sentences with the verdicts that they ask for: the written ones, and what all have in common.

`written/{tune,report}.jsonl`: drafts about the articles of `seeds/news`, written by hand, a half each by article, with
what newspapers write beside plain quotations. `text` is the draft, `part` the words in it that are judged (all of it
when left out), `verdicts` those that are right.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from eval.cases import DataError, Split, read_file
from rag import DraftReport, DraftVerdict, Span

__all__ = ["DraftCase", "Outcome", "outcome_of", "written_cases"]

WRITTEN = Path(__file__).parent / "written"


class DraftCase(NamedTuple):
    """One draft of a sentence or a few.

    kind: in what it departs from its source, or "true …". part: the words that are judged.
    verdicts: those that are right. is_wrong: somebody has to look at it.
    """

    id: str
    half: Split
    kind: str
    text: str
    part: Span
    verdicts: frozenset[DraftVerdict]
    is_wrong: bool
    is_quotation: bool


class Outcome(NamedTuple):
    """What the check said of a case. found: the verdict on its part; of several, the first that is wrong."""

    case: DraftCase
    found: DraftVerdict
    is_wrong: bool
    advice: str

    @property
    def is_right(self) -> bool:
        """Whether that is the verdict that it asks for."""
        return self.found in self.case.verdicts and self.is_wrong == self.case.is_wrong


def outcome_of(case: DraftCase, report: DraftReport) -> Outcome:
    """What the report says of the part that is judged; a part that has no finding is unchecked."""
    found = [finding for finding in report.findings if finding.span.overlaps(case.part)]
    if case.is_quotation:
        found = [finding for finding in found if finding.part == "quotation"] or found
    chosen = next((finding for finding in found if finding.is_wrong), found[0] if found else None)
    if chosen is None:
        return Outcome(case, DraftVerdict.UNCHECKED, False, "no part")
    return Outcome(case, chosen.verdict, chosen.is_wrong, chosen.advice)


_FINE = frozenset({DraftVerdict.EXACT, DraftVerdict.SUPPORTED, DraftVerdict.UNCHECKED})


def written_cases(half: Split, folder: Path = WRITTEN) -> list[DraftCase]:
    """The written drafts of one half.

    Raises:
        DataError: the file is missing, or a line is not as it should be.
    """
    cases = []
    for row in read_file(folder / f"{half}.jsonl").rows:
        text, part = row.text("text"), row.text("part") or row.text("text")
        start = text.find(part)
        if start < 0:
            raise DataError(row.place, f"part {part!r} does not stand in the text - copy it from there")
        verdicts = frozenset(map(DraftVerdict, row.texts("verdicts")))
        cases.append(
            DraftCase(
                id=row.text("id"),
                half=half,
                kind=f"written {row.text('kind')}",
                text=text,
                part=Span(start=start, end=start + len(part)),
                verdicts=verdicts,
                is_wrong=row.truth("wrong"),
                is_quotation=row.truth("quotation"),
            )
        )
    return cases
