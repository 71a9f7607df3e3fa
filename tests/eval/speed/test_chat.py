from __future__ import annotations

import html

import pytest

from eval.speed.chat import Figures, is_claimed, table, together
from eval.speed.chat_facts import FACTS
from eval.speed.running_app import Visitor, running_app
from rag import Assistant, Settings

FIGURES = Figures(
    load_before=0.5,
    ready_seconds=[6.0, 5.0, 9.0],
    ready_cpu_seconds=[4.0, 4.0, 4.0],
    imports={"gradio": 3.0, "rag": 1.0},
    page_seconds=[],
    evidence_ms=[100.0, 300.0, 110.0],
    chat_seconds=[1.0, 2.0],
    n_chats=2,
    wrong=0,
    mixed=1,
    n_questions=1000,
    memory_mb=[700.0, 720.0, 735.0],
    load_after=1.0,
)


def test_table_has_medians_percentiles_and_growth():
    written = table(FIGURES)
    assert "| process ready, median of 3 (CPU) | 6.0 s (4.0 s) | 15 s |" in written
    assert "| page usable after that, median (slowest) | not measured | 3 s |" in written
    assert "| 110 (300) ms | 300 ms |" in written
    assert "| 1.50 / 1.95 s | p95 2 s |" in written
    assert "| 0 / 1 |" in written
    assert "700 → 735 MB (+5.0 %)" in written


def test_facts_can_be_told_apart_and_found_as_they_are_in_a_page():
    for fact in FACTS:
        assert html.escape(fact.sentence) == fact.sentence
        assert sum(fact.sentence in other.text for other in FACTS) == 1
    assert len({fact.question for fact in FACTS}) == len({fact.name for fact in FACTS}) == 20


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    pytest.importorskip("gradio")
    folder = tmp_path_factory.mktemp("chat")
    for fact in FACTS[:3]:
        (folder / f"{fact.name}.txt").write_text(fact.text, encoding="utf-8")
    with Assistant.open(folder / "store", Settings(embedder="hashing", llm="none")) as assistant:
        assistant.add([folder / f"{fact.name}.txt" for fact in FACTS[:3]])
    with (
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RAG_EMBEDDER", "hashing")
        patch.setenv("RAG_ABSTAIN_BELOW", "0")
        with running_app(folder / "store") as started:
            yield started


def test_visitor_is_told_the_claim_that_answers_and_no_other(app):
    visitor = Visitor(app)
    told = visitor.ask(FACTS[0].question)
    visitor.close()
    assert [is_claimed(fact, told) for fact in FACTS[:3]] == [True, False, False]


def test_simultaneous_chats_are_timed_and_compared_with_what_was_asked(app):
    seconds, wrong, mixed = together(app, FACTS[:2], 2)
    assert (len(seconds), wrong, mixed) == (4, 0, 0)
    swapped = FACTS[0]._replace(question=FACTS[1].question)
    seconds, wrong, mixed = together(app, [swapped], 1)
    assert (len(seconds), wrong, mixed) == (1, 1, 1)
    assert app.memory_mb() > 50
