"""What the small model of our own says about a claim beside its quotes: sentence by sentence, window by window.

Only what states something is read: what a document asks or orders supports nothing, whatever the model makes of it.
Each sentence of a claim is read by itself, and the one that fares worst decides. Long evidence is read in windows, one
wide and one narrow, of the sentences that share the claim's rare words; the window that supports it best counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.atoms import AtomisedSentence, sentences_of
from rag.checking.attributed import sentences_said_by, speakers_of
from rag.checking.form import is_statement
from rag.model.evidence import EvidenceModel, EvidenceReading, best_sentences
from rag.protocols import ClaimWithEvidence

__all__ = ["ClaimReading", "read_claims"]

NARROW_WORDS = 50
_ADDRESSED = re.compile(
    r"\W*(?:(?:\w+|[^,.:;]{1,60}),? )?you (?:must|should|shall|have to|need to|are to|ought to)\b", re.IGNORECASE
)
"""What the reader is told to do, in the form of a statement."""
_MAX_CHARACTERS = 20_000
"""Of one quote that are read: far more than a sentence has."""


class ClaimReading(NamedTuple):
    """What the model says about a claim, as log-odds; of its worst sentence, in that one's best window.

    support: for support. contradiction: for contradiction. wrong: that its least supported word is unsupported.
    place: the quotes of the window, for people. wrong_words: what has no support there.
    is_whole: whether claim and window were read to their ends.
    """

    support: float
    contradiction: float
    wrong: float
    place: str
    wrong_words: tuple[str, ...]
    is_whole: bool


class _Window(NamedTuple):
    """One reading to be done: a sentence of the claim, and the sentences beside it with the quotes they are from."""

    n_unit: int
    text: str
    sentences: tuple[str, ...]
    numbers: tuple[int, ...]


def read_claims(pairs: Sequence[ClaimWithEvidence], model: EvidenceModel) -> list[ClaimReading | None]:
    """For each pair, in order; None where the claim says nothing, or the evidence states nothing."""
    windows = [list(_windows(pair)) for pair in pairs]
    readings = iter(model.read([(window.text, window.sentences) for each in windows for window in each]))
    return [_worst([(window, next(readings)) for window in each]) for each in windows]


def _worst(read: Sequence[tuple[_Window, EvidenceReading]]) -> ClaimReading | None:
    best: dict[int, tuple[_Window, EvidenceReading]] = {}
    for window, reading in read:
        known = best.get(window.n_unit)
        if known is None or reading.support > known[1].support:
            best[window.n_unit] = window, reading
    if not best:
        return None
    window, reading = min(best.values(), key=lambda each: each[1].support)
    return ClaimReading(
        support=reading.support,
        contradiction=max(each.contradiction for _, each in best.values()),
        wrong=max(max(each.wrong.tolist(), default=0.0) for _, each in best.values()),
        place=_place(window.numbers),
        wrong_words=reading.words_wrong_in(window.text),
        is_whole=all(each.is_whole for _, each in best.values()),
    )


def _windows(pair: ClaimWithEvidence) -> Iterator[_Window]:
    cited = [
        (text, number)
        for number, (quote, speaker) in enumerate(zip(pair.evidence, speakers_of(pair), strict=True), start=1)
        for sentence in sentences_said_by(quote[:_MAX_CHARACTERS], speaker)
        if (text := _text(sentence)) and is_statement(text, pair.claim) and not _ADDRESSED.match(text)
    ]
    sentences = [text for text, _ in cited]
    units = filter(None, map(_text, sentences_of(pair.claim)))
    for n_unit, unit in enumerate(units if sentences else ()):
        wide = best_sentences(unit, sentences)
        narrow = best_sentences(unit, sentences, max_words=NARROW_WORDS)
        for positions in dict.fromkeys((wide, narrow)):
            numbers = tuple(dict.fromkeys(cited[position][1] for position in positions))
            yield _Window(n_unit, unit, tuple(sentences[position] for position in positions), numbers)


def _text(sentence: AtomisedSentence) -> str:
    """The sentence; empty without a letter or a digit."""
    text = sentence.text or " ".join(sentence.tokens)
    return text if any(map(str.isalnum, text)) else ""


def _place(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"quote {numbers[0]}"
    return f"quotes {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
