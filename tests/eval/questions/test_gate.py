"""The gate over questions of one's own: what fails it, what it prints, and what it leaves for CI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from eval import __main__ as eval_main
from tests.eval.questions.conftest import QUESTIONS

OPENED, SOLD, NOTHING, DRAFT, WRONG = QUESTIONS
MISSED = {**OPENED, "id": "missed", "gold": [{"quote": "It rests on two piers of granite."}]}

SCHEMA = etree.XMLSchema(
    etree.XML("""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="told" mixed="true"><xs:attribute name="message"/><xs:attribute name="type"/></xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence><xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="skipped" type="told"/><xs:element name="error" type="told"/>
          <xs:element name="failure" type="told"/><xs:element name="system-out" type="xs:string"/>
        </xs:choice>
        <xs:attribute name="name" use="required"/><xs:attribute name="classname"/>
      </xs:complexType></xs:element></xs:sequence>
      <xs:attribute name="name" use="required"/>
      <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>""")
)
"""What Jenkins' xUnit plugin demands, and no more than what GitHub's and GitLab's readers know."""


def junit(path: Path = Path("junit.xml")) -> dict[str, str]:
    """How each test case ended, by its name up to a colon; the file keeps to the schema."""
    root = etree.parse(path)
    SCHEMA.assertValid(root)
    for suite in root.getroot():
        tags = [case[0].tag for case in suite]
        counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
        assert {name: int(suite.get(name)) for name in counted} == {
            name: tags.count(tag) for name, tag in counted.items()
        }
        assert int(suite.get("tests")) == len(tags)
    return {case.get("name").partition(":")[0]: case[0].tag for case in root.iter("testcase")}


def test_accepted_questions_that_hold_pass_and_drafts_are_skipped(gate, capsys):
    assert gate(*QUESTIONS) == 0
    ends = junit()
    assert {name: ends.get(name) for name in ("opened", "sold", "nothing", "draft", "wrong")} == {
        "opened": "system-out",
        "sold": "system-out",
        "nothing": "system-out",
        "draft": "skipped",
        "wrong": None,
    }
    assert "3 of 3 held" in capsys.readouterr().out


def test_without_floors_a_miss_fails_and_is_told_in_full(gate, capsys):
    assert gate(OPENED, MISSED) == 1
    assert junit()["missed"] == "failure"
    printed = capsys.readouterr().out
    assert (
        "missed: When was the bridge opened, and what did it cost?\n"
        "  missed, line 2\n"
        "  expected  any document: “It rests on two piers of granite.”\n"
        "  cited     bridge.txt: “The bridge opened in 1932 and cost 12 million crowns.”\n"
    ) in printed
    assert "It rests on two piers" in Path("runs/gate/gate.md").read_text()
    message = etree.parse("junit.xml").find(
        ".//testcase[@name='missed: When was the bridge opened, and what did it cost?']"
    )
    assert "cited     bridge.txt" in message[0].text


FLOORS = "[questions]\ngold_cited = {}\n"


def test_floors_allow_misses_unless_a_question_must_hold(gate):
    assert gate(OPENED, SOLD, MISSED, floors=FLOORS.format(0.5)) == 0
    assert junit()["missed"] == "system-out"
    assert gate(OPENED, SOLD, {**MISSED, "must": True}, floors=FLOORS.format(0.5)) == 1
    assert junit()["missed"] == "failure"
    assert junit()["opened"] == "system-out"


def test_a_figure_clearly_below_its_floor_fails_with_the_questions_it_missed(gate):
    many = [{**MISSED, "id": f"missed {number}"} for number in range(6)]
    assert gate(OPENED, *many, floors=FLOORS.format(0.9)) == 1
    ends = junit()
    assert ends["a gold sentence is cited, at least 0.900"] == "failure"
    assert [ends[each["id"]] for each in many] == ["failure"] * 6


def test_an_answer_where_none_is_due_is_a_miss(gate, capsys):
    assert gate({"id": "no", "question": "Who was the Lomvi sold to in 2019?", "answerable": False}) == 1
    assert "expected  no answer: the documents do not answer it\n  cited     ferry/fleet.md: “The Lomvi" in (
        capsys.readouterr().out
    )


def test_the_same_questions_give_the_same_files(gate):
    files = ("junit.xml", "runs/gate/gate.md")
    assert gate(OPENED, MISSED, NOTHING) == 1
    first = [Path(file).read_bytes() for file in files]
    assert gate(OPENED, MISSED, NOTHING) == 1
    assert [Path(file).read_bytes() for file in files] == first


@pytest.mark.parametrize(
    ("lines", "case", "message"),
    [
        (["{"], "line 1", "no valid JSON"),
        ([OPENED, {**MISSED, "gold": [{"quote": "It rests on nine piers of granite."}]}], "line 2", "nearest is"),
        ([DRAFT], "the questions can be measured", "none of its 1 questions is accepted"),
    ],
)
def test_what_cannot_be_measured_is_status_2_and_an_error_for_ci(gate, capsys, lines, case, message):
    assert gate(*lines) == 2
    assert message in capsys.readouterr().err
    assert junit() == {case: "error"}
    assert message.split()[0] in Path("runs/gate/gate.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--questions", "q.jsonl"], "--documents is missing"),
        (["--documents", "documents"], "--questions is missing"),
        (["--questions", "q.jsonl", "--documents", "documents", "--only", "seeds"], "leave out --only"),
        (["--questions", "q.jsonl", "--documents", "documents", "--workers", "0"], "below 1"),
        (["--questions", "q.jsonl", "--documents", "missing"], "there is no such folder"),
        (["--questions", "q.jsonl", "--documents", "documents", "--floors", "f.toml"], "it has no table"),
        (["--questions", "documents/q.jsonl", "--documents", "documents"], "move it elsewhere"),
    ],
)
def test_options_that_do_not_fit_are_refused_in_a_sentence(documents, capsys, arguments, message):
    Path("q.jsonl").write_text(json.dumps(OPENED))
    Path("f.toml").write_text("[seeds]\ngold_cited = 0.5\n")
    if "documents/q.jsonl" in arguments:
        Path("documents/q.jsonl").write_text(json.dumps(OPENED))
    assert eval_main.run(["gate", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_control_character_does_not_break_the_junit_file(gate):
    assert gate({"id": "a\x01b", "question": "Zebra \x00 xylophone \ud800?", "answerable": False}) == 0
    assert junit()["a\ufffdb"] == "system-out"


def test_nothing_but_the_results_is_left_behind(gate, tmp_path):
    (tmp_path / "runs" / "gate").mkdir(parents=True)
    (tmp_path / "runs" / "gate" / "mine.txt").write_text("mine")
    assert gate(OPENED) == 0
    assert sorted(path.name for path in (tmp_path / "runs" / "gate").iterdir()) == [
        "cases.jsonl",
        "gate.md",
        "mine.txt",
    ]
