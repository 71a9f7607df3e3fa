from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document as LlamaIndexDocument

from rag.errors import BackendError, ReadError, SettingsError
from rag.readers._normalisation import normalise
from rag.readers.llama_index import LlamaIndexReader
from rag.testing.reader import check_reader

JSON_READER = "llama_index.core.readers.json:JSONReader"


class PartsReader(BaseReader):
    """Gives the parts that it was made with, whatever the file holds; an error is raised."""

    def __init__(self, parts=None, error=None):
        self._parts = parts
        self._error = error

    def load_data(self, file, extra_info=None):
        assert isinstance(file, Path)
        if self._error is not None:
            raise self._error
        return self._parts


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "book.bin"
    path.write_bytes(b"anything")
    return path


def part(text, **metadata):
    return LlamaIndexDocument(text=text, metadata=metadata)


def read(parts, path):
    return LlamaIndexReader(PartsReader(parts)).read(path)


def test_reader_keeps_the_contract(tmp_path):
    good_file = tmp_path / "good.json"
    good_file.write_text('{"title": "The bridge 😀", "opened": 1932}', encoding="utf-8")
    reader = LlamaIndexReader(JSON_READER, media_types=["application/json"])
    check_reader(reader, good_file=good_file, folder=tmp_path)
    assert reader.media_types == frozenset({"application/json"})
    assert '"title": "The bridge 😀"' in reader.read(good_file).text


def test_parts_are_joined_with_a_blank_line_between(file):
    document = read([part("One\r\ntwo."), part(""), part("Thr\u00adee\u00a0e\u0301.")], file)
    assert document.text == "One\ntwo.\n\n\n\nThree é."
    assert document.source == str(file)
    assert document.title == "book.bin"
    assert document.metadata == {}


def test_pages_start_where_their_text_starts(file):
    pages = ["First\r\npage.", "", "Third page."]
    document = read([part(page, page_label=label) for page, label in zip(pages, ["i", "ii", "1"], strict=True)], file)
    starts = [int(start) for start in document.metadata["page_starts"].split(",")]
    assert starts == [0, 13, 15]
    assert document.text[starts[2] :] == "Third page."
    assert [document.page_label(page) for page in (1, 2, 3, 4)] == ["i", "ii", "1", ""]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_each_page_is_the_slice_at_its_start(tmp_path_factory, pages):
    path = tmp_path_factory.getbasetemp() / "pages.bin"
    path.write_bytes(b"anything")
    parts = [part(page, page_label=str(number)) for number, page in enumerate(pages)]
    normal = [normalise(page) for page in pages]
    if not "".join(normal).strip():
        with pytest.raises(ReadError, match="no text"):
            read(parts, path)
        return
    document = read(parts, path)
    starts = [int(start) for start in document.metadata["page_starts"].split(",")]
    assert [document.text[start : start + len(page)] for start, page in zip(starts, normal, strict=True)] == normal
    assert document.text == normalise(document.text)


@pytest.mark.parametrize(
    ("numbers", "starts"),
    [
        ([1, 2, 3], "0,3,6"),
        ([1, 1, 2], "0,6"),
        ([1, 4, 4], "0,3,3,3"),
        ([3, 3, 4], "0,0,0,6"),
        ([2, 1, 3], None),
        ([0, 1, 2], None),
        ([1, 2, None], None),
        ([1, 2, "3"], None),
        ([1, 2, 10**9], None),
    ],
)
def test_page_numbers_of_parts(file, numbers, starts):
    parts = [part("a", **({} if number is None else {"page_number": number})) for number in numbers]
    assert read(parts, file).metadata.get("page_starts") == starts


def test_some_labels_are_no_pages(file):
    assert "page_starts" not in read([part("a", page_label="1"), part("b")], file).metadata


def test_metadata_is_what_the_file_says_about_itself(file):
    told = {
        "title": "The  bridge\n",
        "author": "Anna",
        "published": "2025-03-12T18:22:00Z",
        "language": "",
        "url": 7,
        "file_path": "/home/anna/book.bin",
    }
    document = read([part("a"), part("b", **told), part("c", author="Ben")], file)
    assert document.title == "The bridge"
    assert document.metadata == {"author": "Anna", "published": "2025-03-12"}


def test_identity_follows_source_and_text_only(file):
    assert read([part("a")], file).id == read([part("a", author="Anna")], file).id
    assert read([part("a")], file).id != read([part("b")], file).id


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.json", "application/json"), ("a.csv", "text/csv"), ("a.zzz", "application/json")]
)
def test_media_type_follows_the_name(tmp_path, name, media_type):
    path = tmp_path / name
    path.write_bytes(b"anything")
    reader = LlamaIndexReader(PartsReader([part("a")]), media_types=["application/json", "text/csv"])
    assert reader.read(path).media_type == media_type


def test_arguments_reach_the_reader(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}\n', encoding="utf-8")
    document = LlamaIndexReader(JSON_READER, arguments={"is_jsonl": True}).read(path)
    assert document.text == '"a": 1\n\n"b": 2'


def test_failure_of_the_reader_names_file_reader_and_reason(file):
    error = ValueError("broken\nzip " + "x" * 2000)
    with pytest.raises(ReadError, match="PartsReader failed with ValueError: broken zip x") as caught:
        LlamaIndexReader(PartsReader(error=error)).read(file)
    assert caught.value.path == str(file)
    assert caught.value.__cause__ is error
    assert len(caught.value.reason) < 500


def test_real_reader_that_fails_is_a_read_error(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ReadError, match=r"bad\.json.*JSONReader failed"):
        LlamaIndexReader(JSON_READER).read(path)


def test_missing_library_says_what_to_install(file):
    with pytest.raises(ReadError, match="lacks a library: pip install docx2txt - install it"):
        LlamaIndexReader(PartsReader(error=ImportError("pip install docx2txt"))).read(file)


@pytest.mark.parametrize("parts", [None, "text", ["text"], [part("a"), None]])
def test_what_is_no_list_of_documents_is_refused(file, parts):
    with pytest.raises(ReadError, match="gave no list of documents"):
        read(parts, file)


@pytest.mark.parametrize("parts", [[], [part("")], [part(" "), part("\n")]])
def test_file_without_text_is_refused(file, parts):
    with pytest.raises(ReadError, match="no text"):
        read(parts, file)


def test_large_file_never_reaches_the_reader(file):
    reader = LlamaIndexReader(PartsReader(error=AssertionError("asked")), max_bytes=3)
    with pytest.raises(ReadError, match="8 bytes, more than the 3 allowed"):
        reader.read(file)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no_such_package:Reader", "no_such_package"),
        ("llama_index.core.readers.json:NoSuchReader", "NoSuchReader"),
        ("llama_index.core.readers.json", "module:Class"),
        ("", "module:Class"),
        ("collections:OrderedDict", "no LlamaIndex reader"),
    ],
)
def test_unknown_class_is_a_backend_error(target, reason):
    with pytest.raises(BackendError, match=reason):
        LlamaIndexReader(target)


def test_refused_arguments_are_a_settings_error():
    with pytest.raises(SettingsError, match=r"\['colour'\]: TypeError"):
        LlamaIndexReader(JSON_READER, arguments={"colour": "red"})


def test_no_media_type_is_refused():
    with pytest.raises(SettingsError, match="media_types"):
        LlamaIndexReader(JSON_READER, media_types=[])


def test_json_stays_what_it_says(tmp_path):
    path = tmp_path / "news.json"
    path.write_text(json.dumps({"quote": "“He said no.”", "by": "Анна"}, ensure_ascii=False), encoding="utf-8")
    assert "“He said no.”" in LlamaIndexReader(JSON_READER).read(path).text
