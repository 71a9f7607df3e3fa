"""Recorded answers that cite what the current version of its source does not say any more, word for word.

Nothing of this is stored: it follows from the versions that the store has, so it is right after any change, and nothing
is left of what is removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering import serialisation
from rag.language.sentences import sentence_spans
from rag.storage import Store
from rag.types import Answer, Document, RecordedAnswer, Span, StaleAnswer

__all__ = ["Staleness"]

_REFRESHES = re.compile(r'"refreshes": ?"([0-9a-f]{32})"')
_DOCUMENT_ID = re.compile(r'"document_id": ?"([^"]+)"')


class Staleness:
    """What is stale at this moment; made anew for every look, since it remembers what it has read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._superseded = store.versions.superseded()
        self._said: dict[str, frozenset[str]] = {}
        self._documents: dict[str, Document] = {}

    def of_answer(self, answer: Answer) -> tuple[int, ...]:
        """Numbers of its citations whose sentences are not in the current version of their source any more."""
        return tuple(
            citation.number for citation in answer.citations if self.is_gone(citation.document_id, citation.span)
        )

    def answers(self) -> list[RecordedAnswer]:
        """Every recorded answer that is not damaged, the last one first, with what is stale of it."""

        def read(recorded: RecordedAnswer, text: str) -> RecordedAnswer:
            refreshes = _REFRESHES.search(text)
            return replace(recorded, stale=self._of_text(text), refreshes=refreshes[1] if refreshes else "")

        recorded = self._store.answers.read_all(read)
        refreshed_as = {each.refreshes: each.id for each in reversed(recorded) if each.refreshes}
        return [replace(each, refreshed_as=refreshed_as.get(each.id, "")) for each in recorded]

    def citing(self, document_id: str, gone: Sequence[Span]) -> tuple[StaleAnswer, ...]:
        """Recorded answers that cite something in these places of a document, the last one first."""
        refreshed_as: dict[str, str] = {}

        def read(recorded: RecordedAnswer, text: str) -> StaleAnswer | None:
            if refreshes := _REFRESHES.search(text):
                refreshed_as.setdefault(refreshes[1], recorded.id)
            if f'"{document_id}"' not in text:
                return None
            numbers = tuple(
                citation.number
                for citation in serialisation.from_json(text).citations
                if citation.document_id == document_id and any(map(citation.span.overlaps, gone))
            )
            if not numbers:
                return None
            return StaleAnswer(
                id=recorded.id,
                asked_at=recorded.asked_at,
                question=recorded.question,
                citations=numbers,
                refreshed_as=refreshed_as.get(recorded.id, ""),  # which was recorded later, so it has been read
            )

        return tuple(filter(None, self._store.answers.read_all(read))) if gone else ()

    def is_gone(self, document_id: str, span: Span) -> bool:
        """Whether the current version of its source does not hold every sentence of that place of a document."""
        if document_id not in self._superseded:
            return False
        document = self._document(document_id)
        if document is None:
            return True
        versions = self._store.versions.of(document.source)
        if not versions or not versions[-1].is_current:
            return True
        said = self._sentences_of(versions[-1].document_id)
        return not all(sentence in said for sentence in _sentences_at(document, span))

    def _of_text(self, text: str) -> tuple[int, ...]:
        if self._superseded.isdisjoint(_DOCUMENT_ID.findall(text)):
            return ()
        return self.of_answer(serialisation.from_json(text))

    def _document(self, document_id: str) -> Document | None:
        if document_id not in self._documents:
            found = self._store.documents.find(document_id)
            if found is None:
                return None
            self._documents[document_id] = found
        return self._documents[document_id]

    def _sentences_of(self, document_id: str) -> frozenset[str]:
        if document_id not in self._said:
            document = self._store.documents.find(document_id)
            spans = _spans(document) if document else []
            self._said[document_id] = (
                frozenset(span.slice(document.text) for span in spans) if document else frozenset()
            )
        return self._said[document_id]


def _spans(document: Document) -> list[Span]:
    return sentence_spans(document.text, document.metadata.get("language", ""))


def _sentences_at(document: Document, span: Span) -> Iterator[str]:
    """The sentences that the span touches; a line break always ends one, so that its lines alone are cut."""
    start = document.text.rfind("\n", 0, span.start) + 1
    end = document.text.find("\n", span.end)
    lines = document.text[start : end if end >= 0 else len(document.text)]
    for sentence in sentence_spans(lines, document.metadata.get("language", "")):
        if sentence.start + start < span.end and span.start < sentence.end + start:
            yield sentence.slice(lines)
