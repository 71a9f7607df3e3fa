"""`rag show` after an abstention, and the date of a source beside its citations."""

from __future__ import annotations

import json

import jsonschema
import pytest

from rag import Assistant, NotFoundError, Settings, answer_schema

DATED = "---\ntitle: The old bridge\ndate: 2025-03-12\n---\n\nThe bridge opened in 1932.\n"
QUESTION = "When did the bridge open?"
UNANSWERED = "Who baked the grey bread?"


@pytest.fixture
def dated(rag, write, monkeypatch):
    path = write("bridge.md", DATED)
    monkeypatch.chdir(path.parent)
    assert rag("add", path).code == 0
    return path


@pytest.fixture
def never_answers(monkeypatch):
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "1")


# After an abstention


def test_nearest_sentence_is_opened_by_its_number_and_said_to_be_no_answer(rag, article, never_answers):
    nearest = rag("ask", UNANSWERED).out
    for number, quote in ((1, "It is painted grey."), (2, "The bridge opened in 1932.")):
        assert f"  {number}. {article}, characters " in nearest
        code, out, err = rag("show", str(number))
        assert (code, err) == (0, "")
        said, place, blank, *context = out.splitlines()
        assert said == f"This does not answer what was asked, but comes near it: {UNANSWERED}"
        assert place.startswith(f"{number}. {article}, line ")
        assert blank == ""
        assert quote in context
        assert nearest.index(quote) > nearest.index(f"  {number}. ")


def test_json_of_a_nearest_sentence_says_that_it_answers_nothing(rag, article, never_answers):
    rag("ask", UNANSWERED)
    shown = json.loads(rag("show", "1", "--json").out)
    assert (shown["status"], shown["number"], shown["quote"]) == ("abstained", 1, "It is painted grey.")
    assert shown["before"] + shown["quote"] + shown["after"] == article.read_text()
    assert article.read_text()[shown["start"] : shown["end"]] == shown["quote"]


def test_number_of_no_nearest_sentence_is_named(rag, article, never_answers):
    rag("ask", UNANSWERED)
    assert rag("show", "9") == (
        1,
        "",
        "rag: cannot show nearest sentence 9: the answer has 3 nearest sentences - choose one of them\n",
    )
    assert "cannot show nearest sentence 0" in rag("show", "0").err


def test_nearest_sentence_is_no_citation_in_python(article, store_folder):
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=1)) as assistant:
        answer = assistant.ask(UNANSWERED)
        assert assistant.last_answer().id == answer.id
        place = assistant.place(answer, 2)
        assert (place.number, place.quote) == (2, answer.evidence[1].quote)
        with pytest.raises(NotFoundError, match="the last answer has 0 citations"):
            assistant.citation(2)
        assistant.remove([article])
        with pytest.raises(NotFoundError):
            assistant.place(answer, 2)


# The date


def test_date_of_a_source_stands_beside_its_citation(rag, dated):
    place = "The old bridge · bridge.md, 2025-03-12, line 1"
    assert f"\n[1] {place}, characters 0-26\n" in rag("ask", QUESTION).out
    assert f"[1] {place}, characters 0-26\n" in rag("show", "1").out
    assert "    published 2025-03-12, 1 sentence, added " in rag("list").out


def test_date_of_a_source_stands_beside_the_nearest_sentence(rag, dated, never_answers):
    assert "  1. The old bridge · bridge.md, 2025-03-12, characters 0-26\n" in rag("ask", UNANSWERED).out
    assert "1. The old bridge · bridge.md, 2025-03-12, line 1" in rag("show", "1").out


def test_date_of_a_source_stands_beside_its_citation_in_a_conversation(rag, dated, type_lines):
    type_lines(QUESTION)
    assert "\n[1] The old bridge · bridge.md, 2025-03-12, line 1\n" in rag("chat").out


def test_day_of_the_week_is_told_by_its_date(rag, write):
    write("mill.md", "---\ntitle: The mill\ndate: 2025-03-13\n---\n\nThe old mill burned down on Tuesday.")
    rag("add", str(write("lake.txt", "The lake is deep.").parent))
    assert "mill.md, 2025-03-13 (Tuesday: 2025-03-11), line 1" in rag("ask", "What burned down?").out


def test_date_of_a_source_is_in_json_and_python(rag, dated, store_folder):
    answer = json.loads(rag("ask", QUESTION, "--json").out)
    jsonschema.validate(answer, answer_schema())
    assert [place["published"] for place in (*answer["citations"], *answer["evidence"])] == ["2025-03-12"] * 2
    assert json.loads(rag("show", "1", "--json").out)["published"] == "2025-03-12"
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=0)) as assistant:
        (info,) = assistant.documents()
        found = assistant.ask(QUESTION)
        records = (info, assistant.document(info.id), *found.citations, *found.evidence, assistant.citation(1))
        assert [record.published for record in records] == ["2025-03-12"] * 5


def test_source_without_a_date_has_none(rag, article):
    assert f"[1] {article}, line 1, characters 0-26\n" in rag("ask", QUESTION).out
