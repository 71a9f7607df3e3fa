from collections import Counter
from pathlib import Path

import pytest

from eval.cases import Case, CorpusDocument, Split
from eval.halves import half
from eval.loaded_sets import LoadedSet
from eval.training.verifier.data.claims import claim_examples, judged_claims
from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.data.pairs import SHARES, TrainingData, read_training_data, training_examples
from eval.training.verifier.data.parts import Held, Part
from eval.training.verifier.data.questions import Questions, spare_pages


@pytest.fixture(scope="module")
def data(data_folder: Path) -> TrainingData:
    return read_training_data(data_folder)


@pytest.fixture(scope="module")
def examples(data: TrainingData) -> list[Example]:
    return list(training_examples(data, seed=0))


def test_no_text_that_is_kept_back_or_reported_is_learned(data: TrainingData, examples: list[Example]) -> None:
    assert not any(data.held.has(example.text, example.sentences) for example in examples)


def test_every_set_is_learned_from_and_has_a_share(examples: list[Example]) -> None:
    sources = Counter(example.source for example in examples)

    assert {"nli_mix", "fever", "fm2", "scifact", "wice", "summedits", "bump", "squad2", "qed"} <= sources.keys()
    assert {"asked", "asked-altered", "asked-list", "fever-list", "moved"} <= sources.keys()
    assert sources.keys() <= SHARES.keys()


def test_set_that_is_only_measured_is_not_learned_from(examples: list[Example]) -> None:
    assert not any("clapnq" in " ".join([example.text, *example.sentences]) for example in examples)


def test_same_seed_gives_the_same_examples(data: TrainingData, examples: list[Example]) -> None:
    assert list(training_examples(data, seed=0)) == examples


def test_words_that_are_labelled_wrong_stand_in_the_text(examples: list[Example]) -> None:
    assert any(example.wrong for example in examples)
    assert all(span.slice(example.text).strip() for example in examples for span in example.wrong)


def test_supported_claim_has_no_wrong_word(examples: list[Example]) -> None:
    assert not any(example.wrong for example in examples if example.target is Target.SUPPORTED)


def test_question_has_its_gold_sentence_and_no_verdict(examples: list[Example]) -> None:
    asked = [example for example in examples if example.source == "squad2"]

    assert all(Answering.YES in example.answering and example.target is Target.UNKNOWN for example in asked)


def test_question_without_an_answer_has_no_gold_sentence(examples: list[Example]) -> None:
    for example in examples:
        if example.source in ("squad2-none", "squad2-other", "altered"):
            assert Answering.YES not in example.answering


def test_document_that_no_case_is_about_is_learned_from_only_in_the_tune_half() -> None:
    names = [f"d{number}" for number in range(40)]
    corpus = {name: CorpusDocument(id=name, title="", text="It rained.") for name in names}
    case = Case(
        id="q", question="Who?", answerable=True, gold_answers=("It",), split=Split.TUNE, history=(),
        gold_documents=("d0",), gold_spans=(),
    )  # fmt: skip
    questions = Questions(
        loaded=LoadedSet(
            name="s", corpus=corpus, cases=(case,), pairs=(), n_evidence=0, missing_evidence=(), data_hash=""
        ),
        parts=(Part.TRAIN,),
    )

    spare = spare_pages(questions)

    assert 0 < len(spare) < 39
    assert spare == sorted(name for name in names[1:] if half(name) is Split.TUNE)


def test_unchanged_sentence_of_an_edited_summary_stays_supported(data_folder: Path) -> None:
    judged = [each for each in judged_claims("summedits", data_folder) if each.part is Part.TRAIN]

    made = list(claim_examples(judged, Held()))

    edited = [example for example in made if "not born" in example.text]
    assert edited
    assert {example.target for example in edited} == {Target.REFUSED}
    assert {span.slice(example.text) for example in edited for span in example.wrong} == {"not"}
    assert all(example.target is Target.SUPPORTED for example in made if example not in edited)
