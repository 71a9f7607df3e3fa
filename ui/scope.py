"""Which documents the next question searches, as a person ticked it: lists of values, and one filter of them all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ui.languages.words import _

__all__ = ["DATES", "KINDS", "MOST_DOCUMENTS", "Scope", "Tick"]

KINDS = ("notebooks", "documents", "media_types", "outlets", "folders")
"""What any number of values can be ticked of."""
DATES = ("since", "until")
MOST_DOCUMENTS = 50
"""So many can be named one by one; more go into a notebook."""

_FIELD_BY_KIND = {"notebooks": "notebook", "documents": "id", "media_types": "media_type", "outlets": "outlet"}
_MOST_VALUES = 50
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)

Tick = tuple[str, str]
"""A kind, a date or `where`, and a value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is ticked. A document has to fit every kind of which something is ticked, and of each kind one value.

    notebooks: by name, after `owner/` where one has an owner. documents: ids. folders: with all that is below them.
    since, until: days, months or years. where: a filter as it was typed, beside all others.
    """

    notebooks: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    where: str = ""

    def __bool__(self) -> bool:
        return self != Scope()

    def filter(self) -> str:
        """The filter that says the same; empty when all documents are meant.

        >>> Scope(notebooks=("Ferries",), since="2025-03", where="title ~ boat or title ~ ship").filter()
        "notebook = 'Ferries' and published >= 2025-03 and (title ~ boat or title ~ ship)"
        """
        parts = [
            _either([_is(field, value) for value in getattr(self, kind)]) for kind, field in _FIELD_BY_KIND.items()
        ]
        parts.append(_either([_is("source", f"{folder}/", is_start=True) for folder in self.folders]))
        parts += [
            f"published >= {self.since}" if self.since else "",
            f"published <= {self.until}" if self.until else "",
        ]
        others = [part for part in parts if part]
        where = self.where.strip()
        return " and ".join([*others, f"({where})" if others else where] if where else others)

    def ticks(self) -> Iterator[Tick]:
        """Everything that is ticked, or typed."""
        for kind in KINDS:
            yield from ((kind, value) for value in getattr(self, kind))
        yield from ((name, getattr(self, name)) for name in (*DATES, "where") if getattr(self, name))

    def changed(self, kind: str, value: str, *, is_on: bool) -> Scope:
        """With that tick, or without it; a date is replaced. What is no kind changes nothing."""
        changes: dict[str, Any] = {}
        if kind in KINDS:
            others = [each for each in getattr(self, kind) if each != value]
            changes[kind] = (*others, value)[-_MOST_VALUES:] if is_on and value else tuple(others)
        elif kind in (*DATES, "where"):
            changes[kind] = value.strip() if is_on else ""
        return replace(self, **changes)

    def renamed(self, notebook: str, name: str) -> Scope:
        """With a notebook under its new name."""
        return replace(self, notebooks=tuple(name if each == notebook else each for each in self.notebooks))

    def among(self, notebooks: Collection[str]) -> Scope:
        """Without notebooks that are not there any more."""
        return replace(self, notebooks=tuple(name for name in self.notebooks if name in notebooks))

    def refusal(self) -> str:
        """Why it cannot be taken; empty when it can, as far as it can be told without the documents."""
        for date in filter(None, (self.since, self.until)):
            if not _DATE.fullmatch(date):
                return _("“{date}” is no date: write a day, a month or a year, such as 2025-03.", date=date[:40])
        return ""

    def to_browser(self) -> dict[str, list[str] | str]:
        """What a browser keeps of it; nothing of what is empty."""
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items() if value}

    @classmethod
    def from_browser(cls, kept: object) -> Scope:
        """What a browser kept, as far as it has the right shape.

        >>> Scope.from_browser({"notebooks": ["Ferries", 3], "since": 2025}) == Scope(notebooks=("Ferries",))
        True
        """
        values = kept if isinstance(kept, Mapping) else {}
        read: dict[str, Any] = {kind: _texts(values.get(kind)) for kind in KINDS}
        for name in (*DATES, "where"):
            value = values.get(name)
            read[name] = value.strip() if isinstance(value, str) else ""
        scope = cls(**read)
        return replace(scope, since="", until="") if scope.refusal() else scope


def _texts(kept: object) -> tuple[str, ...]:
    listed: Sequence[object] = kept if isinstance(kept, (list, tuple)) else ()
    return tuple(dict.fromkeys(each for each in listed if isinstance(each, str) and each))[:_MOST_VALUES]


def _either(parts: Sequence[str]) -> str:
    return f"({' or '.join(parts)})" if len(parts) > 1 else "".join(parts)


def _is(field: str, value: str, *, is_start: bool = False) -> str:
    """That a field is the value, or begins with it; no sign can end the quotes around it."""
    quote = '"' if "'" in value else "'"
    if is_start or ("'" in value and '"' in value):
        return f"{field} like {quote}{value.replace(quote, '?')}{'*' if is_start else ''}{quote}"
    return f"{field} = {quote}{value}{quote}"
