"""Requests of a chat program that are no questions: a title for the conversation, tags, what to ask next.

Open WebUI sends them to the same model, as a message of the user that begins with "### Task:", holds the conversation
in `<chat_history>`, and asks for a JSON object. Searching the documents for such a text would be noise, and its answer
a title that says the documents do not know. So the title is the first question, and the lists are empty.

Source: https://github.com/open-webui/open-webui, backend/open_webui/config.py (DEFAULT_…_GENERATION_PROMPT_TEMPLATE).
"""

from __future__ import annotations

import json
import re

from rag.serving.answers import Finished, OutcomeBody, Piece

__all__ = ["reply_to_task"]

_TASK = "### Task:"
_HISTORY, _END_OF_HISTORY = "<chat_history>", "</chat_history>"
_USER, _ASSISTANT = "USER:", "\nASSISTANT:"
_ASKED_FOR = re.compile(r'"(title|tags|follow_ups|queries|text)"\s*:')
_MOST_WORDS = 8


def reply_to_task(text: str) -> tuple[Piece, Finished] | None:
    """What such a request gets; None when the text is a question.

    >>> asked = "<chat_history>\\nUSER: Who came?\\n</chat_history>"
    >>> task = '### Task:\\nWrite a title.\\nJSON format: { "title": "…" }\\n' + asked
    >>> reply_to_task(task)[0].text
    '{"title": "Who came?"}'
    >>> reply_to_task("What is the task?") is None
    True
    """
    if not text.lstrip().startswith(_TASK):
        return None
    named = _ASKED_FOR.search(text)
    what = named[1] if named else "text"
    value: str | list[str] = _title(text) if what == "title" else "" if what == "text" else []
    outcome = OutcomeBody(
        status="not_a_question",
        answer_id=None,
        standalone_question="",
        answerability=0.0,
        generator="",
        notice="This is a request of the chat program, which no document answers.",
        nearest=[],
    )
    return Piece(text=json.dumps({what: value}, ensure_ascii=False)), Finished(outcome=outcome)


def _title(text: str) -> str:
    """The first words of the first question."""
    history = text.partition(_HISTORY)[2].partition(_END_OF_HISTORY)[0]
    words = history.partition(_USER)[2].partition(_ASSISTANT)[0].split()
    return " ".join(words[:_MOST_WORDS]) + ("…" if len(words) > _MOST_WORDS else "")
