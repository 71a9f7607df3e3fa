"""Files of questions: what is read, in whose words, what is refused with its line, and what a decision leaves alone."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.cases import DataError
from eval.questions.files import (
    Gold,
    Question,
    QuestionsError,
    Recorded,
    State,
    decide,
    line_of,
    read_questions,
    write_questions,
)


def read(tmp_path, *lines):
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return read_questions(file)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text.strip())
golds = st.lists(st.builds(Gold, words, st.one_of(st.just(""), words)), min_size=1, max_size=3)


@settings(max_examples=25)
@given(
    question=st.builds(
        Question,
        id=words,
        question=words.map(lambda text: " ".join(text.split())),
        gold=golds.map(tuple),
        answers=st.lists(words, max_size=2).map(tuple),
        state=st.sampled_from(State),
        kind=words,
        must=st.booleans(),
        recorded=st.builds(Recorded, words, st.lists(words, max_size=2).map(tuple)),
        more=st.dictionaries(st.sampled_from(["note", "owner"]), st.integers()),
        line=st.just(1),
    )
)
def test_what_is_written_is_read_again(tmp_path_factory, question):
    file = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    write_questions(file, [question])
    (again,) = read_questions(file)
    assert again == replace(question, more=again.more)
    assert dict(again.more) == dict(question.more)


RAGAS = {
    "user_input": "When did it open?",
    "reference": "It opened in 1932.",
    "reference_contexts": ["The bridge opened in 1932."],
    "retrieved_contexts": ["The bridge opened in 1932.", "It is grey."],
    "response": "In 1932.",
}
OLDER_RAGAS = {
    "question": "When did it open?",
    "ground_truth": "It opened in 1932.",
    "reference_contexts": ["The bridge opened in 1932."],
    "contexts": ["The bridge opened in 1932.", "It is grey."],
    "answer": "In 1932.",
}
DEEPEVAL = {
    "input": "When did it open?",
    "expected_output": "It opened in 1932.",
    "context": ["The bridge opened in 1932."],
    "retrieval_context": ["The bridge opened in 1932.", "It is grey."],
    "actual_output": "In 1932.",
}


@pytest.mark.parametrize("line", [RAGAS, OLDER_RAGAS, DEEPEVAL], ids=["ragas", "older ragas", "deepeval"])
def test_lines_of_other_tools_say_the_same(tmp_path, line):
    (question,) = read(tmp_path, line)
    assert question.question == "When did it open?"
    assert question.gold == (Gold("The bridge opened in 1932."),)
    assert question.answers == ("It opened in 1932.",)
    assert question.recorded == Recorded("In 1932.", ("The bridge opened in 1932.", "It is grey."))
    assert question.state is State.ACCEPTED
    (again,) = read(tmp_path, {**line, "note": "other fields change no id"})
    assert again.id == question.id


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no valid JSON"),
        ("[1]", "no object"),
        ({"version": 2, "question": "Why?"}, "version 2 is not known"),
        ({"version": True, "question": "Why?", "answers": ["So."]}, "version True is not known"),
        ({"gold": []}, "there is no question"),
        ({"question": "  "}, "'question' is empty"),
        ({"question": 3}, "'question' is 3"),
        ({"user_input": [{"content": "Hi", "type": "human"}]}, "a conversation"),
        ({"question": "Why?"}, "nothing says what is right"),
        ({"question": "Why?", "gold": "So."}, '"gold" is "So."'),
        ({"question": "Why?", "gold": [{"document": "a.txt"}]}, "has no quote"),
        ({"question": "Why?", "gold": [{"quote": " "}]}, "has no quote"),
        ({"question": "Why?", "gold": [{"quote": "So.", "document": 3}]}, "is no text"),
        ({"question": "Why?", "answerable": "no"}, '"answerable" is "no"'),
        ({"question": "Why?", "answerable": False, "gold": ["So."]}, "and there is gold"),
        ({"question": "Why?", "answers": ["So."], "state": "done"}, '"state" is "done"'),
        ({"question": "Why?", "answers": ["So."], "state": ["draft"]}, '"state" is ["draft"]'),
        ({"question": "Why?", "answers": [3]}, "'answers' is [3]"),
        ({"question": "Why?", "reference_contexts": {"a": 1}}, "'reference_contexts' is"),
    ],
)
def test_bad_lines_are_all_told_with_their_numbers(tmp_path, line, reason):
    good = {"question": "Who?", "answers": ["She."]}
    with pytest.raises(QuestionsError) as raised:
        read(tmp_path, good, "", line, line)
    assert [bad.line for bad in raised.value.lines] == [3, 4]
    assert reason in raised.value.lines[0].reason
    assert " - " in raised.value.lines[0].reason
    assert f"\n  line 3: {raised.value.lines[0].reason}" in str(raised.value)
    assert pickle.loads(pickle.dumps(raised.value)).lines == raised.value.lines


def test_an_id_stands_once(tmp_path):
    line = {"question": "Who?", "answers": ["She."]}
    with pytest.raises(QuestionsError, match=r"line 2: the id 'q-\w+' is taken by line 1"):
        read(tmp_path, line, line)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_questions_is_refused(tmp_path, content):
    with pytest.raises(DataError, match="holds no question"):
        read(tmp_path, content)
    with pytest.raises(DataError, match="name a file"):
        read_questions(tmp_path / "missing.jsonl")


def test_a_decision_rewrites_its_line_alone(tmp_path):
    file = tmp_path / "questions.jsonl"
    odd = b'{ "question":"Who?",  "answers":["She."], "id": "a" }'
    content = (
        b"\xef\xbb\xbf"
        + odd
        + b"\r\n\n"
        + json.dumps(RAGAS | {"note": "mine"}).encode()
        + b"\n"
        + odd[:-2]
        + b', "id": "z"}'
    )
    file.write_bytes(content)
    questions = read_questions(file)
    decide(file, replace(questions[1], state=State.REJECTED))
    before, after = content.split(b"\n"), file.read_bytes().split(b"\n")
    assert [number for number, line in enumerate(after) if line != before[number]] == [2]
    assert json.loads(after[2]) == json.loads(line_of(questions[1])) | {"state": "rejected"}
    assert json.loads(after[2])["note"] == "mine"
    assert [each.state for each in read_questions(file)] == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]
    with pytest.raises(DataError, match="has no question 'gone'"):
        decide(file, replace(questions[0], id="gone"))
