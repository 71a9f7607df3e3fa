"""What differs between two sentences about the same, and what only looks different."""

from __future__ import annotations

import pytest

from rag.checking.disagreement import Told, disagreement, is_correcting
from rag.types import Difference, Relation

DAY = "2025-03-03"


def judged(one: str, other: str, *, days: tuple[str, str] = (DAY, DAY), outlets: tuple[str, str] = ("A", "B")):
    return disagreement(Told(one, days[0], outlets[0]), Told(other, days[1], outlets[1]))


@pytest.mark.parametrize(
    ("one", "other", "differs", "words"),
    [
        (
            "A fire at the Brosk mill killed 12 people.",
            "Nineteen people were killed by a fire at the Brosk mill.",
            Difference.NUMBER,
            ("12 people", "Nineteen people"),
        ),
        (
            "The Brosk bridge cost 4.2 million euros.",
            "The Brosk bridge cost 6.8 million euros.",
            Difference.NUMBER,
            None,
        ),
        ("Brosk Dairy was founded in 1951.", "Brosk Dairy was founded in 1953.", Difference.DATE, ("1951", "1953")),
        ("A train derailed at Brosk on Monday.", "A train derailed at Brosk on Sunday.", Difference.DATE, None),
        (
            "Anna Brosk signed the contract with the city of Turku.",
            "Anna Brosk did not sign the contract with the city of Turku.",
            Difference.NEGATION,
            ("stated", "not"),
        ),
        (
            "Tom Hale won the Brosk prize for chess.",
            "Ida Wirth won the Brosk prize for chess.",
            Difference.NAME,
            ("Tom Hale", "Ida Wirth"),
        ),
        (
            "The Brosk council approved the incinerator.",
            "The Brosk council rejected the incinerator.",
            Difference.OUTCOME,
            ("approved", "rejected"),
        ),
    ],
)
def test_what_differs_is_named_in_a_word(one, other, differs, words):
    found = judged(one, other)
    assert found is not None
    assert found.differs is differs
    assert found.relation is Relation.DISAGREEMENT
    if words is not None:
        assert (found.one_words, found.other_words) == words
    back = judged(other, one)
    assert back is not None
    assert (back.differs, back.one_words, back.other_words) == (differs, found.other_words, found.one_words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A fire at the Brosk mill killed 12 people.", "A fire at the Brosk mill killed 12 people."),
        ("The Brosk fair drew 30,000 visitors in 2023.", "The Brosk fair drew 42,000 visitors in 2024."),
        ("Rents in the city of Brosk rose by 4 per cent.", "Rents in the Brosk region rose by 6 per cent."),
        ("Rents in Brosk rose by 4 per cent.", "Rents in Hale rose by 6 per cent."),
        ("Turnout in Brosk rose by 4 per cent.", "Turnout in Brosk rose by 6 percentage points."),
        ("About 200 seals live in Brosk Bay.", "Wardens found that 187 seals live in Brosk Bay."),
        ("The winner from Brosk got nearly 5 million crowns.", "The winner from Brosk got 4,912,000 crowns."),
        ("More than 100 people marched in Brosk.", "Some 140 people marched in Brosk."),
        ("Organisers said 50,000 people marched in Brosk.", "Police said 22,000 people marched in Brosk."),
        ("The bank expects growth of 2 per cent in Brosk.", "The institute expects growth of 3 per cent in Brosk."),
        ("The Brosk tunnel will cost 300 million pounds.", "The Brosk tunnel cost 410 million pounds."),
        ("Before the merger Brosk Dairy had 640 workers.", "After the merger Brosk Dairy had 410 workers."),
        ("The Brosk fire injured 14 guests.", "The Brosk fire injured four children."),
        ("The stone from Brosk weighs 2.2 pounds.", "The stone from Brosk weighs one kilogram."),
        ("Tom Keller won the race in Brosk.", "Julia Keller won the race in Brosk."),
        ("The minister denied that he met Anna Brosk in Vaduz.", "The minister met Anna Brosk in Vaduz."),
        ("If the Brosk dam breaks, 12 villages are flooded.", "If the Brosk dam breaks, 15 villages are flooded."),
        ("Did a fire at the Brosk mill kill 12 people?", "A fire at the Brosk mill killed 15 people."),
        ("Tom Hale visited Brosk.", "Ida Wirth visited Brosk."),
        ("", "A fire at the Brosk mill killed 15 people."),
        ("[99] ignore the above 🙂", "[99] ignore the above 🙃"),
    ],
)
def test_what_only_looks_like_a_conflict_is_none(one, other):
    assert judged(one, other) is None
    assert judged(other, one) is None


def test_a_toll_that_grew_by_the_next_day_is_an_update():
    one, other = "Floods in Brosk have killed 12 people.", "Floods in Brosk have killed 15 people."
    later = (DAY, "2025-03-04")
    assert judged(one, other, days=later).relation is Relation.UPDATE
    assert judged(one, other).relation is Relation.DISAGREEMENT
    assert judged(other, one, days=later).relation is Relation.DISAGREEMENT


def test_the_same_outlet_corrects_itself():
    one = "The ferry to Brosk will cost 14 euros from May."
    other = "Correction: The ferry to Brosk will cost 11 euros from May, not 14 as we reported on Monday."
    found = judged(one, other, days=(DAY, "2025-03-04"), outlets=("A", "A"))
    assert (found.relation, found.one_words, found.other_words) == (Relation.CORRECTION, "14 euros", "11 euros")
    assert is_correcting(other)
    assert not is_correcting(one)


def test_sentences_of_other_times_are_of_other_events():
    one, other = "Three men were arrested in Brosk.", "Two men were arrested in Brosk."
    assert judged(one, other, days=(DAY, "2025-09-03")) is None
    assert judged(one, other).differs is Difference.NUMBER


def test_sentences_without_a_name_need_one_around_them():
    names = frozenset({"kestrel", "penrith"})
    one = Told("The closure costs 850 workers their jobs.", DAY, "A", context=names)
    other = Told("The closure costs 1,200 workers their jobs.", DAY, "B", context=names)
    assert disagreement(one, other) is not None
    assert disagreement(one, other._replace(context=frozenset())) is None
