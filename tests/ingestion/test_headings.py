"""What stands above a text is found by word and read by the embedder, and is in no quote."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest

from rag.embedders.hashing import HashingEmbedder
from rag.indexes.fts import FtsIndex
from rag.ingestion.cutting import MAX_PART_OF_PREFIX, cut_text, passages_of
from rag.ingestion.preparing import Preparation
from rag.storage import Store
from rag.types import Budget, Document

TEXT = "The bridge opened in 1932. It is painted grey. Nobody remembers who chose it."
SAID = {"title": "Harbour in the news", "publisher": "The Verge", "published": "2023-09-26T17:01:22Z"}
HEADING = "Harbour in the news. The Verge. 26 September 2023"


@pytest.fixture
def prepare(store_folder):
    store = Store(store_folder, lock_timeout_seconds=5)

    def prepare(title, *, passage_tokens=64, text=TEXT):
        preparation = Preparation(
            store,
            embedder=HashingEmbedder,
            reader_for=lambda _: None,
            passage_tokens=passage_tokens,
            budget=Budget(max_characters=10**6, max_sentences=10**4),
            embedder_name="h",
        )
        document = Document(id="1", source="/a.txt", title=title, media_type="text/plain", text=text)
        return preparation.cut(document, file="/a.txt", file_hash="")

    yield prepare
    store.close()


def test_words_of_the_heading_find_the_text_alone(assistant, write):
    path = write("a.json", json.dumps(SAID | {"text": TEXT}))
    write("b.txt", "Another bridge stands elsewhere.")
    assistant.add([path.parent])
    (first, *_) = assistant.retrieve("What did The Verge report in September 2023 about the harbour?")
    assert first.quote in TEXT
    assert assistant.document(first.document_id).text == TEXT


def test_removed_heading_leaves_no_word(assistant, write, store_folder):
    path = write("a.json", json.dumps(SAID | {"title": "Quixotic harbour", "text": TEXT}))
    assistant.add([path])
    assert b"quixot" in (store_folder / "store.db").read_bytes() + (store_folder / "store.db-wal").read_bytes()
    assistant.remove([path])
    for file in store_folder.rglob("*"):
        assert not file.is_file() or b"quixot" not in file.read_bytes().lower(), file


def test_word_index_made_anew_knows_the_headings(assistant, write, store_folder):
    assistant.add([write("a.json", json.dumps(SAID | {"text": TEXT}))])
    with closing(sqlite3.connect(store_folder / "store.db")) as connection, connection:
        connection.execute("DELETE FROM passage_words")
    assert assistant.check(repair=True) == []
    store = Store(store_folder, lock_timeout_seconds=5)
    (hit,) = FtsIndex(store.connect).search("verge", 5)
    (passage,) = store.passages.load([hit.passage_id], HashingEmbedder().dim).passages
    assert (passage.heading, passage.text) == (HEADING, TEXT)
    store.close()


def test_embedder_reads_the_heading_before_the_text(prepare):
    (passage,) = prepare("Harbour").passages
    text, spans = passage.as_embedded(TEXT)
    assert text == f"Harbour.\n{TEXT}"
    assert [span.slice(text) for span in spans] == [
        "The bridge opened in 1932.",
        "It is painted grey.",
        "Nobody remembers who chose it.",
    ]
    assert passage.span.slice(TEXT) == TEXT


def test_text_that_says_its_title_is_read_as_it_is(prepare):
    first, *others = prepare("The bridge", passage_tokens=16).passages
    assert first.prefix == ""
    assert others
    assert {passage.prefix for passage in others} == {"The bridge.\n"}


def test_without_a_heading_vectors_are_named_as_before(prepare):
    (plain,) = prepare("a.txt").passages
    (titled,) = prepare("Harbour").passages
    assert plain.embedding_hash == hashlib.sha256(f"0-26,27-46,47-77\0{TEXT}".encode()).digest()
    assert titled.embedding_hash != plain.embedding_hash


def test_heading_takes_a_part_of_the_passage_alone(prepare):
    (first, *_) = prepare("harbour news and more of it " * 20, passage_tokens=32).passages
    embedder = HashingEmbedder()
    assert 0 < embedder.count_tokens([first.prefix])[0] <= 32 // MAX_PART_OF_PREFIX + 1
    assert embedder.count_tokens([first.as_embedded(TEXT)[0]])[0] <= 32


def test_heading_of_one_long_word_is_left_out(prepare):
    class ByLetter(HashingEmbedder):
        def count_tokens(self, texts):
            return [len(text) for text in texts]

    document = Document(id="1", source="/a.txt", title="x" * 99, media_type="text/plain", text=TEXT)
    cut = cut_text(document, None)
    (passage, *_) = passages_of(cut, [(0, len(cut.spans))], ByLetter(), 16 * MAX_PART_OF_PREFIX)
    assert passage.prefix == ""
