"""Outcomes survive the file, whatever stands in them and wherever the writing stopped."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import DataError
from eval.measures import MEASURES
from eval.metrics.citation_overlap import Place
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, OutcomeFile, Quoted, Status, failed, outcome_of_line
from rag import QuestionError, Span


def outcome(case_id: str = "q1", **fields: object) -> Outcome:
    values: dict[str, object] = {"question": "Who won?", "status": Status.ANSWERED, "scores": {"answered": 1.0}}
    return Outcome(case_id=case_id, **values | fields)  # type: ignore[arg-type]


def carried(text: str) -> str:
    """As JSON carries it: two halves of a code point that stand side by side become the code point."""
    return str(json.loads(json.dumps(text)))


characters = st.characters(exclude_categories=()) | st.sampled_from('\u2028\u2029\x85\x00\n\r\\"😀\ud800\udfffé東')
texts = st.text(characters, max_size=20).map(carried)
shares = st.floats(0, 1)
spans = st.tuples(st.integers(0, 10**9), st.integers(0, 10**6)).map(lambda at: Span(start=at[0], end=at[0] + at[1]))
places = st.builds(Place, texts, spans)
outcomes = st.builds(
    Outcome,
    case_id=texts,
    question=texts,
    status=st.sampled_from(Status),
    scores=st.dictionaries(st.sampled_from(sorted(MEASURES)), shares, max_size=4),
    judgement=st.none() | st.builds(ScoredPair, st.booleans(), st.booleans(), shares),
    loss=st.none() | shares,
    text=texts,
    citations=st.lists(st.builds(Quoted, places, texts), max_size=3).map(tuple),
    evidence=st.lists(places, max_size=3).map(tuple),
    n_invalid=st.integers(0, 9),
    milliseconds=st.dictionaries(st.sampled_from(["embed", "total"]), st.floats(0, 1e9)),
    error=texts,
)


@given(st.lists(outcomes, max_size=4, unique_by=lambda each: each.case_id))
def test_every_outcome_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, written: list[Outcome]) -> None:
    path = tmp_path_factory.mktemp("outcomes") / "cases.jsonl"
    for each in written:
        OutcomeFile(path).append(each)
    read = OutcomeFile(path).read()
    assert read == {each.case_id: each for each in written}
    assert list(read) == [each.case_id for each in written]
    for each in read.values():
        assert all(type(quoted) is Quoted and type(quoted.place.span) is Span for quoted in each.citations)
        assert each.judgement is None or type(each.judgement) is ScoredPair


@given(outcomes, st.data())
def test_line_that_was_cut_off_anywhere_is_dropped_and_the_others_stay(
    tmp_path_factory: pytest.TempPathFactory, last: Outcome, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("outcomes") / "cases.jsonl"
    file = OutcomeFile(path)
    file.append(outcome("first"))
    first = path.read_bytes()
    file.append(last)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(len(first), len(whole) - 1))])
    assert file.read() == {"first": outcome("first")}
    assert path.read_bytes() == first
    file.append(last)
    assert path.read_bytes() == whole


def test_a_missing_file_has_no_outcome_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    assert OutcomeFile(path).read() == {}
    assert not path.exists()


def test_a_case_measured_twice_has_its_last_outcome(tmp_path: Path) -> None:
    file = OutcomeFile(tmp_path / "cases.jsonl")
    for text in ("one", "two"):
        file.append(outcome(text=text))
    assert file.read() == {"q1": outcome(text="two")}


@pytest.mark.parametrize(
    "line",
    [
        b'{"case_id": "q2"}',
        b'{"case_id": "q2", "question": "", "status": "undecided", "scores": {}}',
        b'{"case_id": "q2", "question": "", "status": "answered", "scores": {"answered": "yes"}}',
        b"[]",
        b"",
        b"{",
        b'{"case_id": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_line_of_another_version_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "cases.jsonl"
    file = OutcomeFile(path)
    file.append(outcome())
    whole = path.read_bytes() + line + b"\n"
    path.write_bytes(whole)
    with pytest.raises(DataError, match=r"cases\.jsonl, line 2': it is no outcome of this version - remove the run's"):
        file.read()
    assert path.read_bytes() == whole
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        outcome_of_line(line)


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    file = OutcomeFile(tmp_path / "cases.jsonl")
    written = [outcome(str(number), text="long " * 5_000) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(file.append, written))
    assert sorted(file.read()) == sorted(each.case_id for each in written)


@pytest.mark.parametrize("is_positive", [True, False])
def test_a_failure_is_wrong_with_full_confidence(is_positive: bool) -> None:
    error = QuestionError("cannot answer - ask")
    outcome = failed("q1", "Who?", is_positive=is_positive, scores={"answered": 0.0}, error=error)
    assert outcome == Outcome(
        case_id="q1",
        question="Who?",
        status=Status.FAILED,
        scores={"answered": 0.0},
        judgement=ScoredPair(is_positive, not is_positive, 0.0 if is_positive else 1.0),
        loss=1.0,
        error="cannot answer - ask",
    )
