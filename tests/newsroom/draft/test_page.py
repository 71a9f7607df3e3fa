"""The report as a page: loads nothing, escapes everything, shows both sides."""

from __future__ import annotations

import re

from rag import Assistant, Settings, draft_html, draft_page, draft_to_dict

HOSTILE = "<script>alert(1)</script> \"quoted\" 'x' <img src=x onerror=alert(1)>"


def test_page_loads_nothing_and_has_no_handlers(check):
    page = draft_page(check("“We are on time and we are under the budget,” said Ingrid Solberg."), title="a.docx")
    assert not re.search(r"(?:https?:)?//[a-z]", page)
    assert not re.search(r"<[^>]+\son\w+\s*=", page)
    assert page.count("<script>") == 1
    assert "default-src 'none'" in page


def test_both_sides_are_shown_with_what_differs(check):
    html = draft_html(check("“They will drive past at ninety and never look left,” said Per Solberg."))
    assert "past at <mark>ninety</mark> and" in html
    assert "past at <mark>eighty</mark> and" in html
    assert re.search(
        r"<blockquote[^>]*>They will drive past at <mark>eighty</mark> and never look left</blockquote>", html
    )


def test_what_documents_and_draft_say_is_escaped(tmp_path):
    (tmp_path / "hostile.txt").write_text(f"{HOSTILE}\n\nAnn Lee said: “The {HOSTILE} was here on Monday.”\n", "utf-8")
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([tmp_path / "hostile.txt"])
        report = assistant.check_draft(f"“The {HOSTILE} was here on Friday,” said <b>Ann Lee</b>. {HOSTILE}")
    page = draft_page(report, title=HOSTILE)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page


def test_dictionary_holds_what_a_program_needs(check):
    draft = "“They will drive past at ninety and never look left,” said Per Solberg."
    (finding,) = draft_to_dict(check(draft))["findings"]
    assert draft[finding["start"] : finding["end"]] == finding["text"]
    assert (finding["verdict"], finding["is_wrong"]) == ("number changed", True)
    assert finding["differences"][0]["source"]["words"] == "eighty"
