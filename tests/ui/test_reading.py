"""The reader looks at a document as somebody wants: at a page, at found words, or at the original while it is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag import Assistant, Settings
from tests.readers.pdf.writing import OTHER, PARAGRAPH, drawn, pdf_of, stacked
from tests.ui.html_reading import assert_inert, first, nodes
from ui.handlers import Chat, Opened
from ui.preferences import Assistants
from ui.reading import Looking, Reader
from ui.views.reader.look import Look
from ui.views.source_view import render_source

FIRST, SECOND, THIRD = PARAGRAPH[:43], OTHER[:41], PARAGRAPH[44:]


@pytest.fixture
def assistants(tmp_path):
    path = tmp_path / "report.pdf"
    labels = "/PageLabels <</Nums [0 <</S /r>> 2 <</S /D>>]>>"
    path.write_bytes(pdf_of([drawn(stacked([text])) for text in (FIRST, SECOND, THIRD[:70])], catalog=labels))
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as opened:
        opened.add([path])
        yield Assistants(opened, may_change_llm=True)


@pytest.fixture
def opened(assistants) -> Opened:
    """The document with its second page's sentence as the current citation."""
    document = assistants.started.document(assistants.started.documents()[0].id)
    start = document.text.index(SECOND)
    return Chat(assistants).open_place(document.id, start, start + len(SECOND))


def shown(opened: Opened, look: Look) -> str:
    return render_source(opened.document, opened.citations, opened.current, look=look)


def test_original_opens_at_the_page_of_the_citation_with_its_words_in_boxes(assistants, opened):
    look = Reader(assistants).look(opened, Looking(is_printed=True))
    assert (look.page, look.printed.picture.n_pages) == (2, 3)
    html = shown(opened, look)
    assert len(nodes(html, ".cv-box-now")) == len(SECOND.split())
    assert first(html, "img").attributes["src"].startswith("data:image/png;base64,")
    assert first(html, ".cv-text").attributes["aria-label"] == "Page 2 of report.pdf"
    assert [node.attributes["value"] for node in nodes(html, ".cv-go")] == ["ii"]
    assert [node.attributes["data-page"] for node in nodes(html, ".cv-paging .cv-turn")] == ["1", "3"]
    assert_inert(html)


@pytest.mark.parametrize(("typed", "page"), [("1", 3), ("2", 2), ("3", 3), ("ii", 2), ("I", 1), (" ii ", 2)])
def test_page_is_named_by_what_is_printed_on_it_and_then_by_its_number(assistants, opened, typed, page):
    assert Reader(assistants).look(opened, Looking(page=typed)).page == page


@pytest.mark.parametrize("typed", ["0", "4", "-1", "iv", "9" * 300, "../1", "<b>"])
def test_page_that_is_not_there_is_said_and_the_rest_is_shown(assistants, opened, typed):
    look = Reader(assistants).look(opened, Looking(page=typed))
    assert look.page == 0
    assert look.notice == f"There is no page “{typed}”. It has pages 1 to 3."
    html = shown(opened, look)
    assert nodes(html, "mark.cv-current")
    assert_inert(html)


def test_text_goes_to_the_page_that_is_asked_for(assistants, opened):
    html = shown(opened, Reader(assistants).look(opened, Looking(page="3")))
    assert [node.text() for node in nodes(html, ".cv-here")] == ["Page 1 (3 in the file)"]
    assert not nodes(shown(opened, Reader(assistants).look(opened, Looking(page="2"))), ".cv-here")


def test_words_are_found_in_the_text_and_one_place_is_looked_at(assistants, opened):
    look = Reader(assistants).look(opened, Looking(find=" Is  ", hit=2))
    html = shown(opened, look)
    assert first(html, ".cv-found").text() == f"2 of {len(look.hits)}"
    assert [node.text() for node in nodes(html, ".cv-hit-now")] == ["is"]
    steps = [node.attributes["data-hit"] for node in nodes(html, ".cv-finding .cv-turn")]
    assert steps == ["1", str(2 % len(look.hits) + 1)]
    assert first(html, "article").attributes["data-find"] == "Is"
    assert "not found" in shown(opened, Reader(assistants).look(opened, Looking(find="zebra")))


@pytest.mark.parametrize(("hit", "looked_at"), [(0, 3), (4, 1), (7, 1), (3, 3)])
def test_places_go_round_in_a_circle(assistants, opened, hit, looked_at):
    look = Reader(assistants).look(opened, Looking(find="was", hit=hit))
    n = len(look.hits)
    assert look.hit == (looked_at if n == 3 else (hit - 1) % n + 1)


def test_original_shows_the_page_of_the_place_that_was_found(assistants, opened):
    look = Reader(assistants).look(opened, Looking(is_printed=True, find="bridge"))
    assert look.page == 1
    html = shown(opened, look)
    assert len(nodes(html, ".cv-hit-now")) == 1
    assert not nodes(html, ".cv-box-now")


def test_changed_or_missing_original_is_said_and_the_text_is_shown(assistants, opened, tmp_path):
    (tmp_path / "report.pdf").write_bytes(pdf_of([drawn(stacked([SECOND]))]))
    look = Reader(assistants).look(opened, Looking(is_printed=True))
    html = shown(opened, look)
    assert "The file has changed since it was read. Add it again" in first(html, ".cv-notice").text().replace(
        "the file", "The file"
    )
    assert nodes(html, "mark.cv-current")
    (tmp_path / "report.pdf").unlink()
    assert "is gone" in Reader(assistants).look(opened, Looking(is_printed=True)).notice


def test_text_has_no_original_to_show(assistants, tmp_path: Path):
    (tmp_path / "a.txt").write_text(f"{FIRST} {SECOND}")
    assistants.started.add([tmp_path / "a.txt"])
    info = next(each for each in assistants.started.documents() if each.media_type == "text/plain")
    opened = Chat(assistants).open_document(info.id)
    look = Reader(assistants).look(opened, Looking())
    assert not look.has_original
    assert not nodes(shown(opened, look), ".cv-views, .cv-paging")


def test_nothing_is_looked_at_in_a_document_that_is_gone(assistants, opened):
    assert Reader(assistants).look(replace(opened, document=None), Looking(find="a", is_printed=True)) == Look()
