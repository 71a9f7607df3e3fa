from collections import defaultdict
from random import Random

import pytest

from eval.training.verifier.data.asked import WordIndex, asked_examples, listed_examples
from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.data.mutated import Passage
from rag import sentence_spans

PAGE = Passage(
    id="p",
    title="John Smith",
    text="John Smith was born in Vienna in 1901. He opposed the plan of the council in 1912. "
    "The council captured the museum in 1913. Maria Lopez visited the museum in Paris.",
)
OTHER = Passage(id="o", title="", text="The plan of Bob Jones failed in 1915. The museum of Oslo has a garden.")
INDEX = WordIndex(span.slice(page.text) for page in (PAGE, OTHER) for span in sentence_spans(page.text))


@pytest.fixture(scope="module")
def by_source() -> dict[str, list[Example]]:
    found = defaultdict(list)
    for seed in range(30):
        for example in asked_examples(PAGE, INDEX, {"oppose", "capture", "visit"}, limit=4, seed=seed):
            found[example.source].append(example)
    return found


def test_every_kind_is_made(by_source: dict[str, list[Example]]) -> None:
    assert by_source.keys() == {"asked", "asked-altered", "asked-alone", "asked-list"}


def test_question_stands_beside_the_sentence_that_answers_it(by_source: dict[str, list[Example]]) -> None:
    for example in by_source["asked"]:
        assert example.answering.count(Answering.YES) == 1
        assert all(sentence in PAGE.text for sentence in example.sentences)
        assert example.target is Target.UNKNOWN


def test_altered_question_is_answered_by_nothing(by_source: dict[str, list[Example]]) -> None:
    questions = {example.text for example in by_source["asked"]}
    for example in by_source["asked-altered"]:
        assert set(example.answering) == {Answering.NO}
        assert example.text not in questions


def test_list_has_sentences_of_other_pages(by_source: dict[str, list[Example]]) -> None:
    assert any(sentence in OTHER.text for example in by_source["asked-list"] for sentence in example.sentences)


def test_same_seed_brings_the_same() -> None:
    first, second = (list(asked_examples(PAGE, INDEX, set(), limit=2, seed=1)) for _ in range(2))

    assert first
    assert first == second


def test_index_finds_sentences_with_rare_words() -> None:
    found = INDEX.like("Who visited Oslo?", 1, Random(0), without=["Maria Lopez visited the museum in Paris."])

    assert found == ["The museum of Oslo has a garden."]


def test_claim_in_a_list_keeps_its_verdict_only_with_the_sentence_that_settles_it() -> None:
    gold = "Maria Lopez visited the museum in Paris."
    claim = Example(
        text="Lopez saw the museum of Paris.", sentences=(gold,), target=Target.SUPPORTED,
        answering=(Answering.YES,), source="fever",
    )  # fmt: skip

    made = [example for seed in range(40) for example in listed_examples(claim, INDEX, seed=seed)]

    assert {example.source for example in made} == {"fever-list"}
    assert {example.target for example in made} == {Target.SUPPORTED, Target.UNSUPPORTED}
    for example in made:
        assert (gold in example.sentences) is (example.target is Target.SUPPORTED)
        assert (Answering.YES in example.answering) is (example.target is Target.SUPPORTED)
