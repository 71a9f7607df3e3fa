"""Rows of tables, as the sentences that readers make of them; what is counted, or is the most, there and in sentences.

"Which is the oldest ferry?" is answered by one step over rows such as "Ship: Terna; Built: 1994.": the least of the
years. The row is moved to the front, well before the others; the number that decides stands in it. Where a question
names a column, a superlative or a number of things that the best sentences lack, they answer another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.english import MONTHS, TENS, UNITS, word_set
from rag.language.words import content_stems
from rag.retrieval.ranking import Candidate, Ranked

__all__ = ["cells_of", "lacks_column", "lacks_number", "lacks_superlative", "with_the_extreme_row_first"]


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


def lacks_column(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """A row of a table: that of the thing asked for has to have the column asked for."""
    rows = [cells for candidate in near if len(cells := cells_of(candidate.quote)) > 1]
    asked = content_stems(question)
    columns = {name for cells in rows for name in cells if _is_named(_IN_PARENTHESES.sub("", name), asked)}
    meant = [cells for cells in rows if _is_named(next(iter(cells.values())), asked)]
    for column in sorted(columns) if meant else ():
        if not any(column in cells for cells in meant):
            yield column


def _is_named(text: str, stems: frozenset[str]) -> bool:
    own = content_stems(text)
    return bool(own) and own <= stems


def lacks_superlative(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """The most or the least of something: a sentence has to say of something that it is, or rows of a table show it."""
    match = next((found for found in _THE_MOST.finditer(question) if found[1].lower() not in _NOT_MOST), None)
    if match is None or sum(len(cells_of(each.quote)) > 1 for each in near) > 1:
        return
    for each in near:
        text = f"{each.before} {each.quote}"
        found = [word[0] for word in _MOST.finditer(text) if word[0].lower() not in _NOT_MOST]
        if found or _FOREMOST.search(text):
            return
    yield match[1]


def lacks_number(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """So many things of a kind: where the sentences have another number of them, some has to have this one too."""
    for match in _NUMBERED.finditer(question):
        number, things = _value(match[1]), content_stems(match[2])
        if number is None or not things:
            continue
        around = " ".join(f"{each.before} {each.quote} {each.passage.heading} {each.passage.text}" for each in near)
        if any(_value(found) == number for found in _ANY_NUMBER.findall(around)):
            continue
        if any(things & other for each in near for other in _things_numbered(each.quote)):
            yield match[0]


def _things_numbered(quote: str) -> Iterator[frozenset[str]]:
    """Stems of the words behind each number, and of the columns of a row that hold one."""
    for match in _NUMBERED.finditer(quote):
        yield content_stems(match[2])
    for name, value in cells_of(quote).items():
        if _ANY_NUMBER.match(value):
            yield content_stems(name)


def _value(number: str) -> float | None:
    text = number.lower().replace(",", "").rstrip(".")
    if text in _WORTH:
        return float(_WORTH[text])
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


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
_IN_PARENTHESES = re.compile(r"\([^)]*\)")
_THE_MOST = re.compile(
    r"(?:\b(?:the|his|her|their|its|our|my)|[’']s|s[’']) (most|least|fewest|\w{3,}est)\b(?! of (?:the|them|us)\b)",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?:most|least|fewest|\w{3,}est)\b(?! of (?:the|them|us)\b)", re.IGNORECASE)
_NOT_MOST = word_set(
    """west midwest northwest southwest forest request interest protest test contest guest arrest honest harvest invest
    suggest priest chest quest conquest inquest rest digest manifest detest attest best latest nearest modest tempest
    behest earnest almost southeast northeast ingest bequest everest budapest brest bucharest armrest unrest"""
)
_FOREMOST = re.compile(
    r"\b(?:only|record|top|first|last|never|unique|lead(?:s|er|ing)?|main|major|chief|principal|more|less|best|worst|no"
    r" other|number one|champion\w*|favou?rite|peak\w*|biggest|mainly|mostly|primarily|\w{2,}er than)\b|\d ?%",
    re.IGNORECASE,
)
"""Says in other words that something has the most or the least."""
_WORTH = {word: value for value, word in enumerate(UNITS) if value > 1} | {
    word: 10 * value for value, word in enumerate(TENS, start=2)
}
_NUMBER_PATTERN = rf"\d[\d,]*(?:\.\d+)?|{'|'.join(sorted(_WORTH, key=len, reverse=True))}"
_ANY_NUMBER = re.compile(rf"\b(?:{_NUMBER_PATTERN})\b", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?<![\w.,$€£-])({_NUMBER_PATTERN})(?: |-)(?!(?:{'|'.join(MONTHS)}|per|percent|million|billion|thousand|hundred"
    rf"|of|to|and|or|in|by|a|at)\b)([a-z][\w’'-]*(?: [a-z][\w’'-]*)?)",
    re.IGNORECASE,
)
