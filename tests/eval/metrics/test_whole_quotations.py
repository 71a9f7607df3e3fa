"""Which citations cut a quotation, and what a quotation is."""

from __future__ import annotations

import pytest

from eval.metrics.whole_quotations import cuts_quotation, quotations
from rag import Span

SPEECH = "She said: “Yeah. We can. But not now.” He left."
GOING_ON = "“Fifty wanted him gone.\n“I did not,” said Nowak. Later: “No.”"


def found(text: str) -> list[str]:
    return [span.slice(text) for span in quotations(text)]


def cuts(text: str, cited: str, shown: str = "") -> bool:
    start = text.index(cited)
    return cuts_quotation(Span(start=start, end=start + len(cited)), quotations(text), shown=shown)


def test_quotations_run_from_mark_to_mark() -> None:
    assert found(SPEECH) == ["“Yeah. We can. But not now.”"]
    assert found('He said "no", then "yes".') == ['"no"', '"yes"']
    assert found("") == found("It rained.") == found("“never closed") == found("never” opened") == []


def test_quotation_that_goes_on_in_the_next_paragraph_is_one() -> None:
    assert found(GOING_ON) == ["“Fifty wanted him gone.\n“I did not,”", "“No.”"]
    assert found('"One.\n\n"Two." He left. "Three."') == ['"One.\n\n"Two."', '"Three."']


def test_mark_whose_partner_is_pages_away_was_forgotten() -> None:
    assert found("“" + "a " * 3_000 + "”") == []


@pytest.mark.parametrize(
    ("text", "cited", "is_cut"),
    [
        (SPEECH, "She said: “Yeah. We can. But not now.”", False),
        (SPEECH, "“Yeah. We can. But not now.”", False),
        (SPEECH, "He left.", False),
        (SPEECH, "She said: “Yeah.", True),
        (SPEECH, "But not now.” He left.", True),
        (SPEECH, "We can.", True),
        (GOING_ON, "“Fifty wanted him gone.", True),
        (GOING_ON, "“Fifty wanted him gone.\n“I did not,” said Nowak.", False),
    ],
)
def test_citation_is_held_against_the_marks_of_its_document(text: str, cited: str, is_cut: bool) -> None:
    assert cuts(text, cited) is is_cut


def test_cut_that_is_shown_is_none() -> None:
    assert not cuts(SPEECH, "She said: “Yeah.", shown="She said: “Yeah. […]”")
