"""A file of which pages were left out, because they could not be recognised, is read anew once more of them can be."""

from dataclasses import replace

import pytest

from rag.embedders.hashing import HashingEmbedder
from rag.indexes.fts import FtsIndex
from rag.ingestion.ingestion import Ingestion
from rag.readers.text import TextReader
from rag.storage.store import Store
from rag.types import Budget


class Scans:
    """Reads a line for a page, of which it recognises as many as it can."""

    media_types = frozenset({"text/plain"})

    def __init__(self):
        self.most_pages = 0
        self.n_read = 0

    def read(self, path):
        self.n_read += 1
        document = TextReader().read(path)
        pages = document.text.split("\n")
        up_to = "" if len(pages) <= 1 + self.most_pages else str(self.most_pages)
        text = "\n".join(pages[: 1 + self.most_pages])
        metadata = {name: value for name, value in {"recognised_up_to": up_to}.items() if value}
        return replace(document, text=text, metadata=metadata)


@pytest.fixture
def reader():
    return Scans()


@pytest.fixture
def ingestion(store_folder, reader):
    store = Store(store_folder, lock_timeout_seconds=5)
    embedder = HashingEmbedder()
    yield Ingestion(
        store,
        FtsIndex(store.connect),
        embedder=lambda: embedder,
        reader_for={".txt": reader}.get,
        suffixes=(".txt",),
        passage_tokens=256,
        budget=Budget(max_characters=10**6, max_sentences=10**4),
        embedder_name="hashing/",
        visitor=lambda: pytest.fail("nothing is to be fetched"),
        most_recognised_pages=lambda: reader.most_pages,
    )
    store.close()


def test_it_is_read_anew_when_more_pages_can_be_recognised_and_only_then(ingestion, reader, write):
    path = write("scan.txt", "A typed page.\nA pictured page.\nAnother pictured page.")
    assert len(ingestion.add([path]).added) == 1
    assert len(ingestion.add([path]).unchanged) == 1
    assert reader.n_read == 1
    reader.most_pages = 1
    assert len(ingestion.add([path]).superseded) == 1
    reader.most_pages = 0  # what recognised them is gone again: what it read stays
    assert len(ingestion.add([path]).unchanged) == 1
    reader.most_pages = 5
    assert len(ingestion.add([path]).superseded) == 1
    reader.most_pages = 9
    assert len(ingestion.add([path]).unchanged) == 1
    assert reader.n_read == 3


def test_file_without_such_pages_is_not(ingestion, reader, write):
    path = write("typed.txt", "A typed page.")
    ingestion.add([path])
    reader.most_pages = 5
    assert len(ingestion.add([path]).unchanged) == 1
