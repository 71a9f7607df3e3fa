"""Guards around the stream of a language model: what may pass, and when to stop listening.

Each takes pieces of text and gives pieces of text, so that they can be stacked; none knows where the pieces come from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

__all__ = ["UnusableError", "guarded", "whole_statements", "without_thinking"]

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, and the halves of code points that broken JSON becomes: neither can be stored or printed."""

_STATEMENT = re.compile(r"[^\n.!?。！？]+(?:[\n.!?。！？]+(?:\s*\[\d+\])*)")
_MOST_REPEATS = 3
_SHORTEST_REPEAT_BYTES = 12  # "Yes. [1]" may well come three times
_TAIL = 480
_GRAM = 8
_LEAST_DISTINCT = 0.25

_FIRST_WORD = re.compile(r"[\W_]*[^\W_][^\s\[【]*\s")

_THINKING = "<think>"
_THOUGHT = "</think>"


class UnusableError(Exception):
    """What a model writes is no answer; the message says why."""


def guarded(pieces: Iterator[str], *, max_characters: int) -> Iterator[str]:
    """The pieces, as long as they are an answer: what is no text becomes U+FFFD.

    Raises:
        UnusableError: the model repeats itself, or writes more than `max_characters`.
    """
    text = ""
    checked = 0
    for piece in pieces:
        readable = _NOT_TEXT.sub("\ufffd", piece)
        text += readable
        if len(text) > max_characters:
            raise UnusableError(f"it goes on after {max_characters:,} characters")
        if len(text) - checked >= _TAIL // 4:
            checked = len(text)
            _refuse_repetition(text)
        yield readable
    _refuse_repetition(text)


def _refuse_repetition(text: str) -> None:
    """Nothing, unless one statement stands in `text` for the third time or its end runs in a short circle.

    A text that repeats a string of p characters has at most p different runs of eight characters, and other text has
    nearly as many as characters.
    """
    statements = Counter(" ".join(found[0].split()) for found in _STATEMENT.finditer(text))
    again = next(
        (
            said
            for said, n in statements.items()
            if n >= _MOST_REPEATS and len(said.encode(errors="replace")) >= _SHORTEST_REPEAT_BYTES
        ),
        None,
    )
    tail = text[-_TAIL:]
    grams = {tail[start : start + _GRAM] for start in range(len(tail) - _GRAM + 1)}
    if again is None and len(tail) == _TAIL and len(grams) < _LEAST_DISTINCT * _TAIL:
        again = tail[-60:]
    if again is not None:
        raise UnusableError(f"it repeats itself, {again[:60]!r}")


def without_thinking(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces without a `<think>…</think>` block that opens them; one that never ends gives nothing.

    >>> list(without_thinking(iter(["<th", "ink>Hm. [1]</thi", "nk>Y", "es. [2]"])))
    ['Y', 'es. [2]']
    """
    held = ""
    for piece in pieces:
        held += piece
        start = held.lstrip()
        if len(start) < len(_THINKING) and _THINKING.startswith(start):
            continue  # cannot tell yet
        if not start.startswith(_THINKING):
            yield held
            yield from pieces
            return
        _, is_over, after = held.partition(_THOUGHT)
        if is_over:
            if after:
                yield after
            yield from pieces
            return
    if not held.lstrip().startswith(_THINKING):
        yield held


def whole_statements(pieces: Iterator[str], *, is_complete: Callable[[], bool]) -> Iterator[str]:
    """The same text in pieces that end behind a marker or a line, or behind the first word of what follows.

    That word tells a reader that the statement before it is over. What is left comes last, if the text is complete.
    More than one word of half a sentence never gets out of a stream that fails or is cut short: "Rubio will not
    resign" must not be read as far as "Rubio will".

    >>> list(whole_statements(iter(["It ra", "ined. [1", "] It", " was"]), is_complete=lambda: True))
    ['It rained. [1]', ' It ', 'was']
    """
    held = ""
    awaits_word = False
    for piece in pieces:
        held += piece
        end = max(held.rfind(mark) for mark in "\n]】") + 1
        if end:
            yield held[:end]
            held, awaits_word = held[end:], True
        word = _FIRST_WORD.match(held) if awaits_word else None
        if word:
            yield word[0]
            held, awaits_word = held[word.end() :], False
    if held and is_complete():
        yield held
