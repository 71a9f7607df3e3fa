"""Guards around a stream: repetition, length, thinking aloud, and whole statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.claims import DraftReader
from rag.generators._prompting import accepted_rewrite
from rag.model.llm.pieces import UnusableError, guarded, whole_statements, without_thinking
from rag.types import Turn


def passed(text: str, *, size: int = 7, max_characters: int = 100_000) -> str:
    pieces = (text[start : start + size] for start in range(0, len(text), size))
    return "".join(guarded(pieces, max_characters=max_characters))


PROSE = (
    "Russian forces occupy about 20% of Ukraine. [1] The talks in Jeddah took eight hours. [2] “We had conversations,”"
    " the secretary said on Wednesday. [3] He declined to say more. [3] Fifteen countries are interested. [4]"
    " The ministers meet again in Paris next week. [5] A spokesman of the Foreign Office called it an outrage. [6]"
)


@pytest.mark.parametrize(
    "text", [PROSE, "Yes. [1] Yes. [2] Yes. [3] Yes. [4]", "1,2,3,4,5,6,7,8,9,10", "東京は雨。[1]"]
)
def test_an_ordinary_answer_passes_unchanged(text):
    assert passed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "The minister said so. [1]\n" * 3,
        "The minister said so. [1] It rained a lot. [2] " * 3,
        "and then " * 100,
        "ha" * 500,
        "東京は雨です。" * 3 + "とても長い雨です。" * 3,
        "x" * 1000,
    ],
)
def test_repetition_is_refused(text):
    with pytest.raises(UnusableError, match="repeats itself"):
        passed(text)


def test_repetition_is_noticed_long_before_its_end():
    n_read = 0

    def endless():
        nonlocal n_read
        while True:
            n_read += 1
            yield "and so on "

    with pytest.raises(UnusableError):
        list(guarded(endless(), max_characters=1_000_000))
    assert n_read < 100


def test_a_text_beyond_the_limit_is_refused():
    with pytest.raises(UnusableError, match="goes on after 50 characters"):
        passed(PROSE, max_characters=50)


@given(st.lists(st.text(max_size=8), max_size=20))
def test_whole_statements_lose_nothing_of_a_complete_text(pieces):
    assert "".join(whole_statements(iter(pieces), is_complete=lambda: True)) == "".join(pieces)


@given(st.text("ab [1]\n【】", max_size=40))
def test_of_a_cut_text_only_whole_statements_and_one_word_get_out(text):
    out = "".join(whole_statements(iter(text), is_complete=lambda: False))
    assert text.startswith(out)
    assert not set("]】\n") & set(text[len(out) :])
    end = max(out.rfind(mark) for mark in "\n]】") + 1
    assert len(out[end:].replace("[", " ").replace("【", " ").split()) <= 1 if end else not out


@pytest.mark.parametrize("size", [1, 2])
def test_a_claim_is_read_when_the_first_word_behind_it_is(size):
    text = "It rained. [1][2] Then the sun came out. [3]"
    reader = DraftReader((), generator_id="g", prompt_id="")
    written, read_at = "", 0
    for piece in whole_statements((text[i : i + size] for i in range(0, len(text), size)), is_complete=lambda: True):
        written += piece
        if reader.read(piece) and not read_at:
            read_at = len(written)
    assert read_at == len("It rained. [1][2] Then ")


@given(st.text("<think>/ab", max_size=30), st.integers(1, 9))
def test_a_text_that_thinks_in_silence_passes_unchanged(text, size):
    if text.lstrip().startswith("<think>"):
        return
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert "".join(without_thinking(iter(pieces))) == text


@pytest.mark.parametrize("size", [1, 3, 50])
def test_thoughts_are_left_out_however_they_are_cut(size):
    text = " <think>So [1]?</think>It rained. [2]"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert "".join(without_thinking(iter(pieces))) == "It rained. [2]"


def test_thoughts_without_an_end_are_no_answer():
    assert list(without_thinking(iter(["<think>", "hm"]))) == []


@pytest.mark.parametrize(
    ("written", "accepted"),
    [
        ("“When did Marco Rubio say it?”", "When did Marco Rubio say it?"),
        ("When did Rubio’s aide and Lavrov say it?", "When did Rubio’s aide and Lavrov say it?"),
        ("When did Rubio say it?\nOn Monday.", "When did Rubio say it?"),
        ("When did Donald Trump say it?", "When?"),
        ("Did he say it in 2025?", "When?"),
        ("He said it. [1]", "When?"),
        ("Sure:", "When?"),
        ("He spoke of trust.", "When?"),
    ],
)
def test_a_rewrite_names_nothing_new(written, accepted):
    history = [Turn(question="What did Marco Rubio say?", answer="He spoke of Lavrov's trust.")]
    assert accepted_rewrite(written, "When?", history) == accepted
