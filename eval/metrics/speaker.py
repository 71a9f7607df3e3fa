"""Wrong-speaker rate: how often an answer about who said something cites the words of somebody else.

Definition: a citation is right when the speaker of its sentence goes by one of the gold names, wrong when the
sentence has another speaker, and unattributed when nobody speaks in it. Two names are of one person when they end in
the same word and the words of one are all among those of the other: "Rubio" and "Marco Rubio" are, "Donald Trump" and
"Donald Trump Jr" are not, nor are "Jill Biden" and "Joe Biden". A gold name should be as full as the document has it:
"Biden" would take either.
Denominator: citations whose sentence has a speaker, right or wrong, of all cases that have a gold speaker (micro).
Unattributed ones are counted apart: they prove nothing about who spoke, and blame nobody falsely.
Empty answer: adds no citation. Empty gold: the case is not about a speaker and adds nothing.
Source: this project; attribution of quotations is scored by exact match of the speaker in Pareti 2015, here leniently
towards shorter names of the same person.
Agrees with: no official scorer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from eval.metrics.answer_match import answer_words
from eval.metrics.figure import Figure, ratio

__all__ = ["SpeakerCounts", "is_same_speaker", "speaker_counts"]


class SpeakerCounts(NamedTuple):
    """Citations of one case, or of several added up field by field."""

    n_right: int
    n_wrong: int
    n_unattributed: int

    @property
    def wrong_rate(self) -> Figure:
        """Wrong among the citations whose sentence has a speaker; 0 is best."""
        return ratio(self.n_wrong, self.n_right + self.n_wrong)


def is_same_speaker(first: str, second: str) -> bool:
    """Whether both names can be of one person.

    >>> is_same_speaker("Marco Rubio", "Rubio"), is_same_speaker("Jill Biden", "Joe Biden")
    (True, False)
    """
    first_words, second_words = answer_words(first), answer_words(second)
    if not first_words or not second_words or first_words[-1] != second_words[-1]:
        return False
    return set(first_words) <= set(second_words) or set(second_words) <= set(first_words)


def speaker_counts(cited_speakers: Iterable[str], gold_names: Iterable[str]) -> SpeakerCounts:
    """The counts of one case.

    cited_speakers: of the sentence of each citation, empty for nobody.
    gold_names: names of the one who said it, each right.

    >>> speaker_counts(["Marco Rubio", "Keir Starmer", ""], ["Rubio"])
    SpeakerCounts(n_right=1, n_wrong=1, n_unattributed=1)
    """
    names = list(gold_names)
    if not names:
        return SpeakerCounts(0, 0, 0)
    cited = list(cited_speakers)
    n_unattributed = cited.count("")
    n_right = sum(any(is_same_speaker(speaker, name) for name in names) for speaker in cited)
    return SpeakerCounts(n_right, len(cited) - n_right - n_unattributed, n_unattributed)
