"""A filter as a condition of a query: what of it is a value becomes a parameter.

Whose words somebody's are is decided here and not by the database: the names that fit become parameters, too.
"""

from __future__ import annotations

import mimetypes
import re

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from rag.attribution.names import names_same
from rag.storage import schema
from rag.storage.engines.sql import json_text, lower_case, outlet_of
from rag.storage.filters import (
    DATES,
    NOTEBOOK,
    SPEAKER,
    Both,
    Comparison,
    Either,
    Filter,
    Not,
    Operator,
    VisibleTo,
    Within,
)

__all__ = ["condition_of", "handed_over_alike", "may_use", "name_of_upload"]

_HANDED_OVER = "uploads/"
_EVERYBODY = "*"
_BY = " › "
_SIGN = re.compile(r"[\\%_]")
_ANYTHING = str.maketrans({"*": "%", "?": "_"})

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


def condition_of(filter_: Filter, connection: Connection, *, of_passage: bool = False) -> ColumnElement[bool]:
    """What holds of the documents that fit, as they are in the transaction of the connection.

    of_passage: whoever must speak in it has to in the passage; for queries over documents with their passages.
    """
    match filter_:
        case Both(parts):
            return and_(*(condition_of(part, connection, of_passage=of_passage) for part in parts))
        case Either(parts):
            return or_(*(condition_of(part, connection, of_passage=of_passage) for part in parts))
        case Not(part):
            return not_(condition_of(part, connection, of_passage=of_passage))
        case VisibleTo():
            return _visible(filter_)
        case Within(user, comparison):
            return _kept(comparison, may_use(user))
        case Comparison():
            if filter_.field == NOTEBOOK:
                return _kept(filter_)
            if filter_.field == "id":
                return _named(filter_)
            if filter_.field == SPEAKER:
                return _spoken(filter_, connection, of_passage=of_passage)
            return _compared(filter_)


def _spoken(comparison: Comparison, connection: Connection, *, of_passage: bool) -> ColumnElement[bool]:
    speaker, value = schema.sentences.c.speaker, comparison.value.lower()
    named = select(speaker).where(speaker != "").distinct()
    own = schema.sentences.alias().c
    if comparison.operator in (Operator.CONTAINS, Operator.LIKE):
        is_one = own.speaker.in_(named.where(_is_said(lower_case(speaker), comparison.operator, value)))
    else:
        is_one = own.speaker.in_([name for name in connection.scalars(named) if names_same(str(name), value)])
    place = [own.document_key == schema.documents.c.key, is_one]
    if of_passage:
        passages = schema.passages.c
        place += [own.ordinal >= passages.first_sentence, own.ordinal <= passages.last_sentence]
    found = exists().where(*place)
    return not_(found) if comparison.operator is Operator.NOT_EQUAL else found


def name_of_upload(user: str, name: str) -> str:
    """What a file is called that a user hands over: none takes the place of another user's of the same name.

    >>> name_of_upload("anna", "report.pdf"), name_of_upload("", "report.pdf")
    ('anna › report.pdf', 'report.pdf')
    """
    return f"{user}{_BY}{name}" if user else name


def handed_over_alike(source: str) -> ColumnElement[bool]:
    """What holds of the documents that came as the one from `source` did: from the same user, or from none.

    What two users handed over says nothing of each other, not even that one is a copy of the other.
    """
    documents = schema.documents.c
    user, by, _ = source.partition(_BY)
    if by:
        return func.substr(documents.source, 1, len(user) + len(by)) == user + by
    return not_(and_(_is_handed_over(), documents.file.contains(_BY)))


def _is_handed_over() -> ColumnElement[bool]:
    return func.substr(schema.documents.c.file, 1, len(_HANDED_OVER)) == _HANDED_OVER


def may_use(user: str) -> ColumnElement[bool]:
    """What holds of the notebooks that a user owns, and of those that are shared with him or with everybody."""
    notebooks, readers = schema.notebooks.c, schema.notebook_readers.c
    shared = select(readers.notebook_id).where(readers.user.in_((user, _EVERYBODY)))
    return or_(notebooks.owner == user, notebooks.id.in_(shared))


def _visible(visible: VisibleTo) -> ColumnElement[bool]:
    documents, kept = schema.documents.c, schema.notebook_documents.c
    is_in_own = documents.source.in_(select(kept.source).join(schema.notebooks).where(may_use(visible.user)))
    if not visible.has_common:
        return is_in_own
    is_common = documents.source.not_in(select(kept.source)) & not_(_is_handed_over())
    return or_(is_in_own, is_common)


def _kept(comparison: Comparison, among: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Whether a document is in a notebook; its name has no slash, so that one with a slash names its owner too.

    among: what holds of the notebooks that count; None for all.
    """
    notebooks, value = schema.notebooks.c, comparison.value.lower()
    name: ColumnElement[str] = notebooks.owner + "/" + notebooks.name if "/" in value else notebooks.name + ""
    is_denied = comparison.operator is Operator.NOT_EQUAL
    fits = _is_said(lower_case(name), Operator.EQUAL if is_denied else comparison.operator, value)
    kept = select(schema.notebook_documents.c.source).join(schema.notebooks)
    kept = kept if among is None else kept.where(among)
    is_in = schema.documents.c.source.in_(kept.where(fits) if value else kept)
    return not_(is_in) if is_denied == bool(value) else is_in


def _named(comparison: Comparison) -> ColumnElement[bool]:
    """Whether an id is that of a version of the document: what was chosen by its id stays so when it changes."""
    version, is_denied = schema.documents.alias().c, comparison.operator is Operator.NOT_EQUAL
    # Not in small letters, as ids are, so that the index answers.
    operator = Operator.EQUAL if is_denied else comparison.operator
    fits = _is_said(version.id, operator, comparison.value.lower())
    is_it = schema.documents.c.source.in_(select(version.source).where(fits))
    return not_(is_it) if is_denied else is_it


def _compared(comparison: Comparison) -> ColumnElement[bool]:
    field, value = comparison.field, comparison.value
    if field == "media_type" and "/" not in value and comparison.operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        value = _media_type(value)
    said: ColumnElement[str] = func.coalesce(lower_case(_column(field)), "")
    value = value.lower()
    if field in DATES and value:
        said = func.substr(said, 1, len(value))
    return _is_said(said, comparison.operator, value)


def _is_said(said: ColumnElement[str], operator: Operator, value: str) -> ColumnElement[bool]:
    """Both in small letters; what is not said is empty."""
    match operator:
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
            return and_(said != "", said.contains(value, autoescape=True))
        case Operator.LIKE:
            return said.like(_pattern(value), escape="\\")


def _pattern(value: str) -> str:
    """As LIKE has it, whose signs for "anything" and "one letter" are others."""
    return _SIGN.sub(r"\\\g<0>", value).translate(_ANYTHING)


def _column(field: str) -> ColumnElement[str]:
    documents = schema.documents.c
    match field:
        case "added":
            return documents.added_at
        case "media_type":
            return documents.media_type
        case "outlet":
            return outlet_of(_column("publisher"), _column("url"), documents.source)
        case "source":
            return documents.source
        case "title":
            return documents.title
        case _:
            return json_text(documents.metadata, field)


def _media_type(name: str) -> str:
    """ "pdf" → "application/pdf"; what is not known stays."""
    lowered = name.lower().removeprefix(".")
    return _MEDIA_TYPES.get(lowered) or mimetypes.types_map.get(f".{lowered}", name)
