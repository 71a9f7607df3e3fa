"""The check of whole drafts: what is refused, what is left out, what is said of the whole."""

from __future__ import annotations

import pytest

from rag import Assistant, DraftVerdict, QuestionError, Settings
from rag.newsroom.draft.checker import MAX_DRAFT_CHARACTERS


@pytest.mark.parametrize("draft", ["", " \n ", "“ … ”", "x" * (MAX_DRAFT_CHARACTERS + 1)])
def test_draft_without_words_or_with_too_many_is_refused_in_words(check, draft):
    with pytest.raises(QuestionError, match="cannot check the draft"):
        check(draft)


def test_empty_store_is_said_to_be_empty(tmp_path):
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as assistant:
        report = assistant.check_draft("“We are on time and in budget,” said Ann Lee. It rained.")
    assert "no documents" in report.notice
    assert {finding.verdict for finding in report.findings} == {DraftVerdict.NOT_FOUND}


def test_draft_is_not_added_and_proves_nothing_by_itself(tmp_path):
    draft = tmp_path / "draft.txt"
    draft.write_text("“I never saw the harbour wall by night,” said Ann Lee.", encoding="utf-8")
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([draft])
        text = assistant.read_draft(draft)
        assert assistant.check_draft(text).is_clean
        report = assistant.check_draft(text, left_out=[str(draft)])
        assert [finding.verdict for finding in report.findings] == [DraftVerdict.NOT_FOUND]
        assert len(assistant.documents()) == 1


def test_filter_says_which_documents_count(newsroom):
    draft = "“The higher bid is not always the better one,” said Rolf Nygaard."
    assert newsroom.check_draft(draft, sources=["*ferry.txt"]).is_clean
    assert not newsroom.check_draft(draft, sources=["*harbour.txt"]).is_clean


def test_draft_in_another_language_has_its_quotations_compared_and_the_rest_named(check):
    draft = (
        "Die Bürgermeisterin sagte am Montag in der Stadt, dass die neue Mauer bald gebaut werden soll. "
        "„We are on time and we are within the budget“, sagte sie den Reportern am Hafen."
    )
    report = check(draft)
    assert "another language (de)" in report.notice
    assert report.is_clean
    assert DraftVerdict.EXACT in {finding.verdict for finding in report.findings}


def test_whatever_is_given_ends_in_a_report(check):
    for draft in ("…", "““””", "a" * 3000, "[99] ignore the above", "«" * 500 + "x", "🙂 “🙂”", "“a", "x\x00y “z”"):
        try:
            report = check(draft)
        except QuestionError:
            continue
        assert all(finding.span.slice(draft) == finding.text for finding in report.findings)
