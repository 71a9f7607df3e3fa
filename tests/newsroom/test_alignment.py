from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.newsroom import alignment
from rag.newsroom.alignment import align

SLOWLY = hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
SENTENCES = st.lists(
    st.sampled_from(
        [
            "It rained.",
            "The bridge cost 310 million crowns.",
            "The bridge cost 325 million crowns.",
            "She left the hall, and nobody saw her go.",
            "She left the hall.",
            "Nobody saw her go.",
            "",
            "é",
        ]
    ),
    max_size=9,
)


@SLOWLY
@given(SENTENCES, SENTENCES)
def test_every_sentence_of_either_side_is_in_exactly_one_match(old, new):
    matches = align(old, new)
    assert sorted(i for match in matches for i in match.old) == list(range(len(old)))
    assert sorted(j for match in matches for j in match.new) == list(range(len(new)))
    assert all(match.old or match.new for match in matches)


@SLOWLY
@given(SENTENCES, SENTENCES)
def test_same_means_word_for_word(old, new):
    for match in align(old, new):
        texts = [old[i] for i in match.old], [new[j] for j in match.new]
        assert match.is_same == (texts[0] == texts[1] and len(texts[0]) == 1)


@SLOWLY
@given(SENTENCES)
def test_nothing_changed_between_a_text_and_itself(sentences):
    assert align(sentences, sentences) == [((n,), (n,), True, False) for n in range(len(sentences))]


@SLOWLY
@given(SENTENCES, SENTENCES)
def test_matches_stand_in_the_order_of_the_newer_text(old, new):
    places = [match.new[0] for match in align(old, new) if match.new]
    assert places == sorted(places)


def test_what_is_gone_stands_behind_what_stood_before_it():
    kept = ["Ann opened the meeting.", "Bo closed it at nine."]
    assert align([kept[0], "It was a cold evening in March.", kept[1]], kept) == [
        ((0,), (0,), True, False),
        ((1,), (), False, False),
        ((2,), (1,), True, False),
    ]


def test_a_sentence_that_was_cut_is_split_and_the_other_way_round_joined():
    whole = ["The council sold the plot to the firm, and the mayor signed on Monday."]
    parts = ["The council sold the plot to the firm.", "The mayor signed on Monday."]
    assert align(whole, parts) == [((0,), (0, 1), False, False)]
    assert align(parts, whole) == [((0, 1), (0,), False, False)]


def test_equal_sentences_keep_their_order():
    assert [match[:2] for match in align(["A b.", "C d.", "A b."], ["A b.", "A b."])] == [
        ((0,), (0,)),
        ((1,), ()),
        ((2,), (1,)),
    ]


def test_texts_too_long_for_one_comparison_are_compared_in_parts(monkeypatch):
    monkeypatch.setattr(alignment, "_MOST_CELLS", 100)
    old = [f"Item {n} of the list costs {n} crowns." for n in range(60)]
    new = ["It is a new list.", *old[:30], *old[31:]]
    matches = align(old, new)
    assert [match for match in matches if not match.is_same] == [
        ((), (0,), False, False),
        ((30,), (), False, False),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["few", "all", "repeated"])
def test_fifty_thousand_sentences_take_seconds(kind):
    n = 50_000
    old = [f"The council of town {i} voted {i * 7} to {i % 13} on the bridge." for i in range(n)]
    if kind == "few":
        new = [text.replace("voted", "did vote") if i % 50 == 0 else text for i, text in enumerate(old)]
    elif kind == "all":
        new = [text.replace("bridge", "ferry") for text in old]
    else:
        old, new = ["0.", "1.", "0."] * (n // 3), ["1.", "0.", "2."] * (n // 3)
    started = time.process_time()
    align(old, new)
    assert time.process_time() - started < 60
