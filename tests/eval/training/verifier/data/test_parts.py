from eval.cases import Split
from eval.halves import halves
from eval.training.verifier.data.parts import Held, Part, parts

GROUPS = [(f"document {number}",) for number in range(400)]


def test_report_half_is_the_one_of_eval() -> None:
    assert [part is Part.REPORT for part in parts(GROUPS, n_bits=2)] == [
        split is Split.REPORT for split in halves(GROUPS)
    ]


def test_each_bit_keeps_half_as_many_back() -> None:
    counts = [parts(GROUPS, n_bits=n_bits).count(Part.CALIBRATE) for n_bits in (1, 2, 3)]

    assert all(count > 0 for count in counts)
    assert counts == sorted(counts, reverse=True)
    assert 60 < counts[0] < 140
    assert 25 < counts[1] < 75


def test_rows_that_share_a_document_are_in_the_same_part() -> None:
    chained = [("a", "b"), ("b", "c"), ("c",), *GROUPS]

    assert len(set(parts(chained, n_bits=2)[:3])) == 1


def test_claim_that_is_held_is_recognised_in_another_spelling() -> None:
    held = Held()
    held.hold("He left, in 1912.", [])

    assert held.has("he left in 1912", [])
    assert not held.has("He left in 1913.", [])


def test_long_sentence_gives_a_document_away_and_a_short_one_does_not() -> None:
    held = Held()
    held.hold("claim", ["One two three four five six seven eight.", "It rained."])

    assert held.has("another", ["it rained", "one two three four five six seven eight"])
    assert not held.has("another", ["It rained."])
