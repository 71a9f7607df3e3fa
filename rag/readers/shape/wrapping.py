"""Lines that a program broke because they were full, joined to the paragraphs that they are.

A line break in a document's text ends a sentence, so one that nobody made on purpose must not stay. Whether it was
made is measured: in a block of wrapped prose the first word of each line would not have fitted on the line before.
Verse, lists, code, tables and addresses do not fill their lines, and stay as they are.

Lines are joined with a blank, without one, or without the hyphen at the end of the first: it goes when the document
itself, or the letters beside it, say that it was not there before.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["WEAK_HYPHEN", "joined", "unwrapped"]

WEAK_HYPHEN = "\u2010"
_LAST_PART = re.compile(r"([^\W\d_]+(?:[-’'][^\W\d_]+)*)[-\u2010]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_MIDDLE_OF_COMPOUND = re.compile(r"(?:of|to|the|in|on|and|by|or|a|up|for|at|out|off|than|as|du|de|la|le|à)-")
_SUSPENDED = frozenset(["and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "i", "и"])
# Words with which compounds begin and end. Both are asked for, because "last-ing" and "state-ment" begin so too.
_COMPOUND_STARTS = frozenset(
    [
        *("all", "best", "cross", "double", "ever", "far", "fast", "first", "four", "full", "good", "half", "hard"),
        *("high", "ill", "large", "last", "late", "left", "long", "low", "middle", "multi", "new", "non", "old", "one"),
        *("open", "post", "quasi", "real", "right", "second", "self", "semi", "short", "single", "slow", "small"),
        *("so", "soft", "state", "third", "three", "top", "two", "vice", "well", "wide", "world", "year"),
    ]
)
_COMPOUND_ENDS = frozenset(
    [
        *(
            "appointed",
            "based",
            "being",
            "called",
            "class",
            "defence",
            "defense",
            "documented",
            "established",
            "fifths",
        ),
        *("growing", "hand", "informed", "known", "lasting", "level", "line", "made", "minded", "minister", "owned"),
        *("paid", "party", "placed", "president", "profile", "quality", "range", "ranking", "rate", "run", "running"),
        *("scale", "sized", "speed", "standing", "style", "term", "thirds", "time", "trained", "wing", "world", "year"),
    ]
)
_NO_BLANK_BETWEEN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uff65\u3000-\u303f]")


class Join(NamedTuple):
    """The line as far as it stays, and what stands between it and the next."""

    before: str
    between: str


def joined(before: str, after: str, known: Counter[str]) -> Join:
    """How a line goes on in the next: with a blank, without, or without the hyphen at its end.

    >>> joined("the inter-", "national", Counter()), joined("a well-", "known man", Counter())
    (Join(before='the inter', between=''), Join(before='a well-', between=''))
    """
    if before.endswith(("-", WEAK_HYPHEN)) and not before[:-1].endswith((" ", "-")) and len(before) > 1:
        hyphenated = before[:-1].replace(WEAK_HYPHEN, "-") + "-"
        following = _FIRST_PART.match(after)
        if following and following.group().lower() in _SUSPENDED:
            return Join(hyphenated, " ")
        if _hyphen_was_there(before, after, known):
            return Join(hyphenated, "")
        return Join(hyphenated[:-1], "")
    before = before.replace(WEAK_HYPHEN, "-")
    if before.endswith(("—", "/")) and not before[:-1].endswith(" "):
        return Join(before, "")
    if _NO_BLANK_BETWEEN.match(before[-1:]) and _NO_BLANK_BETWEEN.match(after):
        return Join(before, "")
    return Join(before, " ")


def _hyphen_was_there(before: str, after: str, known: Counter[str]) -> bool:
    first, second = _LAST_PART.search(before), _FIRST_PART.match(after)
    if _MIDDLE_OF_COMPOUND.match(after):
        return True
    is_after_number = first is not None and before[: first.start()][-1:].isdigit()  # "19th-century"
    if first is None or second is None or is_after_number or not second.group()[0].islower():
        return True  # a number, a name or an address: "COVID-19", "Franco-German"
    start, end = first[1].lower(), second.group().lower()
    together, apart = known[start + end], known[f"{start}-{end}"]
    if together != apart:
        return apart > together
    if "-" in start or len(start) == 1:
        return True
    return start in _COMPOUND_STARTS and len(end) > 2 and (end in _COMPOUND_ENDS or known[end] > 0)


_NARROWEST, _WIDEST = 30, 140
_SURE_WIDTH = 45
_SURE_SHARE = 0.85
_LOWER_SHARE, _LEAST_FILL = 0.34, 0.6
_MOST_SENTENCE_ENDS = 0.5
_N_WIDTHS = 3

_BULLET = re.compile(r"\s*(?:[-–—*•◦▪+]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s+\S")
_STANDS_ALONE = re.compile(r"\s*(?:[>|#]|--|==|\*\*\*|~~~|```|https?://\S+$|[A-Z][\w-]{0,20}: \S)")
_CELLS = re.compile(r"\S(?:\t| {3,})\S.*|\|.*\||\+-{2,}")
_CODE_START = re.compile(r"\s*(?:def|class|import|from|return|#include|function|var|const|if\s*\()\b")
_CODE = re.compile(r"[;{}]\s*$|[=!]=|=>|\(\)|</\w")
_SIGNS_OF_CELLS = ("\t", "   ", "|", "+-")
_SIGNS_OF_CODE = (";", "{", "}", "=", "()", "</")
"""Without any of them in a block its lines need not be looked at one by one."""
_CLOSING = "\"'”’»)]"
_ENDING = frozenset(".!?…。！？")
_PARTED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_HYPHENS = frozenset("-\u2010\u00ad")
_PARTED_LINE = re.compile(r"[-\u2010\u00ad][^\S\n]*\n")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_NO_BLANKS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uff65\u3000-\u303f]")


def unwrapped(text: str) -> str:
    """The text with the lines of each wrapped paragraph joined; every other line as it is.

    >>> unwrapped("The harbour wall had been weakened by three\\nwinters of storms, and the repair was never\\nbegun.")
    'The harbour wall had been weakened by three winters of storms, and the repair was never begun.'
    """
    if "\n" not in text:
        return text
    blocks = list(_blocks(text.split("\n")))
    widths = [_width(block) for block in blocks]
    usual = Counter(width for width, block in zip(widths, blocks, strict=True) if width for _ in block)
    document_width = max(usual, default=0)
    if not document_width and not any(map(_is_pair, blocks)):
        return text
    # Words are known to judge hyphens by, which few texts have at the ends of lines.
    known = Counter(word.lower() for word in _WORD.findall(text)) if _PARTED_LINE.search(text) else Counter[str]()
    lines: list[str] = []
    for block, width in zip(blocks, widths, strict=True):
        width = width or (document_width if _fits(block, document_width) else 0)
        if width:
            lines += _joined(block, width, known)
        elif _is_pair(block):
            lines += _joined(block, len(block[0].rstrip()), known)
        else:
            lines += block
    return "\n".join(lines)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines cut before and after each blank line; a blank line is a block of its own."""
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
            continue
        if block:
            yield block
            block = []
        yield [line]
    if block:
        yield block


def _width(block: Sequence[str]) -> int:
    """The width at which the lines of the block were wrapped; 0 when they were not."""
    if len(block) < 3 or not _may_be_prose(block):
        return 0
    lengths = sorted({len(line.rstrip()) for line in block}, reverse=True)[:_N_WIDTHS]
    lengths = [length for length in lengths if _NARROWEST <= length <= _WIDEST]
    if not lengths or len(block[0].rstrip()) > 2 * _WIDEST:
        return 0
    joints = [(line.rstrip(), following) for line, following in pairwise(block) if not _starts_anew(following)]
    if not joints:
        return 0
    best, share = 0, 0.0
    needed = [_needed(line, following) for line, following in joints]
    for width in lengths:
        n_full = sum(n > width for n in needed)
        if n_full / len(joints) > share:
            best, share = width, n_full / len(joints)
    n_lower = sum(following.lstrip()[:1].islower() for _, following in joints)
    if all(line.lstrip()[:1].isupper() for line in block) and (best < _SURE_WIDTH or len(block) > 3):
        return 0  # verse, or a list
    if share >= _SURE_SHARE and (n_lower or best >= _SURE_WIDTH or _has_no_case(block)):
        return best
    # Somebody who wraps by hand leaves lines of about one length, most of which go on in lower case.
    least = min(len(line) for line, _ in joints)
    is_even = n_lower >= _LOWER_SHARE * len(joints) and least >= _LEAST_FILL * lengths[0]
    return lengths[0] if is_even and lengths[0] >= _SURE_WIDTH else 0


def _fits(block: Sequence[str], width: int) -> bool:
    """Whether a short block may have been wrapped at the width at which others were."""
    if len(block) < 2 or not width or not _may_be_prose(block):
        return False
    return max(map(len, block)) <= width + 2 and _is_full(block[0].rstrip(), block[1], width)


def _is_pair(block: Sequence[str]) -> bool:
    """Whether two lines alone are evidently one: the first is long and open, and the second goes on in lower case."""
    if len(block) != 2 or not _may_be_prose(block):
        return False
    first, second = block[0].rstrip(), block[1].lstrip()
    return _SURE_WIDTH <= len(first) <= _WIDEST and second[:1].islower() and not _ends_sentence(first)


def _may_be_prose(block: Sequence[str]) -> bool:
    """Whether the lines are no cells, no code and no list of sentences."""
    n = len(block)
    whole = "\n".join(block)
    has_cells = any(sign in whole for sign in _SIGNS_OF_CELLS)
    if has_cells and sum(_CELLS.search(line) is not None for line in block) * 3 > n:
        return False
    has_code = any(sign in whole for sign in _SIGNS_OF_CODE)
    n_code = sum(bool(_CODE_START.match(line) or (has_code and _CODE.search(line))) for line in block)
    if n_code * 3 >= n:
        return False
    if sum(_STANDS_ALONE.match(line) is not None for line in block) * 2 > n:
        return False
    n_ended = sum(_ends_sentence(line.rstrip()) for line in block[:-1])
    return n_ended <= _MOST_SENTENCE_ENDS * max(1, n - 1) or n == 2


def _has_no_case(block: Sequence[str]) -> bool:
    return not any(letter.islower() or letter.isupper() for letter in block[0])


def _ends_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING)[-1:] in _ENDING


def _starts_anew(line: str) -> bool:
    if line.split(None, 1)[0].isalpha():
        return False  # a word is no bullet, and no name before a colon
    return _BULLET.match(line) is not None or _STANDS_ALONE.match(line) is not None


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the following line has no room at the end of this one."""
    return _needed(line, following) > width


def _needed(line: str, following: str) -> float:
    """How wide a line would have to be to hold the first word of the following one too; a parted word never fits."""
    word = following.split(None, 1)[0]
    if not word.isascii() and _NO_BLANKS.match(word) and _NO_BLANKS.match(line[-1:]):
        return len(line) + 3
    return math.inf if line[-1:] in _HYPHENS and _PARTED.search(line) else len(line) + 1 + len(word)


def _joined(block: Sequence[str], width: int, known: Counter[str]) -> Iterator[str]:
    pending = block[0].rstrip()
    previous = pending
    margin = min(len(line) - len(line.lstrip()) for line in block[1:]) if len(block) > 1 else 0
    for line in block[1:]:
        indent = len(line) - len(line.lstrip())
        is_open = not _ends_sentence(previous)
        goes_on = not _starts_anew(line) and (
            _is_full(previous, line, width) or (is_open and line.lstrip()[:1].islower())
        )
        if indent > margin + 1 and not is_open and not _BULLET.match(pending):
            goes_on = False  # a paragraph that begins with an indent
        if goes_on:
            join = joined(pending, line.strip(), known)
            pending = join.before + join.between + line.strip()
        else:
            yield pending
            pending = line.rstrip()
        previous = line.rstrip()
    yield pending
