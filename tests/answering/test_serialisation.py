"""Answers as JSON keep to the schema that is in the package."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from rag import (
    NOT_IN_DOCUMENTS,
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    Evidence,
    PlaceOnPage,
    Span,
    Trace,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
    answer_schema,
    to_dict,
    to_json,
)
from rag.answering.serialisation import SCHEMA_VERSION, from_json

QUOTE = "“Das Café,” sagte sie, “𝔸😀.”"
PLACE = {
    "document_id": "d0",
    "source": "café.txt",
    "title": "Das \u2028Café",
    "span": Span(start=3, end=3 + len(QUOTE)),
}


def citation(number: int, page: int = 0, page_label: str = "", **recognised: object) -> Citation:
    return Citation(number=number, quote=QUOTE, line=number, page=page, page_label=page_label, **recognised, **PLACE)


RECOGNISED = {"places": (PlaceOnPage(page=7, left=0.1, top=0.2, right=0.9, bottom=0.25),), "confidence": 0.7}


def claim(text: str, label: VerdictLabel, *citations: Citation) -> VerifiedClaim:
    verdict = Verdict(label=label, score=1 / 3, verifier_id="rules", reasons=("a reason",), lacking=("Nein",))
    span = Span(start=0, end=len(text))
    return VerifiedClaim(claim=Claim(text=text, span=span, citations=citations), verdict=verdict)


def answer(status: AnswerStatus) -> Answer:
    abstained = status is AnswerStatus.ABSTAINED
    cited = () if abstained else (citation(1), citation(2, page=7, page_label="A-3", **RECOGNISED))
    return Answer(
        id="0" * 32,
        question="Was sagte sie?",
        status=status,
        text=NOT_IN_DOCUMENTS if abstained else f"{QUOTE} [1] [2]",
        claims=() if abstained else (claim(QUOTE, VerdictLabel.SUPPORTED, *cited),),
        citations=cited,
        evidence=(Evidence(number=1, quote=QUOTE, score=2 / 3, speaker="sie", **PLACE),),
        trace=Trace(
            generator_id="extractive",
            prompt_id="answer@0123",
            settings_fingerprint="0123456789ab",
            standalone_question="Was sagte Anna?",
            timings_ms={"embed": 1.23456, "total": 2.0},
            answerability=0.123456,
            draft="„Ja“ [1] Nein. [2]",
            notice="The server was slow.",
            dropped=(claim("Nein.", VerdictLabel.CONTRADICTED),) if status is AnswerStatus.PARTIAL else (),
        ),
    )


def errors(value: object) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(answer_schema()).iter_errors(value)]


def test_schema_is_a_valid_schema_of_its_draft():
    schema = answer_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert set(schema["properties"]) - set(schema["required"]) == {"draft", "dropped"}


@pytest.mark.parametrize("status", AnswerStatus)
def test_answer_of_every_status_keeps_to_the_schema(status):
    assert errors(to_dict(answer(status))) == []
    assert errors(to_dict(answer(status), with_draft=True)) == []
    assert json.loads(to_json(answer(status))) == to_dict(answer(status))
    assert "\n" not in to_json(answer(status))


def test_real_answers_keep_to_the_schema(assistant, write):
    assert errors(to_dict(assistant.ask("Anything?"))) == []
    assistant.add([write("bridge.txt", "The bridge opened in 1932. It is grey.")])
    answered = to_dict(assistant.ask("When did the bridge open?"))
    assert errors(answered) == []
    assert answered["status"] == "answered"


def verdict(label):
    return {
        "label": label,
        "score": 0.3333,
        "verifier": "rules",
        "reasons": ["a reason"],
        "lacking": ["Nein"],
        "against": [],
    }


def test_values_are_as_promised():
    value = to_dict(answer(AnswerStatus.PARTIAL))
    assert value["claims"] == [
        {
            "text": QUOTE,
            "citations": [1, 2],
            "verdict": verdict("supported"),
        }
    ]
    assert value["citations"][1] == {
        "number": 2,
        "document_id": "d0",
        "source": "café.txt",
        "title": "Das \u2028Café",
        "start": 3,
        "end": 3 + len(QUOTE),
        "quote": QUOTE,
        "line": 2,
        "page": 7,
        "page_label": "A-3",
        "published": "",
        "also_in": [],
        "url": "",
        "places": [{"page": 7, "left": 0.1, "top": 0.2, "right": 0.9, "bottom": 0.25}],
        "confidence": 0.7,
        "assertion": "stated",
        "speaker": "",
        "n_sources": 1,
        "n_independent": 1,
        "said_elsewhere": [],
    }
    assert (value["generator"], value["timings_ms"]["embed"], value["answerability"]) == ("extractive", 1.23, 0.1235)
    assert (value["prompt"], value["notice"]) == ("answer@0123", "The server was slow.")
    assert (value["question"], value["standalone_question"]) == ("Was sagte sie?", "Was sagte Anna?")


def test_draft_is_written_only_when_asked_for():
    partial = answer(AnswerStatus.PARTIAL)
    full = to_dict(partial, with_draft=True)
    assert {name: full.pop(name) for name in ("draft", "dropped")} == {
        "draft": "„Ja“ [1] Nein. [2]",
        "dropped": [
            {
                "text": "Nein.",
                "verdict": verdict("contradicted"),
            }
        ],
    }
    assert full == to_dict(partial) == json.loads(to_json(partial))


def break_(path: list[str | int], value: object = None, *, remove: bool = False) -> dict[str, object]:
    broken = copy.deepcopy(to_dict(answer(AnswerStatus.PARTIAL), with_draft=True))
    inner = broken
    for step in path[:-1]:
        inner = inner[step]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return broken


@pytest.mark.parametrize("name", to_dict(answer(AnswerStatus.ANSWERED)))
def test_schema_refuses_a_missing_field(name):
    assert errors(break_([name], remove=True))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema_version"], 2),
        (["status"], "failed"),
        (["status"], "abstained"),
        (["text"], ""),
        (["claims"], []),
        (["citations"], []),
        (["invented"], 1),
        (["claims", 0, "citations"], []),
        (["claims", 0, "verdict", "label"], "perhaps"),
        (["claims", 0, "verdict", "score"], 1.5),
        (["citations", 0, "number"], 0),
        (["citations", 0, "quote"], ""),
        (["citations", 0, "start"], -1),
        (["citations", 0, "line"], "1"),
        (["evidence", 0, "score"], None),
        (["timings_ms"], {}),
        (["timings_ms", "total"], -1),
        (["answerability"], 2),
        (["standalone_question"], ""),
        (["prompt"], None),
        (["notice"], None),
        (["draft"], None),
        (["dropped"], {}),
        (["dropped", 0, "verdict", "label"], "perhaps"),
        (["dropped", 0, "citations"], []),
    ],
    ids=str,
)
def test_schema_refuses_a_wrong_value(path, value):
    assert errors(break_(path, value))


@pytest.mark.parametrize("status", AnswerStatus)
def test_what_was_written_is_read_again(status):
    written = to_json(answer(status))
    assert to_json(from_json(written)) == written


def test_answers_that_an_older_version_recorded_are_read():
    older = to_dict(answer(AnswerStatus.ANSWERED))
    for name in ("id", "standalone_question", "prompt", "notice"):
        del older[name]
    read = from_json(json.dumps(older))
    assert (read.id, read.trace.standalone_question, read.trace.notice) == ("", read.question, "")
    assert read.citations == answer(AnswerStatus.ANSWERED).citations
