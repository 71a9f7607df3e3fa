"""Every figure of a run, worked out by hand over a few rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures import MEASURES, OVERLAP, figure, interval, values_by_case, weighted_median
from eval.metrics.citation_overlap import Place
from eval.metrics.figure import UNDEFINED, Figure
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, Quoted, Status, failed
from eval.statistics import Interval, bootstrap_interval_of, wilson_interval
from rag import QuestionError, Span

QUOTED = Quoted(Place("a", Span(start=0, end=2)), "It")


def row(case_id: str, status: Status = Status.ANSWERED, **fields: object) -> Outcome:
    return Outcome(case_id=case_id, question="?", status=status, **({"scores": {}} | fields))  # type: ignore[arg-type]


def judged(is_supported: bool, is_accepted: bool, score: float, **fields: object) -> Outcome:
    pair = ScoredPair(is_supported, is_accepted, score)
    return row(f"{pair} {fields}", **({"status": Status.JUDGED, "judgement": pair} | fields))  # type: ignore[arg-type]


def failure(*, is_positive: bool, **scores: float) -> Outcome:
    return failed("f", "?", is_positive=is_positive, scores=scores, error=QuestionError("cannot - do"))


def test_keys_are_the_names_and_none_is_taken_twice() -> None:
    assert all(key == measure.key for key, measure in MEASURES.items())
    assert len({measure.title for measure in MEASURES.values()}) == len(MEASURES)
    assert OVERLAP not in MEASURES


@pytest.mark.parametrize("key", MEASURES)
def test_no_rows_and_rows_without_the_measure_leave_it_undefined(key: str) -> None:
    bare = [] if key == "failed" else [row("q1")]
    for outcomes in ([], bare):
        assert figure(MEASURES[key], outcomes) == UNDEFINED
        assert interval(MEASURES[key], outcomes) == Interval(UNDEFINED, None, None)


def test_measure_of_cases_is_the_mean_over_the_cases_that_define_it() -> None:
    outcomes = [
        row("q1", scores={"citation_f1": 1.0}),
        row("q2", scores={}),
        row("q3", Status.FAILED, scores={"citation_f1": 0.0}),
    ]
    assert values_by_case(MEASURES["citation_f1"], outcomes) == {"q1": 1.0, "q3": 0.0}
    assert figure(MEASURES["citation_f1"], outcomes) == Figure(0.5, 2)
    assert values_by_case(MEASURES["auroc"], outcomes) == {}


def test_validity_counts_citations_of_all_answers() -> None:
    outcomes = [row("q1", citations=(QUOTED,) * 3, n_invalid=1), row("q2", citations=(QUOTED,)), row("q3")]
    assert figure(MEASURES["citation_validity"], outcomes) == Figure(0.75, 4)
    assert interval(MEASURES["citation_validity"], outcomes) == wilson_interval(3, 4)


def test_failed_cases_are_counted_of_all() -> None:
    outcomes = [row("q1"), row("q2", Status.ABSTAINED), failure(is_positive=True), row("q3", Status.JUDGED)]
    assert figure(MEASURES["failed"], outcomes) == Figure(0.25, 4)
    assert interval(MEASURES["failed"], outcomes) == wilson_interval(1, 4)


ABSTENTIONS = [
    judged(False, False, 0.1, status=Status.ABSTAINED, loss=1.0),
    judged(True, False, 0.2, status=Status.ABSTAINED, loss=0.0),
    judged(False, False, 0.3, status=Status.ABSTAINED, loss=1.0),
    judged(True, True, 0.9, status=Status.ANSWERED, loss=0.0),
    judged(True, True, 0.8, status=Status.PARTIAL, loss=1.0),
    failure(is_positive=True),
    judged(False, False, 0.0),
]


def test_abstention_precision_is_over_the_abstained_and_has_the_interval_of_a_share() -> None:
    assert figure(MEASURES["abstention_precision"], ABSTENTIONS) == Figure(2 / 3, 3)
    assert interval(MEASURES["abstention_precision"], ABSTENTIONS) == wilson_interval(2, 3)
    always_right = ABSTENTIONS[:1]
    low = interval(MEASURES["abstention_precision"], always_right).low
    assert low is not None
    assert low < 0.5  # one case proves little


def test_answer_error_is_over_what_was_shown() -> None:
    assert figure(MEASURES["answer_error"], ABSTENTIONS) == Figure(0.5, 2)
    assert interval(MEASURES["answer_error"], ABSTENTIONS) == wilson_interval(1, 2)


def test_area_under_the_curve_ranks_every_case_with_a_loss_and_failed_ones_too() -> None:
    # losses by score: 0.9 → 0, 0.8 → 1, 0.3 → 1, 0.2 → 0, 0.1 → 1, 0.0 (the failure) → 1
    risks = [0, 1 / 2, 2 / 3, 2 / 4, 3 / 5, 4 / 6]
    found = figure(MEASURES["aurc"], ABSTENTIONS)
    assert found == Figure(pytest.approx(sum(risks) / 6), 6)


def test_a_failed_case_is_among_the_pairs_as_a_wrong_one() -> None:
    right = [judged(True, True, 0.9), judged(False, False, 0.2)]
    for measure, before, after in (
        ("balanced_accuracy", Figure(1.0, 2), Figure(0.75, 3)),
        ("auroc", Figure(1.0, 2), Figure(0.5, 3)),
        ("ece", Figure(pytest.approx(0.15), 2), Figure(pytest.approx((0.1 + 0.2 + 1.0) / 3), 3)),
    ):
        assert figure(MEASURES[measure], right) == before
        assert figure(MEASURES[measure], [*right, failure(is_positive=True)]) == after


def test_word_overlap_is_ranked_in_place_of_the_score() -> None:
    outcomes = [
        judged(True, True, 0.9, scores={OVERLAP: 0.2}),
        judged(False, False, 0.1, scores={OVERLAP: 0.8}),
        judged(False, False, 0.1, scores={OVERLAP: 0.2}),
        judged(False, True, 1.0),
        failure(is_positive=True, **{OVERLAP: 0.9}),
    ]
    # supported: 0.2 and 0.9, others: 0.8 and 0.2; won: a half, and two
    assert figure(MEASURES["overlap_auroc"], outcomes) == Figure(2.5 / 4, 4)


def test_shares_have_the_interval_of_a_share_and_other_means_that_of_a_bootstrap() -> None:
    zeros = [row(str(number), scores={"gold_cited": 0.0, "citation_f1": number / 10}) for number in range(10)]
    assert interval(MEASURES["gold_cited"], zeros) == wilson_interval(0, 10)
    found, low, high = interval(MEASURES["citation_f1"], zeros)
    assert found == Figure(pytest.approx(0.45), 10)
    assert low is not None
    assert high is not None
    assert 0.2 < low < 0.45 < high < 0.7


CURVES = ("balanced_accuracy", "auroc", "overlap_auroc", "ece", "aurc")
pairs = st.builds(ScoredPair, st.booleans(), st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]))
rows_with_pairs = st.lists(
    st.builds(
        lambda pair, overlap, loss: row(
            "q", Status.JUDGED, judgement=pair, scores={OVERLAP: overlap}, loss=float(loss)
        ),
        pairs,
        st.sampled_from([0.0, 0.5, 1.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("key", CURVES)
@settings(deadline=None, max_examples=10)
@given(outcomes=rows_with_pairs)
def test_quick_bootstrap_of_a_curve_is_the_one_over_its_rows(key: str, outcomes: list[Outcome]) -> None:
    measure = MEASURES[key]
    assert measure.of_run is not None
    slow, quick = bootstrap_interval_of(outcomes, measure.of_run), interval(measure, outcomes)
    assert quick.figure == slow.figure
    assert [quick.low, quick.high] == pytest.approx([slow.low, slow.high])


def test_median_counts_each_value_as_often_as_it_is_drawn() -> None:
    median = weighted_median([30.0, 10.0, 20.0])
    assert median.of_all() == Figure(20.0, 3)
    assert median.figure_of(np.array([3, 1, 1])) == Figure(30.0, 5)
    assert weighted_median([30.0, 10.0]).of_all() == Figure(10.0, 2)
    assert weighted_median([]).of_all() == median.figure_of(np.zeros(3, dtype=np.int64)) == Figure(None, 0)
