"""Chapter and Verse itself, through its public interface alone."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.cases import CorpusDocument
from eval.corpus_files import file_of, source_of
from eval.peers.protocol import OURS, Found, IndexReport
from rag import Assistant, Citation, Evidence, Settings

__all__ = ["OurPeer", "as_read"]


class OurPeer:
    """Sentences by `Assistant.retrieve`, citations by `Assistant.ask`.

    The time of `index` covers all of `add`: reading the files, cutting, attribution, embedding, the database and both
    indexes. Writing the corpus into files happens before.
    """

    name = OURS

    def __init__(self, settings: Settings) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._assistant = Assistant.open(Path(self._folder.name, "store"), settings)
        self._assistant.retrieve("what loads the model?")
        self._document_by_id: Mapping[str, CorpusDocument] = {}
        self._is_changed: Mapping[str, bool] = {}

    def index(self, documents: Sequence[CorpusDocument]) -> IndexReport:
        """`Assistant.add` over a folder with one file a document."""
        folder = Path(self._folder.name, "documents")
        document_by_source = _write(documents, folder)
        started = time.perf_counter()
        self._assistant.add([folder])
        seconds = time.perf_counter() - started
        stored = self._assistant.documents()
        self._document_by_id = {info.id: document_by_source[info.source] for info in stored}
        self._is_changed = {
            id_: self._assistant.document(id_).text != document.text for id_, document in self._document_by_id.items()
        }
        n_characters = sum(len(document.text) for document in documents)
        return IndexReport(sum(info.n_sentences for info in stored), n_characters, seconds)

    def search(self, question: str, k: int) -> list[Found]:
        """At most `k` sentences of evidence."""
        return [self._found(evidence) for evidence in self._assistant.retrieve(question, k=k)]

    def cite(self, question: str) -> list[Found]:
        """The citations of the answer; none when it abstains."""
        return [self._found(citation) for citation in self._assistant.ask(question).citations]

    def close(self) -> None:
        """Close the store and remove its folder."""
        self._assistant.close()
        self._folder.cleanup()

    def _found(self, place: Evidence | Citation) -> Found:
        """In terms of the corpus; without a span where the reader changed the text, which moves places."""
        return Found(
            document_id=self._document_by_id[place.document_id].id,
            text=place.quote,
            span=None if self._is_changed[place.document_id] else place.span,
        )


def as_read(documents: Sequence[CorpusDocument]) -> dict[str, str]:
    """The text of each document, by id, as our reader normalises it; one that it refuses is left out.

    All peers are given these texts, so that every place means the same to all of them.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        document_by_source = _write(documents, Path(scratch, "documents"))
        with Assistant.open(Path(scratch, "store"), Settings(embedder="hashing")) as assistant:
            assistant.add([Path(scratch, "documents")])
            return {
                document_by_source[info.source].id: assistant.document(info.id).text for info in assistant.documents()
            }


def _write(documents: Sequence[CorpusDocument], folder: Path) -> dict[str, CorpusDocument]:
    """One file a document; the document by the source that the assistant will name."""
    folder.mkdir()
    document_by_source = {}
    for number, document in enumerate(documents):
        name, content = file_of(document, number)
        path = (folder / name).absolute()
        path.write_text(content, encoding="utf-8", errors="replace", newline="")
        document_by_source[source_of(path)] = document
    return document_by_source
