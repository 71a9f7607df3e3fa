"""Lines that a program broke because they were full, joined to the paragraphs that they are.

A line break in a document's text ends a sentence, so one that nobody made on purpose must not stay. Whether it was
made is measured: in a block of wrapped prose the first word of each line would not have fitted on the line before.
Verse, lists, code, tables and addresses do not fill their lines, and stay as they are.

`joints` says what stands between two lines that are joined.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.readers.shape.joints import JOINED_OTHERWISE, WEAK_HYPHEN, WordCounts, are_without_blank, joined

__all__ = ["unwrapped"]

_NARROWEST, _WIDEST = 30, 140
_SURE_WIDTH = 45
_LONGEST_WORD = 500
_SURE_SHARE = 0.85
_LOWER_SHARE, _LEAST_FILL = 0.34, 0.6
_MOST_SENTENCE_ENDS = 0.5
_N_WIDTHS = 3

_BULLET = re.compile(r"\s*(?:[-–—*•◦▪+]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s+\S")
_STANDS_ALONE = re.compile(r"\s*(?:[>|#]|--|==|\*\*\*|~~~|```|https?://\S+$|[A-Z][\w-]{0,20}: \S)")
_CELLS = re.compile(r"\S(?:\t| {3,})\S.*|\|.*\||\+-{2,}")
_CODE_START = re.compile(r"\s*(?:def|class|import|from|return|#include|function|var|const|if\s*\()\b")
_CODE = re.compile(r"[;{}]\s*$|[=!]=|=>|\(\)|</\w")
_CODE_PREFIXES = frozenset(["de", "cl", "im", "fr", "re", "#i", "fu", "va", "co", "if"])
_SIGNS_OF_CELLS = ("\t", "   ", "|", "+-")
_SIGNS_OF_CODE = (";", "{", "}", "=", "()", "</")
"""Without any of them its lines need not be looked at one by one."""
_BEGINS_ALONE = frozenset(">|#-=*~`h")
_ENDS_BULLET = frozenset("-–—*•◦▪+.)]:")
"""A line that stands alone, or begins with a bullet, has a first word that begins or ends with one of these signs."""
_CLOSING = "\"'”’»)]"
_ENDING = frozenset(".!?…。！？")
_MAY_END = _ENDING.union(_CLOSING)
_PARTED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_HYPHENS = frozenset("-\u2010\u00ad")
_FIRST_WITHOUT_BLANKS = "\u3000"


def unwrapped(text: str) -> str:
    """The text with the lines of each wrapped paragraph joined; every other line as it is.

    >>> unwrapped("The harbour wall had been weakened by three\\nwinters of storms, and the repair was never\\nbegun.")
    'The harbour wall had been weakened by three winters of storms, and the repair was never begun.'
    """
    if "\n" not in text:
        return text
    has_signs = any(sign in text for sign in (*_SIGNS_OF_CELLS, *_SIGNS_OF_CODE))
    blocks = [(lines, _measured(lines, has_signs=has_signs)) for lines in _blocks(text.split("\n"))]
    widths = [_width(block) if block else 0 for _, block in blocks]
    document_width = max(widths)
    if not document_width and not any(block and _is_pair(block) for _, block in blocks):
        return text
    known = WordCounts(text)
    unwrapped_lines: list[str] = []
    for (lines, block), width in zip(blocks, widths, strict=True):
        if block is None:
            unwrapped_lines += lines
        elif width or _fits(block, document_width):
            unwrapped_lines += _joined(block, width or document_width, known)
        elif _is_pair(block):
            unwrapped_lines += _joined(block, block.lengths[0], known)
        else:
            unwrapped_lines += lines
    return "\n".join(unwrapped_lines)


class _Block(NamedTuple):
    """Neighbouring lines that may have been wrapped, with what is asked of them more than once.

    ended, stripped: the lines without blanks at their ends, and at both. lengths, last_signs: of `ended`. words: the
    first of each line. starts_anew: the lines that begin with a bullet, or as those do that stand alone.
    ends_sentence: the lines that end as a sentence does. needed: how wide each line but the last would have to be to
    hold the first word of the next too. may_lack_blanks: whether a line begins in a script that has no blanks.
    """

    lines: list[str]
    ended: list[str]
    stripped: list[str]
    lengths: list[int]
    words: list[str]
    last_signs: str
    starts_anew: frozenset[int]
    ends_sentence: frozenset[int]
    needed: Sequence[float]
    may_lack_blanks: bool


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines cut before and after each blank line; a blank line is a block of its own."""
    block: list[str] = []
    for line in lines:
        if line and not line.isspace():
            block.append(line)
            continue
        if block:
            yield block
            block = []
        yield [line]
    if block:
        yield block


def _measured(lines: list[str], *, has_signs: bool) -> _Block | None:
    """What there is to know of the lines; None when they are too few, too long, or no prose.

    has_signs: whether there are signs of cells or code in the text.
    """
    if len(lines) < 2 or (max(map(len, lines)) > _WIDEST + 2 and not _has_a_width(lines)):
        return None
    stripped = [line.strip() for line in lines]
    ended = stripped if stripped == lines else [line.rstrip() for line in lines]
    words = [line.split(None, 1)[0] for line in stripped]
    last_signs = "".join([line[-1] for line in stripped])
    # A word is no bullet, and no name before a colon.
    no_words = [
        i
        for i, word in enumerate(words)
        if not word.isalpha() and (word[-1] in _ENDS_BULLET or word[0] in _BEGINS_ALONE)
    ]
    alone = {i for i in no_words if _STANDS_ALONE.match(lines[i])}
    ending = [i for i, sign in enumerate(last_signs) if sign in _MAY_END]
    ends_sentence = frozenset(i for i in ending if stripped[i].rstrip(_CLOSING)[-1:] in _ENDING)
    if len(alone) * 2 > len(lines) or not _may_be_prose(lines, words, ends_sentence, has_signs=has_signs):
        return None
    lengths = list(map(len, ended))
    may_lack_blanks = max(words) >= _FIRST_WITHOUT_BLANKS
    needed: list[float] = [length + 1 + len(word) for length, word in zip(lengths, words[1:], strict=False)]
    if not _HYPHENS.isdisjoint(last_signs):
        for i, sign in enumerate(last_signs[:-1]):
            if sign in _HYPHENS and _PARTED.search(stripped[i]):
                needed[i] = math.inf  # a parted word never fits
    if may_lack_blanks:
        for i, word in enumerate(words[1:]):
            if are_without_blank(last_signs[i], word):
                needed[i] = lengths[i] + 3
    return _Block(
        lines=lines,
        ended=ended,
        stripped=stripped,
        lengths=lengths,
        words=words,
        last_signs=last_signs,
        starts_anew=frozenset(alone.union(i for i in no_words if _BULLET.match(lines[i]))),
        ends_sentence=ends_sentence,
        needed=needed,
        may_lack_blanks=may_lack_blanks,
    )


def _has_a_width(lines: Sequence[str]) -> bool:
    """Whether one of the longest lines has a length at which somebody wraps."""
    return any(_NARROWEST <= length <= _WIDEST for length in _widest({len(line.rstrip()) for line in lines}))


def _widest(lengths: Iterable[int]) -> list[int]:
    return sorted(lengths, reverse=True)[:_N_WIDTHS]


def _may_be_prose(
    lines: Sequence[str], words: Sequence[str], ends_sentence: frozenset[int], *, has_signs: bool
) -> bool:
    """Whether the lines, which begin with these words, are no cells, no code and no list of sentences."""
    n = len(lines)
    whole = "\n".join(lines) if has_signs else ""
    has_cells = any(sign in whole for sign in _SIGNS_OF_CELLS)
    if has_cells and sum(_CELLS.search(line) is not None for line in lines) * 3 > n:
        return False
    code = {i for i, word in enumerate(words) if word[:2] in _CODE_PREFIXES and _CODE_START.match(lines[i])}
    if any(sign in whole for sign in _SIGNS_OF_CODE):
        code.update(i for i, line in enumerate(lines) if _CODE.search(line))
    if len(code) * 3 >= n:
        return False
    return len(ends_sentence - {n - 1}) <= _MOST_SENTENCE_ENDS * max(1, n - 1) or n == 2


def _width(block: _Block) -> int:
    """The width at which the lines of the block were wrapped; 0 when they were not."""
    if len(block.lines) < 3:
        return 0
    widths = [width for width in _widest(set(block.lengths)) if _NARROWEST <= width <= _WIDEST]
    joints: Sequence[int] = range(1, len(block.lines))
    if block.starts_anew:
        joints = [i for i in joints if i not in block.starts_anew]
    if not widths or not joints or block.lengths[0] > 2 * _WIDEST:
        return 0
    best, share = _best_width(block, joints, widths)
    if share < _SURE_SHARE and (inner := [i for i in joints if i - 1 not in block.ends_sentence]):
        # Paragraphs may end in the block; most of its lines do not.
        inner_best, inner_share = _best_width(block, inner, widths)
        if 2 * sum(block.needed[i - 1] > inner_best for i in joints) >= len(joints):
            best, share = inner_best, inner_share
    if (best < _SURE_WIDTH or len(block.lines) > 3) and all(word[0].isupper() for word in block.words):
        return 0  # verse, or a list
    if share >= _SURE_SHARE and best >= _SURE_WIDTH:
        return best
    n_lower = sum([block.words[i][0].islower() for i in joints])
    if share >= _SURE_SHARE and (n_lower or _has_no_case(block.lines[0])):
        return best
    # Somebody who wraps by hand leaves lines of about one length, most of which go on in lower case.
    least = min([block.lengths[i - 1] for i in joints])
    is_even = n_lower >= _LOWER_SHARE * len(joints) and least >= _LEAST_FILL * widths[0]
    return widths[0] if is_even and widths[0] >= _SURE_WIDTH else 0


def _best_width(block: _Block, joints: Sequence[int], widths: Sequence[int]) -> tuple[int, float]:
    """The width at which most of the joints have a line before them that was full, and their share, 0 to 1."""
    needed = sorted([block.needed[i - 1] for i in joints])
    shares = [((len(needed) - bisect_right(needed, width)) / len(needed), width) for width in widths]
    share, width = max(shares, key=lambda found: found[0])
    return width, share


def _fits(block: _Block, width: int) -> bool:
    """Whether a short block may have been wrapped at the width at which others were."""
    return width > 0 and block.needed[0] > width and max(map(len, block.lines)) <= width + 2


def _is_pair(block: _Block) -> bool:
    """Whether two lines alone are evidently one: the first is long and open, and the second goes on in lower case."""
    if len(block.lines) != 2 or not block.words[1][0].islower():
        return False
    return _SURE_WIDTH <= block.lengths[0] <= _WIDEST and 0 not in block.ends_sentence


def _has_no_case(line: str) -> bool:
    return not any(letter.islower() or letter.isupper() for letter in line)


def _joined(block: _Block, width: int, known: Mapping[str, int]) -> Iterator[str]:
    """The lines of the block, those that go on in the next joined with it."""
    start = 0
    for end in (*_beginnings(block, width), len(block.lines)):
        yield _paragraph(block, start, end, known) if end > start + 1 else block.ended[start]
        start = end


def _beginnings(block: _Block, width: int) -> Iterator[int]:
    """The lines but the first that do not go on from the one above them."""
    is_indented = block.ended is not block.stripped
    # A tab is as wide as some blanks.
    indents = [len(line) - len(line.lstrip()) for line in map(str.expandtabs, block.lines)] if is_indented else []
    margin = min(indents[1:], default=0)
    start = 0
    for i, needed in enumerate(block.needed, start=1):
        goes_on = needed > width or (block.words[i][0].islower() and i - 1 not in block.ends_sentence)
        if goes_on and is_indented and indents[i] > margin + 1 and i - 1 in block.ends_sentence:
            # A paragraph that begins with an indent, unless it is what hangs below a bullet.
            goes_on = _BULLET.match(block.ended[start]) is not None
        if not goes_on or i in block.starts_anew:
            yield i
            start = i


def _paragraph(block: _Block, start: int, end: int, known: Mapping[str, int]) -> str:
    """The lines from `start` to before `end` as one."""
    pieces = [block.ended[start], *block.stripped[start + 1 : end]]
    together = " ".join(pieces)
    signs = block.last_signs[start : end - 1]
    if JOINED_OTHERWISE.isdisjoint(signs) and not block.may_lack_blanks and WEAK_HYPHEN not in together:
        return together
    done: list[str] = []
    pending = pieces[0]
    for sign, piece in zip(signs, pieces[1:], strict=True):
        if sign in JOINED_OTHERWISE or block.may_lack_blanks:
            pending, between = joined(pending, piece, known)
        else:
            pending, between = pending.replace(WEAK_HYPHEN, "-"), " "
        if between:
            done.append(pending)
            pending = between + piece
        else:
            # A later join may look at the whole word, and at no more.
            word_start = max(pending.rfind(" "), len(pending) - _LONGEST_WORD, 0)
            done.append(pending[:word_start])
            pending = pending[word_start:] + piece
    return "".join([*done, pending])
