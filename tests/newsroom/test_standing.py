from __future__ import annotations

from rag.newsroom.standing import support_changes
from rag.types import ChangeKind, Span, SupportingSentence


def said(quote, source="a.txt"):
    return SupportingSentence(
        document_id=source, source=source, title=source, span=Span(start=0, end=len(quote)), quote=quote
    )


def changes(before, after, *, gone=(), new=()):
    found = support_changes(
        before, after, is_said=lambda each: each.quote not in gone, is_new=lambda each: each.quote in new
    )
    return [(each.kind, each.before and each.before.quote, each.after and each.after.quote) for each in found]


def test_a_sentence_that_only_lost_its_rank_is_no_change():
    assert changes([said("It rained.")], [said("It snowed.")]) == []


def test_a_sentence_that_moved_to_another_source_is_no_change():
    assert changes([said("It rained.")], [said("It rained.", "b.txt")], gone=["It rained."], new=["It rained."]) == []


def test_new_gone_and_changed_sentences_are_told_apart():
    before = [said("The bridge cost 310 million crowns."), said("Ann left.", "b.txt")]
    after = [said("The bridge cost 325 million crowns."), said("It is high.", "c.txt")]
    found = changes(before, after, gone=[each.quote for each in before], new=[each.quote for each in after])
    assert found == [
        (ChangeKind.CHANGED, before[0].quote, after[0].quote),
        (ChangeKind.GONE, "Ann left.", None),
        (ChangeKind.NEW, None, "It is high."),
    ]


def test_the_first_support_of_a_question_is_news_whenever_it_came():
    assert changes([], [said("It rained.")]) == [(ChangeKind.NEW, None, "It rained.")]
