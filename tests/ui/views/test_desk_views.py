"""The newsroom's tabs as HTML: any text in them does nothing, and what differs is marked where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import (
    DifferenceKind,
    DraftDifference,
    DraftFinding,
    DraftPart,
    DraftPlace,
    DraftReport,
    DraftVerdict,
    FoundQuote,
    QuotesReport,
    SourceKind,
    Span,
    SpeakerQuotes,
    Speech,
    Stance,
    Utterance,
)
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import assert_inert, first, nodes, visible_text
from ui.views.draft_view import render_draft
from ui.views.quotes_view import N_QUOTES, render_quotes

any_text = st.one_of(st.text(st.characters(exclude_categories=()), max_size=40), st.sampled_from([*TEXTS.values()]))


def finding(text: str, quote: str, *differences: DraftDifference, speaker: str = "", number: int = 1) -> DraftFinding:
    place = DraftPlace(
        document_id="d1",
        source="a.txt",
        title="A title",
        published="2025-03-12",
        speaker=speaker,
        span=Span(start=100, end=100 + len(quote)),
        quote=quote,
    )
    return DraftFinding(
        number=number,
        part=DraftPart.QUOTATION,
        verdict=DraftVerdict.NUMBER_CHANGED if differences else DraftVerdict.EXACT,
        is_wrong=bool(differences),
        span=Span(start=10, end=10 + len(text)),
        text=text,
        advice="Look at it.",
        speaker=speaker,
        places=(place,),
        differences=differences,
    )


def difference(draft: tuple[int, int], source: tuple[int, int], *, is_harmless: bool = False) -> DraftDifference:
    """Between parts of a finding's text and of its quote, by their positions in these."""
    return DraftDifference(
        kind=DifferenceKind.NUMBER,
        is_harmless=is_harmless,
        draft_span=Span(start=10 + draft[0], end=10 + draft[1]),
        source_span=Span(start=100 + source[0], end=100 + source[1]),
        draft_words="",
        source_words="",
    )


def report(*findings: DraftFinding, notice: str = "") -> DraftReport:
    return DraftReport(text="", findings=findings, n_documents=3, notice=notice)


def quote(words: str, *, speaker: str = "Anna Nowak", speech: Speech = Speech.DIRECT) -> FoundQuote:
    said = Utterance(
        spans=(Span(start=5, end=5 + max(1, len(words))),),
        quoted=(),
        speech=speech,
        stance=Stance.SAID,
        cue=None,
        source=None,
        speaker=speaker,
        source_kind=SourceKind.NAMED,
    )
    return FoundQuote(
        document_id="d1",
        source=words,
        title=words,
        published=words,
        line=3,
        texts=(words,),
        cue=words,
        named=words,
        utterance=said,
    )


def of_one(*quotes: FoundQuote, speaker: str = "Anna Nowak") -> QuotesReport:
    found = SpeakerQuotes(speaker=speaker, names=(speaker,), quotes=quotes)
    return QuotesReport(asked=speaker, speakers=(found,), names=(speaker,))


@given(any_text)
def test_any_text_does_nothing(content):
    assert_inert(
        render_draft(report(finding(content, content, difference((0, 1), (0, 1)), speaker=content), notice=content))
    )
    assert_inert(render_quotes(of_one(quote(content, speaker=content), speaker=content)))
    assert_inert(render_quotes(QuotesReport(asked=content, speakers=(), nearest=(content,))))


def test_what_differs_is_marked_on_both_sides_and_what_is_wrong_comes_first():
    wrong = finding("It cost 12 million.", "It cost 21 million.", difference((8, 10), (8, 10)), number=2)
    html = render_draft(report(finding("It rained.", "It rained."), wrong))
    assert [node.text() for node in nodes(html, "mark.cv-differs")] == ["12", "21"]
    assert [node.text() for node in nodes(html, "h2")] == ["To look at (1)", "The rest (1)"]
    assert "2 parts checked against 3 documents: 1 to look at." in visible_text(html)


def test_words_that_are_left_out_have_a_sign_and_harmless_ones_none():
    left_out = finding("It cost 12.", "It never cost 12.", difference((3, 3), (3, 9)))
    assert first(render_draft(report(left_out)), "mark.cv-differs").attributes["aria-label"]
    harmless = finding("It cost 12.", "It cost 12 .", difference((10, 10), (10, 11), is_harmless=True))
    html = render_draft(report(harmless))
    assert [node.text() for node in nodes(html, "mark")] == [" "]
    assert not nodes(html, ".cv-differs")


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted).map(tuple), max_size=4))
def test_marks_add_and_drop_no_character_of_the_draft(spans):
    text = "It cost 12 €"
    harmless = [difference(span, span, is_harmless=True) for span in spans]
    html = render_draft(report(finding(text, text, *harmless)))
    assert first(html, ".cv-pair div:first-child p:last-child").text() == text
    assert first(html, ".cv-row-quote").text() == text


def test_a_quotation_opens_its_place_and_is_copied_whole():
    html = render_quotes(of_one(quote("“We are ready.”")))
    opened = first(html, ".cv-open").attributes
    assert (opened["data-document"], opened["data-start"], opened["data-end"]) == ("d1", "5", "20")
    assert first(html, "span[data-form=words]").text() == "“We are ready.”"


@pytest.mark.parametrize(("speech", "is_told"), [(Speech.REPORTED, True), (Speech.DIRECT, False)])
def test_what_is_told_in_other_words_says_so(speech, is_told):
    html = render_quotes(of_one(quote("that it rained", speech=speech)))
    assert ("own words" in visible_text(html)) is is_told


def test_of_very_many_quotations_the_rest_is_counted():
    html = render_quotes(of_one(*[quote("“Yes.”")] * (N_QUOTES + 5)))
    assert len(nodes(html, ".cv-rows > li")) == N_QUOTES
    assert "and 5 more" in visible_text(html)


def test_a_name_that_fits_several_or_nobody_says_so():
    both = [
        SpeakerQuotes(speaker=name, names=(name,), quotes=(quote("“Yes.”"),)) for name in ("Joe Biden", "Hunter Biden")
    ]
    html = render_quotes(QuotesReport(asked="Biden", speakers=tuple(both), names=("Joe Biden", "Hunter Biden")))
    assert "may be each of these: Joe Biden, Hunter Biden" in visible_text(html)
    assert "Names like it: Joe Biden" in visible_text(
        render_quotes(QuotesReport(asked="Bidden", speakers=(), nearest=("Joe Biden",)))
    )
