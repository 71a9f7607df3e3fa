"""What `rag ask` takes for the question: words with or without quotation marks, or standard input."""

from __future__ import annotations

import io
import json
import sys

import pytest

WORDS = ("When", "did", "the", "bridge", "open?")


def asked(rag, *arguments: str) -> str:
    code, out, err = rag("ask", "--json", *arguments)
    assert (code, err) == (0, "")
    return json.loads(out)["question"]


@pytest.fixture
def pipe(monkeypatch):
    """Puts bytes into standard input, as a pipe does."""

    def put(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))

    return put


def test_words_without_quotation_marks_are_one_question(rag, article):
    assert asked(rag, *WORDS) == "When did the bridge open?"
    assert rag("ask", *WORDS) == rag("ask", "When did the bridge open?")


def test_options_may_stand_before_between_and_behind_the_words(rag, article):
    assert asked(rag, "--llm", "none", *WORDS) == "When did the bridge open?"
    assert asked(rag, "When", "did", "--llm", "none", "the", "bridge", "open?") == "When did the bridge open?"
    assert asked(rag, "--", "-1", "degrees?") == "-1 degrees?"


def test_dash_alone_is_standard_input(rag, article, pipe):
    pipe(b"When did\nthe bridge open?\n")
    assert asked(rag, "-") == "When did the bridge open?"
    pipe(b"never read")
    assert asked(rag, "bridge", "-", "1932") == "bridge - 1932"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot answer an empty question"),
        (b" \n", "cannot answer an empty question"),
        (b"x" * 2_000_000, "the limit is 10,000"),
    ],
)
def test_standard_input_that_is_no_question_is_wrong_use(rag, article, pipe, content, said):
    pipe(content)
    code, out, err = rag("ask", "-")
    assert (code, out) == (2, "")
    assert said in err


def test_bytes_that_are_no_text_are_no_crash(rag, article, pipe):
    pipe(b"When did the bridge \xff open?")
    assert asked(rag, "-") == "When did the bridge \N{REPLACEMENT CHARACTER} open?"
