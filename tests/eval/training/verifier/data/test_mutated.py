from collections import defaultdict
from random import Random

import pytest

from eval.mutations import FaithfulClaim
from eval.training.verifier.data.examples import Example, Target
from eval.training.verifier.data.mutated import Passage, mutated_examples, order_examples, sentence_claims
from eval.training.verifier.data.swaps import exchanged_names, exchanged_nouns, other_names, swapped_words
from rag import Span

TEXT = (
    "The committee elected Maria Lopez in 1912. John Smith opposed the plan because it cost 300 dollars. "
    "The museum in Vienna has 40 rooms. Anna Berg founded the museum after the war. "
    "“We were never asked,” said Peter Novak. All visitors paid more than the residents of London."
)


@pytest.fixture(scope="module")
def by_source() -> dict[str, list[Example]]:
    found = defaultdict(list)
    for seed in range(6):
        for claim in sentence_claims(Passage(id="d", text=TEXT), limit=9, seed=seed):
            for example in mutated_examples(claim, seed=seed):
                found[example.source].append(example)
    return found


def claim(text: str) -> FaithfulClaim:
    whole = f"{text} {TEXT}"
    return FaithfulClaim(id="c", text=text, document_id="d", document_text=whole, cited=(Span(start=0, end=len(text)),))


def test_every_kind_is_made(by_source: dict[str, list[Example]]) -> None:
    assert {"copy", "union", "neighbour", "addition", "number", "date", "name", "negation", "opposite"} <= set(
        by_source
    )


def test_copies_are_supported_by_a_sentence_that_says_them(by_source: dict[str, list[Example]]) -> None:
    for example in by_source["copy"]:
        assert example.target is Target.SUPPORTED
        assert any(example.text in sentence or example.text[:-1] in sentence for sentence in example.sentences)


@pytest.mark.parametrize("source", ["number", "date", "negation"])
def test_edited_claim_is_contradicted_and_knows_its_wrong_words(
    by_source: dict[str, list[Example]], source: str
) -> None:
    for example in by_source[source]:
        assert example.target is Target.CONTRADICTED
        assert example.knows_words
        assert example.wrong
        assert example.text not in example.sentences


def test_edit_stands_now_in_the_claim_and_now_in_the_evidence(by_source: dict[str, list[Example]]) -> None:
    assert {example.text in TEXT for example in by_source["negation"]} == {True, False}


def test_joined_claims_need_both_sentences(by_source: dict[str, list[Example]]) -> None:
    for example in by_source["union"]:
        is_shown = [sentence.rstrip(".") in example.text for sentence in example.sentences]
        assert example.target is (Target.SUPPORTED if len(example.sentences) > 1 else Target.UNSUPPORTED)
        assert any(is_shown)


def test_word_is_exchanged_for_its_opposite() -> None:
    made = [change.text for change in swapped_words(claim("All visitors won before the war."), Random(0))]

    assert sorted(made) == ["All visitors lost before the war.", "All visitors won after the war."]


def test_names_change_places_unless_they_are_a_list() -> None:
    made = [change.text for change in exchanged_names(claim("Then Maria Lopez beat John Smith."), Random(0))]

    assert made == ["Then John Smith beat Maria Lopez."]
    assert not list(exchanged_names(claim("Then Maria Lopez and John Smith left."), Random(0)))


def test_subject_and_object_change_places() -> None:
    made = [change.text for change in exchanged_nouns(claim("The dog chased a cat in the garden."), Random(0))]

    assert sorted(made) == ["The cat chased a dog in the garden.", "The garden chased a cat in the dog."]


def test_other_name_comes_from_the_document_and_not_from_the_evidence() -> None:
    made = [change.text for change in other_names(claim("Then Maria Lopez left."), Random(0))]

    assert made
    assert all(name in TEXT for text in made for name in [text.removeprefix("Then ").removesuffix(" left.")])
    assert "Then Maria Lopez left." not in made


def test_names_of_one_list_stay_where_they_are() -> None:
    assert not list(exchanged_names(claim("Then came Maria Lopez, Bob Jones, and John Smith."), Random(0)))


def test_order_of_words_alone_does_not_tell_what_is_supported() -> None:
    passage = Passage(id="v", text="The council rejected a plan. In May, it rained.")

    made = [
        (example.source, example.target, example.text, example.sentences)
        for seed in range(40)
        for sentence in sentence_claims(passage, limit=2, seed=seed)
        for example in order_examples(sentence, seed=seed)
    ]

    voices = {
        (target, text) for source, target, text, shown in made if source == "voice" and passage.text[:28] in shown
    }
    assert (Target.SUPPORTED, "A plan was rejected by the council.") in voices
    assert (Target.REFUSED, "The council was rejected by a plan.") in voices
    assert all(target is Target.SUPPORTED for source, target, _, _ in made if source == "moved")
