"""Lines joined to paragraphs, and paragraphs to a text: what was broken only because a line or a page was full.

Running headers, footers and page numbers stand at the edge of a page because it is a page, and go first: a line that
stands apart from the text, where a page near by has the same line, or the same but for a number that counts the pages.

A line break in a document's text ends a sentence, so a break that the author did not make must not stay. Whether
somebody made it can be seen: by a larger gap, an indent or another font size, or because the next word would still have
fitted. A hyphen at the end of a line goes when the document itself, or the letters beside it, say that it was not
there before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from rag.readers.pdf.layout import Column, Line, Segment, rows
from rag.readers.pdf.words import Page
from rag.readers.shape.dateline import date_in_words
from rag.readers.shape.joints import WEAK_HYPHEN, joined

__all__ = ["body_size", "paragraphs", "without_frame", "without_line_numbers", "written"]

_EDGE = 0.15
"""The share of the page's height, at the top and at the bottom, in which a frame may stand."""
_N_EDGE_ROWS = 3
_SMALLEST_GAP = 0.5
"""In font sizes: how far the frame stands from the text at least."""
_SAME_PLACE_POINTS, _SAME_PLACE_ON_SCANS = 4.0, 16.0
"""Pages do not lie on the glass alike."""
_FOOTNOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶]+)\s*(?=[^\W\d_])")
_LINE_NUMBER = re.compile(r"\d{1,4}(?:\s+(?=\S)|\s*$)")
_FEWEST_LINE_NUMBERS = 5
_LINE_STEPS = frozenset({1, 2, 5, 10})
_REACH_PAGES = 2
"""Left and right pages may have frames of their own."""

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(?=[ivxlc])(?:x[cl]|l?x{0,3})?(?:i[xv]|v?i{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE_NUMBER = re.compile(
    r"[\[(|–—-]?\s*(?:page|seite|p\.|página|pagina|strona|с\.|стр\.)?\s*(\d{1,5})(?:\s*(?:/|of|von|de|sur|di|z|из)\s*\d{1,5})?"
    r"\s*[\])|–—-]?",
    re.IGNORECASE,
)


class _EdgeLine(NamedTuple):
    """A line that may belong to the frame.

    place: its distance from the top, in points. is_all: whether all lines of the page stand together with it.
    reach: how far from there it may stand on another page.
    """

    text: str
    numbers: tuple[int, ...]
    pattern: str
    is_top: bool
    place: float
    members: tuple[Segment, ...]
    is_all: bool = False
    reach: float = _SAME_PLACE_POINTS


def without_frame(pages: Sequence[Page], segments: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The segments of each page that are no frame, in the order in which they came.

    A line of the frame whose date stands nowhere else is kept once.
    """
    edge_lines = [_edge_lines(page, found) for page, found in zip(pages, segments, strict=True)]
    frames: list[list[_EdgeLine]] = []
    for i, page in enumerate(pages):
        near = [
            (j - i, line)
            for j in range(max(0, i - _REACH_PAGES), min(len(pages), i + _REACH_PAGES + 1))
            if j != i
            for line in edge_lines[j]
        ]
        frames.append([line for line in edge_lines[i] if _is_frame(line, near, page.number)])
    dates: set[str] | None = None
    kept = []
    for found, frame in zip(segments, frames, strict=True):
        gone: set[int] = set()
        for line in frame:
            date = date_in_words(line.text)
            if date and dates is None:
                members = {id(segment) for lines in frames for line in lines for segment in line.members}
                rest = (segment for page in segments for segment in page if id(segment) not in members)
                dates = {date_in_words(segment.text) for segment in rest}
            if date and dates is not None and date not in dates:
                dates.add(date)
            else:
                gone.update(map(id, line.members))
        kept.append([segment for segment in found if id(segment) not in gone])
    return kept


def without_line_numbers(found: Sequence[Segment]) -> list[Segment]:
    """The segments without the numbers that count the lines of a text at its margin.

    They count on, stand in one place, and what stands beside them runs on from line to line, unlike rows of a table.
    """
    lines = rows([segment for segment in found if segment.is_upright])
    for side in (0, -1):
        numbered = _aligned([row for row in lines if _LINE_NUMBER.match(row[side].text)], side)
        numbers = [row[side] for row in numbered]
        if len(numbers) >= _FEWEST_LINE_NUMBERS and _count_lines(numbers, side) and _run_on(numbered, lines, side):
            gone = {id(segment): _LINE_NUMBER.sub("", segment.text) for segment in numbers}
            return [
                segment._replace(text=gone.get(id(segment), segment.text))
                for segment in found
                if gone.get(id(segment), segment.text)
            ]
    return list(found)


def _aligned(numbered: Sequence[list[Segment]], side: int) -> list[list[Segment]]:
    """Those of the rows whose numbers stand below each other, as most of them do: a footnote's number does not."""
    places = [row[side].left if side == 0 else row[side].right for row in numbered]
    ends = [row[side].right if side == 0 else row[side].left for row in numbered]
    groups = [
        [row for row, other in zip(numbered, edges, strict=True) if abs(other - edge) <= _SAME_PLACE_POINTS / 2]
        for edges in (places, ends)
        for edge in edges
    ]
    return max(groups, key=len, default=[])


def _count_lines(numbers: Sequence[Segment], side: int) -> bool:
    """Whether the numbers stand below each other and count by one step."""
    places = [segment.left if side == 0 else segment.right for segment in numbers]
    ends = [segment.right if side == 0 else segment.left for segment in numbers]
    is_aligned = min(max(those) - min(those) for those in (places, ends)) <= _SAME_PLACE_POINTS
    values = [int(segment.text.split()[0]) for segment in numbers]
    steps = {following - value for value, following in pairwise(values)}
    return is_aligned and len(steps) == 1 and steps <= _LINE_STEPS


def _run_on(numbered: Sequence[Sequence[Segment]], lines: Sequence[Sequence[Segment]], side: int) -> bool:
    """Whether the lines beside the numbers are of running text: many begin with a small letter, and none is a row."""
    beside = [row[1:] if side == 0 else row[:-1] for row in numbered]
    alone = [_LINE_NUMBER.sub("", row[side].text) for row in numbered]
    texts = [" ".join(segment.text for segment in row) or text for row, text in zip(beside, alone, strict=True)]
    n_small = sum(text[:1].islower() for text in texts)
    is_step_one = len(numbered) * 2 >= len(lines)
    n_rows = sum(len(row) > 1 for row in beside)
    return n_small * 4 >= len(texts) and n_rows * 4 <= len(texts) and (is_step_one or len(numbered) * 12 >= len(lines))


def _edge_lines(page: Page, found: Sequence[Segment]) -> list[_EdgeLine]:
    lines = rows([segment for segment in found if segment.is_upright])
    at_edges = [
        *_from_the_edge(lines, page.height, is_top=True),
        *_from_the_edge(lines[::-1], page.height, is_top=False),
    ]
    return at_edges if page.recognised is None else [line._replace(reach=_SAME_PLACE_ON_SCANS) for line in at_edges]


def _from_the_edge(lines: Sequence[list[Segment]], height: float, *, is_top: bool) -> list[_EdgeLine]:
    """The lines from the edge to the first gap, when they are few."""
    block: list[_EdgeLine] = []
    for row, following in zip(lines[:_N_EDGE_ROWS], [*lines[1:], None], strict=False):
        top, bottom = min(segment.top for segment in row), max(segment.bottom for segment in row)
        if (bottom > height * _EDGE) if is_top else (top < height * (1 - _EDGE)):
            return []
        block.append(_edge_line(row, is_top=is_top))
        if following is None:
            return [line._replace(is_all=True) for line in block]
        if is_top:
            gap = min(segment.top for segment in following) - bottom
        else:
            gap = top - max(segment.bottom for segment in following)
        if gap >= _SMALLEST_GAP * max(segment.size for segment in row):
            return block
    return []


def _edge_line(row: Sequence[Segment], *, is_top: bool) -> _EdgeLine:
    text = " ".join(segment.text for segment in row)
    roman = _roman_value(text)
    numbers = (roman,) if roman else tuple(int(number[:9]) for number in _NUMBER.findall(text))
    pattern = "#" if roman else _NUMBER.sub("#", text)
    return _EdgeLine(text, numbers, pattern, is_top, row[0].top, tuple(row))


def _is_frame(line: _EdgeLine, near: Sequence[tuple[int, _EdgeLine]], page_number: int) -> bool:
    alone = _PAGE_NUMBER.fullmatch(line.text)
    if alone and int(alone[1]) == page_number:
        return True
    return any(_is_the_same(line, other, distance) for distance, other in near)


def _is_the_same(line: _EdgeLine, other: _EdgeLine, distance: int) -> bool:
    """Whether both stand in one place and say the same, but for numbers that grow by one with each page."""
    if line.is_all and other.is_all:
        return False  # two pages of which one repeats the other, not two frames without text
    if line.is_top != other.is_top or abs(line.place - other.place) > min(line.reach, other.reach):
        return False
    if line.pattern != other.pattern or len(line.numbers) != len(other.numbers):
        return False
    steps = {there - here for here, there in zip(line.numbers, other.numbers, strict=True)}
    return steps <= {0, distance}


def _roman_value(text: str) -> int:
    """What a Roman numeral up to 99 counts; 0 for what is none.

    >>> _roman_value("xiv"), _roman_value("MIX"), _roman_value("")
    (14, 0, 0)
    """
    if not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text.lower()]
    return sum(
        -value if following > value else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


_SAME_SIZE = 0.08
_LARGER_GAP = 1.3
"""Lines of one paragraph are at most this many times the usual distance apart."""
_INDENT = 0.7
_NEARLY_FULL = 2.0
"""In font sizes: how much of a line may stay empty when the next word was too long for it."""

_ENDS_SENTENCE = re.compile(r"[.!?…:;。！？؟।][\"'”’»)\]]*(?:\d{1,3}|\[\d{1,3}\])?$")
_BULLET = re.compile(r"[•◦▪▫●○■□‣⁃✓➢][ \t]?|[-–—*][ \t]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)][ \t]")
_SURE_BULLET = re.compile(r"[•◦▪▫●○■□‣⁃✓➢]")
_PARTED_WORD = re.compile(r"\w[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


class Text(NamedTuple):
    """The text of all pages, and the offset at which each begins; an empty page begins where the next one does.

    line_starts: each line, by the offset at which it begins.
    """

    text: str
    page_starts: tuple[int, ...]
    line_starts: tuple[tuple[int, Line], ...] = ()


class _Paragraph(NamedTuple):
    """Lines that belong together. is_full: whether its last line has no room for another word."""

    lines: tuple[Line, ...]
    is_full: bool
    is_aside: bool

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def body_size(columns: Iterable[Column]) -> float:
    """The font size, in half points, of most characters; 0 when there are none."""
    sizes: Counter[float] = Counter()
    for column in columns:
        for line in column.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def paragraphs(columns: Sequence[Column]) -> list[tuple[Line, ...]]:
    """The lines of each paragraph; one that goes on in the next column or on the next page is one paragraph."""
    size = body_size(columns)
    joined: list[_Paragraph] = []
    n_before = 0  # how many paragraphs stood before the column that was joined last
    for column in columns:
        found = _paragraphs_of(column)
        tail = _last_of_size(joined, n_before, size)
        head = next((i for i, paragraph in enumerate(found) if _is_of_size(paragraph, size)), None)
        if head is None and joined and column.lines and joined[-1].lines[-1].page == column.lines[0].page:
            joined += found  # a picture's words, or a note at the margin: the text may go on after it
            continue
        n_before = len(joined)
        if tail is not None and head is not None and _evidently_go_on(joined[tail], found[head]):
            # Footnotes below the first half go before it, and figures above the second half after it.
            begun, going_on = joined.pop(tail), found.pop(head)
            joined.append(going_on._replace(lines=begun.lines + going_on.lines))
            n_before = len(joined) - 1
        joined += found
    return [paragraph.lines for paragraph in joined]


def written(found: Sequence[tuple[Line, ...]], n_pages: int) -> Text:
    """The paragraphs as a text with a blank line between them, and a line for each row of a table."""
    known = _known_words(found)
    pieces: list[str] = []
    starts: list[int] = []
    line_starts: list[tuple[int, Line]] = []
    length = 0

    def write(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    last: Line | None = None
    for lines in found:
        for i, line in enumerate(lines):
            text = line.text
            if last is not None:
                if i > 0:
                    before = pieces.pop()
                    length -= len(before)
                    join = joined(before, text, known)
                    write(join.before)
                    write(join.between)
                else:
                    pieces[-1] = pieces[-1].replace(WEAK_HYPHEN, "-")
                    write("\n" if last.is_row and line.is_row else "\n\n")
            starts += [length] * (line.page - len(starts))
            line_starts.append((length, line))
            write(text)
            last = line
    if pieces:
        pieces[-1] = pieces[-1].replace(WEAK_HYPHEN, "-")
    text = "".join(pieces)
    return Text(text, tuple(starts + [len(text)] * (n_pages - len(starts))), tuple(line_starts))


def _paragraphs_of(column: Column) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    for block in _blocks(column.lines):
        left, right = min(line.left for line in block), max(line.right for line in block)
        pending = [block[0]]
        for line, following in pairwise(block):
            if _is_break(line, following, left=left, right=right):
                found.append(_paragraph(pending, right, is_aside=column.is_aside))
                pending = []
            pending.append(following)
        found.append(_paragraph(pending, right, is_aside=column.is_aside))
    return found


def _paragraph(lines: Sequence[Line], right: float, *, is_aside: bool) -> _Paragraph:
    last = lines[-1]
    is_full = not last.is_row and right - last.right < _NEARLY_FULL * last.size
    return _Paragraph(tuple(lines), is_full, is_aside)


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines cut where a gap or another font size separates them."""
    if not lines:
        return
    # In font sizes, because a heading has lines further apart.
    distances = [
        (following.bottom - line.bottom) / line.size
        for line, following in pairwise(lines)
        if _have_same_size(line, following)
    ]
    usual = median(distances) if len(distances) >= 3 else 1.3
    block = [lines[0]]
    for line, following in pairwise(lines):
        # The usual distance in a column of headings or single lines is no distance within a paragraph.
        largest = _LARGER_GAP * min(usual, 2.2) * line.size
        if not _have_same_size(line, following) or following.bottom - line.bottom > largest:
            yield block
            block = []
        block.append(following)
    yield block


def _have_same_size(line: Line, other: Line) -> bool:
    return abs(line.size - other.size) <= _SAME_SIZE * max(line.size, other.size)


def _is_break(line: Line, following: Line, *, left: float, right: float) -> bool:
    """Whether the author ended a paragraph between two lines of a block."""
    if line.is_row or following.is_row or _SURE_BULLET.match(following.text):
        return True
    if _PARTED_WORD.search(line.text) and following.text[:1].isalnum():
        return False
    has_ended = _ENDS_SENTENCE.search(line.text) is not None
    would_have_fitted = line.right + 0.3 * line.size + following.first_word_width < right - 0.1 * line.size
    if has_ended:
        is_indented = _INDENT * line.size < following.left - left < 6 * line.size and following.left > line.left
        return would_have_fitted or is_indented or _BULLET.match(following.text) is not None
    return would_have_fitted and not following.text[:1].islower()


def _is_of_size(paragraph: _Paragraph, size: float) -> bool:
    """Whether it is a paragraph of the running text: no heading, footnote, table or margin note."""
    line = paragraph.lines[0]
    return not paragraph.is_aside and not line.is_row and abs(line.size - size) <= _SAME_SIZE * size


def _last_of_size(joined: Sequence[_Paragraph], first: int, size: float) -> int | None:
    """The last paragraph of the running text; before footnotes of its size, when it is left open above them."""
    found = [i for i in range(len(joined) - 1, first - 1, -1) if _is_of_size(joined[i], size)]
    above = next((i for i in found if not _FOOTNOTE.match(joined[i].text)), None)
    if above is not None and not _ENDS_SENTENCE.search(joined[above].lines[-1].text):
        return above
    return found[0] if found else None


def _evidently_go_on(begun: _Paragraph, following: _Paragraph) -> bool:
    """Whether the sentence that the first leaves open goes on in the second."""
    if _ENDS_SENTENCE.search(begun.lines[-1].text) or _BULLET.match(following.text):
        return False
    if following.text[:1].islower():
        return True
    # A capital may begin a name: then the line has to be full, which a heading seldom is.
    return begun.is_full and len(begun.lines) > 1 and following.text[:1].isalnum()


def _known_words(found: Sequence[tuple[Line, ...]]) -> Counter[str]:
    """How often each word, also with hyphens in it, stands whole on a line."""
    known: Counter[str] = Counter()
    for lines in found:
        is_parted = False
        for line in lines:
            # The last word may be half a word, and the first one its other half.
            begin = line.text.find(" ") + 1 if is_parted else 0
            is_parted = _PARTED_WORD.search(line.text) is not None
            end = line.text.rfind(" ") if is_parted else len(line.text)
            known.update(word.lower() for word in _WORD.findall(line.text[begin : max(begin, end)]))
    return known
