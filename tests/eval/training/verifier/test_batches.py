from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from eval.training.verifier.batches import N_TOGETHER, batches_of, sorted_batches
from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.data.pairs import draw
from rag.model.evidence import Encoder


def example(number: int, source: str = "fever", target: Target = Target.SUPPORTED) -> Example:
    return Example(
        text=f"claim {number}", sentences=("she left " * (number % 7 + 1),), target=target, source=source,
        answering=(Answering.UNKNOWN,),
    )  # fmt: skip


EXAMPLES = [example(number) for number in range(50)]


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(0, 3))
def test_every_example_is_in_one_batch_that_fits(lengths: list[int], seed: int) -> None:
    made = sorted_batches(lengths, Random(seed), max_tokens=100)

    assert sorted(position for batch in made for position in batch) == list(range(len(lengths)))
    assert all(max(lengths[each] for each in batch) * len(batch) <= 100 for batch in made)


def test_training_that_goes_on_gets_the_batches_it_has_not_seen(start: Path) -> None:
    encoder = Encoder(start)
    every = list(batches_of(EXAMPLES, encoder, n=1100, seed=1))

    rest = list(batches_of(EXAMPLES, encoder, n=1100, seed=1, after=2))

    assert len(every) > 4
    assert rest == every[2:]
    assert every[-1].n_seen == 1100


def test_longer_training_begins_with_the_batches_of_the_shorter_one(start: Path) -> None:
    encoder = Encoder(start)
    short = list(batches_of(EXAMPLES, encoder, n=N_TOGETHER, seed=1))

    assert list(batches_of(EXAMPLES, encoder, n=2 * N_TOGETHER, seed=1))[: len(short)] == short


def test_sources_are_drawn_by_their_shares_and_both_answers_evenly() -> None:
    examples = [example(number, "much") for number in range(90)]
    examples += [example(number, "much", Target.REFUSED) for number in range(10)]
    examples += [example(number, "little") for number in range(5)]
    examples += [example(0, "none")]

    drawn = draw(examples, 4000, seed=0, shares={"much": 3.0, "little": 1.0})

    sources = [examples[position].source for position in drawn]
    assert 2800 < sources.count("much") < 3200
    assert "none" not in sources
    refused = sum(examples[position].target is Target.REFUSED for position in drawn)
    assert 1300 < refused < 1700


def test_no_example_comes_again_before_all_of_its_kind_came() -> None:
    drawn = draw(EXAMPLES, 100, seed=0)

    assert sorted(drawn[:50]) == sorted(drawn[50:]) == list(range(50))
    assert drawn[:50] == draw(EXAMPLES, 50, seed=0)
