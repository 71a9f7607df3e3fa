"""`rag conflicts`: both sentences with outlet, day and place, for people and as JSON."""

from __future__ import annotations

import json

import pytest

PAGE = """<html><head><title>{outlet} on the fire</title><meta property="og:site_name" content="{outlet}">
<meta property="article:published_time" content="2025-03-03"></head><body><article><h1>{outlet} on the fire</h1>
<p>A fire at the Brosk mill killed {n} people on Sunday. The mill stood by the river for many years.</p>
</article></body></html>"""


@pytest.fixture
def filled(rag, tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_VERIFIER", "rules")
    for outlet, n in (("Post", 12), ("Mail", 19)):
        (tmp_path / f"{outlet}.html").write_text(PAGE.format(outlet=outlet, n=n))
    assert rag("add", tmp_path / "Post.html", tmp_path / "Mail.html").code == 0
    return rag


def test_both_sentences_are_shown_with_what_differs(filled):
    result = filled("conflicts")
    assert result.code == 0
    assert "Documents disagree: 1 pair" in result.out
    assert "number: 12 people / 19 people" in result.out
    assert "Post, 2025-03-03" in result.out
    assert "A fire at the Brosk mill killed 19 people on Sunday." in result.out


def test_json_holds_places_and_relation(filled):
    (found,) = json.loads(filled("conflicts", "--json", "--about", "Brosk").out)["conflicts"]
    assert (found["relation"], found["differs"]) == ("disagreement", "number")
    assert found["one"]["span"]["end"] > found["one"]["span"]["start"]


def test_nothing_and_wrong_use_are_said_in_a_line(filled):
    assert filled("conflicts", "--about", "museum").out == "No conflicts found.\n"
    wrong = filled("conflicts", "--since", "soon")
    assert wrong.code == 2
    assert "'soon'" in wrong.err
