"""Numbers that a claim says roughly: "nearly 300" of 298."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.newsroom.draft.lexicon import NEARLY

__all__ = ["rounded_numbers"]

_NUMBER = re.compile(
    r"(?P<money>[$£€])?(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<scale>\s?(?:thousand|million|billion|trillion|m|bn|tn)\b)?"
)
_SCALES = {"thousand": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12, "tn": 1e12}


def rounded_numbers(claim: str, sentences: Sequence[str]) -> Iterator[str]:
    """What is said roughly in a claim, with the number of a sentence that it is rounded from, NUL between them."""
    numbers = [found for sentence in sentences for found in _NUMBER.finditer(sentence)]
    spoken = {
        (found.string, found.start("number")): found["word"]
        for sentence in sentences
        for found in NEARLY.finditer(sentence)
    }
    for found in NEARLY.finditer(claim):
        written = _NUMBER.match(claim, found.start("number"))
        if written is None:
            continue
        value = _value(written)
        if any(_value(number) == value for number in numbers):
            continue
        source = next((one for one in numbers if _is_near(found["word"].lower(), value, _value(one))), None)
        if source is not None:
            word = spoken.get((source.string, source.start()), "")
            yield f"{claim[found.start() : written.end()]}\0{f'{word} {source[0]}'.strip()}"


def _value(number: re.Match[str]) -> float:
    scale = (number["scale"] or "").strip().lower()
    return float(number["digits"].replace(",", "")) * _SCALES.get(scale, 1.0)


def _is_near(word: str, rounded: float, exact: float) -> bool:
    """Whether a number may be told so: "nearly 300" of 298, "more than 300" of 310.

    >>> _is_near("nearly", 300, 298), _is_near("nearly", 300, 310), _is_near("more than", 300, 310)
    (True, False, True)
    """
    if not rounded or not exact:
        return False
    share = exact / rounded
    if word in (
        "nearly",
        "almost",
        "close to",
        "just under",
        "less than",
        "fewer than",
        "under",
        "up to",
        "well under",
    ):
        return 0.8 <= share < 1.0
    if word in ("more than", "over", "just over", "at least", "well over"):
        return 1.0 < share <= 1.3
    unit = 10.0 ** (len(f"{rounded:.0f}") - len(f"{rounded:.0f}".rstrip("0")))
    return 0.93 <= share <= 1.07 or (unit > 1 and round(exact / unit) * unit == rounded)
