"""Single sentences as units: what the peers search that have no splitter of their own, or only a weaker one."""

from __future__ import annotations

from collections.abc import Iterable

from eval.cases import CorpusDocument
from eval.peers.protocol import Found
from rag import sentence_spans

__all__ = ["sentences_of"]


def sentences_of(documents: Iterable[CorpusDocument]) -> list[Found]:
    """Every sentence of every document, in order.

    >>> [found.text for found in sentences_of([CorpusDocument(id="a", title="", text="He won. They lost.")])]
    ['He won.', 'They lost.']
    """
    return [
        Found(document_id=document.id, text=span.slice(document.text), span=span)
        for document in documents
        for span in sentence_spans(document.text)
    ]
