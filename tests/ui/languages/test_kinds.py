"""What is said of `rag`'s records is in English what `rag` says, and all of it can be said in every language."""

from dataclasses import replace

import pytest

from rag import (
    NOT_IN_DOCUMENTS,
    AnswerStatus,
    Assertion,
    DraftPart,
    DraftVerdict,
    PartKind,
    PlaceOnPage,
    SaidElsewhere,
    Span,
    VerdictLabel,
    WhyChosen,
)
from tests.ui.records import answer, citation, document
from ui.languages import kinds
from ui.languages.words import Language, speaking
from ui.preferences import STRICTNESS
from ui.views import choices_view

CITED = citation(document("It opened in 1932."), 0, 18)


@pytest.mark.parametrize("value", [*Assertion, *DraftPart, *DraftVerdict, *VerdictLabel])
def test_every_kind_is_called_as_rag_calls_it(value):
    assert kinds.kind(value) == value.value
    with speaking(Language.GERMAN):
        assert kinds.kind(value)


def test_every_verdict_on_a_draft_has_advice_and_every_choice_a_name_and_a_reason():
    assert set(kinds._ADVICE) == set(DraftVerdict)
    assert set(choices_view._HEADINGS) == set(PartKind)
    assert set(choices_view._REASONS) == set(WhyChosen)
    assert len(choices_view.NOTCHES) == len(STRICTNESS)


@pytest.mark.parametrize(("page", "label"), [(0, ""), (4, ""), (4, "iv"), (1200, "")])
def test_pages_are_named_as_rag_names_them(page, label):
    assert kinds.page(page, label) == replace(CITED, page=page, page_label=label).page_in_words


@pytest.mark.parametrize("confidence", [1.0, 0.8, 0.79, 0.3])
def test_recognised_places_are_described_as_rag_describes_them(confidence):
    place = PlaceOnPage(page=1, left=0.1, top=0.42, right=0.9, bottom=0.5)
    recognised = replace(CITED, places=(place,), confidence=confidence)
    assert kinds.recognition(recognised) == recognised.recognition_in_words
    assert kinds.recognition(CITED) == ""


def test_sources_are_counted_as_rag_counts_them():
    other = SaidElsewhere(document_id="b", source="b.txt", title="", span=Span(start=0, end=1), quote="x", origin=2)
    said_twice = replace(CITED, said_elsewhere=(other,))
    assert kinds.corroboration(said_twice) == said_twice.corroboration_in_words
    assert kinds.corroboration(CITED) == ""


def test_an_answer_that_is_none_says_so_in_the_language_and_asks_back_as_it_is():
    none = replace(answer(), status=AnswerStatus.ABSTAINED, text=NOT_IN_DOCUMENTS, claims=())
    assert kinds.answer_text(none) == NOT_IN_DOCUMENTS
    with speaking(Language.GERMAN):
        assert kinds.answer_text(none) == "Die Dokumente beantworten das nicht."
        assert kinds.answer_text(replace(none, text="Which “he”?")) == "Which “he”?"
