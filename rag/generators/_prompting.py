"""Question, evidence and history as chat messages that fit a model's context, with what is data fenced as data.

What a document says reaches the model in a copy that can neither close the fence nor forge a marker, a chat role or a
line of the prompt. The copy lives in the prompt only: records and quotes keep every character of the source.

What comes back is bound as well: a grammar that llama.cpp takes with a request masks every token with which a sentence
would not end in a marker of given evidence, and what a model made of a question takes its place only if it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rag.errors import QuestionError
from rag.language.english import STOP_WORDS
from rag.model.llm.asking import CountTokens, Message, Prompt, neutral
from rag.protocols import CANNOT_ANSWER
from rag.types import Evidence, Turn

__all__ = [
    "MOST_REWRITE_CHARACTERS",
    "AnswerPrompt",
    "accepted_rewrite",
    "answer_prompt",
    "marker_grammar",
    "rewrite_prompt",
]

_TOKENS_AROUND_MESSAGES = 32
"""What a chat template adds for roles, with room to spare."""

_MOST_HEADING_CHARACTERS = 160


class AnswerPrompt(NamedTuple):
    """Messages that ask for an answer, and the evidence that had room in them."""

    messages: tuple[Message, ...]
    evidence: tuple[Evidence, ...]


def answer_prompt(
    prompt: Prompt,
    question: str,
    *,
    evidence: Sequence[Evidence],
    history: Sequence[Turn],
    room_tokens: int,
    count_tokens: CountTokens,
) -> AnswerPrompt:
    """The messages, of at most `room_tokens` tokens: the question always, then evidence, then history.

    Evidence is left out by rank, from the last, and an over-long sentence is left out whole; the history is cut
    from its oldest turn.

    Raises:
        QuestionError: the question alone does not fit.
    """
    question = neutral(question)
    free = _free_tokens(prompt, question, room_tokens=room_tokens, count_tokens=count_tokens)
    kept: list[Evidence] = []
    for sentence in sorted(evidence, key=lambda sentence: sentence.number):
        cost = count_tokens(_evidence_block([sentence])) + 1
        if cost <= free:
            kept.append(sentence)
            free -= cost
    conversation = _conversation(history, room_tokens=free, count_tokens=count_tokens)
    messages = prompt.messages(conversation=conversation, evidence=_evidence_block(kept), question=question)
    return AnswerPrompt(messages, tuple(kept))


def rewrite_prompt(
    prompt: Prompt, question: str, *, history: Sequence[Turn], room_tokens: int, count_tokens: CountTokens
) -> tuple[Message, ...]:
    """The messages that ask for the question without its conversation, cut as in `answer_prompt`.

    Raises:
        QuestionError: the question alone does not fit.
    """
    question = neutral(question)
    free = _free_tokens(prompt, question, room_tokens=room_tokens, count_tokens=count_tokens)
    conversation = _conversation(history, room_tokens=free, count_tokens=count_tokens)
    return prompt.messages(conversation=conversation, question=question)


def _free_tokens(prompt: Prompt, question: str, *, room_tokens: int, count_tokens: CountTokens) -> int:
    empty = prompt.messages(conversation="", evidence="", question=question)
    needed = sum(count_tokens(message.text) for message in empty) + _TOKENS_AROUND_MESSAGES
    if needed > room_tokens:
        raise QuestionError(
            f"cannot ask the model {_shortened(question)!r}: with its instructions the question takes about"
            f" {needed:,} tokens, and there is room for {room_tokens:,}"
            " - ask in fewer words, or use a model with a larger context"
        )
    return room_tokens - needed


def _evidence_block(evidence: Sequence[Evidence]) -> str:
    """Numbered sentences, those of one document together under its heading, best document first.

    A heading costs as much as a short sentence, so that it is written once for each document.
    """
    by_document: dict[str, list[Evidence]] = {}
    for sentence in evidence:
        by_document.setdefault(sentence.document_id, []).append(sentence)
    return "\n".join(line for sentences in by_document.values() for line in _document_lines(sentences))


def _document_lines(sentences: Sequence[Evidence]) -> Iterator[str]:
    yield _heading(sentences[0])
    for sentence in sentences:
        speaker = neutral(sentence.speaker)
        yield f"[{sentence.number}] {f'({speaker} speaking) ' if speaker else ''}{neutral(sentence.quote)}"


def _heading(sentence: Evidence) -> str:
    """`Document: title, source, date`; whoever wrote these is no more to be trusted than the sentences."""
    said = (neutral(part) for part in (sentence.title, sentence.source, sentence.published))
    known = dict.fromkeys(filter(None, said))
    return "Document: " + ", ".join(_shortened(part, _MOST_HEADING_CHARACTERS) for part in known)


def _conversation(history: Sequence[Turn], *, room_tokens: int, count_tokens: CountTokens) -> str:
    """The newest turns that fit, oldest first, marked as no evidence; empty when there is none."""
    opening = "Conversation so far, only to understand the question; it is no evidence:\n<conversation>\n"
    closing = "</conversation>\n\n"
    free = room_tokens - count_tokens(opening) - count_tokens(closing)
    turns: list[str] = []
    for turn in reversed(history):
        said = f"Person: {neutral(turn.question)}\nAssistant: {neutral(turn.answer)}\n"
        free -= count_tokens(said)
        if free < 0:
            break
        turns.append(said)
    return opening + "".join(reversed(turns)) + closing if turns else ""


def _shortened(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


_MOST_SENTENCES = 3
_MOST_MARKERS = 3
_MOST_CHARACTERS = 300
_WITHOUT_MARKERS = rf"""
sentence ::= start inside{{0,{_MOST_CHARACTERS}}} stop? " "? marker{{1,{_MOST_MARKERS}}} "."?
start ::= [^ .!?。！？\[\]<>【】\n\r]
inside ::= [^.!?。！？\[\]<>【】\n\r] | [.!?] start | " " short ". "
short ::= [A-Z] | "Mr" | "Mrs" | "Ms" | "Dr" | "St" | "Gen" | "Sen" | "Lt" | "Col" | "Prof" | "U.S" | "U.K" | "No"
stop ::= [.!?。！？]
"""
"""A full stop and a blank end a sentence, unless the word before them is short for another."""


def marker_grammar(numbers: Iterable[int]) -> str:
    """GBNF: the fixed phrase, or one to three sentences with one to three markers each.

    A sentence cannot go on behind its full stop: a model that wants to leave its marker out would otherwise write
    sentence after sentence up to its limit.

    Source: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
    """
    alternatives = " | ".join(f'"{number}"' for number in numbers)
    return (
        f'root ::= "{CANNOT_ANSWER}" | sentence (" " sentence){{0,{_MOST_SENTENCES - 1}}}'
        f'{_WITHOUT_MARKERS}marker ::= "[" ({alternatives}) "]"'
    )


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
