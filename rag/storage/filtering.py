"""A filter as a condition of a query over documents; its values are parameters, never part of the query's text."""

from __future__ import annotations

import mimetypes

from sqlalchemy import ColumnElement, and_, func, not_, or_

from rag.storage import schema
from rag.storage.filters import DATES, Both, Comparison, Either, Filter, Not, Operator

__all__ = ["condition_of"]

_MEDIA_TYPES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "email": "message/rfc822",
    "eml": "message/rfc822",
    "epub": "application/epub+zip",
    "md": "text/markdown",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "text": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By what people call it, where that is not the end of the name or known to `mimetypes`."""


def condition_of(filter_: Filter) -> ColumnElement[bool]:
    """What holds of the documents that fit."""
    match filter_:
        case Both(parts):
            return and_(*map(condition_of, parts))
        case Either(parts):
            return or_(*map(condition_of, parts))
        case Not(part):
            return not_(condition_of(part))
        case Comparison():
            return _compared(filter_)


def _compared(comparison: Comparison) -> ColumnElement[bool]:
    field, value = comparison.field, comparison.value
    if field == "media_type" and "/" not in value and comparison.operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        value = _media_type(value)
    said: ColumnElement[str] = func.coalesce(func.lower_case(_column(field)), "")
    value = value.lower()
    if field in DATES and value:
        said = func.substr(said, 1, len(value))
    match comparison.operator:
        case Operator.EQUAL:
            return said == value
        case Operator.NOT_EQUAL:
            return said != value
        case Operator.LESS:
            return and_(said != "", said < value)
        case Operator.LESS_OR_EQUAL:
            return and_(said != "", said <= value)
        case Operator.GREATER:
            return said > value
        case Operator.GREATER_OR_EQUAL:
            return and_(said != "", said >= value)
        case Operator.CONTAINS:
            return and_(said != "", func.instr(said, value) > 0)
        case Operator.LIKE:
            return said.bool_op("GLOB")(value.replace("[", "[[]"))


def _column(field: str) -> ColumnElement[str]:
    documents = schema.documents.c
    match field:
        case "added":
            return documents.added_at
        case "media_type":
            return documents.media_type
        case "source":
            return documents.source
        case "title":
            return documents.title
        case _:
            return func.json_extract(documents.metadata, f"$.{field}")


def _media_type(name: str) -> str:
    """ "pdf" → "application/pdf"; what is not known stays."""
    lowered = name.lower().removeprefix(".")
    return _MEDIA_TYPES.get(lowered) or mimetypes.types_map.get(f".{lowered}", name)
