"""Files that hold many documents: each is added, changed and removed by itself, and belongs to its file."""

from __future__ import annotations

import pytest

from rag import ReadError
from rag.embedders.hashing import HashingEmbedder
from rag.indexes.fts import FtsIndex
from rag.ingestion import Ingestion
from rag.storage import Store, problems
from rag.types import Budget, Document, Failure


class FeedReader:
    """Lines "key: text"; a line without a text is a bad entry, and "!" ends the file with an error."""

    media_types = frozenset({"text/feed"})

    def __init__(self):
        self.n_read = 0

    def read_each(self, path):
        self.n_read += 1
        for line in path.read_text().splitlines():
            if line == "!":
                raise ReadError(str(path), "it is torn - mend it")
            key, _, text = line.partition(": ")
            source = f"{path}#{key}"
            if text:
                yield Document(
                    id=f"{abs(hash((source, text))):x}", source=source, title=key, media_type="text/feed", text=text
                )
            else:
                yield Failure(source=source, reason="there is no text in it - leave it out")


@pytest.fixture
def reader():
    return FeedReader()


@pytest.fixture
def store(store_folder):
    opened = Store(store_folder, lock_timeout_seconds=5)
    yield opened
    opened.close()


@pytest.fixture
def ingestion(store, reader):
    embedder = HashingEmbedder()
    return Ingestion(
        store,
        FtsIndex(store.connect),
        embedder=lambda: embedder,
        reader_for={".feed": reader}.get,
        suffixes=(".feed",),
        passage_tokens=256,
        budget=Budget(max_characters=10**6, max_sentences=10**4),
        embedder_name="hashing/",
        visitor=lambda: pytest.fail("nothing is to be fetched"),
    )


@pytest.fixture
def feed(write):
    return write("news.feed", "1: The bridge opened.\n2: \n3: The river is deep.\n")


def _keys(sources):
    return [source.rpartition("#")[2] for source in sources]


def _texts(store):
    return {info.source.rpartition("/")[2]: store.documents.get(info.id).text for info in store.documents.all()}


def test_each_entry_is_a_document_and_a_bad_one_is_named(ingestion, store, feed):
    report = ingestion.add([feed])
    assert (_keys(report.added), _keys(failure.source for failure in report.failed)) == (["1", "3"], ["2"])
    assert _texts(store) == {"news.feed#1": "The bridge opened.", "news.feed#3": "The river is deep."}


def test_unchanged_file_is_not_read(ingestion, reader, feed):
    ingestion.add([feed])
    assert _keys(ingestion.add([feed]).unchanged) == ["1", "3"]
    assert reader.n_read == 1


def test_entry_that_is_damaged_in_the_store_is_read_again(ingestion, store, feed):
    ingestion.add([feed])
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET text = 'The river is dry.' WHERE text LIKE 'The river%'")
    report = ingestion.add([feed])
    assert [_keys(part) for part in (report.unchanged, report.superseded)] == [["1"], ["3"]]
    assert _texts(store) == {"news.feed#1": "The bridge opened.", "news.feed#3": "The river is deep."}
    assert problems(store) == []


def test_only_what_changed_in_the_file_is_stored_anew(ingestion, store, feed, write):
    ingestion.add([feed])
    write("news.feed", "1: The bridge opened.\n3: The river is shallow.\n4: The ferry stopped.\n")
    report = ingestion.add([feed])
    assert [_keys(part) for part in (report.unchanged, report.superseded, report.added)] == [["1"], ["3"], ["4"]]
    write("news.feed", "4: The ferry stopped.\n")
    assert _keys(ingestion.add([feed]).removed) == ["1", "3"]
    assert _texts(store) == {"news.feed#4": "The ferry stopped."}


def test_file_that_breaks_off_keeps_what_it_had_and_is_read_again(ingestion, store, reader, feed, write):
    ingestion.add([feed])
    write("news.feed", "1: The bridge closed.\n!\n")
    assert "it is torn" in ingestion.add([feed]).failed[0].reason
    assert _texts(store) == {"news.feed#1": "The bridge closed.", "news.feed#3": "The river is deep."}
    ingestion.add([feed])
    assert reader.n_read == 3


def test_renamed_file_takes_its_documents_with_it(ingestion, store, reader, feed):
    ingestion.sync(feed.parent)
    ids = {info.id for info in store.documents.all()}
    feed.rename(feed.with_name("old news.feed"))
    assert len(ingestion.sync(feed.parent).renamed) == 1
    assert set(_texts(store)) == {"old news.feed#1", "old news.feed#3"}
    assert ({info.id for info in store.documents.all()}, reader.n_read) == (ids, 1)
    assert ingestion.sync(feed.parent).failed == ()


def test_missing_file_takes_its_documents_with_it(ingestion, store, feed, write):
    other = write("other.feed", "1: The ferry stopped.\n")
    ingestion.sync(feed.parent)
    feed.unlink()
    assert len(ingestion.sync(other.parent).removed) == 2
    assert list(_texts(store)) == ["other.feed#1"]


def test_upload_of_a_collection_is_known_by_its_name(ingestion, store, feed):
    report = ingestion.add_uploads([("my/news.feed", feed)])
    assert report.added == ("news.feed#1", "news.feed#3")
    assert report.failed[0].source == "news.feed#2"
    assert ingestion.add_uploads([("news.feed", feed)]).unchanged == ("news.feed#1", "news.feed#3")
    assert (store.folder / "uploads" / "news.feed").is_file()
    ingestion.remove(["news.feed#1"])
    assert (store.folder / "uploads" / "news.feed").is_file()
    ingestion.remove(["news.feed#3"])
    assert not (store.folder / "uploads" / "news.feed").exists()
