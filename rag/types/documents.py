"""What is read and found: documents, their sentences and passages, and places in their text."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import urlsplit

__all__ = [
    "NO_METADATA",
    "Budget",
    "Document",
    "DocumentInfo",
    "Hit",
    "Notebook",
    "PagePicture",
    "Passage",
    "PlaceOnPage",
    "RecognisedLine",
    "Sentence",
    "Span",
    "outlet_in",
    "page_in_words",
]

NO_METADATA: Mapping[str, str] = MappingProxyType({})

_LINE = re.compile(r"\S[^\n]*")
_PAGE_STARTS = re.compile(r"0(?:,\d{1,12})*", re.ASCII)
_RECOGNISED_LINE = r"\d{1,9}(?: \d{1,9}){7}"
_RECOGNISED = re.compile(rf"{_RECOGNISED_LINE}(?:,{_RECOGNISED_LINE})*", re.ASCII)
_PARTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A half-open range of code points, `start` included and `end` excluded.

    >>> Span(start=4, end=9).slice("The giant is awakening")
    'giant'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got start={self.start}, end={self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def slice(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether every position of `other` lies inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether at least one position lies in both spans."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source as it was read: its text is normalised once, by the reader, and never changes afterwards.

    id: hexadecimal hash of source and text, so that a changed file is a new document.
    source: where the text came from, as a person would name it: a path or a URL.
    media_type: such as `text/plain`.
    metadata: what the file says about itself, for example `published` (ISO 8601 date) or `author`.
    """

    id: str
    source: str
    title: str
    media_type: str
    text: str
    metadata: Mapping[str, str] = field(default_factory=lambda: NO_METADATA)

    @property
    def published(self) -> str:
        """When it was published, as it says itself (ISO 8601); empty when it does not say."""
        return self.metadata.get("published", "")

    @property
    def page_spans(self) -> tuple[Span, ...]:
        """Where the text of each page stands, that of page 1 first; none when the format has no pages.

        A page without text has an empty span; so has each of several that begin at one place, but for the last.

        >>> of = Document(id="1", source="", title="", media_type="", text="One.", metadata={"page_starts": "0,0,4"})
        >>> [(span.start, span.end) for span in of.page_spans]
        [(0, 0), (0, 4), (4, 4)]
        """
        return _page_spans(self.metadata.get("page_starts", ""), len(self.text))

    def page_at(self, position: int) -> int:
        """The page, from 1, on which the character at a position of the text stands; 0 when the format has no pages.

        >>> of = Document(id="1", source="", title="", media_type="", text="One.", metadata={"page_starts": "0,0,3,4"})
        >>> of.page_at(0), of.page_at(3)
        (2, 3)
        """
        return bisect_right([span.start for span in self.page_spans], position)

    def page_label(self, page: int) -> str:
        """What is printed on the page of that number, from 1; empty when the file does not say, or says its number."""
        labels = _page_labels(self.metadata.get("page_labels", ""))
        label = labels[page - 1] if 1 <= page <= len(labels) else ""
        return label if label != str(page) else ""

    def page_in_words(self, page: int) -> str:
        """Such as "page 4", or "page iv (4 in the file)"; empty for page 0."""
        return page_in_words(page, self.page_label(page))


def page_in_words(page: int, label: str = "") -> str:
    """The page as it is named: as it is printed, and then where it is in the file.

    >>> page_in_words(4), page_in_words(4, "iv"), page_in_words(0)
    ('page 4', 'page iv (4 in the file)', '')
    """
    if not page:
        return ""
    return f"page {label} ({page} in the file)" if label else f"page {page}"


@lru_cache(maxsize=8)
def _page_spans(written: str, length: int) -> tuple[Span, ...]:
    """The spans that start where it is written; none if these cannot be starts in a text of that length."""
    if not _PAGE_STARTS.fullmatch(written):
        return ()
    starts = [int(start) for start in written.split(",")]
    if starts != sorted(starts) or starts[-1] > length:
        return ()
    return tuple(Span(start=start, end=end) for start, end in pairwise([*starts, length]))


@lru_cache(maxsize=8)
def _page_labels(written: str) -> tuple[str, ...]:
    """The labels in a JSON list, the first of page 1; none if it is no such list."""
    try:
        labels = json.loads(written) if written else []
    except ValueError:
        return ()
    if not isinstance(labels, list):
        return ()
    return tuple(label if isinstance(label, str) else "" for label in labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOnPage:
    """A rectangle on a page, as the page is shown; each side in shares of its width or height, 0 to 1, from its upper
    left corner. page: from 1."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedLine:
    """A line of a text that was recognised in a picture of its page, such as a scan.

    span: in the document's text. confidence: how sure the least certain word of it was, 0 to 1.
    """

    span: Span
    place: PlaceOnPage
    confidence: float

    def written(self) -> str:
        """Eight whole numbers: start, end, page, left, top, right, bottom and confidence, shares times 10,000."""
        place = self.place
        shares = (place.left, place.top, place.right, place.bottom, self.confidence)
        numbers = (self.span.start, self.span.end, place.page, *(round(share * _PARTS) for share in shares))
        return " ".join(map(str, numbers))

    @staticmethod
    def all_in(metadata: Mapping[str, str]) -> tuple[RecognisedLine, ...]:
        """The lines that a document's metadata holds, in order; none when it holds none, or what cannot be lines.

        >>> RecognisedLine.all_in({"recognised": "0 9 1 1000 2000 8000 2200 9600"})[0].place.right
        0.8
        """
        written = metadata.get("recognised", "")
        if not _RECOGNISED.fullmatch(written):
            return ()
        found = []
        for line in written.split(","):
            start, end, page, *shares = map(int, line.split())
            left, top, right, bottom, confidence = (min(1.0, share / _PARTS) for share in shares)
            if start >= end or page < 1:
                return ()
            place = PlaceOnPage(page=page, left=left, top=top, right=right, bottom=bottom)
            found.append(RecognisedLine(span=Span(start=start, end=end), place=place, confidence=confidence))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """A page of the file that a document was read from, as it is printed.

    page: from 1, of n_pages. picture: the bytes of an image of that media_type, of width and height in pixels.
    places: for each span that was asked for the boxes of its words, in reading order; none where it has none there.
    """

    page: int
    n_pages: int
    picture: bytes
    media_type: str
    width: int
    height: int
    places: tuple[tuple[PlaceOnPage, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one document may be, whatever reads it; past it the document is refused, in words.

    max_characters: of its text and of what it says about itself.
    max_sentences: of which a row of a table is one.

    >>> Budget(max_characters=9, max_sentences=2).refusal_of_sentences(3)
    'it has 3 sentences, more than the 2 allowed - split it, or raise max_document_sentences'
    """

    max_characters: int
    max_sentences: int

    def refusal(self, document: Document) -> str:
        """Why a document that was read is too much to go on with; empty when it is not.

        Its sentences are not known yet; but each line ends one, so that a million of lines need not be cut.
        """
        n_characters = len(document.text) + sum(map(len, document.metadata.values()))
        if n_characters > self.max_characters:
            return _too_many(n_characters, self.max_characters, "characters")
        if document.text.count("\n") < self.max_sentences:
            return ""
        return self.refusal_of_sentences(sum(1 for _ in _LINE.finditer(document.text)))

    def refusal_of_sentences(self, n_sentences: int) -> str:
        """Why that many sentences are too many; empty when they are not."""
        is_refused = n_sentences > self.max_sentences
        return _too_many(n_sentences, self.max_sentences, "sentences") if is_refused else ""


def _too_many(n: int, most: int, what: str) -> str:
    return f"it has {n:,} {what}, more than the {most:,} allowed - split it, or raise max_document_{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """A document of a store without its text.

    added_at: when this version was added, ISO 8601 in UTC.
    """

    id: str
    source: str
    title: str
    media_type: str
    n_characters: int
    n_sentences: int
    added_at: str
    metadata: Mapping[str, str]

    @property
    def published(self) -> str:
        """When it was published, as it says itself (ISO 8601); empty when it does not say."""
        return self.metadata.get("published", "")

    @property
    def outlet(self) -> str:
        """Who published it: see `outlet_in`."""
        return outlet_in(self.metadata.get("publisher", ""), self.metadata.get("url", "") or self.source)


def outlet_in(publisher: str, address: str) -> str:
    """Who published a document: its publisher, else the host of its address; empty when neither is known.

    >>> outlet_in("", "https://www.example.org/a"), outlet_in("The Herald", "https://a.org"), outlet_in("", "a.txt")
    ('example.org', 'The Herald', '')
    """
    if publisher.strip():
        return publisher.strip()
    try:
        host = urlsplit(address).hostname if address.startswith(("http://", "https://")) else ""
    except ValueError:  # an address that cannot be
        return ""
    return (host or "").removeprefix("www.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A collection of documents under a name; a document may be in any number of them.

    number: from 1, never given again. owner: the name of a user; empty in a store without users. Names are unique for
    each owner. shared_with: other users who may use it, by name. n_documents: those that are searched.
    made_at: ISO 8601 in UTC.
    """

    number: int
    name: str
    owner: str = ""
    shared_with: tuple[str, ...] = ()
    n_documents: int = 0
    made_at: str = ""

    @property
    def qualified_name(self) -> str:
        """With its owner before it: what a filter takes where several users have a notebook of that name.

        >>> Notebook(number=1, name="Ferries", owner="anna").qualified_name
        'anna/Ferries'
        """
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a document.

    ordinal: counts from 0 in reading order.
    speaker: who says what is quoted or reported in it, by the fullest name in the document; empty for nobody.
    """

    document_id: str
    ordinal: int
    span: Span
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A window of whole sentences that an index finds as one.

    id: given by storage, never used again for another passage.
    first_sentence, last_sentence: ordinals, both included.
    span: from the start of the first sentence to the end of the last.
    """

    id: int
    document_id: str
    first_sentence: int
    last_sentence: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that an index found; a higher score is better, and scores compare only within one search."""

    passage_id: int
    score: float
