"""Citations: the number of each distinct span, from 1, in the order of first use, and what stands around a cited place.

Around it are its paragraph, cut where that is long, and its neighbouring sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from rag.checking.attributed import assertion_of
from rag.errors import NotFoundError, StoreError
from rag.language.sentences import sentence_spans
from rag.protocols import Surroundings
from rag.types import Answer, AnswerStatus, Citation, Document, Evidence, RecognisedLine, SaidElsewhere, Span

__all__ = ["Context", "Numbering", "context_of", "link_to", "place_in", "surroundings_of"]

N_CHARACTERS = 400
"""Most characters on each side."""


class Context(NamedTuple):
    """The text before and after a place; what was cut is marked with … unless it was whole lines."""

    before: str
    after: str


def context_of(span: Span, text: str) -> Context:
    """What stands before and after `span` in its paragraph of `text`.

    >>> context_of(Span(start=12, end=17), "Elsewhere.\\n\\nHere. And more.\\n\\nThere.")
    Context(before='', after=' And more.')
    """
    before = text[: span.start].rpartition("\n\n")[2]
    after = text[span.end :].partition("\n\n")[0]
    if len(before) > N_CHARACTERS:
        kept = before[-N_CHARACTERS:]
        lines = kept.partition("\n")[2]
        before = lines if lines.strip() else "… " + kept.partition(" ")[2]
    if len(after) > N_CHARACTERS:
        kept = after[:N_CHARACTERS]
        lines = kept.rpartition("\n")[0]
        after = lines if lines.strip() else kept.rpartition(" ")[0] + " …"
    return Context(before, after)


def surroundings_of(span: Span, text: str, heading: str = "") -> Surroundings:
    """The sentence before `span` and the one after it, over the borders of paragraphs too.

    >>> surroundings_of(Span(start=6, end=11), "Once. Here. And more. There.")
    Surroundings(before=('Once.',), after=('And more.',), heading='')
    """
    before = text[max(0, span.start - N_CHARACTERS) : span.start]
    after = text[span.end : span.end + N_CHARACTERS]
    return Surroundings(
        before=tuple(each.slice(before) for each in sentence_spans(before)[-1:]),
        after=tuple(each.slice(after) for each in sentence_spans(after)[:1]),
        heading=heading,
    )


_SHOWN_AS_TEXT = frozenset(
    {"text/html", "text/plain", "application/rss+xml", "application/atom+xml", "application/json"}
)
"""Kinds of documents whose address shows a browser their text: what a feed holds stands on the pages that it names."""
_N_WORDS = 5
_ALTERED = re.compile("[⁰¹²³⁴-ⁿ₀-₎^]")
"""Signs that a reader has put for raised and lowered ones, which a page's text holds as others."""


class Numbering:
    """Gives numbers to the places that an answer cites, and proves each quote against its document."""

    def __init__(
        self,
        document_of: Callable[[str], Document],
        *,
        elsewhere: Callable[[Evidence], tuple[SaidElsewhere, ...]] = lambda _: (),
    ) -> None:
        """document_of: the document of an id; asked at most once for each document.

        elsewhere: the places of other documents that say what a sentence says.
        """
        self._document_of = document_of
        self._elsewhere = elsewhere
        self._documents: dict[str, Document] = {}
        self._lines: dict[str, tuple[RecognisedLine, ...]] = {}
        self._surroundings: dict[tuple[str, Span], Surroundings] = {}
        self._by_place: dict[tuple[str, Span], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations so far, by number."""
        return tuple(self._by_place.values())

    def cite(self, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
        """The citations of these sentences, new numbers where the place has none yet.

        Raises:
            StoreError: a quote is not the slice of its document.
            NotFoundError: one of the documents was removed; none of the sentences gets a number then.
        """
        for sentence in evidence:
            self._document(sentence.document_id)
        for sentence in evidence:
            self._prove(sentence)
        return tuple(self._citation(sentence) for sentence in evidence)

    def around(self, sentence: Evidence) -> Surroundings:
        """What stands around a sentence in its document; nothing where that was removed meanwhile."""
        place = (sentence.document_id, sentence.span)
        if place not in self._surroundings:
            try:
                text = self._document(sentence.document_id).text
            except NotFoundError:
                return Surroundings()
            self._surroundings[place] = surroundings_of(sentence.span, text, sentence.title)
        return self._surroundings[place]

    def _prove(self, sentence: Evidence) -> None:
        document = self._document(sentence.document_id)
        if sentence.span.slice(document.text) != sentence.quote:
            raise StoreError(
                f"cannot cite {sentence.source!r} at {sentence.span.start}-{sentence.span.end}: the quote is not "
                "what stands there - run `rag check`, then `rag rebuild`"
            )

    def _citation(self, sentence: Evidence) -> Citation:
        place = (sentence.document_id, sentence.span)
        if place not in self._by_place:
            document = self._document(sentence.document_id)
            page = document.page_at(sentence.span.start)
            recognised = self._recognised(document, sentence.span)
            self._by_place[place] = Citation(
                number=len(self._by_place) + 1,
                document_id=sentence.document_id,
                source=sentence.source,
                title=sentence.title,
                span=sentence.span,
                quote=sentence.quote,
                line=document.text.count("\n", 0, sentence.span.start) + 1,
                page=page,
                page_label=document.page_label(page),
                published=sentence.published,
                also_in=sentence.also_in,
                url=link_to(document, sentence.span, page=page),
                places=tuple(line.place for line in recognised),
                confidence=min((line.confidence for line in recognised), default=1.0),
                speaker=sentence.speaker,
                assertion=assertion_of(sentence.quote, self.around(sentence), speaker=sentence.speaker),
                said_elsewhere=self._elsewhere(sentence),
            )
        return self._by_place[place]

    def _recognised(self, document: Document, span: Span) -> list[RecognisedLine]:
        """The lines on which the span stands, where they were recognised in a picture."""
        if document.id not in self._lines:
            self._lines[document.id] = RecognisedLine.all_in(document.metadata)
        return [line for line in self._lines[document.id] if line.span.overlaps(span)]

    def _document(self, document_id: str) -> Document:
        if document_id not in self._documents:
            self._documents[document_id] = self._document_of(document_id)
        return self._documents[document_id]


def link_to(document: Document, span: Span, *, page: int = 0) -> str:
    """The address of the document with what leads a browser to the place; empty when it has no address of the web.

    In pages and plain texts a text fragment names the first and the last words of the place, or all of a short one, and
    those before it where the same words stand earlier; PDF has pages, and other formats no places.

    Source: WICG, URL Fragment Text Directives, section 3.3 (`-`, `,` and `&` have a meaning in it, and are escaped).

    >>> page = {"source": "a", "title": "", "media_type": "text/html", "metadata": {"url": "https://example.org/a"}}
    >>> link_to(Document(id="1", text="It is well-known, he said.", **page), Span(start=0, end=26))
    'https://example.org/a#:~:text=It%20is%20well%2Dknown%2C%20he%20said.'
    """
    address = document.metadata.get("url", "")
    if not _is_of_the_web(address):
        return ""
    if document.media_type == "application/pdf":
        return f"{address.partition('#')[0]}#page={page}" if page else address
    words = span.slice(document.text).split()
    if document.media_type not in _SHOWN_AS_TEXT or not words:
        return address
    parts = [words] if len(words) <= 2 * _N_WORDS else [words[:_N_WORDS], words[-_N_WORDS:]]
    directive = ",".join(map(_escaped, parts))
    if document.text.find(span.slice(document.text)) < span.start:
        before = document.text[: span.start].rstrip().rpartition("\n")[2].split()[-_N_WORDS:]
        directive = f"{_escaped(before)}-,{directive}"
    if _ALTERED.search(unquote(directive)):
        return address
    return f"{address}{'' if '#' in address else '#'}:~:text={directive}"


def _is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_plain = all(character.isprintable() and not character.isspace() for character in address)
    return is_plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _escaped(words: Sequence[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")


def place_in(answer: Answer, number: int, *, document_of: Callable[[str], Document]) -> Citation:
    """What the answer shows under that number: its citation, or, when it abstained, the nearest sentence as one.

    Raises:
        NotFoundError: it shows nothing under that number, or the document was removed.
    """
    if answer.status is not AnswerStatus.ABSTAINED:
        shown, kind = answer.citations, "citation"
    else:
        nearest = Numbering(document_of).cite([sentence for sentence in answer.evidence if sentence.number == number])
        shown, kind = tuple(replace(place, number=number) for place in nearest), "nearest sentence"
    for place in shown:
        if place.number == number:
            return place
    n = len(answer.citations or answer.evidence)
    has = f"the answer has {n} {kind}{'' if n == 1 else 's'}"
    raise NotFoundError(f"cannot show {kind} {number}: {has} - choose one of them")
