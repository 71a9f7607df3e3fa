"""Sets in the forms of their makers, made small by hand, brought into ours and loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from eval.__main__ import run
from eval.cases import Case
from eval.data_sets import CONVERTIBLE
from eval.loaded_sets import LoadedSet, load
from eval.public.convert import CONVERTERS, write_set
from rag import VerdictLabel

Fields = Mapping[str, object]


def lines(path: Path, rows: Sequence[Fields]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def converted(name: str, checkout: Path) -> LoadedSet:
    write_set(name, checkout, checkout / "sets")
    return load(name, checkout / "sets")


def gold(loaded: LoadedSet, case: Case) -> list[str]:
    return [each.span.slice(loaded.corpus[each.document_id].text) for each in case.gold_spans]


def test_every_set_that_says_so_has_a_converter() -> None:
    assert tuple(CONVERTERS) == CONVERTIBLE


def test_acl_verbatim_words_are_cut_from_the_passage_whatever_case_they_were_copied_in(tmp_path: Path) -> None:
    results = [
        {
            "chunk": "We parse.\nTrees are  fast.",
            "gold_extraction": ["we PARSE.", "Trees are fast."],
        },
        {"chunk": "Nothing of it.", "gold_extraction": []},
        {"chunk": "Cut off.", "gold_extraction": ["not in it"]},
    ]
    lines(tmp_path / "333_20260206_dense_top5_20260305.json", [{"query": "fast parsing", "results": results}])
    report = write_set("acl-verbatim", tmp_path, tmp_path / "sets")
    assert report.endswith("2 rows of corpus.jsonl, 2 rows of queries.jsonl; 1 rows left out")
    loaded = load("acl-verbatim", tmp_path / "sets")
    relevant, irrelevant = loaded.cases
    assert (relevant.question, relevant.answerable, irrelevant.answerable) == ("fast parsing", True, False)
    assert gold(loaded, relevant) == ["We parse.", "Trees are  fast."]
    assert irrelevant.context_document == "acl_1_2"


def test_onestop_qa_has_a_document_for_each_level_and_the_span_that_misleads(tmp_path: Path) -> None:
    article = """# Title
Bridge

# Paragraph

Adv: <A1>The bridge <D2>opened in 1932.</D2></A1> <D1>The <A2>tower was built in 1950.</A2></D1>

Ele: <A1>It opened in 1932.</A1> <D1>The <A2>tower is from 1950.</A2></D1>

Q: When did the bridge open?
a: In 1932
b: In 1933
c: In 1950
d: Never

Q1: Which came later?
a: The tower
b: The bridge
c: Neither
d: Both
"""
    folder = tmp_path / "annotations" / "annotated_articles"
    folder.mkdir(parents=True)
    (folder / "bridge.txt").write_text(article, encoding="utf-8")
    loaded = converted("onestop-qa", tmp_path)
    assert [document.text for document in loaded.corpus.values()] == [
        "The bridge opened in 1932. The tower was built in 1950.",
        "It opened in 1932. The tower is from 1950.",
    ]
    first, second, *_ = loaded.cases
    assert gold(loaded, first) == ["The bridge opened in 1932."]
    text = loaded.corpus["onestop_0_0_adv"].text
    assert [each.span.slice(text) for each in first.distractor_spans] == ["The tower was built in 1950."]
    assert (first.gold_answers, first.type, second.gold_answers) == (("In 1932",), "adv", ("The tower",))
    assert gold(loaded, second) == ["tower was built in 1950."]
    assert len(loaded.cases) == 4
    assert loaded.cases[3].distractor_spans == ()


def test_multi_span_qa_has_the_sentences_that_hold_an_answer(tmp_path: Path) -> None:
    row = {
        "id": "x",
        "type": "HUM",
        "structure": "Conjunction",
        "question": ["who", "sang", "it"],
        "context": ["Ann", "Lee", "sang", "it", ".", "It", "rained", ".", "So", "did", "Bo", "."],
        "label": ["B", "I", "O", "O", "O", "O", "O", "O", "O", "O", "B", "O"],
        "num_span": 2,
    }
    path = tmp_path / "data" / "MultiSpanQA_data" / "valid.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"data": [row]}), encoding="utf-8")
    loaded = converted("multi-span-qa", tmp_path)
    (case,) = loaded.cases
    assert (case.question, case.gold_answers) == ("who sang it", ("Ann Lee", "Bo"))
    assert gold(loaded, case) == ["Ann Lee sang it .", "So did Bo ."]


CONDA = {
    "original passage": "He came. He never slept. He left.",
    "original sentence": "He never slept.",
    "original cue": "never",
}


def conda(sample: int, edit: int, sentence: str, **answers: str) -> list[Fields]:
    return [
        {
            **CONDA,
            "PassageID": 7,
            "PassageEditID": edit,
            "SampleID": sample + number,
            "QuestionID": question,
            "sentence1": f"He came. {sentence} He left.",
            "sentence2": f"Question {question}?",
            "label": label,
        }
        for number, (question, label) in enumerate(answers.items())
    ]


def test_condaqa_knows_the_sentence_that_was_edited_and_what_the_passage_does_not_say(tmp_path: Path) -> None:
    rows = [
        *conda(0, 0, "He never slept.", q1="YES", q2="DON'T KNOW"),
        *conda(10, 1, "At no time did he sleep.", q1="YES"),
        *conda(20, 2, "He never slept at noon.", q1="YES"),
        *conda(30, 3, "He slept.", q1="NO"),
        {**conda(40, 1, "He slept.", q1="NO")[0], "PassageID": 8, "sentence1": "She came. He slept. She left."},
    ]
    lines(tmp_path / "data" / "condaqa_dev.json", rows)
    loaded = converted("condaqa", tmp_path)
    assert [(case.type, case.answerable, gold(loaded, case)) for case in loaded.cases] == [
        ("original", True, ["He never slept."]),
        ("original", False, []),
        ("paraphrase", True, ["At no time did he sleep."]),
        ("scope", True, ["He never slept at noon."]),
        ("affirmative", True, ["He slept."]),
    ]
    assert [(pair.source, pair.claim, pair.label) for pair in loaded.pairs] == [
        ("paraphrase", "He never slept.", VerdictLabel.SUPPORTED),
        ("affirmative", "He never slept.", VerdictLabel.CONTRADICTED),
    ]  # no answer flips with the scope, so nothing says what the claim is beside it


@pytest.mark.parametrize("name", CONVERTIBLE)
def test_a_folder_that_is_no_checkout_is_named(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", name, "--checkout", str(tmp_path), "--to", str(tmp_path / "sets")]) == 2
    told = capsys.readouterr().err
    assert str(tmp_path) in told
    assert "name a checkout of the set's repository" in told


def test_without_a_folder_to_write_to_it_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EVAL_DATA", raising=False)
    assert run(["convert", "condaqa", "--checkout", str(tmp_path)]) == 2
    assert "EVAL_DATA names no folder - name one with --to" in capsys.readouterr().err


def test_a_file_of_another_form_is_an_error_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines(tmp_path / "data" / "condaqa_dev.json", [{**CONDA, "PassageID": "seven"}])
    assert run(["convert", "condaqa", "--checkout", str(tmp_path), "--to", str(tmp_path / "sets")]) == 2
    assert "condaqa_dev.json line 1" in capsys.readouterr().err
