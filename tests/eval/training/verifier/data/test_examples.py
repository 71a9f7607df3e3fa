from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.verifier.data.examples import (
    Answering,
    Example,
    Target,
    changed_spans,
    plain,
    read_examples,
    write_examples,
)
from rag import Span

WORDS = st.lists(st.sampled_from(["he", "did", "not", "leave", "Rome", "1912", "."]), min_size=1, max_size=8)


@given(WORDS)
def test_same_text_has_no_changed_words(words: list[str]) -> None:
    assert changed_spans(" ".join(words), " ".join(words)) == ()


@given(WORDS, WORDS)
def test_changed_words_lie_inside_the_edited_text(original: list[str], edited: list[str]) -> None:
    text = " ".join(edited)

    spans = changed_spans(" ".join(original), text)

    assert all(span and span.slice(text) for span in spans)
    assert bool(spans) == (original != edited)


def test_inserted_word_is_the_changed_one() -> None:
    text = "He did not leave."

    assert [span.slice(text) for span in changed_spans("He did leave.", text)] == ["not"]


def test_marks_of_tokenised_corpora_become_plain() -> None:
    assert plain("``  He did n't -LRB- sing -RRB- ''") == '" He didn\'t ( sing ) "'


def test_examples_come_back_as_they_were_written(tmp_path: Path) -> None:
    example = Example(
        text="Émile left 🎉.",
        sentences=("Émile came.", "It rained."),
        target=Target.REFUSED,
        answering=(Answering.YES, Answering.UNKNOWN),
        source="name",
        knows_words=True,
        wrong=(Span(start=6, end=10),),
    )

    write_examples(tmp_path / "examples.jsonl", [example])

    assert list(read_examples(tmp_path / "examples.jsonl")) == [example]
    assert [path.name for path in tmp_path.iterdir()] == ["examples.jsonl"]


def test_each_sentence_needs_a_label() -> None:
    with pytest.raises(ValueError, match="2 sentences need as many labels, got 1"):
        Example(text="", sentences=("a", "b"), target=Target.UNKNOWN, answering=(Answering.NO,), source="")
