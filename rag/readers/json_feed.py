"""JSON files as documents: each article of a feed one, whatever its fields are called.

Understood are JSON Feed, schema.org articles, what news services give (a list of articles, alone or below a name such
as "articles"), and the same as lines (JSONL). What holds no article becomes lines of "name: value".

Sources: JSON Feed 1.1; schema.org NewsArticle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode, read_bytes
from rag.readers._normalisation import make_document, normalise, one_line
from rag.readers.feed import Article, Keys, document_of_article
from rag.types import Document, Failure

__all__ = ["JsonFeedReader"]

Record: TypeAlias = Mapping[str, object]

# Of each field the names in use, the best first; upper and lower case and "_" are the same.
_TITLES = ("headline", "title", "webtitle", "name")
_BODIES = ("articlebody", "contenthtml", "contenttext", "bodytext", "fulltext", "text", "body", "content", "maintext")
_SUMMARIES = ("summary", "description", "abstract", "trailtext", "excerpt", "snippet", "leadparagraph")
_URLS = ("url", "link", "weburl", "canonicalurl", "permalink", "sourceurl")
_DATES = (
    *("datepublished", "published", "publishedat", "publisheddate", "datepublish", "publicationdate", "pubdate"),
    *("webpublicationdate", "date"),
)
_AUTHORS = ("author", "authors", "byline", "creator")
_PUBLISHERS = ("publisher", "publishername", "sitename", "source", "sourcename", "outlet", "newspaper", "publication")
_LANGUAGES = ("inlanguage", "language", "lang")
_IDS = ("id", "guid", "uuid", "docid", "articleid", "@id")
_NESTED = ("fields", "article")
MAX_PUBLISHER_CHARACTERS = 100
"""A longer "source" says something else, and so does an address."""
_VALUES = ("rendered", "text", "value", "html", "#text", "main")

_MAX_DEPTH = 6
MAX_LINES = 500_000
"""Of "name: value"; each repeats its name, so that a file of numbers would grow many times over."""
MAX_LINES_DEPTH = 50
_LINES = (".jsonl", ".ndjson")
_MEDIA_TYPE = "application/json"
_LINES_TYPE = "application/x-ndjson"


class JsonFeedReader:
    """Reads news feeds in JSON, one document an article; its key is the article's id or address."""

    media_types = frozenset({_MEDIA_TYPE, _LINES_TYPE})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The articles in the order of the file; a file without any as one document.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding, out of reach, or no JSON.
        """
        text = decode(read_bytes(path, max_bytes=self._max_bytes), path)
        if path.suffix.lower() in _LINES:
            return _each_line(text, path)
        try:
            value = _parsed(text)
        except (ValueError, RecursionError) as error:
            if _is_lines(text):
                return _each_line(text, path)
            raise ReadError(
                str(path), f"it is no JSON ({_reason(error)}) - mend it, or give it its right name"
            ) from error
        return _each_value(value, path)


def _parsed(text: str) -> object:
    value: object = json.loads(text)
    return value


def _is_lines(text: str) -> bool:
    """Whether the first line is a record by itself, as in JSONL under the name of JSON."""
    try:
        return isinstance(_parsed(text.lstrip().partition("\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _each_line(text: str, path: Path) -> Iterator[Document | Failure]:
    keys = Keys()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parsed(line)
        except (ValueError, RecursionError) as error:
            reason = f"line {number} is no JSON ({_reason(error)}) - mend or remove it"
            yield Failure(source=f"{path}#{keys.distinct('', number)}", reason=reason)
            continue
        yield _entry(value, path, keys, number, media_type=_LINES_TYPE)


def _each_value(value: object, path: Path) -> Iterator[Document | Failure]:
    keys = Keys()
    language = _said(value, _LANGUAGES) if isinstance(value, Mapping) else ""
    records = _records(value, 0)
    if not records:
        yield _entry(value, path, keys, 1, media_type=_MEDIA_TYPE)
    for position, record in enumerate(records, start=1):
        if _article(record) is None:
            reason = "there is no text in this entry of the feed - leave it out, or open its address"
            key = keys.distinct(_said(_flat(record), (*_IDS, *_URLS)), position)
            yield Failure(source=f"{path}#{key}", reason=reason)
        else:
            yield _entry(record, path, keys, position, media_type=_MEDIA_TYPE, language=language)


def _entry(
    value: object, path: Path, keys: Keys, position: int, *, media_type: str, language: str = ""
) -> Document | Failure:
    """The document of one record, an article or not, or why there is none."""
    article = _article(value) if isinstance(value, Mapping) else None
    key = keys.distinct((article.id or article.url) if article else "", position)
    try:
        if article is not None:
            article = article._replace(language=article.language or language)
            return document_of_article(article, path, key=key, media_type=media_type)
        lines = list(islice(_lines(value, "", 0), MAX_LINES + 1))
        if len(lines) > MAX_LINES:
            raise ReadError(str(path), f"it holds more than {MAX_LINES:,} values - split it, or leave such data out")
        title = _said(value, _TITLES) if isinstance(value, Mapping) else ""
        text = normalise("\n".join(lines)).strip()
        return make_document(path, title=title, media_type=media_type, text=text, metadata={}, key=key)
    except ReadError as error:
        return Failure(source=f"{path}#{key}", reason=error.reason)


def _records(value: object, depth: int) -> list[Record]:
    """The articles in a value: itself, the entries of a list, or the longest list below it; none when it has none."""
    if depth > _MAX_DEPTH:
        return []
    if isinstance(value, list):
        records = [entry for entry in value if isinstance(entry, Mapping)]
        if records and any(_article(record) for record in records):
            return records
        return max((_records(entry, depth + 1) for entry in records), key=len, default=[])
    if isinstance(value, Mapping):
        below = max(
            (_records(entry, depth + 1) for entry in value.values() if isinstance(entry, list | Mapping)),
            key=len,
            default=[],
        )
        is_article = _article(value) is not None
        # An article may hold a list that looks like articles, such as related ones; a feed has no text of its own.
        if is_article and (not below or _said(_flat(value), _BODIES)):
            return [value]
        return below
    return []


def _article(record: Record) -> Article | None:
    """What the record says under the names that feeds use; None when it has no text, or nothing besides."""
    flat = _flat(record)
    title, url = _said(flat, _TITLES), _said(flat, _URLS)
    body = _said(flat, _BODIES)
    published = _said(flat, _DATES)
    if not body:
        # A description of something else, such as a package, is no article; one that was published is.
        body = _said(flat, _SUMMARIES) if title and (url or published) else ""
    elif not (title or url or published):
        return None
    if not body:
        return None
    return Article(
        title=title,
        body=body,
        url=url,
        published=published,
        author=_people(flat, _AUTHORS),
        publisher=_publisher(flat),
        language=_said(flat, _LANGUAGES),
        id=_said(flat, _IDS),
    )


def _flat(record: Record) -> dict[str, object]:
    """The record with plain names, those of its nested fields after its own."""
    flat: dict[str, object] = {}
    for part in (record, *(record.get(name) for name in _NESTED)):
        if isinstance(part, Mapping):
            for name, value in part.items():
                flat.setdefault(str(name).lower().replace("_", "").replace("-", ""), value)
    return flat


def _said(record: Record, names: tuple[str, ...]) -> str:
    """The first text or number under one of the names; of a record the text in it, of a list of texts all, as lines."""
    for name in names:
        value = record.get(name)
        if isinstance(value, Mapping):
            value = next((value[key] for key in _VALUES if key in value), "")
        if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
            value = "\n".join(value)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def _publisher(record: Record) -> str:
    said = _people(record, _PUBLISHERS)
    return "" if len(said) > MAX_PUBLISHER_CHARACTERS or "/" in said else said


def _people(record: Record, names: tuple[str, ...]) -> str:
    """Who is named under one of the names, as text, as a record with a name, or as a list of these."""
    for name in names:
        value = record.get(name)
        people = []
        for person in value if isinstance(value, list) else [value]:
            said = person.get("name", person.get("original")) if isinstance(person, Mapping) else person
            if isinstance(said, str) and said.strip():
                people.append(one_line(said))
        if people:
            return ", ".join(people)
    return ""


def _lines(value: object, name: str, depth: int) -> Iterator[str]:
    """A line "name: value" for each plain value, the names of what is around it before its own.

    A record of plain values that stands in a list is one line, as a row of a table is.

    >>> list(_lines({"bridge": {"opened": 1932, "colours": ["grey", "red"]}}, "", 0))
    ['bridge opened: 1932', 'bridge colours: grey', 'bridge colours: red']
    >>> list(_lines([{"country": "France", "gdp": 3.1}], "", 0))
    ['country: France; gdp: 3.1.']
    """
    if depth > MAX_LINES_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _lines(below, f"{name} {key}".strip()[-300:], depth + 1)
    elif isinstance(value, list):
        if name and any(isinstance(entry, Mapping) for entry in value):
            yield name
        for entry in value:
            if isinstance(entry, Mapping) and not any(isinstance(below, list | Mapping) for below in entry.values()):
                parts = [f"{key}: {text}" for key, below in entry.items() if (text := _plain(below))]
                yield from [f"{'; '.join(parts)}."] if parts else []
            else:
                yield from _lines(entry, name, depth + 1)
    elif text := _plain(value):
        yield f"{name}: {text}" if name else text


def _plain(value: object) -> str:
    """A plain value in one line, as JSON writes it; nothing for null."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return " ".join(text.split())


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())[:200]
