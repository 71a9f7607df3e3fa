"""A store without an assistant over it, and documents put into it by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag import Document, Span
from rag.storage import NewPassage, Store
from rag.types import Sentence
from tests.postgresql import run_on_every_engine

EMBEDDER = "counting@1"
DIM = 4

Put = Callable[..., list[int]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The contract of storage holds for every engine."""
    run_on_every_engine(metafunc)


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    opened = Store(place, lock_timeout_seconds=5)
    yield opened
    opened.close()


def put_document(store: Store, name: str, *texts: str) -> list[int]:
    """Store a document called `name`, one sentence and one passage for each text; the ids of its passages."""
    text = "\n".join(texts)
    starts = [sum(len(other) + 1 for other in texts[:ordinal]) for ordinal in range(len(texts))]
    spans = [Span(start=start, end=start + len(sentence)) for start, sentence in zip(starts, texts, strict=True)]
    hashes = [hashlib.sha256(sentence.encode()).digest() for sentence in texts]
    passages = [
        NewPassage(ordinal, ordinal, span, [Span(start=0, end=len(span))], hash_)
        for ordinal, (span, hash_) in enumerate(zip(spans, hashes, strict=True))
    ]
    document_id = hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()[:16]
    document = Document(id=document_id, source=name, title=name, media_type="text/plain", text=text)
    sentences = [Sentence(document_id=document_id, ordinal=ordinal, span=span) for ordinal, span in enumerate(spans)]
    with store.begin():
        store.set_embedder(EMBEDDER)
        version = store.documents.known_version(name)
        if version is not None:
            store.documents.supersede(version.document_id)
        store.passages.put_vectors({hash_: np.ones((2, DIM), dtype=np.float32) / 2 for hash_ in hashes}, EMBEDDER)
        return store.documents.put(document, file_hash="", recipe="", sentences=sentences, passages=passages)


@pytest.fixture
def put(store: Store) -> Put:
    """`put_document` into the store of the test."""
    return lambda name, *texts: put_document(store, name, *texts)
