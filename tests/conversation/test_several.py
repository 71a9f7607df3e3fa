"""Messages that ask several things: cut where each part stands alone, left whole where it does not."""

from __future__ import annotations

import pytest

from rag.conversation import questions_in


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Who is the mayor? When was she elected?", ("Who is the mayor?", "When was the mayor elected?")),
        (
            "Where was the ship built, and who owned it in 1912?",
            ("Where was the ship built?", "Who owned the ship in 1912?"),
        ),
        ("Who left, and who painted the door?", ("Who left?", "Who painted the door?")),
        ("How old is Liv Aker and where was she born?", ("How old is Liv Aker?", "Where was Liv Aker born?")),
        ("when and where did the talks begin", ("When did the talks begin?", "Where did the talks begin?")),
        ("Who won in 2019 and who won in 2020?", ("Who won in 2019?", "Who won in 2020?")),
        ("Is the bridge open and does it have a toll?", ("Is the bridge open?", "Does the bridge have a toll?")),
        ("What did he say about what happened and why it mattered?", None),
        ("What is the name of the man and the woman who sing?", None),
        ("Which parties are named, and which of them won?", None),
        ("Trump and Putin spoke. What did they say?", None),
        ("What was decided and what was put off and what was dropped and who spoke and who left and why?", None),
        ("", None),
        ("and what", None),
        ("? ?", None),
    ],
)
def test_each_part_stands_alone_or_all_stays_whole(text, questions):
    assert questions_in(text) == ((text,) if questions is None else questions)
