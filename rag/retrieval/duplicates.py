"""Duplicates of a sentence in other documents: a report that several papers print is evidence once, with all names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.retrieval.ranking import Candidate
from rag.storage import Copy, Store
from rag.storage.filters import Filter
from rag.types import Evidence, Span

__all__ = ["only_fitting", "with_other_sources"]

_WORD = re.compile(r"\w+")


def only_fitting(candidates: Sequence[Candidate], store: Store, where: Filter) -> list[Candidate]:
    """The candidates of documents that fit the filter, and those that such a document, a copy, holds too."""
    ids = {candidate.sentence.document_id for candidate in candidates}
    fitting = store.documents.fitting(ids, where)
    others = store.copies.beside([*ids - fitting])
    in_copies = store.documents.fitting({copy.document_id for copies in others.values() for copy in copies}, where)
    texts = {
        document_id: [_words(copy.text) for copy in copies if copy.document_id in in_copies]
        for document_id, copies in others.items()
    }
    return [
        candidate
        for candidate in candidates
        if (document_id := candidate.sentence.document_id) in fitting
        or any(_words(candidate.quote) in text for text in texts[document_id])
    ]


def with_other_sources(evidence: Sequence[Evidence], store: Store, where: Filter | None = None) -> tuple[Evidence, ...]:
    """The evidence, each with the sources of the copies of its document that hold the sentence too.

    where: evidence of a document that does not fit is quoted from a copy that does, with its place there.
    """
    beside = store.copies.beside(list({sentence.document_id for sentence in evidence}))
    words_of = {copy.document_id: _words(copy.text) for copies in beside.values() for copy in copies}
    if not words_of:
        return tuple(evidence)
    ids = {sentence.document_id for sentence in evidence} | words_of.keys()
    fitting = ids if where is None else store.documents.fitting(ids, where)
    found = []
    for sentence in evidence:
        words = _words(sentence.quote)
        copies = [copy for copy in beside[sentence.document_id] if words in words_of[copy.document_id]]
        if sentence.document_id not in fitting:
            found.append(_quoted_from(sentence, copies, fitting, store))
        else:
            found.append(replace(sentence, also_in=tuple(copy.source for copy in copies)))
    return tuple(found)


def _quoted_from(sentence: Evidence, copies: Sequence[Copy], fitting: set[str], store: Store) -> Evidence:
    words = _words(sentence.quote)
    others = {sentence.source, *(copy.source for copy in copies)}
    for copy in copies:
        if copy.document_id not in fitting:
            continue
        document = store.documents.find(copy.document_id)
        if document is None:
            continue
        span = _place_of(words, [place.span for place in store.documents.sentences(copy.document_id)], document.text)
        if span is not None:
            return replace(
                sentence,
                document_id=document.id,
                source=document.source,
                title=document.title,
                span=span,
                quote=span.slice(document.text),
                published=document.metadata.get("published", ""),
                also_in=tuple(sorted(others - {document.source})),
            )
    return sentence


def _place_of(words: str, sentences: Sequence[Span], text: str) -> Span | None:
    """Where these words stand in the text: a sentence, or several that follow each other, as in a whole quotation."""
    own = [_words(span.slice(text)) for span in sentences]
    for first, start in enumerate(own):
        said = start
        last = first
        while words.startswith(said) and said != words and last + 1 < len(own):
            last += 1
            said += own[last][1:]
        if said == words:
            return Span(start=sentences[first].start, end=sentences[last].end)
    return None


def _words(text: str) -> str:
    """The words alone, with a blank around each.

    >>> _words("“We won’t,” he said.")
    ' we won t he said '
    """
    return f" {' '.join(_WORD.findall(text.casefold()))} "
