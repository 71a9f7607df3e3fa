"""The list of documents, the notebooks and what is ticked, as HTML: whatever documents are called, it stays text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Counted, DocumentInfo, DocumentKinds, DocumentPage, DocumentVersion, ListedDocument, Notebook
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import assert_inert, first, nodes, visible_text
from ui.scope import Scope
from ui.views.documents_view import ListView, render_documents, render_no_documents
from ui.views.scope_view import render_narrowing, render_notebooks, render_ticks

any_text = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.sampled_from([each for each in TEXTS.values() if len(each) < 300]),
)


def listed(
    title: str = "Bridges", path: str = "2025/a.txt", *, id_: str = "d1", n_versions: int = 1, notebooks=()
) -> ListedDocument:
    info = DocumentInfo(
        id=id_,
        source=f"/news/{path}",
        title=title,
        media_type="text/plain",
        n_characters=9,
        n_sentences=2,
        added_at="2026-11-23T00:00:00+00:00",
        metadata={"published": "2025-03-12", "publisher": title},
    )
    return ListedDocument(info=info, path=path, n_versions=n_versions, notebooks=notebooks)


def page(*documents: ListedDocument, start: int = 0, n_total: int | None = None) -> DocumentPage:
    return DocumentPage(documents=documents, start=start, n_total=len(documents) if n_total is None else n_total)


def test_row_says_path_outlet_dates_length_and_notebooks():
    html = render_documents(page(listed(notebooks=("Ferries",)), listed(id_="d2")), ListView(), n_all=2)
    said = first(html, ".cv-facts").text()
    assert said == "2025/a.txt · Bridges · 12 March 2025 · 2 sentences · added 23 November 2026"
    assert first(html, ".cv-in-notebook").text() == "Ferries"
    assert first(html, ".cv-remove").attributes["aria-label"] == "Remove Bridges"
    assert [node.attributes["data-document"] for node in nodes(html, ".cv-tick")] == ["d1", "d2"]
    assert first(html, ".cv-count").text() == "2 documents"


def test_one_document_offers_nothing_to_choose_and_none_invites():
    html = render_documents(page(listed()), ListView(), n_all=1)
    assert not nodes(html, ".cv-list-head, .cv-tick, .cv-only, .cv-ticked-bar, .cv-pager")
    assert render_documents(page(), ListView(), n_all=0) == render_no_documents()
    assert "Add files" in visible_text(render_no_documents())


def test_pages_of_a_long_list_can_be_turned():
    rows = [listed(id_=f"d{number}") for number in range(50)]
    html = render_documents(page(*rows, start=100, n_total=10_000), ListView(start=100), n_all=12_000)
    assert first(html, ".cv-count").text() == "101–150 of 10,000 documents"
    assert [(each.text(), each.attributes["data-start"]) for each in nodes(html, ".cv-pager button")] == [
        ("First", "0"),
        ("Previous", "50"),
        ("Next", "150"),
        ("Last", "9950"),
    ]
    assert "Select all 10,000" in visible_text(html)


def test_what_a_search_does_not_find_is_said_and_the_search_can_be_changed():
    html = render_documents(page(), ListView(words="zzz"), n_all=3)
    assert "No title, folder or text" in visible_text(html)
    assert nodes(html, ".cv-order")


def test_versions_can_be_opened_the_newest_first():
    versions = [
        DocumentVersion(
            number=number,
            document_id=f"v{number}",
            source="a.txt",
            title="A",
            added_at="2026-11-23",
            superseded_at="2026-11-24" if number == 1 else "",
            published="",
        )
        for number in (1, 2)
    ]
    shown = page(listed(n_versions=2), listed(id_="d2"))
    html = render_documents(shown, ListView(opened="d1"), n_all=2, versions=versions)
    assert [node.attributes["data-document"] for node in nodes(html, ".cv-version-list .cv-open")] == ["v2", "v1"]
    assert first(html, ".cv-versions").attributes["aria-expanded"] == "true"
    assert not nodes(render_documents(shown, ListView(), n_all=2), ".cv-version-list")


KINDS = DocumentKinds(
    n_documents=4,
    root="/news/",
    media_types=(Counted("text/plain", 3), Counted("application/pdf", 1)),
    outlets=(Counted("The Post", 4),),
    folders=(Counted("2024", 1), Counted("2025", 3), Counted("2025/may", 1)),
    first_published="2024-01-02",
    last_published="2025-03-04",
)


def test_only_what_can_narrow_anything_is_offered():
    html = render_narrowing(Scope(), KINDS)
    assert [node.attributes["data-value"] for node in nodes(html, ".cv-toggle")] == [
        "text/plain",
        "application/pdf",
        "/news/2025",
        "/news/2024",
    ]
    assert "The Post" not in visible_text(html)
    assert [node.attributes["placeholder"] for node in nodes(html, "input")] == ["2024-01-02", "2025-03-04"]
    alike = DocumentKinds(n_documents=1, media_types=(Counted("text/plain", 1),))
    assert visible_text(render_narrowing(Scope(), alike)) == ""


def test_what_is_ticked_is_in_sight_and_can_be_taken_away():
    scope = Scope(notebooks=("Ferries",), media_types=("application/pdf",), folders=("/news/2025",), since="2025-03")
    html = render_ticks(
        scope, [Notebook(number=1, name="Ferries"), Notebook(number=2, name="B", owner="anna")], root="/news/"
    )
    assert [(each.text(), each.attributes["aria-checked"]) for each in nodes(html, ".cv-check")] == [
        ("Ferries 0", "true"),
        ("anna/B 0", "false"),
    ]
    assert [each.text() for each in nodes(html, ".cv-taken")] == ["PDF ✕", "2025/ ✕", "from 2025-03 ✕"]
    assert "Search all" in visible_text(html)
    assert render_ticks(Scope(), []) == ""


@settings(deadline=None, max_examples=50)
@given(any_text, any_text, any_text)
def test_whatever_things_are_called_is_text(one, other, third):
    scope = Scope(notebooks=(one,), outlets=(other,), folders=(third,), documents=("d",), where=one)
    notebooks = [Notebook(number=1, name=one), Notebook(number=2, name=other, owner=third)]
    kinds = DocumentKinds(
        n_documents=9,
        root=third,
        media_types=(Counted(one, 1),),
        outlets=(Counted(other, 1),),
        folders=(Counted(third, 1),),
        first_published=one or "a",
        last_published=other,
    )
    rows = page(listed(one, other, notebooks=(third,), n_versions=3), listed(other, third, id_="d2"), n_total=99)
    for html in (
        render_ticks(scope, notebooks, root=third, title_by_id={"d": other}),
        render_narrowing(scope, kinds),
        render_notebooks(scope, notebooks),
        render_documents(rows, ListView(words=one), n_all=99, notebooks=[one, other], can_narrow=True),
    ):
        assert_inert(html)


@pytest.mark.parametrize("media_type", ["", "x", "a/b", "application/vnd.unknown"])
def test_unknown_type_is_named_by_its_end(media_type):
    kinds = DocumentKinds(n_documents=2, media_types=(Counted(media_type, 1), Counted("text/html", 1)))
    assert media_type.rpartition("/")[2].upper() in visible_text(render_narrowing(Scope(), kinds))
