"""Who is introduced as what."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.attribution.questions import describes, introduction_of, is_introduced_as

SIKORSKI = "Radek Sikorski"


@pytest.mark.parametrize(
    ("sentence", "introduction"),
    [
        ("Radek Sikorski, Poland’s Foreign Minister, confirmed it.", "Poland’s Foreign Minister"),
        ("It was confirmed by Radek Sikorski, the foreign minister.", "the foreign minister"),
        ("Foreign Minister Radek Sikorski confirmed it.", "Foreign Minister"),
        ("Radek Sikorski confirmed it.", ""),
        ("Poland’s Foreign Minister confirmed it.", ""),
        ("", ""),
    ],
)
def test_introduction(sentence, introduction):
    assert introduction_of(SIKORSKI, [sentence]) == introduction


def test_the_first_introduction_counts():
    sentences = ["Sikorski spoke.", "Radek Sikorski, a minister, spoke.", "Radek Sikorski, a writer, spoke."]
    assert introduction_of(SIKORSKI, sentences) == "a minister"


def test_names_with_signs_are_no_patterns():
    assert introduction_of("A. (B", ["A. (B, the envoy, spoke."]) in ("", "the envoy")
    assert introduction_of("", ["Radek Sikorski, a minister, spoke."]) == ""


@pytest.mark.parametrize(
    ("mention", "introduction", "expected"),
    [
        ("Poland's foreign minister", "Poland’s Foreign Minister", True),
        ("Polish minister", "Poland’s Foreign Minister", True),
        ("Warsaw's minister", "Poland’s Foreign Minister", True),
        ("French minister", "Poland’s Foreign Minister", False),
        ("Poland", "Poland’s Foreign Minister", False),
        ("Polish minister", "", False),
        ("Kyiv's leader", "Ukraine’s President", True),
        ("Kyiv's leader", "Ukraine’s spokesman", False),
        ("British leader", "the UK prime minister", True),
    ],
)
def test_is_introduced_as(mention, introduction, expected):
    assert is_introduced_as(mention, SIKORSKI, introduction) is expected


def test_one_word_of_an_introduction_describes_nobody():
    assert not describes("what did the minister do", "the minister")
    assert not describes("what did she do", "")
    assert describes("how did Kyiv's leader evoke the wounded?", "Ukraine’s President")


def _by_one_expression(speaker: str, sentence: str) -> str:
    name = re.escape(speaker)
    pattern = (
        rf"\b{name},\s+(?P<after>[^,;:.()“”\"]{{3,80}})(?=[,.)])"
        rf"|(?P<before>(?:(?:[A-Z][\w’'-]*|of|the|for)\s+){{1,6}}){name}\b"
    )
    match = re.search(pattern, sentence)
    return (match["after"] or match["before"]).strip() if match else ""


PIECES = ["Ann", "Ann Lee", "Lee", "Minister", "the", "of", "said", "Britain’s", "McAnn", "x", ",", ".", ")", " ", "\n"]


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(["Ann", "Ann Lee", "the", "A", "“Ann", "Lee."]),
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", ", ", "  "])), max_size=14),
)
@example("Ann", [("Prime Minister Ann Ann", ", "), ("Minister of Health", ".")])
@example("Ann", [("A B C D E F G Ann", " "), ("said", ".")])
def test_an_introduction_is_what_one_expression_with_the_name_would_find(speaker, pieces):
    sentence = "".join(piece + gap for piece, gap in pieces)
    assert introduction_of(speaker, [sentence]) == _by_one_expression(speaker, sentence)
