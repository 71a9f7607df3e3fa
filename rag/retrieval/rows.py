"""Rows of tables, as the sentences that readers make of them, and which of them has the most or least of something.

"Which is the oldest ferry?" is answered by one step over rows such as "Ship: Terna; Built: 1994.": the least of the
years. The row is moved to the front, well before the others; the number that decides stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.words import content_stems
from rag.retrieval.ranking import Ranked

__all__ = ["cells_of", "with_the_extreme_row_first"]


def cells_of(row: str) -> dict[str, str]:
    """The columns of a row and what stands in them; fewer than two for what is no row.

    >>> cells_of("Ship: Terna; Built: 1994.")
    {'Ship': 'Terna', 'Built': '1994'}
    """
    cells = [cell.partition(": ") for cell in row.removesuffix(".").split("; ")]
    return {name: value for name, colon, value in cells if colon and value}


def with_the_extreme_row_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order, before them the row that has the most or least of what the question asks for.

    Only where the question asks for a superlative, one of the first `_N_NEAR` places is a row of the table, and one row
    alone has the extreme.
    """
    asked = _Superlative.find(question)
    table = next((key for place in ranked[:_N_NEAR] if len(key := _table_of(place)) > 2), None)
    if asked is None or table is None:
        return [*ranked]
    rows = [place for place in ranked if place.score > 0 and place.candidate.sentence.document_id == table[0]]
    found = sorted(
        ((number, place) for place in rows if (number := asked.number_in(cells_of(place.candidate.quote))) is not None),
        key=lambda each: -each[0] if asked.is_most else each[0],
    )
    if len(found) < _FEWEST_ROWS or found[0][0] == found[1][0]:
        return [*ranked]
    best = found[0][1]
    lifted = best._replace(score=min(1.0, ranked[0].score + _ABOVE))
    return [lifted, *(place for place in ranked if place is not best)]


def _table_of(place: Ranked) -> tuple[str, ...]:
    """The document of a row and its columns."""
    return (place.candidate.sentence.document_id, *cells_of(place.candidate.quote))


class _Superlative:
    """What a question asks the most or the least of."""

    def __init__(self, stems: frozenset[str], *, is_most: bool) -> None:
        self._stems = stems
        self.is_most = is_most

    @classmethod
    def find(cls, question: str) -> _Superlative | None:
        """The superlative of a question that asks which one thing has it; None where it has none."""
        counted = _MOST_OF.search(question)
        if counted:
            return cls(
                content_stems(counted[2]), is_most=counted[1].lower() in ("most", "highest", "largest", "greatest")
            )
        for pattern, columns, is_most in _BY_ADJECTIVE:
            if pattern.search(question):
                return cls(columns, is_most=is_most)
        return None

    def number_in(self, cells: dict[str, str]) -> float | None:
        """The number of the first column that is meant; None where the row has none."""
        for name, value in cells.items():
            number = _NUMBER.match(value)
            if number and content_stems(name) & self._stems:
                return float(number[0].replace(",", ""))
        return None


def _adjective(words: str, columns: str, *, is_most: bool) -> tuple[re.Pattern[str], frozenset[str], bool]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE), content_stems(columns), is_most


_YEARS = "built year founded opened launched established since made born"
_PRICES = "price cost fare fee rent value salary"
_BY_ADJECTIVE = (
    _adjective("oldest|earliest|first built", _YEARS, is_most=False),
    _adjective("newest|youngest|latest|most recent|most modern", _YEARS, is_most=True),
    _adjective("cheapest|least expensive", _PRICES, is_most=False),
    _adjective("most expensive|dearest|costliest", _PRICES, is_most=True),
    _adjective("longest", "length long duration km miles metres", is_most=True),
    _adjective("shortest", "length long duration km miles metres height", is_most=False),
    _adjective("tallest|highest", "height high elevation metres", is_most=True),
    _adjective("fastest", "speed knots", is_most=True),
    _adjective("slowest", "speed knots", is_most=False),
    _adjective("heaviest", "weight tonnes kg", is_most=True),
    _adjective("lightest", "weight tonnes kg", is_most=False),
)
_MOST_OF = re.compile(
    r"\b(most|fewest|least|highest|lowest|largest|smallest|greatest)"
    r" (?:number of |amount of |share of )?(?!recent|modern|expensive|of\b)(\w+(?: \w+)?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_N_NEAR = 6
_FEWEST_ROWS = 3
_ABOVE = 0.2
"""By how much the row is lifted above what was best: enough to stand alone."""
