"""Answers as every protocol here needs them: pieces of text, each with its citations, and what is to be known of all.

The text is the same in all of them: claims with `[n]` markers. A citation is our own record, the same in all of them
too, and stands inside whatever a protocol calls an annotation.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, Field

from rag.answering.serialisation import citation_to_dict
from rag.errors import NotFoundError
from rag.serving.asynchronous import AsyncAssistant
from rag.types import Answer, Citation, ClaimVerified, Done, Event, Evidence, Tokens

__all__ = ["CitationBody", "Cited", "EvidenceBody", "Fingerprints", "Finished", "OutcomeBody", "Piece", "pieces"]

_MOST_REMEMBERED = 10_000


class PlaceBody(BaseModel):
    """A rectangle on a page, in shares of its width and height."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class CitationBody(BaseModel):
    """The place that proves a claim: `quote` is the document's text from `start` to `end`."""

    number: int = Field(description="the [n] of the text")
    document_id: str
    start: int = Field(description="in code points of the document's text, included")
    end: int = Field(description="excluded")
    quote: str
    sha256: str = Field(description="of the document's text in UTF-8; empty when it was removed meanwhile")
    source: str
    title: str
    url: str | None = Field(description="where the place is shown on the web; null when it has no address there")
    line: int
    page: int = Field(description="from 1; 0 when the format has no pages")
    page_label: str
    published: str
    also_in: list[str]
    places: list[PlaceBody]
    confidence: float
    assertion: str = Field(description="as what the document says it: stated, reported, alleged, denied …")


class EvidenceBody(BaseModel):
    """A sentence that was found, best first; it proves nothing by itself."""

    number: int
    document_id: str
    start: int
    end: int
    quote: str
    sha256: str
    source: str
    title: str
    score: float = Field(description="how well it fits the question, 0 to 1")
    published: str
    speaker: str
    also_in: list[str]


class OutcomeBody(BaseModel):
    """What a program should know of an answer beside its text."""

    status: Literal["answered", "partial", "abstained", "not_a_question"] = Field(
        description="abstained: the documents do not answer, and the text says so; not_a_question: a request of the "
        "chat program itself, such as one for a title, which no document answers"
    )
    answer_id: str | None = Field(description="the recorded answer; null when there is none")
    standalone_question: str = Field(description="what was searched for")
    answerability: float = Field(description="estimated probability that the documents answer, 0 to 1")
    generator: str = Field(description="what drafted the answer; extractive: no language model")
    notice: str = Field(description="what a person should know; empty when all went as the settings say")
    nearest: list[EvidenceBody] = Field(description="the nearest sentences when the status is abstained; else empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A marker in the text: where it stands there, `end` excluded, and what it stands for."""

    start: int
    end: int
    citation: CitationBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The next words of an answer with their markers."""

    text: str
    cited: tuple[Cited, ...] = ()

    @property
    def unmarked(self) -> str:
        """The words without the markers at their end."""
        n_marked = sum(each.end - each.start + 1 for each in self.cited)
        return self.text[: len(self.text) - n_marked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of an answer. answer: None when no question was asked."""

    outcome: OutcomeBody
    answer: Answer | None = None

    @property
    def tokens(self) -> Tokens | None:
        """What language models read and wrote: zeros without one; None where one was asked that did not say."""
        return Tokens(0, 0) if self.answer is None else self.answer.trace.tokens


class Fingerprints:
    """SHA-256 of the texts of documents, each read once: the text of an id never changes."""

    def __init__(self, assistant: AsyncAssistant) -> None:
        self._assistant = assistant
        self._known: OrderedDict[str, str] = OrderedDict()

    async def of(self, document_id: str) -> str:
        """Hexadecimal digits; empty when the document was removed."""
        if document_id not in self._known:
            try:
                text = (await self._assistant.document(document_id)).text
            except NotFoundError:
                return ""
            self._known[document_id] = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            if len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        return self._known[document_id]

    async def citation(self, citation: Citation) -> CitationBody:
        """The citation as every protocol carries it."""
        known = citation_to_dict(citation)
        known |= {"url": citation.url or None, "sha256": await self.of(citation.document_id)}
        return CitationBody.model_validate(known)

    async def evidence(self, sentences: Sequence[Evidence]) -> list[EvidenceBody]:
        """The sentences, as every protocol carries them."""
        return [
            EvidenceBody(
                number=each.number,
                document_id=each.document_id,
                start=each.span.start,
                end=each.span.end,
                quote=each.quote,
                sha256=await self.of(each.document_id),
                source=each.source,
                title=each.title,
                score=round(each.score, 4),
                published=each.published,
                speaker=each.speaker,
                also_in=list(each.also_in),
            )
            for each in sentences
        ]


async def pieces(
    events: AsyncGenerator[Event, None], fingerprints: Fingerprints, *, on_answer: Callable[[Answer], None]
) -> AsyncGenerator[Piece | Finished, None]:
    """The answer's text, each claim as soon as it is verified, then its end; together they are `Answer.text`."""
    written = ""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, ClaimVerified):
                piece = await _piece(event, written, fingerprints)
                written += piece.text
                yield piece
            elif isinstance(event, Done):
                on_answer(event.answer)
                rest = event.answer.text.removeprefix(written)
                if rest:
                    yield Piece(text=rest)
                yield Finished(outcome=await _outcome(event.answer, fingerprints), answer=event.answer)


async def _piece(event: ClaimVerified, written: str, fingerprints: Fingerprints) -> Piece:
    claim = event.claim.claim
    text = (" " if written else "") + claim.marked_text
    markers = [f"[{citation.number}]" for citation in claim.citations]
    position = len(written) + len(text) - len(" ".join(markers))
    cited = []
    for marker, citation in zip(markers, claim.citations, strict=True):
        body = await fingerprints.citation(citation)
        cited.append(Cited(start=position, end=position + len(marker), citation=body))
        position += len(marker) + 1
    return Piece(text=text, cited=tuple(cited))


async def _outcome(answer: Answer, fingerprints: Fingerprints) -> OutcomeBody:
    return OutcomeBody(
        status=answer.status.value,
        answer_id=answer.id,
        standalone_question=answer.standalone_question,
        answerability=round(answer.answerability, 4),
        generator=answer.generator,
        notice=answer.notice,
        nearest=await fingerprints.evidence(answer.evidence) if not answer.claims else [],
    )
