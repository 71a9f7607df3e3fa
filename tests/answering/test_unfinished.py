"""Evidence for several questions at once: all of it is quoted, each place once, neighbours still named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag import Evidence, Span
from rag.answering.unfinished import read_together
from rag.retrieval import Retrieval

LEAST = 0.5
QUESTIONS = ("Who?", "When?", "Why?")


def evidence(number: int, place: int, score: float, needs: int = 0) -> Evidence:
    return Evidence(
        number=number, document_id="d", source="d.txt", title="D", span=Span(start=place * 10, end=place * 10 + 5),
        quote=f"quote {place}", score=score, needs=needs,
    )  # fmt: skip


@st.composite
def retrievals(draw):
    made = []
    for _ in QUESTIONS[: draw(st.integers(2, 3))]:
        places = draw(st.lists(st.integers(0, 8), unique=True, max_size=4))
        scores = sorted(draw(st.lists(st.floats(0, 1), min_size=len(places), max_size=len(places))), reverse=True)
        found = tuple(
            evidence(number, place, score, needs=draw(st.integers(0, len(places))))
            for number, (place, score) in enumerate(zip(places, scores, strict=True), 1)
        )
        made.append(Retrieval(found, draw(st.floats(0, 1))))
    return made


@given(retrievals())
def test_every_place_comes_once_and_needs_what_it_needed(found):
    together = read_together(QUESTIONS[: len(found)], found, least=LEAST)
    shown = [each for each in found if each.answerability >= LEAST and each.evidence] or found
    places = [sentence.span for sentence in together.evidence]
    assert [sentence.number for sentence in together.evidence] == list(range(1, len(places) + 1))
    assert len(set(places)) == len(places)
    assert set(places) == {sentence.span for each in shown for sentence in each.evidence}
    needed = {
        (sentence.span, each.evidence[sentence.needs - 1].span)
        for each in shown
        for sentence in each.evidence
        if sentence.needs
    }
    assert {(each.span, places[each.needs - 1]) for each in together.evidence if each.needs} <= needed
    assert {place for place, _ in needed} == {each.span for each in together.evidence if each.needs}
    assert together.answerability == max(each.answerability for each in found)


@given(retrievals())
def test_the_best_of_every_answered_question_has_the_best_score(found):
    together = read_together(QUESTIONS[: len(found)], found, least=LEAST)
    best = max((sentence.score for sentence in together.evidence), default=0.0)
    score_of = {sentence.span: sentence.score for sentence in together.evidence}
    for each in found:
        if each.answerability >= LEAST and each.evidence and each.evidence[0].score > 0:
            assert score_of[each.evidence[0].span] >= best * (1 - 1e-9)


@given(retrievals())
def test_what_is_not_answered_is_named_where_another_is(found):
    together = read_together(QUESTIONS[: len(found)], found, least=LEAST)
    is_answered = [each.answerability >= LEAST and bool(each.evidence) for each in found]
    open_ones = tuple(question for question, is_so in zip(QUESTIONS, is_answered, strict=False) if not is_so)
    assert together.unanswered == (open_ones if any(is_answered) else ())
