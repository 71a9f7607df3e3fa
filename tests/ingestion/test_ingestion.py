from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag import Assistant, EmbedderMismatchError, NotFoundError, Settings, Span, sentence_spans
from rag.embedders.hashing import HashingEmbedder
from rag.indexes.fts import FtsIndex
from rag.ingestion import Ingestion
from rag.readers.text import TextReader
from rag.storage import Store
from rag.types import Budget

BRIDGE = "The bridge opened in 1932. It is painted grey."
RIVER = "The river is forty metres deep. Nobody swims in it."


class CountingEmbedder(HashingEmbedder):
    """Notes the texts that it embeds."""

    embedded: ClassVar[list[str]] = []

    def embed_sentences(self, texts, spans):
        self.embedded.extend(texts)
        return super().embed_sentences(texts, spans)


class OtherEmbedder(HashingEmbedder):
    """Another model, with vectors of another length."""

    def __init__(self):
        super().__init__(64)


class CountingReader(TextReader):
    def __init__(self):
        super().__init__()
        self.paths = []

    def read(self, path):
        self.paths.append(path)
        return super().read(path)


@pytest.fixture
def embedded():
    CountingEmbedder.embedded.clear()
    return CountingEmbedder.embedded


@pytest.fixture
def reader():
    return CountingReader()


@pytest.fixture
def store(store_folder):
    opened = Store(store_folder, lock_timeout_seconds=5)
    yield opened
    opened.close()


@pytest.fixture
def ingestion(store, reader, embedded):
    embedder = CountingEmbedder()
    return Ingestion(
        store,
        FtsIndex(store.connect),
        embedder=lambda: embedder,
        reader_for={".txt": reader}.get,
        suffixes=(".txt",),
        passage_tokens=256,
        budget=Budget(max_characters=10**6, max_sentences=10**4),
        embedder_name="counting",
        visitor=lambda: pytest.fail("nothing is to be fetched"),
    )


def _names(sources):
    return [Path(source).name for source in sources]


def _quotes(assistant, question):
    return [evidence.quote for evidence in assistant.retrieve(question)]


def _in_files(folder, text):
    """The files of the store in which the text can be read, whatever its case."""
    return [path.name for path in folder.rglob("*") if path.is_file() and text in path.read_bytes().lower()]


# Adding


def test_added_text_is_found_and_quoted(assistant, write):
    path = write("a.txt", BRIDGE)
    assert assistant.add([path]).added == (str(path),)
    evidence = assistant.retrieve("When did the bridge open?")[0]
    assert evidence.quote == "The bridge opened in 1932."
    assert assistant.document(evidence.document_id).text == BRIDGE
    assert assistant.check() == []


@pytest.mark.parametrize("as_given", [str, lambda path: path, lambda path: [path], lambda path: iter([str(path)])])
def test_one_path_needs_no_list(assistant, write, as_given):
    assert _names(assistant.add(as_given(write("a.txt", BRIDGE))).added) == ["a.txt"]


def test_unchanged_file_is_neither_read_nor_embedded(ingestion, reader, embedded, write):
    path = write("a.txt", BRIDGE)
    ingestion.add([path])
    reader.paths.clear()
    embedded.clear()
    report = ingestion.add([path])
    assert (report.unchanged, report.added) == ((str(path),), ())
    assert (reader.paths, embedded) == ([], [])


def test_file_that_was_only_touched_is_unchanged(assistant, write):
    path = write("a.txt", BRIDGE)
    assistant.add([path])
    os.utime(path, (1, 1))
    assert assistant.add([path]).unchanged == (str(path),)


def test_same_text_in_another_file_is_kept_twice_and_embedded_once(ingestion, store, embedded, write):
    ingestion.add([write("a.txt", BRIDGE)])
    ingestion.add([write("b.txt", BRIDGE), write("c.txt", BRIDGE)])
    assert embedded == [BRIDGE]
    assert _names(info.source for info in store.documents.all()) == ["a.txt", "b.txt", "c.txt"]


def test_same_text_in_two_files_of_one_run_is_embedded_once(ingestion, embedded, write):
    ingestion.add([write("a.txt", BRIDGE), write("b.txt", BRIDGE)])
    assert embedded == [BRIDGE]


def test_text_of_two_files_is_found_until_both_are_gone(assistant, write):
    paths = [write("a.txt", BRIDGE), write("b.txt", BRIDGE)]
    assistant.add(paths)
    assert _quotes(assistant, "bridge opened")[0] == "The bridge opened in 1932."
    assistant.remove([paths[0]])
    assert [evidence.source for evidence in assistant.retrieve("bridge opened", k=1)] == [str(paths[1])]
    assistant.remove([paths[1]])
    assert assistant.retrieve("bridge opened") == ()


def test_renamed_file_is_a_new_document_that_is_not_embedded_again(ingestion, store, embedded, write):
    path = write("a.txt", BRIDGE)
    ingestion.add([path])
    embedded.clear()
    report = ingestion.add([path.rename(path.with_name("b.txt"))])
    assert _names(report.added) == ["b.txt"]
    assert embedded == []
    assert _names(info.source for info in store.documents.all()) == ["a.txt", "b.txt"]


def test_file_that_is_written_to_while_it_is_read_is_read_again_next_time(ingestion, reader, store, write):
    path = write("a.txt", BRIDGE)

    def read_and_change(path, read=reader.read):
        document = read(path)
        path.write_text(RIVER)
        return document

    reader.read = read_and_change
    ingestion.add([path])
    del reader.read
    assert ingestion.add([path]).superseded == (str(path),)
    assert store.documents.get(store.documents.all()[0].id).text == RIVER


def test_progress_counts_files_and_bytes(assistant, write):
    seen = []
    assistant.add([write("a.txt", BRIDGE), write("b.txt", RIVER)], on_progress=seen.append)
    assert (seen[-1].n_done, seen[-1].n_total) == (2, 2)
    assert seen[-1].bytes_done == seen[-1].bytes_total == len(BRIDGE) + len(RIVER)


def test_nothing_to_add_reports_nothing(assistant):
    report = assistant.add([])
    assert (report.added, report.unchanged, report.failed) == ((), (), ())


# Versions


def test_changed_file_takes_the_place_of_its_older_version(assistant, write):
    path = write("a.txt", "The bridge is closed to lorries.")
    assistant.add([path])
    old = assistant.documents()[0].id
    write("a.txt", "The bridge is open to bicycles.")
    assert assistant.add([path]).superseded == (str(path),)
    assert _quotes(assistant, "closed to lorries") == ["The bridge is open to bicycles."]
    assert assistant.document(old).text == "The bridge is closed to lorries."
    assert len(assistant.documents()) == 1
    assert assistant.check() == []


def test_citation_of_an_older_version_still_fits_its_text(assistant, write):
    path = write("a.txt", "The bridge is closed to lorries.")
    assistant.add([path])
    assistant.ask("Is the bridge closed?")
    assistant.add([write("a.txt", "The bridge is open to bicycles.")])
    citation = assistant.citation(1)
    assert citation.span.slice(assistant.document(citation.document_id).text) == citation.quote


def test_version_that_comes_back_is_found_again(assistant, write):
    path = write("a.txt", BRIDGE)
    for text, other in ((BRIDGE, RIVER), (RIVER, BRIDGE), (BRIDGE, RIVER)):
        assistant.add([write("a.txt", text)])
        assert _quotes(assistant, "bridge river opened deep")[0] in text
        assert all(quote not in other for quote in _quotes(assistant, "bridge river opened deep"))
    assert [info.source for info in assistant.documents()] == [str(path)]
    assert assistant.check() == []


# Removing


def test_removed_document_is_gone_from_search_files_and_answers(assistant, write, store_folder, settings):
    secret = write("a.txt", "Zyxwvut met Ponmlkj in the cellar. They counted gold.")
    assistant.add([secret, write("b.txt", BRIDGE)])
    assistant.add([write("a.txt", "Zyxwvut met Ponmlkj in the attic. They counted silver.")])
    assert assistant.ask("Where did Zyxwvut meet Ponmlkj?").citations
    document_id = next(info.id for info in assistant.documents() if info.source == str(secret))
    assert _in_files(store_folder, b"ponmlkj")

    assert assistant.remove([secret]) == (str(secret),)

    assert all("cellar" not in quote and "attic" not in quote for quote in _quotes(assistant, "Zyxwvut cellar attic"))
    with pytest.raises(NotFoundError):
        assistant.document(document_id)
    with pytest.raises(NotFoundError, match="nothing was asked yet"):
        assistant.citation(1)
    assert _in_files(store_folder, b"ponmlkj") == []
    assistant.close()
    assert _in_files(store_folder, b"ponmlkj") == []
    with Assistant.open(store_folder, settings) as again:
        assert again.check() == []


def test_answers_that_quote_other_documents_stay(assistant, write):
    path = write("a.txt", RIVER)
    assistant.add([write("b.txt", BRIDGE)])
    assistant.ask("When did the bridge open?")
    assistant.add([path])
    assistant.remove([path])
    assert assistant.citation(1).quote == "The bridge opened in 1932."


def test_removal_needs_no_embedder(store_folder, assistant, write):
    assistant.add([write("a.txt", BRIDGE)])
    assistant.close()
    with Assistant.open(store_folder, Settings(embedder=f"{__name__}:Missing")) as other:
        assert len(other.remove([write("a.txt", BRIDGE)])) == 1


@pytest.mark.parametrize("given", ["id", "source", "path", "relative", "roundabout", "one string"])
def test_document_is_removed_by_any_of_its_names(assistant, write, given, monkeypatch):
    path = write("a.txt", BRIDGE)
    assistant.add([path, write("b.txt", RIVER)])
    monkeypatch.chdir(path.parent)
    names = {
        "id": [assistant.documents()[0].id],
        "source": [str(path)],
        "path": [path],
        "relative": ["a.txt"],
        "roundabout": [f"../{path.parent.name}/./a.txt"],
        "one string": str(path),
    }
    assert assistant.remove(names[given]) == (str(path),)
    assert _names(info.source for info in assistant.documents()) == ["b.txt"]


def test_folder_stands_for_all_documents_in_it(assistant, write):
    paths = [write("x/a.txt", BRIDGE), write("x/y/b.txt", RIVER), write("xy/c.txt", BRIDGE)]
    assistant.add(paths)
    assert _names(assistant.remove([paths[0].parent])) == ["a.txt", "b.txt"]
    assert _names(info.source for info in assistant.documents()) == ["c.txt"]


@pytest.mark.parametrize(
    "unknown", ["b.txt", "", " ", "0000000000000000", "a\0b", "~nobody-of-that-name/a.txt", "\udcff"]
)
def test_unknown_name_removes_nothing(assistant, write, unknown, monkeypatch):
    path = write("a.txt", BRIDGE)
    monkeypatch.chdir(path.parent)
    assistant.add([path])
    with pytest.raises(NotFoundError, match="the store does not have it"):
        assistant.remove([path, unknown])
    assert len(assistant.documents()) == 1


def test_removing_and_adding_again_works(assistant, write):
    path = write("a.txt", BRIDGE)
    for _ in range(3):
        assert assistant.add([path]).added == (str(path),)
        assert _quotes(assistant, "bridge opened")[0] == "The bridge opened in 1932."
        assistant.remove([path])
        assert assistant.retrieve("bridge opened") == ()


# Embedders


def test_another_embedder_is_refused_until_the_store_is_rebuilt(assistant, write, store_folder):
    path = write("a.txt", BRIDGE)
    assistant.add([path])
    assistant.close()
    settings = Settings(embedder=f"{__name__}:OtherEmbedder", abstain_below=0.0)
    with Assistant.open(store_folder, settings) as other:
        with pytest.raises(EmbedderMismatchError, match="run `rag rebuild`"):
            other.add([write("b.txt", RIVER)])
        with pytest.raises(EmbedderMismatchError, match="run `rag rebuild`"):
            other.ask("When did the bridge open?")
        other.rebuild()
        assert other.check() == []
        assert _quotes(other, "When did the bridge open?")[0] == "The bridge opened in 1932."
        assert _names(other.add([path, path.with_name("b.txt")]).added) == ["b.txt"]


def test_mismatch_is_told_before_any_file_is_read(ingestion, reader, store, write):
    with store.begin():
        store.set_embedder("other@1")
    with pytest.raises(EmbedderMismatchError):
        ingestion.add([write("a.txt", BRIDGE)])
    assert reader.paths == []


def test_rebuild_with_the_same_embedder_embeds_nothing_again(ingestion, store, embedded, write):
    ingestion.add([write("a.txt", BRIDGE), write("b.txt", RIVER)])
    embedded.clear()
    before = [(info.id, info.n_sentences) for info in store.documents.all()]
    ingestion.rebuild()
    assert embedded == []
    assert [(info.id, info.n_sentences) for info in store.documents.all()] == before


def test_rebuild_cuts_with_the_settings_of_now(assistant, write, store_folder):
    assistant.add([write("a.txt", " ".join(f"The bridge number {number} is grey." for number in range(40)))])
    assistant.close()
    settings = Settings(embedder="hashing", abstain_below=0.0, passage_tokens=16)
    with Assistant.open(store_folder, settings) as other:
        other.rebuild()
        assert other.check() == []
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        assert connection.execute("SELECT max(last_sentence - first_sentence) FROM passages").fetchone()[0] < 4


def test_rebuild_of_an_empty_store_changes_nothing(assistant):
    assistant.rebuild()
    assert assistant.documents() == []
    assert assistant.check() == []


# Spans

TEXTS = st.text(
    st.one_of(
        st.sampled_from("ab AB.!?…\n\r\t\"'“”„«»—-()0123。？！،۔ \u00a0\u200b\u200d\u0301\ud83d\u0000\ufeff🏴👩ßİﬁ"),
        st.characters(),
    ),
    min_size=1,
    max_size=300,
)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_every_quote_is_its_slice_and_every_character_is_in_a_sentence(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("texts")
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_bytes(text.encode(errors="replace"))
    settings = Settings(embedder="hashing", vector_index="exact", abstain_below=0.0)
    with Assistant.open(folder / "store", settings) as assistant:
        report = assistant.add([folder])
        assert len(report.added) + len(report.failed) == len(texts)
        for info in assistant.documents():
            document = assistant.document(info.id)
            spans = sentence_spans(document.text)
            assert info.n_sentences == len(spans)
            covered = {position for span in spans for position in range(span.start, span.end)}
            missed = "".join(character for position, character in enumerate(document.text) if position not in covered)
            assert missed.strip() == ""
        for evidence in assistant.retrieve("ab AB 0123", k=100):
            assert evidence.quote == evidence.span.slice(assistant.document(evidence.document_id).text)
        assert assistant.check() == []


def test_passages_and_sentences_are_slices_of_their_document(ingestion, store, write):
    text = " ".join(f"Dr. Meyer said “no” {number} times in Łódź 𝄞." for number in range(60))
    ingestion.add([write("a.txt", text)])
    passages = store.passages.load(store.passages.ids(), 512).passages
    assert len(passages) > 1
    for passage in passages:
        assert passage.text == passage.passage.span.slice(text)
        assert passage.vectors.shape == (len(passage.sentences), 512)
        for sentence in passage.sentences:
            assert passage.quote(sentence) == sentence.span.slice(text)
    ordinals = [sentence.ordinal for passage in passages for sentence in passage.sentences]
    assert ordinals == list(range(len(store.documents.sentences(passages[0].passage.document_id))))
    assert passages[0].sentences[0].span == Span(start=0, end=text.index("𝄞.") + 2)
