"""What differs where a quotation, or a claim close to its source, lies on it: each place by kind, harmless or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.attribution.names import fold, spelling_keys
from rag.checking.atoms import normalised
from rag.checking.lexicon import are_opposites, base_form
from rag.checking.quantities import quantity_at
from rag.language.english import LEADING, MONTHS, NEGATING, NEGATIONS, WEEKDAYS, word_set
from rag.newsroom.draft.laying import Laid, Run
from rag.newsroom.draft.words import QuotedWords, key_of
from rag.types import DifferenceKind, DraftDifference, Span

__all__ = ["differences_of", "is_join", "is_negative"]

_WORDS = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_]+(?:'[^\W_]+)*|%")
_MONTH_WORDS = frozenset(MONTHS) | {month[:3] for month in MONTHS if month != "may"} | {"sept"}
_DATE_WORDS = (
    (_MONTH_WORDS - {"may", "march", "mar"}) | frozenset(WEEKDAYS) | word_set("today yesterday tomorrow tonight")
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_NEGATIVE = (NEGATING | NEGATIONS) - {"lack", "lacks", "lacked", "lacking", "hardly", "scarcely", "barely"}
_MOST_LEFT_OUT = 4
"""Words that are left out without a mark and still are a slip; more are a join of two places."""
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)\]]*\s")
_ASIDE = re.compile(r"[?!]")


def differences_of(quoted: QuotedWords, laid: Laid) -> list[DraftDifference]:
    """All differences in the order of the quotation, with the harmless ones."""
    found = []
    draft, source = quoted.words, laid.source.words
    n_words = len(quoted)
    borders = [Run(0, laid.first, 0), *laid.runs, Run(n_words, laid.end, 0)]
    for before, after in pairwise(borders):
        first, end = before.first + before.n, after.first
        place, stop = before.place + before.n, after.place
        if first == end and place == stop and first not in quoted.gaps:
            continue
        if first == end and place == stop:
            continue  # an ellipsis that leaves nothing out
        draft_span, source_span = draft.span(first, end), source.span(place, stop)
        kind, is_harmless = _kind(quoted, laid, range(first, end), range(place, stop))
        found.append(_difference(kind, is_harmless, draft_span, source_span, draft.text, source.text))
    found += _of_marks(quoted, laid)
    return sorted(found, key=lambda each: (each.draft_span.start, each.draft_span.end))


def _difference(
    kind: DifferenceKind, is_harmless: bool, draft_span: Span, source_span: Span, draft: str, source: str
) -> DraftDifference:
    return DraftDifference(
        kind=kind,
        is_harmless=is_harmless,
        draft_span=draft_span,
        source_span=source_span,
        draft_words=draft_span.slice(draft),
        source_words=source_span.slice(source),
    )


def _kind(quoted: QuotedWords, laid: Laid, mine: range, theirs: range) -> tuple[DifferenceKind, bool]:
    """What kind of difference lies between these words of both sides, and whether it may stay."""
    draft, source = quoted.words, laid.source.words
    source_words = source.words(theirs.start, theirs.stop)
    own = [index for index in mine if index not in quoted.in_brackets]
    has_gap = any(index in quoted.gaps for index in range(mine.start, mine.stop + 1))
    if mine and not own:
        turns = _n_negative(source_words) != _n_negative(draft.words(mine.start, mine.stop))
        return (DifferenceKind.NEGATION, False) if turns else (DifferenceKind.BRACKETS, True)
    if not mine and has_gap:
        turned = _n_negative(source_words) and len(source_words) <= 3
        return (DifferenceKind.NEGATION, False) if turned else (DifferenceKind.ELLIPSIS, True)
    if not mine and theirs and _is_tag(laid, theirs):
        return DifferenceKind.TAG, True
    draft_words = [draft.text[slice(*draft.spans[index])] for index in own]
    return _kind_of_words(draft_words, source_words, laid, theirs)


def _is_tag(laid: Laid, theirs: range) -> bool:
    """Whether these source words stand outside quotation marks, between two parts of one quotation."""
    source = laid.source
    before, after = source.words.span(theirs.start - 1, theirs.start), source.words.span(theirs.stop, theirs.stop + 1)
    if not source.is_quoted(before) or not source.is_quoted(after):
        return False
    return not any(source.is_quoted(source.words.span(number, number + 1)) for number in theirs)


def is_join(difference: DraftDifference) -> bool:
    """Whether two places are joined there without a mark: words are left out, more than a slip would."""
    if difference.draft_words or difference.is_harmless or not difference.source_words:
        return False
    words = difference.source_words.split()
    return len(words) > _MOST_LEFT_OUT or (len(words) > 2 and bool(_SENTENCE_END.search(f"{difference.source_words} ")))


def _kind_of_words(
    mine: Sequence[str], theirs: Sequence[str], laid: Laid, places: range
) -> tuple[DifferenceKind, bool]:
    if _same_value(mine, theirs):
        return DifferenceKind.SPELLING, True
    if _same_spelling(mine, theirs):
        return DifferenceKind.SPELLING, True
    low, their_low = [key_of(word) for word in mine], [key_of(word) for word in theirs]
    if _n_negative(mine) != _n_negative(theirs) or _are_opposite(low, their_low):
        return DifferenceKind.NEGATION, False
    if _has_date(mine) != _has_date(theirs) or (_has_date(mine) and low != their_low):
        return DifferenceKind.DATE, False
    if _has_number(low) or _has_number(their_low):
        is_day = _is_beside_month(laid, places) or any(_YEAR.match(word) for word in (*low, *their_low))
        return (DifferenceKind.DATE if is_day else DifferenceKind.NUMBER), False
    if _is_name(mine) or _is_name(theirs):
        return DifferenceKind.NAME, False
    return DifferenceKind.WORDS, False


def is_negative(word: str) -> bool:
    """Whether the word turns its clause.

    >>> is_negative("Don’t"), is_negative("never"), is_negative("note")
    (True, True, False)
    """
    key = key_of(word)
    return key in _NEGATIVE or key.endswith("n't")


def _n_negative(words: Sequence[str]) -> int:
    return sum(map(is_negative, words)) % 2


def _are_opposite(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one word stands in the place of its opposite."""
    if len(mine) != len(theirs) or len(mine) > 3:
        return False
    return any(
        one != other and (are_opposites(base_form(one), base_form(other)) or _negates(one, other))
        for one, other in zip(mine, theirs, strict=True)
    )


def _negates(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > 3 and any(
        longer == prefix + shorter for prefix in ("un", "in", "im", "dis", "non", "ir", "il")
    )


def _same_value(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    return bool(mine) and bool(theirs) and (value := _value(mine)) is not None and value == _value(theirs)


def _value(words: Sequence[str]) -> tuple[str, str] | None:
    low = [word for each in words for word in _WORDS.findall(normalised(each).lower())]
    if not low:
        return None
    quantity = quantity_at(low, 0)
    return (quantity.key, quantity.unit) if quantity is not None and quantity.n_words == len(low) else None


def _same_spelling(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    if len(mine) != len(theirs) or not mine:
        return False
    return all(_spelt_alike(one, other) for one, other in zip(mine, theirs, strict=True))


_VARIANTS = (
    (re.compile(r"is(?=e|ing|ation)"), "iz"),
    (re.compile(r"ys(?=e|ing)"), "yz"),
    (re.compile(r"our"), "or"),
    (re.compile(r"tre\b"), "ter"),
    (re.compile(r"ll"), "l"),
    (re.compile(r"ence\b"), "ense"),
    (re.compile(r"ogue\b"), "og"),
    (re.compile(r"mme\b"), "m"),
    (re.compile(r"grey"), "gray"),
)


def _spelt_alike(one: str, other: str) -> bool:
    """Whether two words are one, as British, American or transliterating writers spell it."""
    low, other_low = fold(one), fold(other)
    if low == other_low:
        return True
    if one[:1].isupper() and other[:1].isupper() and min(len(low), len(other_low)) > 3:
        return bool({key for key in spelling_keys(low) if key[0] == "="} & spelling_keys(other_low))
    if min(len(low), len(other_low)) < 4:
        return False
    for pattern, variant in _VARIANTS:
        low, other_low = pattern.sub(variant, low), pattern.sub(variant, other_low)
    return low == other_low


def _has_date(words: Sequence[str]) -> bool:
    return any(key_of(word) in _DATE_WORDS or (word[:1].isupper() and word.lower() in _MONTH_WORDS) for word in words)


def _has_number(words: Sequence[str]) -> bool:
    return any(_is_number(words, index) for index in range(len(words)))


def _is_number(words: Sequence[str], index: int) -> bool:
    word = words[index]
    if word in ("a", "an", "one", "first", "second", "once", "twice", "half"):
        return False
    return any(map(str.isdigit, word)) or quantity_at([*words], index) is not None


def _is_beside_month(laid: Laid, places: range) -> bool:
    words = laid.source.words
    beside = words.words(max(0, places.start - 1), places.start) + words.words(places.stop, places.stop + 1)
    return any(key_of(word) in _MONTH_WORDS and word[:1].isupper() for word in beside)


def _is_name(words: Sequence[str]) -> bool:
    return any(word[:1].isupper() and key_of(word).partition("'")[0] not in LEADING | {"i"} for word in words)


def _of_marks(quoted: QuotedWords, laid: Laid) -> Iterator[DraftDifference]:
    """Where words are equal and written differently, or another mark ends a sentence between them: one for each run."""
    draft, source = quoted.words, laid.source.words
    for run in laid.runs:
        draft_span = draft.span(run.first, run.first + run.n)
        source_span = source.span(run.place, run.place + run.n)
        mine, theirs = draft_span.slice(draft.text), source_span.slice(source.text)
        if mine == theirs:
            continue
        is_harmless = _ASIDE.findall(_bare(mine)) == _ASIDE.findall(_bare(theirs))
        yield _difference(DifferenceKind.MARKS, is_harmless, draft_span, source_span, draft.text, source.text)


def _bare(text: str) -> str:
    return normalised(text)
