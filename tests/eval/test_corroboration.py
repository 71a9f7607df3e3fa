"""The groups of made news, and what is counted over them."""

from __future__ import annotations

import json
from dataclasses import replace

from eval.cases import Split
from eval.corroboration.measure import _FOLDER, counts_of
from rag import Answer, AnswerStatus, Citation, SaidElsewhere, Span, Tie, Trace

TRACE = Trace(
    generator_id="g",
    prompt_id="",
    settings_fingerprint="",
    standalone_question="",
    timings_ms={"corroborate": 4.0, "total": 9.0},
    answerability=1.0,
)
NOTHING = Answer(
    id="0",
    question="?",
    status=AnswerStatus.ABSTAINED,
    text="",
    claims=(),
    citations=(),
    evidence=(),
    trace=TRACE,
)


def answer(source: str, *elsewhere: SaidElsewhere) -> Answer:
    place = Citation(number=1, document_id="a", source=source, title="", span=Span(start=0, end=1), quote="x", line=1)
    return replace(NOTHING, citations=(replace(place, said_elsewhere=elsewhere),))


def place(source: str, origin: int) -> SaidElsewhere:
    return SaidElsewhere(
        document_id=source, source=source, title="", span=Span(start=0, end=1), quote="x", origin=origin, tie=Tie.NONE
    )


def test_groups_are_whole_and_no_question_is_in_both_halves():
    halves = [
        [json.loads(line) for line in (_FOLDER / half / "groups.jsonl").read_text(encoding="utf-8").splitlines()]
        for half in Split
    ]
    assert [len(groups) for groups in halves] == [15, 15]
    for group in (group for groups in halves for group in groups):
        origins = [document["origin"] for document in group["documents"]]
        assert len(origins) == 3
        assert 1 in origins
        assert all(
            set(document) == {"publisher", "published", "title", "origin", "text"} for document in group["documents"]
        )
    questions = [{group["question"] for group in groups} for groups in halves]
    assert questions[0].isdisjoint(questions[1])


def test_sources_are_counted_by_document_and_independence_by_group():
    group = {"question": "?", "documents": [{"origin": 1}, {"origin": 2}, {"origin": 0}]}
    answers = [
        answer("/x/00-0.html", place("/x/00-1.html", 2)),  # as it is
        answer("/x/01-0.html"),  # one too few
        answer("/x/02-1.html", place("/x/02-0.html", 2), place("/x/02-2.html", 3)),  # one that does not say it
        answer("/x/03-2.html"),  # cites what does not say it
        NOTHING,
    ]
    counts, notes = counts_of([group] * 5, answers)
    assert (counts.n_groups, counts.n_missed) == (5, 2)
    assert (counts.n_right, counts.n_named, counts.n_gold) == (2, 3, 3)
    assert (counts.n_over, counts.n_exact, counts.n_under) == (1, 1, 1)
    assert counts.milliseconds == 4.0
    assert len(notes) == 4
