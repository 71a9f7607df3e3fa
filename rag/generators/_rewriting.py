"""Whether what a model made of a question may take its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.stopwords import STOP_WORDS
from rag.types import Turn

__all__ = ["MOST_REWRITE_CHARACTERS", "accepted_rewrite"]

MOST_REWRITE_CHARACTERS = 400
"""Longest question that a rewrite may be."""

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_MARK_UP = re.compile(r"[\[\]<>{}|\\]|://|\bwww\.")


def accepted_rewrite(written: str, question: str, history: Sequence[Turn]) -> str:
    """The first line of `written` where it names nothing new, else `question`.

    A marker, mark-up, an address or an announcement is no question. A name or number that neither the question nor the
    conversation holds is the model's own, and a search for it would find other things than the person asked for.

    >>> turn = Turn(question="What did Rubio say?", answer="He spoke about Russia.")
    >>> accepted_rewrite(" What did Rubio say about trust? ", "And about trust?", [turn])
    'What did Rubio say about trust?'
    >>> accepted_rewrite("What did Lavrov say about trust?", "And about trust?", [turn])
    'And about trust?'
    """
    rewrite = written.strip().partition("\n")[0].strip(' \t\r"“”')
    if not rewrite or rewrite.endswith(":") or _MARK_UP.search(rewrite):
        return question
    if question.rstrip().endswith("?") and not rewrite.endswith("?"):
        return question  # small models like to answer instead
    if not rewrite.isprintable() or len(rewrite) > MOST_REWRITE_CHARACTERS:
        return question
    known = {_plain(word) for text in (question, *_said(history)) for word in _WORD.findall(text)}
    first, *words = _WORD.findall(rewrite) or [""]
    names = [word for word in words if word != word.lower() or "." in word or any(map(str.isdigit, word))]
    is_opener = first.casefold() in STOP_WORDS or _plain(first) in known
    return rewrite if is_opener and all(_plain(name) in known for name in names) else question


def _said(history: Sequence[Turn]) -> Iterator[str]:
    for turn in history:
        yield turn.question
        yield turn.answer


def _plain(word: str) -> str:
    """A word for comparison: `Rubio’s` is `rubio`."""
    return word.casefold().replace("’", "'").removesuffix("'s")
