"""`rag check-draft`: what people and programs see, and how it ends."""

from __future__ import annotations

import io
import json
import sys

import pytest

TRUE = "The bridge opened in 1932. It is painted grey.\n"
FALSE = "The bridge opened in 1952.\n"


@pytest.fixture
def filled(rag, write):
    rag("add", write("bridge.txt", "The bridge opened in 1932.\nIt is painted grey.\n"))
    return rag


def test_clean_draft_ends_with_0_and_says_so(filled, write):
    code, out, err = filled("check-draft", write("draft.md", TRUE))
    assert (code, err) == (0, "")
    assert out == "2 parts against 1 document: 0 to look at, 2 supported.\n"


def test_wrong_draft_ends_with_1_and_shows_both_sides(filled, write):
    code, out, _ = filled("check-draft", write("draft.txt", FALSE))
    assert code == 1
    assert "draft   The bridge opened in {1952}." in out
    assert "source  The bridge opened in {1932}." in out


def test_json_is_one_object(filled, write):
    result = filled("check-draft", write("draft.txt", FALSE), "--json")
    assert result.code == 1
    assert json.loads(result.out)["n_wrong"] == 1


def test_page_is_written(filled, write, tmp_path):
    code, _, _ = filled("check-draft", write("draft.html", f"<p>{TRUE}</p>"), "--html", tmp_path / "report.html")
    assert code == 0
    assert "<title>draft.html: check</title>" in (tmp_path / "report.html").read_text("utf-8")


def test_draft_is_read_from_standard_input(filled, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FALSE.encode())))
    assert filled("check-draft", "-").code == 1


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_draft_is_wrong_use(filled, monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, _, err = filled("check-draft", "-")
    assert code == 2
    assert "cannot check the draft" in err


def test_missing_file_and_unwritable_page_are_wrong_use(filled, write, tmp_path):
    assert filled("check-draft", tmp_path / "none.docx").code == 2
    result = filled("check-draft", write("draft.txt", TRUE), "--html", tmp_path / "no" / "report.html")
    assert result.code == 2
    assert "cannot write" in result.err


def test_draft_is_not_added_and_does_not_prove_itself(filled, write):
    draft = write("own.txt", "The tower was built by giants in the night.\n")
    filled("add", draft)
    assert filled("check-draft", draft).code == 1
    assert len(json.loads(filled("list", "--json").out)) >= 1
