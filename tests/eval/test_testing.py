"""The fixture for tests of other people: which answers it lets through, of ours and of other systems."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.testing import Faithful, faithful  # noqa: F401  as its users import it
from rag import Assistant, Settings, VerdictLabel
from tests.project.readmes import ROOT, blocks

SOURCES = ["The bridge opened in 1932. It is painted grey.", "The ferry was sold in 2019."]


def test_supported_statements_pass_and_refusals_state_nothing(faithful):
    faithful("The bridge opened in 1932. [1] The ferry was sold in 2019 [2].", SOURCES)
    faithful("It is painted grey.", {"a": SOURCES[0]})
    faithful("Good morning! It is painted grey.", SOURCES, ignoring=["Good morning!"])
    faithful("", SOURCES)


@pytest.mark.parametrize(
    ("answer", "sources", "says"),
    [
        ("The bridge opened in 1933. [1]", SOURCES, "the number '1933' is not in the evidence"),
        ("The bridge opened in 1932. [2]", SOURCES, "says     The bridge opened in 1932."),
        ("The bridge opened in 1932. [1, 3]", SOURCES, "it cites [3], and there is no such source"),
        ("The bridge opened in 1932.", [], "no source was given"),
        ("The bridge did not open in 1932. [1]", SOURCES, "source   The bridge opened in 1932. It is painted grey."),
    ],
)
def test_an_unfaithful_answer_fails_with_what_it_says_and_why(faithful, answer, sources, says):
    with pytest.raises(AssertionError, match="1 of the answer's statements not supported") as raised:
        faithful(answer, sources)
    assert says in str(raised.value)


def test_faults_come_in_the_order_of_the_answer(faithful):
    found = faithful.unfaithful("The ferry was sold in 1999. It rained. [9] The bridge opened in 1931.", SOURCES)
    assert [each.statement for each in found] == [
        "The ferry was sold in 1999.",
        "It rained.",
        "The bridge opened in 1931.",
    ]


def test_of_long_sources_the_sentences_are_read_that_a_statement_is_about(faithful):
    filler = " ".join(f"Paragraph {number} is about the weather of that week." for number in range(200))
    faithful("The bridge opened in 1932. [1]", [f"{filler} {SOURCES[0]} {filler}"])
    with pytest.raises(AssertionError):
        faithful("The bridge opened in 1933. [1]", [f"{filler} {SOURCES[0]} {filler}"])


def test_answers_of_the_assistant_are_taken_as_they_are(faithful, tmp_path):
    path = tmp_path / "bridge.txt"
    path.write_text(SOURCES[0], encoding="utf-8")
    with Assistant.open(tmp_path / "store", Settings(llm="none", embedder="hashing", abstain_below=0)) as assistant:
        assistant.add([path])
        answer = assistant.ask("When did the bridge open?")
    faithful(answer)
    (shown, *others) = answer.claims
    forged = replace(shown, claim=replace(shown.claim, text="The bridge opened in 1933."))
    with pytest.raises(AssertionError, match="1933"):
        faithful(replace(answer, claims=(forged, *others)))
    refused = replace(shown, verdict=replace(shown.verdict, label=VerdictLabel.UNSUPPORTED, reasons=("told so",)))
    with pytest.raises(AssertionError, match="told so"):
        faithful(replace(answer, claims=(refused, *others)))


def test_it_can_be_used_without_the_fixture(tmp_path):
    with Assistant.open(tmp_path / "store", Settings(llm="none", embedder="hashing")) as assistant:
        assert Faithful(assistant).unfaithful("It is grey.", ["It is grey."]) == []


def test_the_example_of_the_readme_passes(faithful):
    (code,) = [text for language, text in blocks(ROOT / "eval" / "README.md") if language == "py"]
    names = {}
    exec(code, names)
    names["test_refunds"](faithful)
