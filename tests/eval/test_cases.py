"""Files become rows, rows become checked fields, and whatever is wrong is said in a sentence."""

import hashlib
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from eval.cases import (
    Case,
    CorpusDocument,
    DataError,
    DataFile,
    GoldSpan,
    Split,
    check_gold,
    data_hash,
    read_file,
)
from rag import RagError, Span


def written(folder: Path, content: str | bytes, name: str = "queries.jsonl") -> Path:
    path = folder / "tiny" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def case(*, gold_documents: tuple[str, ...] = ("a",), gold_spans: tuple[GoldSpan, ...] = ()) -> Case:
    return Case(
        id="q1",
        question="Who won?",
        history=(),
        answerable=True,
        gold_documents=gold_documents,
        gold_spans=gold_spans,
        gold_answers=("he",),
        split=Split.TUNE,
    )


CORPUS = {"a": CorpusDocument(id="a", title="A", text="He won.")}


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        case().question = "another"  # type: ignore[misc]


def test_a_file_becomes_rows_named_after_its_set(tmp_path: Path) -> None:
    content = '{"id": "1", "text": "one"}\n\n{"id": "2", "text": "two"}'
    path = written(tmp_path, content)
    file = read_file(path)
    assert (file.name, file.sha256) == ("tiny/queries.jsonl", hashlib.sha256(content.encode()).hexdigest())
    assert [(row.text("text"), row.place) for row in file.rows] == [
        ("one", f"{path} line 1"),
        ("two", f"{path} line 3"),
    ]


def test_separators_inside_a_text_end_no_line(tmp_path: Path) -> None:
    text = "one\u2028two\x85three"
    assert read_file(written(tmp_path, f'{{"id": "1", "text": "{text}"}}\n')).rows[0].text("text") == text


def test_fields_of_the_right_type_are_given_back(tmp_path: Path) -> None:
    line = (
        '{"id": "1", "yes": true, "at": 7, "many": ["a", "b"], "objects": [{"role": "user"}], '
        '"meta": {"by": "X", "n": 3}}'
    )
    (row,) = read_file(written(tmp_path, line)).rows
    assert row.number("at") == 7
    assert (row.truth("yes"), row.texts("many"), dict(row.notes("meta"))) == (True, ("a", "b"), {"by": "X"})
    assert [each.text("role") for each in row.rows("objects")] == ["user"]
    assert (row.rows("nothing"), dict(row.notes("nothing"))) == ((), {})


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"corpus\.jsonl': there is no such file - get the set, or leave out"):
        read_file(tmp_path / "corpus.jsonl")


def test_a_folder_in_place_of_a_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="make it a readable file"):
        read_file(tmp_path)


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match="it has no rows - get the file again"):
        read_file(written(tmp_path, content))


def test_a_file_cut_off_in_its_last_line_is_told_from_a_bad_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 2': the file is cut off inside its last line - get the file again"):
        read_file(written(tmp_path, '{"id": "1"}\n{"id": "2", "te'))
    with pytest.raises(DataError, match=r"line 1': the line is no valid JSON - get the file again"):
        read_file(written(tmp_path, '{"id": 1"}\n{"id": "2"}\n'))


@pytest.mark.parametrize("line", [b'{"id": "\xff"}\n', b"[" * 100_000 + b"\n"])
def test_bytes_that_are_no_text_and_endless_nesting_are_bad_lines(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(DataError, match=r"line 1': the line is no valid JSON"):
        read_file(written(tmp_path, line))


def test_a_line_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1': the line is valid JSON but no object"):
        read_file(written(tmp_path, '["id"]\n'))


def test_an_id_taken_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 2': the id '1' is taken by line 1 - keep one of them"):
        read_file(written(tmp_path, '{"id": "1"}\n{"id": "1"}\n'))


def test_a_missing_field_names_those_that_are_there(tmp_path: Path) -> None:
    (row,) = read_file(written(tmp_path, '{"id": "1", "question": "Who?"}')).rows
    with pytest.raises(DataError, match=r"line 1': the field 'text' is missing; there are id, question - the file is"):
        row.text("text")
    with pytest.raises(DataError, match=r"line 1': the field 'start' is missing"):
        row.number("start")


@pytest.mark.parametrize(
    ("method", "value", "expected"),
    [
        ("text", "7", "should be text and is 7"),
        ("truth", '"yes"', "should be true or false and is 'yes'"),
        ("truth", "1", "should be true or false and is 1"),
        ("number", '"7"', "should be a whole number and is '7'"),
        ("number", "7.0", "should be a whole number and is 7.0"),
        ("number", "true", "should be a whole number and is True"),
        ("number", "null", "should be a whole number and is None"),
        ("texts", '"one"', "should be a list of texts and is 'one'"),
        ("texts", "[1]", r"should be a list of texts and is \[1\]"),
        ("rows", "{}", "should be a list of objects and is {}"),
        ("rows", '["a"]', r"should be a list of objects and is \['a'\]"),
        ("notes", "[]", r"should be an object and is \[\]"),
        ("text", f"[{'1, ' * 99}1]", r"and is \[1, 1, .{50,60}… - "),
    ],
)
def test_a_field_of_another_type_is_shown(tmp_path: Path, method: str, value: str, expected: str) -> None:
    (row,) = read_file(written(tmp_path, f'{{"id": "1", "field": {value}}}')).rows
    with pytest.raises(DataError, match=f"line 1': the field 'field' .*{expected}"):
        getattr(row, method)("field")


def test_the_error_is_one_of_ours_and_keeps_its_facts_on_the_way_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(DataError("case q1", "it is wrong - mend it")))
    assert issubclass(DataError, RagError)
    assert isinstance(error, DataError)
    assert (error.place, error.reason) == ("case q1", "it is wrong - mend it")
    assert str(error) == "cannot use 'case q1': it is wrong - mend it"


def test_the_data_hash_needs_neither_the_order_nor_the_folder(tmp_path: Path) -> None:
    one, two = (read_file(written(tmp_path, '{"id": "1"}', name)) for name in ("a.jsonl", "b.jsonl"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = read_file(written(elsewhere, '{"id": "1"}', "a.jsonl"))
    assert data_hash([one, two]) == data_hash([two, moved])
    assert len(data_hash([])) == 64


def test_the_data_hash_changes_with_content_and_with_name() -> None:
    hashes = {data_hash([DataFile(name, (), sha256)]) for name, sha256 in (("a", "1"), ("a", "2"), ("b", "1"))}
    assert len(hashes) == 3


def test_gold_inside_the_corpus_passes() -> None:
    check_gold([case(gold_spans=(GoldSpan("a", Span(start=0, end=7)),))], CORPUS)


@pytest.mark.parametrize(("start", "end"), [(0, 8), (7, 9), (3, 3)])
def test_a_gold_span_outside_its_document_names_the_case(start: int, end: int) -> None:
    with pytest.raises(DataError, match=rf"'case q1': its gold span {start}-{end} is empty or outside document 'a'"):
        check_gold([case(gold_spans=(GoldSpan("a", Span(start=start, end=end)),))], CORPUS)


def test_a_gold_document_outside_the_corpus_names_the_case() -> None:
    with pytest.raises(DataError, match=r"'case q1': its gold document 'b' is not in the corpus - the corpus is cut"):
        check_gold([case(gold_documents=("b",))], CORPUS)
    with pytest.raises(DataError, match=r"'b' is not in the corpus"):
        check_gold([case(gold_spans=(GoldSpan("b", Span(start=0, end=1)),))], CORPUS)
