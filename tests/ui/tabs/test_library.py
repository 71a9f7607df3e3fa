import os
import re
import sqlite3
from html import unescape
from pathlib import Path

import pytest

from rag import Progress
from ui.tabs.adding import progress_html
from ui.tabs.library import LibraryTab, Upload

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture
def tab(assistant) -> LibraryTab:
    return LibraryTab(assistant, example=SEEDS, max_file_bytes=10_000)


def documents(tab):
    return tab._assistant.documents()


@pytest.fixture
def upload(tmp_path):
    """Puts bytes where an upload lies, in a folder of its own."""

    def upload(name: str, content: bytes = b"The bridge opened in 1932.") -> Upload:
        folder = tmp_path / "uploads" / str(len(list(tmp_path.glob("uploads/*"))))
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        return Upload(name=name, path=folder / name)

    return upload


def test_an_upload_is_added_and_its_temporary_file_is_gone(tab, upload):
    sent = upload("bridge.txt")
    views = list(tab.add([sent]))
    assert [info.title for info in documents(tab)] == ["bridge.txt"]
    assert not sent.path.parent.exists()
    assert (views[-1].spoken, views[-1].is_done) == ("1 document added, 0 failed.", True)


def test_what_is_no_document_is_named_with_the_reason_and_the_others_are_added(tab, upload):
    noise, bridge = upload("noise.bin", os.urandom(999)), upload("bridge.txt")
    html = list(tab.add([noise, bridge]))[-1].html
    assert "noise.bin" in html
    assert "1 added" in html
    assert "1 failed" in html
    assert not noise.path.exists()


def test_a_file_that_is_too_large_is_not_read(tab, upload):
    html = list(tab.add([upload("large.txt", b"x" * 10_001)]))[-1].html
    assert "larger than" in html
    assert documents(tab) == []


def test_the_same_file_twice_is_one_document(tab, upload):
    list(tab.add([upload("bridge.txt")]))
    html = list(tab.add([upload("bridge.txt")]))[-1].html
    assert "1 unchanged" in html
    assert len(documents(tab)) == 1


def test_no_file_is_a_sentence(tab):
    (view,) = tab.add([])
    assert "No file was chosen" in view.html


def test_what_is_more_than_a_document_may_be_is_refused_with_the_setting_and_the_limits_are_shown(store_folder, upload):
    from rag import Assistant, Settings

    settings = Settings(embedder="hashing", max_document_sentences=2)
    with Assistant.open(store_folder, settings) as assistant:
        tab = LibraryTab(assistant, example=None, max_file_bytes=10_000)
        uploads = [upload("a.txt", b"One.\nTwo.\nThree."), upload("b.txt", b"x" * 10_001)]
        html = unescape(list(tab.add(uploads))[-1].html)
    assert "it has 3 sentences, more than the 2 allowed - split it, or raise max_document_sentences" in html
    assert "it is larger than 0.1 MB - split it, or start the app with more: --max-upload and max_file_bytes" in html
    assert "a document in it 5,000,000 characters, 2 sentences, 30 seconds and 1,000 MB" in tab.limits


def test_upload_that_is_gone_is_named_and_the_rest_is_added(tab, upload):
    gone = upload("gone.txt")
    gone.path.unlink()
    html = list(tab.add([gone, upload("bridge.txt")]))[-1].html
    assert "1 added, 1 failed" in html


def test_file_names_are_shown_as_text(tab, upload):
    html = list(tab.add([upload("<img src=x onerror=alert(1)>.bin")]))[-1].html
    assert "<img" not in html


def test_a_library_that_another_program_changes_says_so_and_loses_nothing(write, store_folder, settings, upload):
    from rag import Assistant

    patient = settings.model_copy(update={"lock_timeout_seconds": 0.1})
    with Assistant.open(store_folder, patient) as assistant:
        tab = LibraryTab(assistant, example=None, max_file_bytes=10_000)
        list(tab.add([upload("bridge.txt")]))
        (database,) = (path for path in store_folder.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3"))
        other = sqlite3.connect(database, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            html = list(tab.add([upload("trams.txt", b"Trams crossed it.")]))[-1].html
            removed = tab.remove([documents(tab)[0].id])
        finally:
            other.close()
        assert "Nothing is lost" in html
        assert "Nothing is lost" in removed
        assert len(documents(tab)) == 1


def test_the_example_is_the_article_alone(tab):
    assert list(tab.add_example())[-1].is_done
    assert [info.title for info in documents(tab)] == ["000_cbcbdd5b42f263f4.txt"]


def test_without_an_example_a_sentence_says_so(assistant):
    tab = LibraryTab(assistant, example=None, max_file_bytes=1)
    (view,) = tab.add_example()
    assert not tab.can_load_example
    assert "no example" in view.html


def test_a_removed_document_is_named_and_a_second_removal_is_a_sentence(tab, upload):
    list(tab.add([upload("bridge.txt")]))
    document_id = documents(tab)[0].id
    assert tab.remove([document_id]).startswith("Removed “bridge.txt”.")
    assert tab.remove([document_id]) == "This document was removed already."


def test_examples_are_made_once_for_the_same_documents(tab):
    list(tab.add_example())
    assert tab.known_examples() is None
    made = tab.example_questions()
    assert tab.known_examples() == made


def test_an_empty_library_needs_no_examples_to_be_made(tab):
    assert tab.known_examples() == ()


def test_uploads_go_into_the_notebooks_that_are_named_and_of_one_that_is_gone_it_is_said(assistant, tab, upload):
    assistant.make_notebook("Bridges")
    list(tab.add([upload("bridge.txt")], notebooks=["Bridges"]))
    html = unescape(
        list(tab.add([upload("bridge.txt"), upload("new.txt", b"It rains.")], notebooks=["Bridges", "No"]))[-1].html
    )
    assert assistant.notebooks()[0].n_documents == 2
    assert "no notebook is called 'No'" in html or "No" in html
    assert "1 added" in html


def test_progress_tells_count_rate_and_a_rough_time_before_anything_is_done():
    html = progress_html(Progress(n_done=0, n_total=2, bytes_done=0, bytes_total=90_000, n_read=1), seconds=0.2)
    assert "0 of 2 files · 1 read" in html
    assert "8 kB a second · roughly 11 seconds left" in html


def test_time_that_is_left_is_that_of_the_rate_so_far_once_it_is_known():
    html = progress_html(Progress(n_done=1, n_total=2, bytes_done=10_000, bytes_total=40_000, n_read=1), seconds=2)
    assert "5 kB a second · about 6 seconds left" in html
    late = progress_html(Progress(n_done=0, n_total=1, bytes_done=0, bytes_total=8_000), seconds=60)
    assert "nearly done" in late


def run_id(html: str, name: str) -> str:
    return re.search(r'data-upload="(\w+)" aria-label="Cancel ' + re.escape(name), html)[1]


def test_several_uploads_are_in_sight_at_once_and_all_are_added(tab, upload):
    with tab.board.writing:
        first, second = tab.add([upload("a.txt", b"One.")]), tab.add([upload("b.txt", b"Two.")])
        next(first)
        html = next(second).html
        assert html.count("Waits for the uploads before it.") == 2
        assert run_id(html, "a.txt") != run_id(html, "b.txt")
    assert [list(states)[-1].is_done for states in (first, second)] == [True, True]
    assert [info.title for info in documents(tab)] == ["a.txt", "b.txt"]


def test_an_upload_that_waits_is_cancelled_and_its_files_are_gone(tab, upload):
    sent, other = upload("a.txt", b"One."), upload("b.txt", b"Two.")
    with tab.board.writing:
        states, others = tab.add([sent]), tab.add([other])
        html = next(states).html
        next(others)
        tab.board.cancel(run_id(html, "a.txt"), user="")
        tab.board.cancel("nobody's", user="")
    end = list(states)[-1]
    list(others)
    assert end.spoken == "Cancelled: 0 documents of a.txt stored before that, which stay."
    assert [info.title for info in documents(tab)] == ["b.txt"]
    assert not sent.path.exists()


def test_no_user_sees_or_ends_the_uploads_of_another(tab, upload):
    with tab.board.writing:
        states = tab.add([upload("a.txt", b"One.")], user="anna")
        html = next(states).html
        tab.board.cancel(run_id(html, "a.txt"), user="otto")
        assert not tab.board.is_busy("otto")
        assert tab.board.is_busy("anna")
        assert [view.html for view in tab.board.followed("otto")] == [""]
    assert list(states)[-1].spoken == "1 document added, 0 failed."


def test_uploads_are_followed_by_a_page_that_was_loaded_anew(tab, upload):
    with tab.board.writing:
        states = tab.add([upload("a.txt", b"One.")])
        next(states)
        states.close()
        again = tab.board.followed("")
        assert "a.txt" in next(again).html
    assert "1 added" in list(again)[-1].html
