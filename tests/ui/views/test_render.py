from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag import NOT_IN_DOCUMENTS, AddReport, Answer, AnswerStatus, Assertion, Failure, VerdictLabel
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import assert_inert, first, has_class, nodes, pieces, visible_text
from tests.ui.records import ANSWER_ID, answer, citation, claim, document, evidence
from ui.views.claims_view import CHECKED
from ui.views.markup import attribute_text, element, shown, text
from ui.views.render import (
    render_answer,
    render_citation_card,
    render_claims,
    render_evidence,
    render_message,
    render_report,
    render_understood,
    render_waiting,
    supported_citations,
)

BRIDGE = document("The bridge opened in 1932. It is painted grey.", title="Bridges", source="notes/bridges.txt")
OPENED = citation(BRIDGE, 0, 26)
GREY = citation(BRIDGE, 27, 46, number=2)

any_text = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.sampled_from([each for each in TEXTS.values() if len(each) < 300]),
)


def hostile_answer(content: str, *, status: AnswerStatus = AnswerStatus.PARTIAL) -> Answer:
    """An answer all of whose texts are the content."""
    of = document(content, document_id=content, title=content, source=content)
    cited = citation(of, 0, len(content), published=content, also_in=(content,))
    unsupported = claim(content, label=VerdictLabel.UNSUPPORTED, reasons=(content, content), invalid_markers=(content,))
    return answer(
        *([claim(content, cited), claim(f"{content}.", cited)] if status is not AnswerStatus.ABSTAINED else []),
        question=content,
        status=status,
        text=content,
        evidence=(evidence(of, 0, len(content)),),
        standalone=f"{content} x",
        draft=content,
        dropped=(unsupported,),
        notice=content,
    )


def all_renderings(content: str) -> list[str]:
    whole, abstained = hostile_answer(content), hostile_answer(content, status=AnswerStatus.ABSTAINED)
    report = AddReport(
        added=(content,),
        failed=(Failure(source=content, reason=content),),
        removed=(content,),
        renamed=((content, content),),
        duplicates=((content, content),),
        notices=(content,),
    )
    return [
        render_answer(whole, show_draft=True),
        render_answer(whole, gone={content}),
        render_answer(abstained, show_draft=True),
        render_claims(whole.claims, answer_id="pending"),
        render_evidence(abstained.evidence),
        render_report(report),
        render_message(content, is_error=True),
        render_waiting(content),
        render_understood("", content),
    ]


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_inert_on_every_path(name: str) -> None:
    for html in all_renderings(TEXTS[name]):
        assert_inert(html)


@settings(deadline=None)
@given(any_text)
def test_any_text_is_inert_on_every_path(content: str) -> None:
    for html in all_renderings(content):
        assert_inert(html)


@settings(deadline=None)
@given(any_text)
def test_escaped_text_is_seen_as_it_is(content: str) -> None:
    assert visible_text(element("p", text(content))) == shown(content)
    assert len(shown(content)) == len(content)


@settings(deadline=None)
@given(any_text)
def test_attribute_holds_the_text_as_it_is(content: str) -> None:
    assert (first(element("p", id=content), "p").attributes.get("id") or "") == shown(content)


@settings(deadline=None)
@given(any_text)
def test_claim_and_quote_are_seen_as_they_are(content: str) -> None:
    html = render_claims(hostile_answer(content).claims[:1], answer_id="a")
    assert first(html, ".cv-claim-text").text() == shown(content)
    assert first(html, ".cv-card-quote").text() == shown(content)


@pytest.mark.parametrize("name", TEXTS)
def test_markdown_around_it_reads_nothing_into_the_html(name: str) -> None:
    markdown = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    for html in filter(None, all_renderings(TEXTS[name])):
        assert markdown.render(html).strip() == html.strip()


@pytest.mark.parametrize("name", TEXTS)
def test_templates_around_it_find_nothing_to_fill_in(name: str) -> None:
    for html in all_renderings(TEXTS[name]):
        assert not set("${}`\\") & set(html)


def test_unknown_element_or_attribute_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="cannot make an element 'script'"):
        element("script")
    with pytest.raises(ValueError, match="cannot set 'onclick'"):
        element("p", onclick="x")


def test_claim_has_its_chips_cards_and_verdict() -> None:
    html = render_claims([claim("It opened in 1932, in grey.", OPENED, GREY)], answer_id="a")
    chips = nodes(html, "p.cv-claim > span.cv-cite > button.cv-chip")
    assert [chip.text() for chip in chips] == ["1", "2"]
    assert chips[1].attributes == {
        "type": "button",
        "class": "cv-chip",
        "data-answer": "a",
        "data-citation": "2",
        "aria-label": "Citation 2: Bridges, 12 March 2025",
        "aria-describedby": "cv-card-a-0-2",
    }
    card = first(html, "#cv-card-a-0-2")
    assert card.attributes["role"] == "tooltip"
    assert card.text() == "It is painted grey.Bridgesbridges.txt · 12 March 2025 · line 1"


def test_card_shows_the_page_where_there_is_one() -> None:
    assert "page 4, line 1" in visible_text(render_citation_card(replace(OPENED, page=4)))
    assert "planned" in visible_text(render_citation_card(replace(OPENED, assertion=Assertion.PLANNED)))
    assert "stated" not in visible_text(render_citation_card(OPENED))


def test_same_citation_in_two_claims_has_two_cards() -> None:
    html = render_claims([claim("One.", OPENED), claim("Two.", OPENED)], answer_id="a")
    assert [card.attributes["id"] for card in nodes(html, ".cv-card")] == ["cv-card-a-0-1", "cv-card-a-1-1"]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("The bridge opened in 1932.", "quoted"),
        ("“The bridge opened in 1932”", "quoted"),
        ("The bridge  opened\nin 1932", "quoted"),
        ("The bridge opened", "supported"),
        ("The bridge opened in 1931.", "supported"),
    ],
)
def test_only_a_whole_cited_sentence_is_set_as_a_quotation(words: str, verdict: str) -> None:
    html = render_claims([claim(words, OPENED)], answer_id="a")
    assert has_class(first(html, "p.cv-claim"), f"cv-{verdict}")
    assert bool(nodes(html, "q.cv-claim-text")) is (verdict == "quoted")
    assert [node.text() for node in nodes(html, ".cv-verdict")] == [CHECKED] * (verdict == "supported")


def test_name_date_and_speaker_stand_once_below_the_sentences_of_a_document() -> None:
    said = [replace(each, speaker="Anna Nowak") for each in (OPENED, GREY)]
    html = render_claims([claim(each.quote, each) for each in said], answer_id="a")
    assert [node.text() for node in nodes(html, ".cv-group")] == [first(html, ".cv-group").text()]
    assert first(html, ".cv-from").text() == "Bridges · 12 March 2025 · Anna Nowak"
    assert first(html, ".cv-from .cv-open").attributes["data-citation"] == "1"
    assert [has_class(node, "cv-lead") for node in nodes(html, ".cv-claim")] == [True, False]


def test_each_of_several_speakers_stands_below_what_they_say() -> None:
    said = [replace(OPENED, speaker="Anna Nowak"), replace(GREY, speaker="Marta Lind")]
    html = render_claims([claim(each.quote, each) for each in said], answer_id="a")
    assert [node.text() for node in nodes(html, ".cv-group > .cv-speaker")] == ["Anna Nowak", "Marta Lind"]
    assert first(html, ".cv-from").text() == "Bridges · 12 March 2025"


def test_sentences_of_two_documents_stand_over_two_names() -> None:
    trams = document("Trams crossed it.", document_id="d2", title="Trams", source="trams.txt")
    other = citation(trams, 0, 17, number=3, published="")
    html = render_claims([claim(each.quote, each) for each in (OPENED, other, GREY)], answer_id="a")
    assert [node.text() for node in nodes(html, ".cv-from")] == [
        "Bridges · 12 March 2025",
        "Trams",
        "Bridges · 12 March 2025",
    ]


@pytest.mark.parametrize("label", [VerdictLabel.UNSUPPORTED, VerdictLabel.CONTRADICTED])
@pytest.mark.parametrize("show_draft", [False, True])
def test_claim_that_is_not_supported_never_gets_a_chip(label: VerdictLabel, show_draft: bool) -> None:
    wrong = answer(claim("It opened in 1932.", OPENED), claim("It is red.", GREY, label=label))
    html = render_answer(wrong, show_draft=show_draft)
    assert [chip.text() for chip in nodes(html, ".cv-chip")] == ["1"]
    assert supported_citations(wrong) == (OPENED,)
    assert ("It is red." in visible_text(html)) is show_draft
    for node in nodes(html, ".cv-unsupported"):
        assert "It is red." in node.text()
        assert not node.css("button")


def test_answer_that_is_done_has_the_claims_of_the_one_being_written() -> None:
    whole = answer(claim("It opened in 1932.", OPENED), claim("It is painted grey.", GREY))
    assert render_claims(whole.claims, answer_id=ANSWER_ID) in render_answer(whole)
    one = render_claims(whole.claims[:1], answer_id=ANSWER_ID)
    assert first(one, ".cv-claim").html in render_claims(whole.claims, answer_id=ANSWER_ID)


@pytest.mark.parametrize(
    ("status", "n_dropped", "words"),
    [
        (AnswerStatus.PARTIAL, 1, "◐ Partly answered: 1 statement left out"),
        (AnswerStatus.PARTIAL, 2, "◐ Partly answered: 2 statements left out"),
        (AnswerStatus.PARTIAL, 0, "◐ Partly answered: some statements left out"),
    ],
)
def test_status_is_a_sign_and_words(status: AnswerStatus, n_dropped: int, words: str) -> None:
    dropped = (claim("No.", label=VerdictLabel.UNSUPPORTED),) * n_dropped
    html = render_answer(answer(claim("It opened in 1932.", OPENED), status=status, dropped=dropped))
    assert first(html, ".cv-status").text() == words
    assert has_class(first(html, ".cv-status"), f"cv-status-{status.value}")
    assert first(html, ".cv-sign").attributes["aria-hidden"] == "true"
    assert "No." not in visible_text(html)


@pytest.mark.parametrize(("words", "meaning"), [(OPENED.quote, "word for word"), ("It is old.", "was checked")])
def test_mark_of_an_answer_says_what_it_means_when_it_is_pointed_at(words: str, meaning: str) -> None:
    html = render_answer(answer(claim(words, OPENED)))
    mark = first(html, ".cv-status > .cv-cite > button.cv-sign")
    assert (mark.text(), mark.attributes["aria-label"]) == ("✓", "Answered")
    assert meaning in first(html, f"#{mark.attributes['aria-describedby']}[role=tooltip]").text()


def test_abstention_shows_the_nearest_sentences_as_such() -> None:
    found = tuple(evidence(BRIDGE, 0, 26, number=number) for number in range(1, 6))
    html = render_answer(answer(status=AnswerStatus.ABSTAINED, text=NOT_IN_DOCUMENTS, evidence=found))
    assert first(html, ".cv-none").text() == NOT_IN_DOCUMENTS
    assert first(html, ".cv-status").text() == "○ Not in your documents"
    assert first(html, ".cv-nearest h3").text() == "The nearest sentences, which do not answer it"
    assert len(nodes(html, ".cv-nearest .cv-evidence-quote")) == 3
    assert not nodes(html, ".cv-chip, mark")


def test_nearest_sentences_stand_only_where_nothing_answers() -> None:
    html = render_answer(answer(claim("It opened in 1932.", OPENED), evidence=(evidence(BRIDGE, 27, 46),)))
    assert not nodes(html, ".cv-nearest")


def test_draft_shows_what_was_written_each_verdict_and_why() -> None:
    red = claim("It is red.", label=VerdictLabel.CONTRADICTED, reasons=("it is grey",), invalid_markers=("[9]",))
    shown_answer = answer(
        claim("The bridge opened in 1932.", OPENED), draft="It opened. [1] It is red. [9]", dropped=(red,)
    )
    html = render_answer(shown_answer, show_draft=True)
    assert first(html, ".cv-draft-text").text() == "It opened. [1] It is red. [9]"
    assert [node.text() for node in nodes(html, ".cv-verdicts .cv-verdict")] == ["quoted", "contradicted, left out"]
    assert first(html, ".cv-reasons").text() == "it is grey; [9] names no evidence"
    assert not nodes(render_answer(shown_answer), ".cv-draft")


def test_understood_question_stands_first_when_it_differs() -> None:
    html = render_answer(answer(claim("Yes.", OPENED), question="And when?", standalone="When did the bridge open?"))
    assert next(pieces(html)).text == "Understood as: "
    assert first(html, ".cv-understood").text() == "Understood as: When did the bridge open?"
    assert not render_understood("When  did it open?", "When did it open?")


def test_notice_is_shown() -> None:
    html = render_answer(answer(claim("Yes.", OPENED), notice="The language model failed."))
    assert first(html, ".cv-notice").text() == "The language model failed."


def test_removed_source_is_said_on_chip_and_card() -> None:
    html = render_answer(answer(claim("Yes.", OPENED)), gone={BRIDGE.id})
    assert first(html, ".cv-chip").attributes["aria-label"] == "Citation 1: Bridges, 12 March 2025 (source removed)"
    assert has_class(first(html, ".cv-chip"), "cv-gone")
    assert first(html, ".cv-card .cv-gone").text() == "source removed"


def test_evidence_shows_the_best_and_opens_their_documents() -> None:
    html = render_evidence([evidence(BRIDGE, 0, 26, number=number) for number in range(1, 9)], most=2)
    assert [node.text() for node in nodes(html, ".cv-evidence-quote")] == ["The bridge opened in 1932."] * 2
    assert first(html, ".cv-open").attributes["data-document"] == "d1"


def test_no_evidence_says_so() -> None:
    assert "No sentence" in first(render_evidence([]), ".cv-empty").text()


def test_no_claims_yet_is_nothing() -> None:
    assert render_claims([], answer_id="pending") == ""


def test_report_says_what_failed_and_why() -> None:
    report = AddReport(
        added=("a", "b"), unchanged=("c",), failed=(Failure(source="d.pdf", reason="holds no text - scan it anew"),)
    )
    html = render_report(report)
    assert first(html, ".cv-count").text() == "2 added, 1 unchanged, 1 failed"
    assert first(html, ".cv-failures li").text() == "d.pdf: holds no text - scan it anew"


def test_report_says_what_was_renamed_removed_and_copied() -> None:
    report = AddReport(
        renamed=(("old.txt", "new.txt"),),
        removed=("gone.txt",),
        duplicates=(("wire.txt", "news.txt"),),
        notices=("A folder could not be read.",),
    )
    html = render_report(report)
    assert first(html, ".cv-count").text() == "1 renamed, 1 removed"
    assert first(html, ".cv-notice").text() == "A folder could not be read."
    assert [item.text() for item in nodes(html, ".cv-files li")] == [
        "wire.txt says what news.txt",
        "old.txt is now new.txt",
        "gone.txt",
    ]


def test_long_list_of_failures_says_how_many_are_not_named() -> None:
    html = render_report(AddReport(failed=(Failure(source="a", reason="it is empty"),) * 53))
    assert first(html, ".cv-more").text() == "… and 3 more"


def test_card_says_which_copies_hold_the_sentence_too() -> None:
    copied = citation(BRIDGE, 0, 26, also_in=("wires/wire.txt",))
    assert "also in wire.txt" in visible_text(render_citation_card(copied))


def test_answer_says_which_documents_alone_were_searched() -> None:
    limited = answer(claim("It opened.", OPENED), searched="source ~ bridge")
    assert first(render_answer(limited), ".cv-searched").text().endswith("source ~ bridge")
    assert not nodes(render_answer(answer(claim("It opened.", OPENED))), ".cv-searched")


def test_error_is_announced_and_a_notice_is_not() -> None:
    assert first(render_message("Gone.", is_error=True), "p").attributes["role"] == "alert"
    assert "role" not in first(render_message("Done."), "p").attributes


@settings(deadline=None)
@given(any_text)
def test_label_is_one_line(content: str) -> None:
    assert "\n" not in attribute_text(content)
    assert attribute_text(content) == attribute_text(attribute_text(content))


def test_card_tells_which_day_of_the_week_is_meant():
    of = document("The mill burned down on Monday.", document_id="mill", title="The mill")
    card = render_citation_card(citation(of, 0, len(of.text), published="2025-03-12"))
    assert "12 March 2025" in card
    assert "Monday: 10 March 2025" in card
    assert "Monday:" not in render_citation_card(citation(of, 0, len(of.text), published=""))
