"""Lines joined to paragraphs, and paragraphs to a text: what was broken only because a line or a page was full.

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

from rag.readers.pdf.layout import Column, Line
from rag.readers.shape.joints import WEAK_HYPHEN, joined

__all__ = ["body_size", "paragraphs", "written"]

_FOOTNOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶]+)\s*(?=[^\W\d_])")
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
