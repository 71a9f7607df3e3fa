"""A bundle holds an answer and what proves it, the same bytes each time, and nothing else of the machine."""

from __future__ import annotations

import hashlib
import html.parser
import io
import json
import re
import zipfile
from dataclasses import replace

import jsonschema
import pytest

import rag
from rag import NotFoundError, StoreError, answer_schema


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


class Page(html.parser.HTMLParser):
    """The elements and the text of a page, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        self.texts.append((self._open, data))


def test_holds_the_answer_its_texts_and_what_is_known_of_them(made):
    held = members(made.data)
    assert next(iter(held)) == "manifest.json"
    assert sorted(held)[:2] == ["README.txt", "answer.html"]
    answer, proof = json.loads(held["answer.json"]), json.loads(held["proof.json"])
    jsonschema.validate(answer, answer_schema())
    assert [each["quote"] for each in answer["citations"]] == [each.quote for each in made.answer.citations]
    assert answer["evidence"] == []  # sentences that are not cited stay here
    documents = {each["document_id"]: each for each in proof["documents"]}
    assert {each.document_id for each in made.answer.citations} == set(documents)
    for citation in answer["citations"]:
        document = documents[citation["document_id"]]
        text = held[document["text"]].decode()
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert document["text_sha256"] == hashlib.sha256(held[document["text"]]).hexdigest()
        assert text == made.assistant.document(citation["document_id"]).text
        original = (made.folder / document["source"]).read_bytes()
        assert document["source_sha256"] == hashlib.sha256(original).hexdigest()
    assert set(proof["scores"]) == {str(each.number) for each in made.answer.citations}
    assert proof["made_by"]["program"].startswith("chapter-and-verse ")
    assert proof["made_by"]["embedder"]
    assert proof["made_by"]["verifier"]


def test_report_says_what_was_written(made):
    report = made.report
    assert report.sha256 == hashlib.sha256(made.data).hexdigest()
    assert (report.path, report.size_bytes) == (str(made.path), len(made.data))
    assert report.n_citations == len(made.answer.citations) > 1
    assert report.n_documents == 2


def test_no_folder_of_this_machine_is_in_it(made):
    assert str(made.folder).encode() not in made.data
    assert str(made.folder.parent).encode() not in made.data


def test_the_same_answer_gives_the_same_bytes(made, tmp_path):
    assert made.assistant.bundle(made.answer.id, tmp_path / "again.zip").sha256 == made.report.sha256


def test_page_shows_each_quotation_marked_and_loads_nothing(made):
    page = Page(members(made.data)["answer.html"].decode())
    marked = [text for tag, text in page.texts if tag == "mark"]
    assert "".join(marked) == "".join(each.quote for each in made.answer.citations)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "link", "iframe", "object", "form", "b"})
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "src")]
    assert all(re.fullmatch(r"#citation-\d+", str(link)) for link in links)
    assert ("h1", made.answer.question) in page.texts


def test_address_of_a_source_is_text_and_no_link(made, tmp_path):
    place = replace(made.answer.citations[0], url="https://example.org/a?x=1&y=<2>")
    from rag.newsroom.proof.page import page_of
    from rag.types import Span

    document = made.assistant.document(place.document_id)
    written = page_of(
        replace(made.answer, citations=(place,)), {document.id: document}, {place.number: Span(start=0, end=40)}, {}
    )
    page = Page(written)
    assert ("bdi", place.url) in page.texts
    assert not [value for _, attributes in page.tags for value in attributes.values() if "example.org" in str(value)]


def test_nothing_is_written_over(made):
    before = made.path.read_bytes()
    with pytest.raises(StoreError, match="the file exists - name a new one"):
        made.assistant.bundle(made.answer.id, made.path)
    assert made.path.read_bytes() == before


def test_unknown_answers_and_missing_folders_are_named(made, tmp_path):
    with pytest.raises(NotFoundError, match="cannot bundle answer 'no such'"):
        made.assistant.bundle("no such", tmp_path / "a.zip")
    with pytest.raises(StoreError, match="check the path"):
        made.assistant.bundle(made.answer.id, tmp_path / "missing" / "a.zip")


def test_answer_that_cites_nothing_cannot_be_proved(made, tmp_path):
    with rag.Assistant.open(tmp_path / "empty", rag.Settings(embedder="hashing", llm="none")) as assistant:
        answer = assistant.ask("Who?")
        with pytest.raises(NotFoundError, match="it cites nothing"):
            assistant.bundle(answer.id, tmp_path / "a.zip")
