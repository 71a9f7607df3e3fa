"""Quotations of a draft: what is as it was said, and each way in which it is not."""

from __future__ import annotations

import pytest

from rag import DifferenceKind, DraftVerdict

LINE = "We are on time and we are within the budget"


@pytest.mark.parametrize(
    "draft",
    [
        f"“{LINE},” said Ingrid Solberg.",
        f'Ingrid Solberg said: "{LINE}."',
        f"„{LINE}“, said Ingrid Solberg.",
        f"«{LINE}», said Ingrid Solberg.",
        f"‘{LINE},’ Ingrid Solberg said.",
        f"Mayor Solberg said: “{LINE.lower()}.”",
        f"“{LINE}. That has not happened often in this county,” said Ingrid Solberg.",
        "Ingrid Solberg said they were “within the budget”.",
        "“The higher bid is not always the better one,” said Rolf Nygaard.",
        "“We are on time,” said Ingrid Solberg, “and we are within the budget.”",
        "“[W]e are on time and we are within the budget,” said Ingrid Solberg.",
        "“My grandfather used to say 'the sea takes what it wants', and he was right,” Aune said.",
    ],
)
def test_true_quotation_in_other_marks_is_not_wrong(check, draft):
    report = check(draft)
    quoted = [finding for finding in report.findings if finding.part == "quotation"]
    assert quoted
    assert {finding.verdict for finding in quoted} == {DraftVerdict.EXACT}
    assert report.is_clean


@pytest.mark.parametrize(
    ("draft", "kind"),
    [
        ("“We are on time … within the budget,” said Ingrid Solberg.", DifferenceKind.ELLIPSIS),
        ("“We are on time [...] within the budget,” said Ingrid Solberg.", DifferenceKind.ELLIPSIS),
        ("“We are on time and [the builders] are within the budget,” said Ingrid Solberg.", DifferenceKind.BRACKETS),
        ("“We are on time and we are within the [wall’s] budget,” said Ingrid Solberg.", DifferenceKind.BRACKETS),
    ],
)
def test_what_is_marked_as_changed_differs_and_is_not_wrong(only, draft, kind):
    finding = only(draft)
    assert (finding.verdict, finding.is_wrong) == (DraftVerdict.DIFFERS, False)
    assert kind in {difference.kind for difference in finding.differences}


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        ("“We are on time and we are well within the budget,” said Ingrid Solberg.", DraftVerdict.DIFFERS),
        ("“We are on schedule and we are within the budget,” said Ingrid Solberg.", DraftVerdict.DIFFERS),
        ("“We are not on time and we are within the budget,” said Ingrid Solberg.", DraftVerdict.NEGATION_CHANGED),
        ("“That has happened often in this county,” said Ingrid Solberg.", DraftVerdict.NEGATION_CHANGED),
        ("“They will drive past at ninety and never look left,” said Per Solberg.", DraftVerdict.NUMBER_CHANGED),
        ("“They will drive past at 90 and never look left,” said Per Solberg.", DraftVerdict.NUMBER_CHANGED),
        ("“I will say it again in October,” said Ingrid Solberg.", DraftVerdict.DATE_CHANGED),
        ("“We are on time and we are within the budget,” said Per Solberg.", DraftVerdict.OTHER_SPEAKER),
        ("“They will drive past at eighty and never look left,” said Ingrid Solberg.", DraftVerdict.OTHER_SPEAKER),
        ("“The higher bid is not always the better one,” Nygaard told the Sund Courier.", DraftVerdict.OTHER_SOURCE),
        ("“I would sign it today,” said Tove Aune.", DraftVerdict.CONTEXT_DROPPED),
        ("“We are on time and I will say it again in September,” said Ingrid Solberg.", DraftVerdict.SPLICED),
        (
            "“We are on time and we are within the budget. I would have given my cap for a road,” said Ingrid Solberg.",
            DraftVerdict.SPLICED,
        ),
        ("“Nobody has ever asked me about the lamps in Mill Lane,” said Tove Aune.", DraftVerdict.NOT_FOUND),
        ("Oskar Brandt said: “Nobody had been paid twice.”", DraftVerdict.DIFFERS),
    ],
)
def test_altered_quotation_is_told_as_what_it_is(only, draft, verdict):
    finding = only(draft)
    assert (finding.verdict, finding.is_wrong) == (verdict, True)
    assert finding.advice.endswith(".")


def test_every_span_slices_to_its_words(check, newsroom):
    draft = (
        "“We are not on time … within the [whole] budget,” said Ingrid Solberg. The wall costs 365 million crowns.\n\n"
        "“We are on time. I would have given my cap for a road,” she said."
    )
    report = check(draft)
    for finding in report.findings:
        assert finding.span.slice(draft) == finding.text
        for place in filter(None, (*finding.places, finding.nearest)):
            assert place.span.slice(newsroom.document(place.document_id).text) == place.quote
        for difference in finding.differences:
            assert difference.draft_span.slice(draft) == difference.draft_words
            document = newsroom.document(finding.places[0].document_id)
            assert difference.source_span.slice(document.text) == difference.source_words


def test_differing_words_are_named_on_both_sides(only):
    (difference,) = only("“They will drive past at ninety and never look left,” said Per Solberg.").differences
    assert (difference.draft_words, difference.source_words, difference.is_harmless) == ("ninety", "eighty", False)


def test_quotation_over_paragraphs_is_checked_in_each(check):
    draft = "Ingrid Solberg said: “We are on time and we are within the budget.\n\n“I will say it again in May.”"
    verdicts = [finding.verdict for finding in check(draft).findings]
    assert verdicts == [DraftVerdict.EXACT, DraftVerdict.DATE_CHANGED]


@pytest.mark.parametrize(
    "draft",
    [
        "She wrote the novel “The Long Way Home” in a year.",
        "Critics spoke of a “disaster” in the making.",
        "It was a so-called “soft launch” for the crew.",
    ],
)
def test_titles_and_scare_quotes_are_no_quotations(check, draft):
    quoted = [finding for finding in check(draft).findings if finding.part == "quotation"]
    assert [finding.verdict for finding in quoted] == [DraftVerdict.UNCHECKED]
    assert not quoted[0].is_wrong


def test_only_the_inner_quotation_is_in_the_documents(check):
    draft = "“As she always told us, ‘the sea takes what it wants’, and nobody listened to her at all,” said Ann Lee."
    finding = check(draft).findings[0]
    assert finding.verdict is DraftVerdict.NOT_FOUND
    assert finding.nearest is not None
    assert finding.nearest.quote == "the sea takes what it wants"


def test_answer_of_another_in_the_next_paragraph_takes_nothing_back(only):
    assert (
        only("“That has not happened often in this county. I will say it again in September,” said Solberg.").is_wrong
        is False
    )


def test_name_like_a_small_word_is_a_name(only):
    finding = only("“They will drive past at eighty and never look left,” said Per Solberg.")
    assert (finding.verdict, finding.speaker) == (DraftVerdict.EXACT, "Per Solberg")
