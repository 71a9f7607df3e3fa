"""A document cut into sentences and passages: what follows from its text and heading alone, on whatever machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rag import attribution
from rag.errors import ReadError
from rag.ingestion.copies import bands_of, sentence_key
from rag.language.identification import detect_language
from rag.language.sentences import Window, sentence_spans, windows
from rag.protocols import Embedder
from rag.storage import NewPassage, heading_of
from rag.types import Budget, Document, Sentence, Span

__all__ = ["MAX_PART_OF_PREFIX", "Cut", "cut_text", "heading_above", "passages_of", "sentences_as_cut", "sentences_of"]

MAX_PART_OF_PREFIX = 4  # of a passage's tokens at most one in so many is its document's heading
MAX_SENTENCES_COMPARED = 20_000  # of one text; wire copy is short, and a book is compared with nothing


class Cut(NamedTuple):
    """A document cut into sentences.

    document: with its language. keys: what each sentence is compared by with those of other documents; none of a text
    that is too long for that. bands: what near-duplicates share with it.
    """

    document: Document
    spans: list[Span]
    speech: attribution.DocumentSpeech
    keys: list[str]
    bands: tuple[int, ...]


def cut_text(document: Document, budget: Budget | None) -> Cut:
    """The sentences of the document, and who says what in them.

    budget: None for a document that the store has already.

    Raises:
        ReadError: there are more sentences than the budget allows.
    """
    document, spans = _with_sentences(document)
    if budget is not None and len(spans) > budget.max_sentences:
        raise ReadError(document.source, budget.refusal_of_sentences(len(spans)))
    keys = [sentence_key(span.slice(document.text)) for span in spans] if len(spans) <= MAX_SENTENCES_COMPARED else []
    return Cut(document, spans, attribution.speech_of(document.text, spans), keys, bands_of(keys))


def sentences_of(cut: Cut) -> list[Sentence]:
    """The sentences as they are stored."""
    return _sentences(cut.document, cut.spans, cut.speech.attributions)


def sentences_as_cut(document: Document) -> list[Sentence]:
    """The sentences that the document would be cut into now, with who says them."""
    document, spans = _with_sentences(document)
    return _sentences(document, spans, attribution.attribute(document.text, spans))


def heading_above(document: Document) -> str:
    """What stands above each of the document's passages."""
    return heading_of(document.title, document.metadata, source=document.source)


def passages_of(cut: Cut, runs: Sequence[tuple[int, int]], embedder: Embedder, passage_tokens: int) -> list[NewPassage]:
    """Of each run of sentences; with the document's heading before them they are short enough for the embedder.

    runs: first sentence and the one behind the last.
    """
    document, spans, passages = cut.document, cut.spans, []
    limit = min(passage_tokens, embedder.max_tokens)
    prefix, n_prefix = _prefix(document, embedder, limit // MAX_PART_OF_PREFIX)
    for first, end in runs:
        counts = embedder.count_tokens([span.slice(document.text) for span in spans[first:end]])
        for window in windows(spans[first:end], counts, limit - n_prefix):
            passages.append(_passage(document, spans, window, first=first, prefix=prefix))
    return passages


def _with_sentences(document: Document) -> tuple[Document, list[Span]]:
    """The document with its language, and where its sentences stand."""
    language = detect_language(document.text, document.metadata.get("language", ""))
    if language and document.metadata.get("language") != language:
        document = replace(document, metadata={**document.metadata, "language": language})
    return document, sentence_spans(document.text, document.metadata.get("language", ""))


def _sentences(
    document: Document, spans: Sequence[Span], attributions: Sequence[attribution.Attribution]
) -> list[Sentence]:
    speakers = {said.sentence: said.speaker for said in attributions}
    return [
        Sentence(document_id=document.id, ordinal=ordinal, span=span, speaker=speakers.get(ordinal, ""))
        for ordinal, span in enumerate(spans)
    ]


def _prefix(document: Document, embedder: Embedder, max_tokens: int) -> tuple[str, int]:
    """What is read before each passage, with the number of its tokens; the start of a long heading."""
    heading = heading_above(document)
    n_tokens = embedder.count_tokens([heading])[0] if heading else 0
    while n_tokens > max_tokens:
        heading = heading[: len(heading) * max_tokens // n_tokens].rpartition(" ")[0]
        n_tokens = embedder.count_tokens([heading])[0] if heading else 0
    return (f"{heading}.\n", n_tokens + 1) if heading else ("", 0)


def _passage(document: Document, spans: Sequence[Span], window: Window, *, first: int, prefix: str) -> NewPassage:
    """first: ordinal of the sentence from which the window counts."""
    start = window.span.start
    first_sentence, last_sentence = first + window.first_sentence, first + window.last_sentence
    within = spans[first_sentence : last_sentence + 1]
    relative = [Span(start=span.start - start, end=span.end - start) for span in within]
    text = window.span.slice(document.text)
    if text.startswith(document.title):  # as that of a page whose heading is in its text
        prefix = ""
    return NewPassage(
        first_sentence=first_sentence,
        last_sentence=last_sentence,
        span=window.span,
        sentence_spans=relative,
        embedding_hash=_embedding_hash(prefix, text, relative),
        prefix=prefix,
    )


def _embedding_hash(prefix: str, text: str, spans: Sequence[Span]) -> bytes:
    """Without a prefix what it was before there were any, so that such vectors are not made again."""
    layout = ",".join(f"{span.start}-{span.end}" for span in spans)
    before = f"{prefix}\0" if prefix else ""
    return hashlib.sha256(f"{layout}\0{before}{text}".encode()).digest()
