"""Pages of originals are shown while their files are what was read, and never of anything else."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from rag import Assistant, NotFoundError, ReadError, Settings, Span
from rag.assembly.originals import Originals
from rag.errors import SettingsError
from tests.readers.pdf.writing import OTHER, PARAGRAPH, drawn, pdf_of, stacked

FIRST, SECOND = PARAGRAPH[:43], OTHER[:41]


def pdf(*texts: str) -> bytes:
    return pdf_of([drawn(stacked([text])) for text in texts])


@pytest.fixture
def assistant(tmp_path):
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(FIRST, SECOND))
    return path


@pytest.fixture
def added(assistant, file) -> str:
    """The id of the document of the file."""
    assistant.add([file])
    return assistant.documents()[0].id


def test_page_is_drawn_with_the_words_of_each_span(assistant, added):
    spans = [Span(start=0, end=len(FIRST)), Span(start=4, end=10), Span(start=len(FIRST) + 2, end=len(FIRST) + 8)]
    page = assistant.page_picture(added, 1, spans=spans)
    assert page.picture.startswith(b"\x89PNG")
    assert (page.page, page.n_pages, page.width, page.height) == (1, 2, 1200, 1600)
    assert list(map(len, page.places)) == [len(FIRST.split()), 1, 0]
    assert {place.page for place in page.places[0]} == {1}
    second = assistant.page_picture(added, 2, spans=spans)
    assert list(map(len, second.places)) == [0, 0, 2]


def test_file_that_was_changed_is_not_shown_and_shows_again_when_it_is_what_it_was(assistant, added, file):
    before = file.read_bytes()
    assistant.page_picture(added, 1)
    file.write_bytes(pdf(SECOND, FIRST))
    with pytest.raises(ReadError, match=r"report.pdf': the file has changed since it was read - add it again"):
        assistant.page_picture(added, 1)
    file.write_bytes(before)
    assert assistant.page_picture(added, 1).n_pages == 2


def test_file_that_is_gone_or_no_file_any_more_is_not_shown(assistant, added, file):
    file.unlink()
    with pytest.raises(ReadError, match=r"is gone - put it back to see its pages; its text is here as it was read"):
        assistant.page_picture(added, 1)
    os.mkfifo(file)
    with pytest.raises(ReadError, match="has changed"):
        assistant.page_picture(added, 1)


def test_link_to_another_file_is_not_shown(assistant, added, file, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(pdf("Nobody may see this."))
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(ReadError, match="has changed"):
        assistant.page_picture(added, 1)


def test_upload_is_shown_from_its_copy_and_an_older_version_is_not(assistant, file, tmp_path):
    assistant.add_uploads([("report.pdf", file)])
    (older,) = assistant.documents()
    assert assistant.page_picture(older.id, 2).n_pages == 2
    file.write_bytes(pdf(SECOND))
    assistant.add_uploads([("report.pdf", file)])
    (newer,) = assistant.documents()
    assert assistant.page_picture(newer.id, 1).n_pages == 1
    with pytest.raises(ReadError, match=r"cannot read 'report.pdf': the file has changed"):
        assistant.page_picture(older.id, 1)


@pytest.mark.parametrize("page", [0, 3, -1, 10**30])
def test_page_that_is_not_there_is_refused_in_words(assistant, added, page):
    with pytest.raises(ReadError, match=r"it has no page .* - choose one of 1 to 2"):
        assistant.page_picture(added, page)


def test_text_has_no_pages_to_show(assistant, tmp_path):
    (tmp_path / "a.txt").write_text(FIRST)
    assistant.add([tmp_path / "a.txt"])
    with pytest.raises(ReadError, match="only PDF files and pictures have pages to show"):
        assistant.page_picture(assistant.documents()[0].id, 1)


def test_unknown_document_and_arguments_of_another_kind_are_refused(assistant, added):
    with pytest.raises(NotFoundError):
        assistant.page_picture("../../etc/passwd", 1)
    with pytest.raises(SettingsError, match="page = '1'"):
        assistant.page_picture(added, "1")
    with pytest.raises(SettingsError, match="one of spans"):
        assistant.page_picture(added, 1, spans=[(0, 4)])


class Drawing:
    """Draws nothing, and counts how often it is asked; `reply` is what the process would send."""

    def __init__(self, **reply: object) -> None:
        whole = {"picture": base64.b64encode(b"x" * 3_000_000).decode(), "media_type": "image/png"}
        self.reply = whole | {"width": 10, "height": 20, "n_pages": 2, "places": []} | reply
        self.n_asked = 0

    def result(self, path: Path, target: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        self.n_asked += 1
        return self.reply


def test_last_pages_are_kept_and_no_more_than_there_is_room_for(assistant, added):
    drawing = Drawing()
    originals = Originals(assistant._library.store, drawing, max_file_bytes=10_000)
    document = assistant.document(added)
    for page in (1, 1, 2, 1, 3, 4, 5, 1):
        originals.page(document, page, [])
    assert drawing.n_asked == 5
    originals.page(document, 6, [])
    originals.page(document, 2, [])
    assert drawing.n_asked == 7


@pytest.mark.parametrize(
    "reply",
    [
        {"picture": "no base64"},
        {"picture": ""},
        {"picture": None},
        {"media_type": "image/svg+xml"},
        {"media_type": ["image/png"]},
        {"width": 0},
        {"height": "20"},
        {"n_pages": 10**12},
        {"places": [[[0, 0, 1, 1]]]},
        {"places": None},
    ],
    ids=str,
)
def test_reply_that_is_no_page_is_refused(assistant, added, reply):
    originals = Originals(assistant._library.store, Drawing(**reply), max_file_bytes=10_000)
    with pytest.raises(ReadError, match="sent what is no page"):
        originals.page(assistant.document(added), 1, [])


@pytest.mark.parametrize("box", [[0, 0, 1], [0, 0, 1, 2], [0, 0, 1, float("nan")], ["a", 0, 1, 1], [-1, 0, 1, 1]])
def test_place_that_is_none_is_refused(assistant, added, box):
    originals = Originals(assistant._library.store, Drawing(places=[[box]]), max_file_bytes=10_000)
    with pytest.raises(ReadError, match="sent what is no page"):
        originals.page(assistant.document(added), 1, [Span(start=0, end=4)])
