"""Recorded answers written out with their proof: what a bundle needs, taken from a library."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from rag.answering import serialisation
from rag.assembly.library import Library
from rag.assembly.version import program_version
from rag.errors import NotFoundError, StoreError, StoreFullError, disk_refusal
from rag.newsroom.proof import Source, bundle_of
from rag.types import BundleReport

__all__ = ["write_bundle", "write_new"]


def write_bundle(library: Library, answer_id: str, path: Path) -> BundleReport:
    """See `Assistant.bundle`."""
    recorded = library.store.answers.get(answer_id)
    if recorded is None:
        raise NotFoundError(f"cannot bundle answer {answer_id!r}: it was not recorded, or a source was removed")
    answer = serialisation.from_json(recorded.answer)
    cited = dict.fromkeys(citation.document_id for citation in answer.citations)
    documents = library.store.documents
    sources = [Source(documents.get(each), documents.original_of(each).sha256) for each in cited]
    made_by = {"program": f"chapter-and-verse {program_version()}", "embedder": library.store.embedder_id()}
    content = bundle_of(answer, sources, made_by=made_by, asked_at=recorded.asked_at)
    write_new(path, content)
    return BundleReport(
        path=str(path),
        n_citations=len(answer.citations),
        n_documents=len(sources),
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        StoreError: the file exists, or cannot be written. StoreFullError: the disk is full.
    """
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
            except OSError:
                with suppress(OSError):
                    path.unlink()
                raise
    except FileExistsError as error:
        raise StoreError(f"cannot write {str(path)!r}: the file exists - name a new one") from error
    except OSError as error:
        if refusal := disk_refusal(error):
            raise StoreFullError(f"cannot write {str(path)!r}: {refusal}") from error
        reason = error.strerror or error
        raise StoreError(f"cannot write {str(path)!r}: {reason} - check the path, and who may use it") from error
