"""What everybody says, as spans: the forms of quotation and reported speech, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.attribution import speech_of, utterances_of
from rag.language.sentences import sentence_spans
from rag.types import SourceKind, Speech, Stance, Utterance


def said(text: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Speaker, cue, speech and words of each utterance."""
    return [
        (
            found.speaker,
            found.cue.slice(text) if found.cue else "",
            found.speech.value,
            tuple(span.slice(text) for span in found.spans),
        )
        for found in utterances(text)
    ]


def utterances(text: str) -> list[Utterance]:
    return utterances_of(text, sentence_spans(text, "en"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Anna Berg arrived. “We will pay,” said Berg. “All of it.”",
            ("Anna Berg", "said", "direct", ("“We will pay,”", "“All of it.”")),
        ),
        (
            "Anna Berg said that the council would pay.",
            ("Anna Berg", "said", "reported", ("that the council would pay",)),
        ),
        ("Anna Berg said the council would pay.", ("Anna Berg", "said", "reported", ("the council would pay",))),
        (
            "The council would pay, Anna Berg said.",
            ("Anna Berg", "said", "reported", ("The council would pay",)),
        ),
        (
            "According to Anna Berg, the council would pay.",
            ("Anna Berg", "According to", "reported", ("the council would pay",)),
        ),
        (
            "The council would pay, according to Anna Berg.",
            ("Anna Berg", "according to", "reported", ("The council would pay",)),
        ),
        (
            "Anna Berg told reporters on Monday that the council would pay.",
            ("Anna Berg", "told", "reported", ("that the council would pay",)),
        ),
        (
            "Anna Berg promised to pay the fishermen.",
            ("Anna Berg", "promised", "reported", ("to pay the fishermen",)),
        ),
        (
            "Anna Berg denied that she had “ever met” him.",
            ("Anna Berg", "denied", "partial", ("that she had “ever met” him",)),
        ),
        (
            "Anna Berg said: “He told me ‘never’, and he left.”",
            ("Anna Berg", "said", "direct", ("“He told me ‘never’, and he left.”",)),
        ),
        (
            "Anna Berg said: “This is the start.\n\n“And this is the end.”",
            ("Anna Berg", "said", "direct", ("“This is the start.", "“And this is the end.”")),
        ),
        (
            "Anna Berg came. ''We will pay,'' Berg said. ''All of it.''",
            ("Anna Berg", "said", "direct", ("''We will pay,''", "''All of it.''")),
        ),
        (
            "Police have said they have no plans to leave, a source said.",
            ("a source", "said", "reported", ("Police have said they have no plans to leave",)),
        ),
        (
            "“We will pay,” the lawyer Anna Berg said on Friday after the vote.",
            ("Anna Berg", "said", "direct", ("“We will pay,”",)),
        ),
        (
            "Anna Berg, the mayor, said on Tuesday that the bridge was sold.",
            ("Anna Berg", "said", "reported", ("that the bridge was sold",)),
        ),
        (
            "The deal, Anna Berg said, would end the war.",
            ("Anna Berg", "said", "reported", ("The deal", "would end the war")),
        ),
        (
            "According to the latest figures, the bridge pays.",
            ("the latest figures", "According to", "reported", ("the bridge pays",)),
        ),
        (
            "Anna Berg hopes that the bridge will open.",
            ("Anna Berg", "hopes", "reported", ("that the bridge will open",)),
        ),
        (
            "Anna Berg criticised the plan of the council.",
            ("Anna Berg", "criticised", "reported", ("the plan of the council",)),
        ),
        (
            "A senior official said the deal was dead.",
            ("A senior official", "said", "reported", ("the deal was dead",)),
        ),
    ],
)
def test_form_of_speech_is_found_with_its_words(text, expected):
    assert said(text) == [expected]


@pytest.mark.parametrize(
    ("verb", "stance"),
    [
        ("denied", Stance.DENIED),
        ("claimed", Stance.ALLEGED),
        ("promised", Stance.PROMISED),
        ("warned", Stance.WARNED),
        ("admitted", Stance.ADMITTED),
        ("said", Stance.SAID),
        ("hoped", Stance.THOUGHT),
    ],
)
def test_cue_tells_the_stance(verb, stance):
    [found] = utterances(f"Anna Berg {verb} that the bridge had been sold.")
    assert found.stance is stance


def test_source_without_a_name_is_kept_as_it_is_written():
    [found] = utterances("A senior official said the deal was dead.")
    assert (found.source_kind, found.speaker) == (SourceKind.UNNAMED, "A senior official")


def test_pronoun_that_may_be_two_people_is_left_unresolved():
    text = "Anna Berg met Carl Holm. Eva Lind met Dora Falk. “We will never pay a penny for this,” she said."
    [found] = utterances(text)
    assert (found.source_kind, found.speaker) == (SourceKind.UNRESOLVED, "")
    assert found.source.slice(text) == "she"


def test_surname_and_pronoun_are_resolved_within_the_document():
    text = "Anna Berg came. Berg said the bridge was sold. She added that the ferry was not."
    assert [found.speaker for found in utterances(text)] == ["Anna Berg", "Anna Berg"]


@pytest.mark.parametrize("source", ["A poll", "The latest survey", "some experts", "A senior official"])
def test_figures_and_people_without_a_name_are_unnamed(source):
    [found] = utterances(f"{source} said that the bridge was sold.")
    assert found.source_kind is SourceKind.UNNAMED


def test_name_that_a_cue_is_part_of_says_nothing():
    assert utterances("The United States met Anna Berg. Nobody spoke.") == []


def test_term_in_quotation_marks_is_nobodys_speech():
    assert utterances("The so-called “bridge to nowhere” is closed.") == []


@given(st.text(alphabet=" .,\n“”\"'‘’:abcAS", max_size=120), st.sampled_from([" said Bo Ek.", " Bo Ek said that ", ""]))
def test_spans_of_any_text_lie_in_it_in_order_and_no_word_is_said_twice_by_one_utterance(text, cue):
    whole = text + cue + text
    sentences = sentence_spans(whole, "en")
    for found in utterances_of(whole, sentences):
        assert found.spans
        assert list(found.spans) == sorted(found.spans)
        for before, after in zip(found.spans, found.spans[1:], strict=False):
            assert before.end < after.start
        places = [*found.spans, *found.quoted, *filter(None, (found.cue, found.source))]
        assert all(0 <= span.start < span.end <= len(whole) for span in places)
        assert all(any(span.contains(quoted) for span in found.spans) for quoted in found.quoted)
        assert (found.speech is Speech.REPORTED) == (not found.quoted)
        assert (found.source_kind is SourceKind.UNRESOLVED) == (not found.speaker)


def test_both_views_are_of_one_reading():
    text = "Anna Berg came. “We will pay,” Berg said."
    sentences = sentence_spans(text, "en")
    speech = speech_of(text, sentences)
    assert [found.speaker for found in speech.attributions] == ["Anna Berg"]
    assert speech.utterances == utterances_of(text, sentences)
