from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.newsroom.changes import changes_between, is_announcement, sentences_in
from rag.types import Aspect, ChangeKind, Document

SLOWLY = hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
WORDS = ["The", "bridge", "cost", "310", "1,200.50", "crowns", "not", "May", "Solberg", "—", "“yes”", "isn’t", "is"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), max_size=7).map("\n".join)


def version(text):
    return Document(id=text[:8] or "x", source="a.txt", title="a.txt", media_type="text/plain", text=text)


def changes(old, new):
    return changes_between(sentences_in(version(old)), sentences_in(version(new)))


@SLOWLY
@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert {change.kind for change in changes(text, text)} <= {ChangeKind.KEPT}


@SLOWLY
@given(TEXTS, TEXTS)
def test_every_sentence_is_in_exactly_one_change(old, new):
    found = changes(old, new)
    mine = sorted((each for change in found for each in change.old), key=lambda each: each.ordinal)
    theirs = [each for change in found for each in change.new]
    assert mine == sentences_in(version(old))
    assert sorted(theirs, key=lambda each: each.ordinal) == sentences_in(version(new))


@SLOWLY
@given(TEXTS, TEXTS)
def test_the_changes_put_on_the_older_sentences_give_the_newer_ones(old, new):
    made = [applied(change, old, new) for change in changes(old, new) if change.new]
    assert made == [" ".join(each.text for each in change.new) for change in changes(old, new) if change.new]


def applied(change, old, new):
    """What stands in the newer text, made of the older sentence alone and of what is said to differ."""
    if change.kind is ChangeKind.NEW:
        return change.new[0].text
    if len(change.old) > 1 or len(change.new) > 1:
        return " ".join(each.text for each in change.new)
    made, at = "", change.old[0].span.start
    for word in change.words:
        assert (word.before, word.after) == (word.old.slice(old), word.new.slice(new))
        made += old[at : word.old.start] + word.after
        at = word.old.end
    return made + old[at : change.old[0].span.end]


@SLOWLY
@given(TEXTS, TEXTS)
def test_what_differs_is_said_of_changed_sentences_alone(old, new):
    for change in changes(old, new):
        has_changed = change.kind in (ChangeKind.CHANGED, ChangeKind.SPLIT, ChangeKind.JOINED)
        assert bool(change.aspects) == has_changed
        assert bool(change.words) == has_changed or len(change.old) + len(change.new) > 2


@pytest.mark.parametrize(
    ("old", "new", "aspects"),
    [
        ("The bridge cost 310 million crowns.", "The bridge cost 325 million crowns.", [Aspect.NUMBER]),
        ("It rose by 20 per cent.", "It rose by twenty percent.", [Aspect.WORDING]),
        ("It opens on 3 May 2025.", "It opens on 4 May 2025.", [Aspect.DATE]),
        ("It opens on Monday next to the hall.", "It opens on Tuesday next to the hall.", [Aspect.DATE]),
        ("The minister, Ann Lee, left early.", "The minister, Ann Lowe, left early.", [Aspect.NAME]),
        ("They will cross free of charge.", "They will not cross free of charge.", [Aspect.NEGATION]),
        ("He isn't a member of the board.", "He is a member of the board.", [Aspect.NEGATION]),
        ("The plan was approved quickly.", "The plan was approved slowly.", [Aspect.WORDING]),
        ("“We are on time,” she told them.", '"We are on time", she told them.', [Aspect.FORM]),
        ("More than 20 people came to it.", "Fewer than 20 people came to it.", [Aspect.NUMBER, Aspect.WORDING]),
    ],
)
def test_what_differs_is_named(old, new, aspects):
    (change,) = changes(old, new)
    assert (change.kind, list(change.aspects)) == (ChangeKind.CHANGED, aspects)


def test_the_stretch_that_differs_has_its_place_in_both_texts():
    old, new = "First.\nThe toll is 35 crowns a car.", "First.\nIt is new here.\nThe toll is 40 crowns a car."
    (change,) = (each for each in changes(old, new) if each.kind is ChangeKind.CHANGED)
    (word,) = change.words
    assert (word.before, word.after, word.aspect) == ("35", "40", Aspect.NUMBER)
    assert (word.old.slice(old), word.new.slice(new)) == ("35", "40")


def test_all_of_a_text_is_gone_from_an_empty_one():
    assert [change.kind for change in changes("It rained. He left.", "")] == [ChangeKind.GONE] * 2
    assert changes("", "") == ()


@pytest.mark.parametrize(
    ("sentence", "says_so"),
    [
        ("Correction, 21 June: An earlier version of this article said otherwise.", True),
        ("This article was amended on 3 March.", True),
        ("The story has been updated.", True),
        ("The road agency rejected the charge.", False),
    ],
)
def test_a_note_of_a_correction_is_known(sentence, says_so):
    assert is_announcement(sentence) is says_so
