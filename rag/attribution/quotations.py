"""Where quotations stand in a text: opening mark, words, closing mark.

Marks known: “…”, straight "…", „…“ and „…”, «…» and »…«, ”…” and single ‘…’ and '…', told from apostrophes; two single
ones, ''…'' and ``…'', and “…" where no other mark closes it. A quotation inside another belongs to the outer one. A
quotation that is never closed ends with its paragraph; when the next paragraph opens with a mark again, the newspaper
convention says that the same person goes on, and `continues` is set.

What is not quoted, the narrative, is read as words and signs, with what can be told from one word alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rag.language.english import DETERMINERS, LEADING, PRONOUNS, WEEKDAYS
from rag.language.people import DOTTED_TITLES

__all__ = [
    "QUOTATION",
    "Quotation",
    "Token",
    "find_paragraphs",
    "find_quotations",
    "is_capital",
    "is_possessive",
    "tokens_of",
]

_MARK = re.compile("[“”„«»\"‟]|''|``|(?<!\\w)[‘'](?=\\w)|(?<=[^\\s‘'])[’'](?!\\w)")
_OPENERS = "“„‟«"
_CLOSERS_BY_OPENER = {"“": "”", "„": "“”", "‟": "”", "«": "»", "»": "«", '"': '"', "”": "”", "‘": "’", "'": "'"} | {
    "''": "''",
    "``": "''",
}
_NOT_QUOTED = re.compile(r"['’‘](?:s|em|til|tis|twas|cause|round|bout|n|ll|re|ve|\d0s)\b", re.IGNORECASE)
_BREAK = re.compile(r"\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """One quotation, marks included in `start` and `end`, the words alone from `inner_start` to `inner_end`.

    is_closed: whether its closing mark was found.
    continues: it opens a paragraph and the paragraph before ended inside an unclosed quotation.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    is_closed: bool
    continues: bool


def find_paragraphs(text: str) -> list[tuple[int, int]]:
    """The paragraphs, as (start, end) without the line breaks around them.

    A line break ends a paragraph, unless most line breaks of the text fall inside sentences (hard-wrapped text): then
    only a blank line does.

    >>> find_paragraphs("One.\\nTwo.")
    [(0, 4), (5, 9)]
    """
    breaks = [(match.start(), match.end()) for match in _BREAK.finditer(text)]  # no space before: stays linear
    single = [(start, end) for start, end in breaks if text.count("\n", start, end) == 1]
    n_wrapped = sum(
        1
        for start, end in single
        if start > 0 and end < len(text) and text[start - 1] not in '.!?…:”"’»' and text[end].islower()
    )
    if n_wrapped * 3 > len(single):
        breaks = [(start, end) for start, end in breaks if text.count("\n", start, end) > 1]
    paragraphs = []
    position = 0
    for start, end in breaks:
        if start > position:
            paragraphs.append((position, start))
        position = end
    if position < len(text):
        paragraphs.append((position, len(text)))
    return paragraphs


def find_quotations(text: str, paragraphs: list[tuple[int, int]]) -> list[Quotation]:
    """The outermost quotations in reading order; none crosses a paragraph's border.

    >>> text = "He said: “Yes.” Then ‘no’."
    >>> [text[q.inner_start : q.inner_end] for q in find_quotations(text, find_paragraphs(text))]
    ['Yes.', 'no']
    """
    quotations: list[Quotation] = []
    is_open = False
    for number, (start, end) in enumerate(paragraphs):
        marks = list(_MARK.finditer(text, start, end))
        if not marks:
            is_open = False
            continue
        if is_open and _runs_on(text, marks, previous_end=paragraphs[number - 1][1], start=start):
            first = marks.pop(0).start()
            quotations.append(
                Quotation(
                    start=start, end=first + 1, inner_start=start, inner_end=first, is_closed=True, continues=True
                )
            )
            is_open = False
        for quotation in _in_paragraph(text, marks, end, continues_at=start if is_open else -1):
            quotations.append(quotation)
        is_open = bool(marks) and bool(quotations) and quotations[-1].end == end and not quotations[-1].is_closed
    return quotations


def _runs_on(text: str, marks: list[re.Match[str]], previous_end: int, start: int) -> bool:
    """Whether an open quotation goes on into this paragraph without a new opening mark: one line break, then a
    closer."""
    first = marks[0]
    return first.group() in "”»" and first.start() > start and text.count("\n", previous_end, start) == 1


def _in_paragraph(text: str, marks: list[re.Match[str]], end: int, *, continues_at: int) -> Iterator[Quotation]:
    """The quotations of one paragraph, given its marks."""
    has_balance = sum(mark.group() == "”" for mark in marks) >= sum(mark.group() == "“" for mark in marks)
    last_single = max((mark.start() for mark in marks if mark.group() in ("’", "'")), default=-1)
    opener, opening = -1, ""
    depth = 0
    for number, mark in enumerate(marks):
        sign, position = mark.group(), mark.start()
        if opener < 0:
            if _opens(text, sign, position, last_single):
                opener, opening, depth = position, sign, 1
            continue
        is_empty = position <= opener + 1
        if _closes(text, opening, sign, position, is_empty=is_empty, has_balance=has_balance):
            if sign in ("’", "'") and not _closes_single(text, marks, number):
                continue
            depth -= 1
        elif sign == opening and sign in _OPENERS and has_balance:
            depth += 1
        elif sign == opening and sign not in ("‘", "'"):
            yield _quotation(opener, position, opening, is_closed=False, continues=opener == continues_at)
            opener = position
        if depth == 0:
            yield _quotation(opener, mark.end(), opening, is_closed=True, continues=opener == continues_at)
            opener = -1
    if opener >= 0 and opening not in ("‘", "'"):
        yield _quotation(opener, end, opening, is_closed=False, continues=opener == continues_at)


def _closes(text: str, opening: str, sign: str, position: int, *, is_empty: bool, has_balance: bool) -> bool:
    """Whether a mark may close what another one opened; a straight one also a curly one that has no other."""
    is_mixed = opening == "“" and sign == '"' and not has_balance
    if sign not in _CLOSERS_BY_OPENER[opening] and not is_mixed:
        return False
    return is_empty or sign not in ('"', "''") or not _looks_opening(text, position, len(sign))


def _quotation(start: int, end: int, opening: str, *, is_closed: bool, continues: bool) -> Quotation:
    n = len(opening)
    inner_end = end - n if is_closed else end
    return Quotation(
        start=start,
        end=end,
        inner_start=start + n,
        inner_end=max(start + n, inner_end),
        is_closed=is_closed,
        continues=continues,
    )


def _looks_opening(text: str, position: int, n: int = 1) -> bool:
    """Whether what stands around a mark is what stands around an opening one: space or bracket before, a word after."""
    before = text[position - 1 : position]
    after = text[position + n : position + n + 1]
    return (
        (not before or before.isspace() or before in "([—–-:,")
        and bool(after)
        and not after.isspace()
        and after not in ".,;:!?)"
    )


def _opens(text: str, sign: str, position: int, last_single: int) -> bool:
    if sign in _OPENERS:
        return True
    if sign in ("‘", "'"):
        return last_single > position and _NOT_QUOTED.match(text, position) is None
    return sign in ('"', "”", "»", "''", "``") and _looks_opening(text, position, len(sign))


def _closes_single(text: str, marks: list[re.Match[str]], number: int) -> bool:
    """Whether a single mark closes: after punctuation always, after the s of a plural only if no later mark could
    close.

    >>> text = "‘the Russians’ tanks are gone,’ he said"
    >>> [text[q.inner_start : q.inner_end] for q in find_quotations(text, [(0, len(text))])]
    ['the Russians’ tanks are gone,']
    """
    position = marks[number].start()
    if text[position - 1] not in "sS":
        return True
    following = marks[number + 1].group() if number + 1 < len(marks) else ""
    return following not in ("’", "'") or _looks_opening(text, marks[number + 1].start())


QUOTATION = "“”"
_TOKEN = re.compile(rf"(?:{'|'.join(DOTTED_TITLES)}|St|Lt|Col)\.|(?:[^\W\d_]\.)+(?=[ \w])|\w+(?:[-’'.]\w+)*|[^\w\s]")


class Token(NamedTuple):
    """One word or sign of the narrative; a whole quotation is one token with `word` “”."""

    start: int
    end: int
    word: str
    lower: str


def tokens_of(text: str, pieces: list[tuple[int, int, bool]]) -> list[Token]:
    """The tokens of one sentence, given its pieces as (start, end, is_quoted)."""
    tokens: list[Token] = []
    for start, end, is_quoted in pieces:
        if is_quoted:
            tokens.append(Token(start, end, QUOTATION, QUOTATION))
            continue
        for match in _TOKEN.finditer(text, start, end):
            word = match.group()
            tokens.append(Token(match.start(), match.end(), word, word.lower().replace("’", "'")))
    return tokens


def is_possessive(token: Token) -> bool:
    """Whether the word ends as in "Putin’s" or "Russians’"."""
    return token.lower.endswith(("'s", "s'"))


def is_capital(tokens: list[Token], position: int) -> bool:
    """Whether the token may be part of a proper name."""
    token = tokens[position]
    if not token.word[0].isupper() or token.lower in DETERMINERS or token.lower in PRONOUNS:
        return False
    if position == 0 or tokens[position - 1].word in (QUOTATION, ":", "."):
        return token.lower not in LEADING or (token.word.isupper() and len(token.word) > 1)
    return token.lower not in WEEKDAYS
