"""On no surface does anything of a document come alive: no escape sequence, no link, no mark-up; text stays text."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from rag import answer_schema
from rag.cli import main

from .conftest import DOCUMENT_BY_NAME, DOCUMENTS, QUESTION, RIGHT

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def command(world, obedient, monkeypatch, capsys):
    """Runs `rag` over the store of a hostile document, with a model that obeys it; gives what it writes."""

    def run(hostile, *arguments: str) -> str:
        monkeypatch.setenv("RAG_EMBEDDER", "hashing")
        monkeypatch.setenv("RAG_ABSTAIN_BELOW", "0")
        monkeypatch.setenv("RAG_STORE", str(world(hostile).store))
        monkeypatch.setenv("RAG_GENERATOR", obedient(hostile))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert (ended.value.code or 0, err) == (0, "")
        return out

    return run


STEERING = [
    document
    for document in DOCUMENTS
    if not "".join((document.text, document.wants, document.file)).replace("\n", "").isprintable()
]


@pytest.mark.parametrize("hostile", STEERING, ids=lambda document: document.name)
def test_nothing_steers_the_terminal(hostile, command):
    asked = command(hostile, "ask", QUESTION, "--show-draft")
    assert asked.startswith(f"{RIGHT} [1]")
    assert "Left out:" in asked
    for out in (asked, command(hostile, "list"), command(hostile, "show", "1")):
        assert _STEERS.findall(out) == []


LETTERS = [
    "ANSI escapes",
    "terminal hyperlink",
    "bidirectional override",
    "HTML in plain text",
    "JSON answer",
    "order in the file name",
]


@pytest.mark.parametrize("name", LETTERS)
def test_json_holds_text_and_one_line(name, command):
    out = command(DOCUMENT_BY_NAME[name], "ask", QUESTION, "--json", "--show-draft")
    answer = json.loads(out)
    jsonschema.validate(answer, answer_schema())
    assert out.count("\n") == 1
    assert "\x1b" not in out
    assert answer["draft"].count("\x1b[2J") == 1 + DOCUMENT_BY_NAME[name].wants.count("\x1b[2J") * 6
