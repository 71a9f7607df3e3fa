"""The public sets: where they come from, and how their files become cases, pairs, spans and halves."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from eval.cases import DataError, GoldSpan, Split
from eval.data_sets import DATA_SETS, FORM, Kind, data_folder, missing_files, skipped
from eval.loaded_sets import LoadedSet, MissingEvidence, check_evidence, in_stored_texts, load, occurrences, pooled
from rag import Span, Turn, VerdictLabel

Rows = Sequence[Mapping[str, object]]

CORPUS: Rows = [
    {"id": "a", "title": " A ", "text": "He won. They lost. He won.", "meta": {"outlet": "News", "author": None}},
    {"id": "b", "title": "B", "text": "Snow fell.", "meta": {}},
]


def question(name: str = "q1", **changed: object) -> dict[str, object]:
    return {
        "id": name,
        "text": "Who won?",
        "answers": ["he"],
        "answerable": True,
        "gold_docs": ["a"],
        "gold_evidence": ["They lost."],
        "type": "fact",
        "meta": {},
        **changed,
    }


def pair(name: str = "p1", **changed: object) -> dict[str, object]:
    return {
        "id": name,
        "premise": "He won.",
        "claim": "He lost.",
        "label": "contradicted",
        "source": "hand",
        "meta": {},
        **changed,
    }


def write(folder: Path, name: str, **files: Rows) -> Path:
    """The folder, with a set of this name made of these rows."""
    (folder / name).mkdir(exist_ok=True)
    for file, rows in files.items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name / f"{file}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def squad2(folder: Path, *questions: Mapping[str, object], corpus: Rows = CORPUS) -> LoadedSet:
    return load("squad2", write(folder, "squad2", corpus=corpus, queries=questions))


def gold(document_id: str, start: int, end: int) -> GoldSpan:
    return GoldSpan(document_id, Span(start=start, end=end))


def test_every_set_says_what_it_is() -> None:
    for name, data_set in DATA_SETS.items():
        assert data_set.name == name
        assert data_set.kinds
        assert data_set.licence
        assert data_set.source
        assert data_set.files
        assert set(data_set.files) <= set(FORM)
        assert (Kind.VERIFICATION in data_set.kinds) == ("pairs.jsonl" in data_set.files)
        assert bool({Kind.RETRIEVAL, Kind.ALONE} & {*data_set.kinds}) == ("corpus.jsonl" in data_set.files)


def test_each_kind_of_task_has_its_sets() -> None:
    assert {kind for data_set in DATA_SETS.values() for kind in data_set.kinds} == set(Kind)


def test_sets_that_are_read_one_document_at_a_time_are_not_pooled(tmp_path: Path) -> None:
    write(tmp_path, "qed", corpus=CORPUS, queries=[question()])
    write(tmp_path, "condaqa", corpus=CORPUS, queries=[question()], pairs=[pair()])
    assert {case.id for case in load("pooled", tmp_path).cases} == {"qed:q1"}


def test_what_only_seems_to_answer_is_told_by_its_places(tmp_path: Path) -> None:
    loaded = squad2(tmp_path, question(distractors=["He won.", "Not in it."]))
    (case,) = loaded.cases
    assert case.distractor_spans == (GoldSpan("a", Span(start=0, end=7)), GoldSpan("a", Span(start=19, end=26)))
    assert squad2(tmp_path, question()).cases[0].distractor_spans == ()
    stored = in_stored_texts(loaded, {"a": "They lost. He won."})
    assert stored.cases[0].distractor_spans == (GoldSpan("a", Span(start=11, end=18)),)
    assert loaded.missing_evidence == ()


def test_a_question_becomes_a_case_with_exact_spans(tmp_path: Path) -> None:
    loaded = squad2(tmp_path, question(meta={"context_doc": "b"}))
    (case,) = loaded.cases
    assert (case.id, case.question, case.answerable, case.type) == ("q1", "Who won?", True, "fact")
    assert (case.gold_documents, case.gold_answers, case.context_document) == (("a",), ("he",), "b")
    assert case.gold_spans == (gold("a", 8, 18),)
    assert case.history == ()
    assert (loaded.n_evidence, loaded.missing_evidence) == (1, ())


def test_a_document_keeps_its_text_as_it_is_and_its_notes_in_words(tmp_path: Path) -> None:
    document = squad2(tmp_path, question()).corpus["a"]
    assert (document.title, document.text) == ("A", "He won. They lost. He won.")
    assert dict(document.metadata) == {"outlet": "News"}


def test_evidence_that_stands_twice_gives_both_places(tmp_path: Path) -> None:
    (case,) = squad2(tmp_path, question(gold_evidence=["He won.", "He won."])).cases
    assert case.gold_spans == (gold("a", 0, 7), gold("a", 19, 26))


def test_evidence_is_looked_for_in_every_gold_document_and_in_no_other(tmp_path: Path) -> None:
    corpus: Rows = [{"id": name, "title": "", "text": "It is.", "meta": {}} for name in ("a", "b", "c")]
    (case,) = squad2(tmp_path, question(gold_docs=["c", "a", "c"], gold_evidence=["is"]), corpus=corpus).cases
    assert case.gold_documents == ("c", "a")
    assert case.gold_spans == (gold("a", 3, 5), gold("c", 3, 5))


@pytest.mark.parametrize(
    ("evidence", "text", "starts"),
    [
        ("aa", "aaaa", [0, 1, 2]),
        ("a.b", "axb a.b", [4]),
        ("北京", "在北京。北京", [1, 4]),
        ("🙂 ok", "🙂🙂 ok", [1]),
        ("", "text", []),
        (" ", "a b", []),
        ("A", "a", []),
        ("longer", "long", []),
    ],
)
def test_occurrences_are_exact_and_in_code_points(evidence: str, text: str, starts: list[int]) -> None:
    found = occurrences(evidence, text)
    assert [span.start for span in found] == starts
    assert all(span.slice(text) == evidence for span in found)


def test_evidence_that_is_not_there_is_counted_and_never_guessed(tmp_path: Path) -> None:
    loaded = squad2(tmp_path, question(gold_evidence=["They lost.", "they lost.", "Snow fell."]))
    assert loaded.cases[0].gold_spans == (gold("a", 8, 18),)
    assert loaded.n_evidence == 3
    assert loaded.missing_evidence == (MissingEvidence("q1", "they lost."), MissingEvidence("q1", "Snow fell."))


def test_missing_evidence_can_be_made_an_error_that_names_the_case(tmp_path: Path) -> None:
    check_evidence(squad2(tmp_path, question()))
    with pytest.raises(DataError, match=r"'squad2, case q1': its gold evidence 'None.' stands .* 1 of 1 in this set"):
        check_evidence(squad2(tmp_path, question(gold_evidence=["None."])))


def test_a_gold_document_that_is_not_in_the_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'case q1': its gold document 'z' is not in the corpus"):
        squad2(tmp_path, question(gold_docs=["z"]))


def test_a_set_that_marks_documents_only_has_no_spans(tmp_path: Path) -> None:
    (case,) = squad2(tmp_path, question(gold_evidence=[])).cases
    assert (case.gold_documents, case.gold_spans) == (("a",), ())


def test_remarks_become_turns(tmp_path: Path) -> None:
    roles = [("topic", "T"), ("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("user", "Q3"), ("assistant", "A3")]
    history = [{"role": role, "text": text} for role, text in [*roles, ("assistant", "A4")]]
    folder = write(tmp_path, "rewrite", queries=[question(gold_docs=[], gold_evidence=[], history=history)])
    (case,) = load("rewrite", folder).cases
    pairs = [("T", ""), ("Q1", "A1"), ("Q2", ""), ("Q3", "A3"), ("", "A4")]
    assert case.history == tuple(Turn(question=asked, answer=answer) for asked, answer in pairs)


def test_an_unknown_role_is_an_error(tmp_path: Path) -> None:
    folder = write(tmp_path, "rewrite", queries=[question(history=[{"role": "system", "text": "Hi"}])])
    with pytest.raises(DataError, match=r"line 1': the role 'system' is none of user, assistant, topic"):
        load("rewrite", folder)


def test_a_pair_keeps_its_label(tmp_path: Path) -> None:
    loaded = load("bump", write(tmp_path, "bump", pairs=[pair()]))
    (read,) = loaded.pairs
    assert (read.premise, read.claim, read.label) == ("He won.", "He lost.", VerdictLabel.CONTRADICTED)
    assert (read.source, loaded.cases, dict(loaded.corpus)) == ("hand", (), {})


def test_an_unknown_label_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1': the label 'maybe' is none of supported, contradicted, unsupported"):
        load("bump", write(tmp_path, "bump", pairs=[pair(label="maybe")]))


def test_claims_about_one_document_share_its_half_as_question_and_as_pair(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(20)]
    corpus = [{"id": name, "title": "", "text": "It is.", "meta": {}} for name in names]
    questions = [
        question(f"q{name}{number}", text=f"{name} {number}", gold_docs=[name], gold_evidence=[])
        for name in names
        for number in range(2)
    ]
    pairs = [pair(f"p{each['id']}", claim=each["text"]) for each in questions]
    loaded = load("fever", write(tmp_path, "fever", corpus=corpus, queries=questions, pairs=pairs))
    split_by_document = {case.gold_documents[0]: case.split for case in loaded.cases}
    assert set(split_by_document.values()) == set(Split)
    assert all(split_by_document[case.gold_documents[0]] is case.split for case in loaded.cases)
    assert [each.split for each in loaded.pairs] == [case.split for case in loaded.cases]


def test_the_data_hash_is_of_the_files_read(tmp_path: Path) -> None:
    before = squad2(tmp_path, question())
    (tmp_path / "squad2" / "notes.txt").write_text("not read")
    assert squad2(tmp_path, question()).data_hash == before.data_hash
    assert squad2(tmp_path, question(text="Who lost?")).data_hash != before.data_hash


def test_an_unknown_set_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'squad': no set has this name - name one of squad2, qed, .*, pooled"):
        load("squad", tmp_path)


def test_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"squad2/queries\.jsonl': there is no such file - get the set"):
        load("squad2", write(tmp_path, "squad2", corpus=CORPUS))


def test_a_truncated_file_names_its_line(tmp_path: Path) -> None:
    squad2(tmp_path, question())
    path = tmp_path / "squad2" / "queries.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"queries\.jsonl line 1': the file is cut off"):
        load("squad2", tmp_path)


@pytest.mark.parametrize("field", ["text", "answers", "answerable", "gold_docs", "gold_evidence", "type"])
def test_a_missing_field_of_a_question_is_an_error(tmp_path: Path, field: str) -> None:
    row = question()
    del row[field]
    with pytest.raises(DataError, match=rf"queries\.jsonl line 1': the field '{field}' is missing"):
        squad2(tmp_path, row)


@pytest.mark.parametrize("field", ["premise", "claim", "label", "source"])
def test_a_missing_field_of_a_pair_is_an_error(tmp_path: Path, field: str) -> None:
    row = pair()
    del row[field]
    with pytest.raises(DataError, match=rf"pairs\.jsonl line 1': the field '{field}' is missing"):
        load("bump", write(tmp_path, "bump", pairs=[row]))


def test_without_a_folder_every_set_is_skipped_and_says_where_it_comes_from() -> None:
    sentences = skipped(None)
    assert len(sentences) == len(DATA_SETS)
    for sentence, data_set in zip(sentences, DATA_SETS.values(), strict=True):
        assert sentence.startswith(f"skipped {data_set.name} ({', '.join(data_set.kinds)}): ")
        assert data_set.source in sentence
        assert data_set.licence in sentence
        assert all(
            f"{data_set.name}/{file}, one JSON object a line: {FORM[file]}" in sentence for file in data_set.files
        )


def test_only_sets_that_lack_a_file_are_skipped(tmp_path: Path) -> None:
    write(tmp_path, "bump", pairs=[pair()])
    write(tmp_path, "qed", corpus=CORPUS)
    assert missing_files(DATA_SETS["bump"], tmp_path) == ()
    assert missing_files(DATA_SETS["qed"], tmp_path) == ("queries.jsonl",)
    sentences = skipped(tmp_path)
    assert len(sentences) == len(DATA_SETS) - 1
    assert any(
        sentence.startswith("skipped qed") and ": queries.jsonl not there." in sentence for sentence in sentences
    )


def test_the_folder_is_the_one_that_the_environment_names(tmp_path: Path) -> None:
    assert data_folder({"EVAL_DATA": str(tmp_path)}) == tmp_path
    assert data_folder({}) is None
    assert data_folder({"EVAL_DATA": ""}) is None
    with pytest.raises(DataError, match=r"gone': EVAL_DATA names it, and it is no folder - name the folder"):
        data_folder({"EVAL_DATA": str(tmp_path / "gone")})


def test_pooled_prefixes_every_id_with_its_set(tmp_path: Path) -> None:
    for name in ("squad2", "qed"):
        write(tmp_path, name, corpus=CORPUS, queries=[question(meta={"context_doc": "b"})])
    write(tmp_path, "bump", pairs=[pair()])
    loaded = load("pooled", tmp_path)
    assert sorted(loaded.corpus) == ["qed:a", "qed:b", "squad2:a", "squad2:b"]
    assert all(document.id == name for name, document in loaded.corpus.items())
    first = next(case for case in loaded.cases if case.id == "squad2:q1")
    assert (first.gold_documents, first.context_document) == (("squad2:a",), "squad2:b")
    assert first.gold_spans == (gold("squad2:a", 8, 18),)
    assert first.split is load("squad2", tmp_path).cases[0].split
    assert (loaded.n_evidence, loaded.pairs) == (2, ())


def test_pooled_keeps_what_was_not_found_and_hashes_every_set(tmp_path: Path) -> None:
    one = squad2(tmp_path, question(gold_evidence=["None."]))
    other = squad2(tmp_path, question())
    assert pooled([one]).missing_evidence == (MissingEvidence("squad2:q1", "None."),)
    assert pooled([one]).data_hash != pooled([other]).data_hash


def test_nothing_to_pool_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'pooled': no set with a corpus is there - set EVAL_DATA"):
        load("pooled", tmp_path)


def test_spans_follow_their_words_into_the_texts_of_a_store(tmp_path: Path) -> None:
    loaded = squad2(tmp_path, question(gold_docs=["a", "b"], gold_evidence=["They lost.", "Snow"]))
    moved = in_stored_texts(loaded, {"a": "By us. They lost.", "b": "Snow fell.", "unknown": "?"})
    assert moved.cases[0].gold_spans == (gold("a", 7, 17), gold("b", 0, 4))
    assert (moved.corpus["a"].text, moved.missing_evidence) == ("By us. They lost.", ())
    assert sorted(moved.corpus) == ["a", "b"]


def test_a_span_whose_words_a_store_has_not_is_counted(tmp_path: Path) -> None:
    moved = in_stored_texts(squad2(tmp_path, question()), {"a": "He won."})
    assert moved.cases[0].gold_spans == ()
    assert moved.missing_evidence == (MissingEvidence("q1", "They lost."),)


@pytest.mark.skipif(not os.environ.get("EVAL_DATA"), reason="EVAL_DATA names no folder with the public sets")
@pytest.mark.parametrize("name", DATA_SETS)
def test_the_public_set_loads_with_both_halves_and_exact_spans(name: str) -> None:
    folder = data_folder()
    assert folder is not None
    if missing_files(DATA_SETS[name], folder):
        pytest.skip(f"{name} is not in the folder that EVAL_DATA names")
    loaded = load(name, folder)
    check_evidence(loaded)
    assert {split for rows in (loaded.cases, loaded.pairs) for split in {row.split for row in rows}} == set(Split)
    for rows in (loaded.cases, loaded.pairs):
        assert {row.split for row in rows} in (set(), set(Split))
    evidence_by_case: dict[str, set[str]] = {}
    if loaded.cases:
        for line in (folder / name / "queries.jsonl").read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                evidence_by_case[row["id"]] = set(row["gold_evidence"])
    for case in loaded.cases:
        sliced = {gold.span.slice(loaded.corpus[gold.document_id].text) for gold in case.gold_spans}
        assert sliced == evidence_by_case[case.id], case.id
    if Kind.MULTI_TURN not in DATA_SETS[name].kinds:
        documents: dict[Split, set[str]] = {split: set() for split in Split}
        for case in loaded.cases:
            documents[case.split].update({*case.gold_documents, case.context_document} - {""})
        assert documents[Split.TUNE].isdisjoint(documents[Split.REPORT])
