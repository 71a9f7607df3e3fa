"""Which sentences of a long text stand beside a claim: those that share its rare words, in the order of the text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["MAX_WORDS", "best_sentences", "words_of"]

MAX_WORDS = 100
"""Of the sentences together: with the claim they are about 160 tokens."""


def words_of(text: str) -> list[str]:
    """The words of a text, cut to six letters so that forms of one word fall together.

    >>> words_of("Governments govern.")
    ['govern', 'govern']
    """
    return [word[:6] for word in re.findall(r"\w+", text.lower())]


def best_sentences(claim: str, sentences: Sequence[str], *, max_words: int = MAX_WORDS) -> tuple[int, ...]:
    """Positions of the sentences that best cover the claim's words, ascending; all of them when they are short enough.

    A word counts by how few sentences have it, and half once it is covered.

    >>> best_sentences("Rubio left.", ["It rained.", "Rubio left early.", "They met."], max_words=4)
    (1,)
    """
    n_words = [len(sentence.split()) for sentence in sentences]
    if sum(n_words) <= max_words:
        return tuple(range(len(sentences)))
    words = [set(words_of(sentence)) for sentence in sentences]
    counts = Counter(word for each in words for word in each)
    weight = {word: math.log(1 + len(sentences) / counts[word]) for word in set(words_of(claim)) if word in counts}
    chosen: list[int] = []
    room = max_words
    while True:
        left = [number for number in range(len(sentences)) if number not in chosen and n_words[number] <= room]
        if not chosen and not left:  # each sentence alone is too long
            left = list(range(len(sentences)))
        gains = {number: sum(weight.get(word, 0.0) for word in words[number]) for number in left}
        if not gains or max(gains.values()) <= 0.0:
            break
        best = max(gains, key=lambda number: (gains[number], -number))
        chosen.append(best)
        room -= n_words[best]
        for word in words[best] & weight.keys():
            weight[word] /= 2
    return tuple(sorted(chosen)) or (0,)
