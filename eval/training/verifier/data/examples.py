"""What the verifier learns from: a claim or a question beside sentences, with everything that is known about both.

One model reads the text once together with the sentences. It says of a claim whether the sentences support it, of each
sentence whether it answers the question or settles the claim, and of each word of a claim whether the sentences leave
it without support. An example labels whichever of these it knows.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from rag import Span

__all__ = ["Answering", "Example", "Target", "changed_spans", "plain", "read_examples", "write_examples"]


class Target(IntEnum):
    """What the sentences say about the claim; the first three are the outputs of the model, in this order."""

    SUPPORTED = 0
    CONTRADICTED = 1
    UNSUPPORTED = 2
    REFUSED = 3
    """Contradicted or unsupported, and it is not known which."""
    UNKNOWN = 4
    """Not labelled, or the text is a question."""


class Answering(IntEnum):
    """Whether a sentence answers the question, or settles the claim."""

    NO = 0
    YES = 1
    UNKNOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text beside sentences.

    answering: one for each sentence.
    knows_words: whether `wrong` says all; without it the words are not labelled.
    wrong: spans of `text` that the sentences do not support.
    source: where it comes from; examples are drawn evenly from their sources.
    """

    text: str
    sentences: tuple[str, ...]
    target: Target
    answering: tuple[Answering, ...]
    source: str
    knows_words: bool = False
    wrong: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if len(self.answering) != len(self.sentences):
            raise ValueError(f"{len(self.sentences)} sentences need as many labels, got {len(self.answering)}")


def changed_spans(original: str, edited: str) -> tuple[Span, ...]:
    """Where `edited` has other words than `original`; around words that are missing, the words beside the gap.

    >>> [span.slice("He left on Monday.") for span in changed_spans("He left on Friday.", "He left on Monday.")]
    ['Monday']
    >>> [span.slice("He did leave.") for span in changed_spans("He did not leave.", "He did leave.")]
    ['did leave']
    """
    before, after = re.findall(r"\w+|[^\w\s]", original), list(re.finditer(r"\w+|[^\w\s]", edited))
    matcher = difflib.SequenceMatcher(None, before, [word[0] for word in after], autojunk=False)
    spans = []
    for operation, _, _, start, end in matcher.get_opcodes():
        if operation == "equal" or not after:
            continue
        first, last = (start, end) if operation != "delete" else (max(0, start - 1), min(len(after), start + 1))
        spans.append(Span(start=after[first].start(), end=after[last - 1].end()))
    return tuple(spans)


_PLAIN = (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"'), (" n't", "n't"))


def plain(text: str) -> str:
    """The text without the marks that tokenised corpora have in place of brackets and quotation marks.

    >>> plain("Kesha -LRB- born 1987 -RRB- sang .")
    'Kesha ( born 1987 ) sang .'
    """
    for mark, character in _PLAIN:
        text = text.replace(mark, character)
    return re.sub(r"\s+", " ", text).strip()


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """One JSON array a line; the file appears whole or not at all."""
    begun = path.with_suffix(".part")
    with begun.open("w", encoding="utf-8") as file:
        for each in examples:
            wrong = [(span.start, span.end) for span in each.wrong]
            row = [each.text, each.sentences, each.target, each.answering, each.source, each.knows_words, wrong]
            file.write(json.dumps(row) + "\n")
    begun.replace(path)


def read_examples(path: Path) -> Iterator[Example]:
    """The examples in their order."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            text, sentences, target, answering, source, knows_words, wrong = json.loads(line)
            yield Example(
                text=text,
                sentences=tuple(sentences),
                target=Target(target),
                answering=tuple(map(Answering, answering)),
                source=source,
                knows_words=knows_words,
                wrong=tuple(Span(start=start, end=end) for start, end in wrong),
            )
