"""Which rows the model may learn from: of the tune half some are kept back, and what stands in both halves is dropped.

The report half is never touched. Thresholds and temperatures cannot be tuned on rows that the model was trained on,
where it is surer than it should be, so a share of the tune half's documents is kept back for them. Sets share pages
of Wikipedia: a training row with a claim, or a long sentence, of a row that is held back or reported is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from eval.cases import Split
from eval.halves import halves

__all__ = ["Held", "Part", "parts"]

_MIN_WORDS = 8
"""Of a sentence that gives a document away; shorter ones are said everywhere."""


class Part(StrEnum):
    """What a row is for."""

    TRAIN = "train"
    CALIBRATE = "calibrate"
    REPORT = "report"


def parts(groups: Sequence[tuple[str, ...]], *, n_bits: int) -> list[Part]:
    """The part of each row; rows that share a name are in the same one.

    groups: as `eval.halves` takes them. n_bits: one document in 2 ** n_bits of the tune half is kept back.
    """
    is_kept_back = [True] * len(groups)
    for bit in range(n_bits):  # other names give other hashes, and each of these cuts the kept share in two
        named = [tuple(f"kept back {bit}: {name}" for name in names) for names in groups]
        is_kept_back = [kept and split is Split.TUNE for kept, split in zip(is_kept_back, halves(named), strict=True)]
    return [
        Part.REPORT if split is Split.REPORT else Part.CALIBRATE if kept else Part.TRAIN
        for split, kept in zip(halves(groups), is_kept_back, strict=True)
    ]


class Held:
    """The texts of rows that are kept back or reported, to recognise them in training rows."""

    def __init__(self) -> None:
        self._claims: set[str] = set()
        self._sentences: set[str] = set()

    def hold(self, claim: str, sentences: Iterable[str]) -> None:
        """Remember a claim or question, and the sentences beside it."""
        self._claims.add(_normal(claim))
        self._sentences.update(map(_normal, sentences))

    def has(self, claim: str, sentences: Iterable[str]) -> bool:
        """Whether the claim is held, or one of the sentences of eight words or more."""
        if _normal(claim) in self._claims:
            return True
        normal = map(_normal, sentences)
        return any(len(each.split()) >= _MIN_WORDS and each in self._sentences for each in normal)


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
