"""Which documents to search, in a small language: `published >= 2025-03-01 and not source ~ draft`.

    filter     = and-group { "or" and-group }
    and-group  = part { "and" part }
    part       = "not" part | "(" filter ")" | field operator value | field "in" "(" value { "," value } ")"
    operator   = "=" "!=" "<" "<=" ">" ">=" "~" (contains) "like" (with * and ?)
    value      = a word, or anything between 'quotes' or "quotes"

A filter is parsed into records and becomes parameters of a query; nothing in it is ever evaluated. Texts compare
without case. `notebook = Ferries` is what is in a notebook of that name, `notebook = anna/Ferries` in hers alone, and
`notebook = ''` what is in none. A speaker is somebody whose words a document reports: `speaker = Rubio` is he by any of
his names. Dates compare as far as the value goes: `published = 2025-03` is that month, `published <= 2025` that year
and all before. What a document does not say fits no comparison but `!=`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

from rag.attribution.names import names_same
from rag.errors import FilterError

__all__ = [
    "DATES",
    "FIELDS",
    "NOTEBOOK",
    "SPEAKER",
    "Both",
    "Comparison",
    "Either",
    "Filter",
    "Not",
    "Operator",
    "Scope",
    "VisibleTo",
    "Within",
    "allows_speaker",
    "notebooks_in",
    "parse_filter",
    "scope_again",
    "scope_of",
    "seen_by",
    "visibility_in",
]

FIELDS = (
    *("added", "author", "id", "language", "media_type", "notebook", "outlet", "published", "source", "speaker"),
    *("title", "url"),
)
"""What can be asked of a document; `added` is when it came into the store, `id` that of any of its versions, and
`outlet` its publisher, or the host of its address."""

DATES = frozenset({"added", "published"})
SPEAKER = "speaker"
NOTEBOOK = "notebook"

_MOST_CHARACTERS = 2000
_MOST_DEPTH = 50
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'[^']*'|"[^"]*")|(?P<operator><=|>=|!=|=|<|>|~)|(?P<mark>[(),])|(?P<word>[^\s'"<>=!~(),]+))"""
)
_WORDS = frozenset({"and", "or", "not", "in", "like"})


class Operator(StrEnum):
    """How a field is compared with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    CONTAINS = "~"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`; the field is one of `FIELDS`."""

    field: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit the filter inside."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Both:
    """What fits all parts."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What fits at least one part."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class VisibleTo:
    """What a user may see: what is in a notebook of his, or in one that is shared with him or with everybody (`*`).

    No text is parsed into it. has_common: also what was not handed over by anybody and is in no notebook.
    """

    user: str
    has_common: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """A comparison with the names of notebooks, of which a user sees only those that he may use."""

    user: str
    comparison: Comparison


Filter: TypeAlias = Comparison | Not | Both | Either | VisibleTo | Within


def parse_filter(text: str) -> Filter:
    """The filter that `text` says.

    >>> parse_filter("published >= 2025-03-01")
    Comparison(field='published', operator=<Operator.GREATER_OR_EQUAL: '>='>, value='2025-03-01')

    Raises:
        FilterError: it is empty, too long, or breaks the grammar; the message names the place.
    """
    if len(text) > _MOST_CHARACTERS:
        raise FilterError(f"cannot read a filter of {len(text):,} characters - the limit is {_MOST_CHARACTERS:,}")
    parser = _Parser(text)
    parsed = parser.either(0)
    parser.expect_end()
    return parsed


class Scope(NamedTuple):
    """Which documents are meant, as a filter and as text; None and empty for all of them."""

    filter: Filter | None
    text: str


def scope_of(where: str, sources: Sequence[str]) -> Scope:
    """The documents that fit `where` and whose source fits one of the patterns, with * and ?.

    A pattern may begin at any folder: `reports/*` fits `/home/anna/reports/2025/may.pdf`.

    Raises:
        FilterError: `where` cannot be read.
    """
    parts: list[Filter] = []
    texts = []
    if where.strip():
        parts.append(parse_filter(where))
        texts.append(where.strip())
    if sources:
        texts.append("source like " + " or ".join(sources))
        anywhere = [pattern if pattern.startswith(("/", "*")) else f"*/{pattern}" for pattern in sources]
        patterns = dict.fromkeys([*sources, *anywhere])
        parts.append(Either(tuple(Comparison("source", Operator.LIKE, pattern) for pattern in patterns)))
    return Scope(Both(tuple(parts)) if len(parts) > 1 else next(iter(parts), None), " and ".join(texts))


def seen_by(scope: Scope, visible: VisibleTo) -> Scope:
    """The scope, of which only what a user may see is meant; in words it is the same."""
    if scope.filter is None:
        return scope._replace(filter=visible)
    return scope._replace(filter=Both((visible, _within(scope.filter, visible.user))))


def _within(filter_: Filter, user: str) -> Filter:
    match filter_:
        case Both(parts):
            return Both(tuple(_within(part, user) for part in parts))
        case Either(parts):
            return Either(tuple(_within(part, user) for part in parts))
        case Not(part):
            return Not(_within(part, user))
        case Comparison("notebook", _, _):
            return Within(user, filter_)
        case _:
            return filter_


def visibility_in(filter_: Filter | None) -> VisibleTo | None:
    """For which user the filter was made with `seen_by`; None for everybody."""
    match filter_:
        case VisibleTo():
            return filter_
        case Both((VisibleTo() as visible, *_)):
            return visible
        case _:
            return None


def scope_again(searched: str) -> Scope:
    """The scope that an answer's `searched` describes.

    Raises:
        FilterError: it cannot be read.
    """
    try:
        return scope_of(searched, ())
    except FilterError:  # it ends in patterns of sources, which are no filter when there are several
        where, found, patterns = searched.rpartition("source like ")
        if not found:
            raise
        return scope_of(where.removesuffix(" and "), patterns.split(" or "))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._tokens = self._tokenised()
        self._next = 0

    def either(self, depth: int) -> Filter:
        parts = [self._both(depth)]
        while self._takes("word", "or"):
            parts.append(self._both(depth))
        return Either(tuple(parts)) if len(parts) > 1 else parts[0]

    def expect_end(self) -> None:
        if self._next < len(self._tokens):
            raise self._unexpected("and, or, or the end")

    def _both(self, depth: int) -> Filter:
        parts = [self._part(depth)]
        while self._takes("word", "and"):
            parts.append(self._part(depth))
        return Both(tuple(parts)) if len(parts) > 1 else parts[0]

    def _part(self, depth: int) -> Filter:
        if depth > _MOST_DEPTH:
            raise FilterError(f"cannot read a filter with more than {_MOST_DEPTH} levels - write it simpler")
        if self._takes("word", "not"):
            return Not(self._part(depth + 1))
        if self._takes("mark", "("):
            inside = self.either(depth + 1)
            self._expect("mark", ")")
            return inside
        return self._comparison()

    def _comparison(self) -> Filter:
        field = self._field()
        if self._takes("word", "in"):
            self._expect("mark", "(")
            values = [self._value()]
            while self._takes("mark", ","):
                values.append(self._value())
            self._expect("mark", ")")
            return Either(tuple(Comparison(field, Operator.EQUAL, value) for value in values))
        if self._takes("word", "like"):
            return Comparison(field, Operator.LIKE, self._value())
        kind, token = self._peek()
        if kind != "operator":
            raise self._unexpected(f"one of {' '.join(Operator)} or in")
        if field in (SPEAKER, NOTEBOOK) and token in ("<", "<=", ">", ">="):
            raise FilterError(f"cannot compare {field!r} by {token!r}: names have no order - use =, !=, ~, like or in")
        self._next += 1
        return Comparison(field, Operator(token), self._value())

    def _field(self) -> str:
        kind, token = self._peek()
        if kind != "word" or token.lower() in _WORDS:
            raise self._unexpected(f"one of {', '.join(FIELDS)}")
        if token.lower() not in FIELDS:
            raise FilterError(
                f"cannot filter by {token!r}: documents have no such field - use one of {', '.join(FIELDS)}"
            )
        self._next += 1
        return token.lower()

    def _value(self) -> str:
        kind, token = self._peek()
        if kind not in ("word", "quoted"):
            raise self._unexpected("a value, in quotes when it holds blanks")
        self._next += 1
        return token[1:-1] if kind == "quoted" else token

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next][:2] if self._next < len(self._tokens) else ("end", "")

    def _takes(self, kind: str, token: str) -> bool:
        found_kind, found = self._peek()
        is_there = (found_kind, found.lower()) == (kind, token)
        self._next += is_there
        return is_there

    def _expect(self, kind: str, token: str) -> None:
        if not self._takes(kind, token):
            raise self._unexpected(repr(token))

    def _unexpected(self, wanted: str) -> FilterError:
        if self._next < len(self._tokens):
            _, token, position = self._tokens[self._next]
            return FilterError(
                f"cannot read the filter {self._text!r}: {token!r} stands at character {position + 1} - write {wanted}"
            )
        return FilterError(f"cannot read the filter {self._text!r}: it ends too early - write {wanted}")

    def _tokenised(self) -> list[tuple[str, str, int]]:
        tokens = []
        position, end = 0, len(self._text.rstrip())
        while position < end:
            match = _TOKEN.match(self._text, position)
            if match is None or match.lastgroup is None:
                blanks = len(self._text[position:]) - len(self._text[position:].lstrip())
                raise FilterError(
                    f"cannot read the filter {self._text!r}: {self._text[position + blanks]!r} at character "
                    f"{position + blanks + 1} begins nothing - close the quotes, or put the value in quotes"
                )
            tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            position = match.end()
        return tokens


def notebooks_in(filter_: Filter | None) -> list[str]:
    """The names of notebooks that the filter compares with, as they are written.

    >>> notebooks_in(parse_filter("notebook in (Ferries, Boats) or title ~ sea and not notebook ~ old"))
    ['Ferries', 'Boats']
    """
    match filter_:
        case Both(parts) | Either(parts):
            return [name for part in parts for name in notebooks_in(part)]
        case Not(part):
            return notebooks_in(part)
        case Comparison("notebook", Operator.EQUAL | Operator.NOT_EQUAL, value) if value:
            return [value]
        case _:
            return []


def allows_speaker(filter_: Filter, speaker: str) -> bool:
    """Whether a sentence of that speaker may fit, whatever else the filter asks of its document.

    >>> where = parse_filter("speaker = Rubio and published >= 2025")
    >>> allows_speaker(where, "Marco Rubio"), allows_speaker(where, "John Healey"), allows_speaker(where, "")
    (True, False, False)
    """
    return _by_speaker(filter_, speaker) is not False


def _by_speaker(filter_: Filter, speaker: str) -> bool | None:
    """What the filter says of a speaker; None where it depends on the document."""
    match filter_:
        case Both(parts):
            found = {_by_speaker(part, speaker) for part in parts}
            return False if False in found else None if None in found else True
        case Either(parts):
            found = {_by_speaker(part, speaker) for part in parts}
            return True if True in found else None if None in found else False
        case Not(part):
            inner = _by_speaker(part, speaker)
            return None if inner is None else not inner
        case Comparison():
            return _is_speaker(filter_, speaker) if filter_.field == SPEAKER else None
        case VisibleTo() | Within():
            return None


def _is_speaker(comparison: Comparison, speaker: str) -> bool:
    value, said = comparison.value.lower(), speaker.lower()
    match comparison.operator:
        case Operator.NOT_EQUAL:
            return not names_same(speaker, value)
        case Operator.CONTAINS:
            return bool(said) and value in said
        case Operator.LIKE:
            return bool(said) and fnmatchcase(said, value.replace("[", "[[]"))
        case _:
            return names_same(speaker, value)
