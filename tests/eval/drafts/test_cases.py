"""The drafts of the evaluation: made so that what they ask for follows from how they were made."""

from __future__ import annotations

import pytest

from eval.cases import CorpusDocument, Split
from eval.drafts.cases import outcome_of, written_cases
from eval.drafts.made import made_cases, quoted_in, told_in
from eval.drafts.measure import table
from rag import DraftFinding, DraftPart, DraftReport, DraftVerdict, Span

PAGE = CorpusDocument(
    id="page",
    title="",
    text="“We are on time and we are within the budget of 12 million,” said Ann Lee.\n"
    "The bridge cost 310 million crowns and opened in 1932.\n"
    "Bob Roe said that the old ferry would never be sold again.",
)


def test_quotations_come_with_who_says_them():
    (found,) = quoted_in(PAGE)
    assert (found.words, found.speaker) == ("We are on time and we are within the budget of 12 million", "Ann Lee")


def test_reports_come_with_what_is_reported():
    stated, reported = told_in(PAGE)
    assert stated.speaker == ""
    assert (reported.speaker, reported.content) == ("Bob Roe", "the old ferry would never be sold again")


def test_made_drafts_hold_their_part_and_are_the_same_each_time():
    cases = made_cases([PAGE], [], most=3)
    assert cases == made_cases([PAGE], [], most=3)
    assert {case.kind for case in cases} >= {"true quotation", "number changed", "other source", "true claim"}
    for case in cases:
        assert case.part.slice(case.text).strip()
        altered = case.kind.startswith("true") is False
        assert case.is_wrong is altered


@pytest.mark.parametrize("split", list(Split))
def test_written_drafts_are_read_and_hold_their_part(split):
    cases = written_cases(split)
    assert len(cases) >= 50
    assert len({case.id for case in cases}) == len(cases)
    assert all(case.part.slice(case.text) for case in cases)


def test_outcome_is_the_first_wrong_verdict_on_the_part():
    case = next(case for case in written_cases(Split.TUNE) if case.is_quotation and case.is_wrong)
    fine = _finding(DraftVerdict.EXACT, case.part, is_wrong=False)
    elsewhere = _finding(DraftVerdict.NOT_FOUND, Span(start=case.part.end, end=case.part.end + 1), is_wrong=True)
    report = DraftReport(text=case.text, findings=(fine, elsewhere), n_documents=1)
    outcome = outcome_of(case, report)
    assert (outcome.found, outcome.is_right) == (DraftVerdict.EXACT, False)
    assert "| altered quotation called exact | 1.000 |" in table([outcome])


def _finding(verdict, span, *, is_wrong):
    return DraftFinding(
        number=1, part=DraftPart.QUOTATION, verdict=verdict, is_wrong=is_wrong, span=span, text="", advice=""
    )
