"""Whose words a question asks for, and when two names are one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.attribution import AskedSpeaker, asked_speaker, names_same

SPEAKERS = [
    "Marco Rubio", "John Healey", "Donald Trump", "Volodymyr Zelenskyy", "a Foreign Office spokesman",
    "A senior defence source", "A senior military source", "Ukrainian officials", "The Telegraph", "Radek Sikorski",
    "Dmitry Peskov", "Wladyslaw Kosiniak-Kamysz", "Sebastien Lecornu", "the White House",
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Rubio say about territory?", "Marco Rubio"),
        ("what did rubio say about territory", "Marco Rubio"),
        ("According to Healey, what is decisive?", "John Healey"),
        ("according to healey what are these days", "John Healey"),
        ("What, according to Trump, would be very bad?", "Donald Trump"),
        ("what does zelensky think of russia", "Volodymyr Zelenskyy"),
        ("How did the senior military source describe the force?", "A senior military source"),
        ("What did the Foreign Office say about the diplomat?", "a Foreign Office spokesman"),
        ("What did Kosiniak-Kamysz warn about?", "Wladyslaw Kosiniak-Kamysz"),
        ("What has Secretary Rubio said about Ukraine?", "Marco Rubio"),
        ("What is Healey's message to Putin?", "John Healey"),
        ("what was healeys message", "John Healey"),
        ("What are the views of Lecornu on aerospace?", "Sebastien Lecornu"),
        ("In Trump's view what would happen", "Donald Trump"),
        ("What did Trump say Putin would do?", "Donald Trump"),
        ("Tell me what sikorski said about US supplies", "Radek Sikorski"),
        ("what territory did rubio say kyiv could cede", "Marco Rubio"),
        ("What would the UK do, according to the Telegraph, if Putin rejects it?", "The Telegraph"),
        ("What did the White House say on Wednesday", "the White House"),
        ("what was said by peskov", "Dmitry Peskov"),
        ("Quote Healey on Putin", "John Healey"),
    ],
)
def test_question_about_a_known_speaker(question: str, speaker: str) -> None:
    asked = asked_speaker(question, SPEAKERS)
    assert asked is not None
    assert asked.speaker == speaker
    assert not asked.is_absent


@pytest.mark.parametrize(
    ("question", "mention"),
    [
        ("What did Macron say about Starlink?", "Macron"),
        ("what did starmer say about boots on the ground", "starmer"),
        ("What did Putin tell reporters?", "Putin"),
        ("According to Elon Musk, what is next?", "Elon Musk"),
    ],
)
def test_question_about_the_words_of_somebody_who_says_nothing(question: str, mention: str) -> None:
    assert asked_speaker(question, SPEAKERS) == AskedSpeaker(mention=mention, speaker="", is_absent=True)


@pytest.mark.parametrize(
    "question",
    ["What did the US Secretary of State say?", "What did the source say?", "What did Rubio and Healey say?",
     "What does a new report say", "What did Europe believe about the deal?"],
)  # fmt: skip
def test_a_description_two_fitting_speakers_or_a_thought_is_never_called_absent(question: str) -> None:
    asked = asked_speaker(question, SPEAKERS)
    assert asked is not None
    assert asked.speaker == ""
    assert not asked.is_absent


@pytest.mark.parametrize(
    "question",
    ["Who said that the giant is awakening?", "who warned of dependency on Starlink", "Whose view is it?", "",
     "How long did the talks in Jeddah last?", "What did he say?", "What does the article say about Starlink?",
     "When did Healey speak in Paris?", "Why did the UK revoke accreditation?", "Who is John Healey?",
     "What is the state of the talks?", "What percentage of Ukraine do Russian forces occupy?"],
)  # fmt: skip
def test_question_that_asks_for_nobodys_words(question: str) -> None:
    assert asked_speaker(question, SPEAKERS) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("rubio", "Marco Rubio"), ("Secretary Rubio", "Marco Rubio"),
        ("the US Secretary of State Marco Rubio", "rubio"),
        ("Zelensky", "Volodymyr Zelenskyy"), ("zelenskiy", "Zelenskyy"), ("Sébastien Lecornu", "Sebastien Lecornu"),
        ("the Telegraph", "The Telegraph"), ("JD Vance", "J. D. Vance"), ("source", "A senior defence source"),
    ],
)  # fmt: skip
def test_one_bearer(first: str, second: str) -> None:
    assert names_same(first, second)
    assert names_same(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Trump", "Trumpism"), ("Bill Clinton", "Hillary Clinton"), ("President Trump", "President Putin"),
        ("", "Rubio"),
        ("Mr Smith", "Mrs Smith"), ("Trump", "Trump’s spokesman"), ("Russia", "Russian"), ("Johnson", "Johnston"),
        ("the deputy minister", "the minister"), ("Trump", "Trump Organization"), ("", ""),
    ],
)  # fmt: skip
def test_two_bearers(first: str, second: str) -> None:
    assert not names_same(first, second)
    assert not names_same(second, first)


@given(st.text(max_size=40), st.text(max_size=40))
@example("0", "IN")
def test_sameness_is_symmetric_and_questions_never_raise(first: str, second: str) -> None:
    assert names_same(first, second) == names_same(second, first)
    asked_speaker(first, [second])
    asked_speaker(f"what did {first} say about {second}", [second, first])
