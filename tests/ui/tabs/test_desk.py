"""The newsroom's tabs over a store: what they find, and how they say that they cannot."""

from __future__ import annotations

import pytest

from tests.ui.html_reading import nodes, visible_text
from ui.tabs.desk import DeskTab

ARTICLE = (
    "The bridge opened in 1932 and cost 12 million crowns.\n\n"
    "“We will paint it grey,” Anna Nowak, the harbour master, said.\n\n"
    "Nowak denied that the bridge was unsafe.\n"
)


@pytest.fixture
def tab(assistant, write) -> DeskTab:
    assistant.add([write("bridge.txt", ARTICLE)])
    return DeskTab(assistant)


def checked(tab: DeskTab, draft: str | None) -> str:
    return [*tab.checked(draft)][-1]


def test_a_changed_quotation_is_to_look_at_and_a_true_one_is_not(tab):
    html = checked(tab, "“We will paint it green,” Anna Nowak said.\n\n“We will paint it grey,” she said.")
    assert [node.text() for node in nodes(html, ".cv-differs")] == ["green", "grey"]
    assert "1 to look at" in visible_text(html)


@pytest.mark.parametrize("draft", [None, "", " \n "])
def test_without_a_draft_a_sentence_asks_for_one(tab, draft):
    assert "Paste a draft" in checked(tab, draft)


def test_a_draft_of_too_many_words_is_refused_in_words(tab):
    html = checked(tab, "word " * 200_000)
    assert "cv-notice" in html
    assert "unforeseen" not in html


def test_a_draft_comes_from_a_file_that_is_gone_then_and_is_no_document(tab, assistant, tmp_path):
    folder = tmp_path / "upload"
    folder.mkdir()
    draft = folder / "draft.md"
    draft.write_text("# A bridge\n\nIt opened in **1932**.", encoding="utf-8")
    before = assistant.documents()
    text, said = tab.read_draft(str(draft))
    assert "It opened in 1932." in (text or "")
    assert "Read." in said
    assert (draft.exists(), assistant.documents()) == (False, before)


def test_a_file_that_cannot_be_read_leaves_the_draft_alone(tab, tmp_path):
    broken = tmp_path / "draft.pdf"
    broken.write_bytes(b"no pdf")
    text, said = tab.read_draft(str(broken))
    assert text is None
    assert "cv-notice" in said
    assert tab.read_draft(None) == (None, "")


def test_quotations_are_found_by_speaker_and_subject(tab):
    html = tab.quoted("Nowak", "paint", "")
    assert [node.text() for node in nodes(html, ".cv-row-quote")] == ["“We will paint it grey,”"]
    assert tab.speakers() == ["Anna Nowak"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((None, None, None), "name of a speaker"),
        (("Nowack", "", ""), "Names like it: Anna Nowak"),
        (("Nowak", "", "soon"), "it is no date"),
        (("Nowak", "herons", ""), "no quotation fits"),
    ],
)
def test_what_cannot_be_found_is_said(tab, asked, said):
    assert said in visible_text(tab.quoted(*asked))


def test_no_speakers_where_the_store_cannot_be_read(tab, assistant):
    assistant.close()
    assert tab.speakers() == []
    assert "cv-notice" in tab.quoted("Nowak", "", "")


def test_a_timeline_is_in_the_order_of_its_days_and_says_how_they_were_got(tab, assistant, write):
    assistant.add(
        [write("later.md", "---\ndate: 2025-03-12\n---\n\nThe bridge was closed on Monday. The bridge is old.\n")]
    )
    html = tab.dated("bridge", "", "")
    dates = [node.attributes["datetime"] for node in nodes(html, ".cv-row-date time")]
    assert dates == sorted(dates)
    assert {"1932", "2025-03-10"} <= set(dates)
    assert "reckoned from the document’s date" in visible_text(html)
    assert [node.attributes["datetime"] for node in nodes(tab.dated("bridge", "2025", ""), "time")] == dates[1:]


@pytest.mark.parametrize(("subject", "since"), [("", ""), (None, None), ("bridge", "soon")])
def test_a_timeline_of_nothing_is_refused_in_words(tab, subject, since):
    assert "cv-notice" in tab.dated(subject, since, "")
    assert tab.exported_timeline("csv", subject, since, "")[0] == ""


@pytest.mark.parametrize(("kind", "name"), [("csv", "timeline.csv"), ("markdown", "timeline.md")])
def test_a_timeline_is_saved_by_the_page(tab, kind, name):
    saved, shown = tab.exported_timeline(kind, "bridge", "", "")
    assert f'data-name="{name}"' in saved
    assert "The bridge opened in 1932" in visible_text(saved)
    assert shown == tab.dated("bridge", "", "")
