"""Boundary F1 on ranges small enough to count by hand."""

from eval.metrics.boundary_f1 import BoundaryCounts, boundary_counts


def test_the_end_of_the_text_does_not_count() -> None:
    assert boundary_counts("A. B. ", [(0, 6)], [(0, 2), (3, 5)]) == BoundaryCounts(n_gold=1)


def test_blanks_at_the_end_of_a_sentence_do_not_count() -> None:
    assert boundary_counts("A.  B.", [(0, 4), (4, 6)], [(0, 2), (4, 6)]).f1 == 1


def test_nothing_predicted_and_nothing_gold_is_perfect() -> None:
    counts = boundary_counts("A", [(0, 1)], [(0, 1)])
    assert (counts.precision, counts.recall, counts.f1) == (1, 1, 1)


def test_counts_add_up_before_the_rate_is_taken() -> None:
    total = BoundaryCounts(n_correct=1, n_predicted=1, n_gold=2) + BoundaryCounts(n_correct=1, n_predicted=2, n_gold=1)
    assert total.f1 == 2 * 2 / (3 + 3)
