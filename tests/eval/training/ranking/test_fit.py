"""The figures and the fit of the ranking, on questions small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.training.ranking.explained import Signals, explained_rankings
from eval.training.ranking.fit import Asked, answerability_weights, first_and_in_5, fold, ranking_weights
from eval.training.ranking.word_vectors import WordVectors, compressed, write

NAMES = (
    "similarity", "overlap", "context", "likeness", "likeness_around", "passage", "speaker", "expected", "news",
    "whole", "model",
)  # fmt: skip


def make(set_name="squad2", *, group="a", similarities=(0.1,), gold=(True,), is_answerable=True, score=0.5):
    features = np.zeros((len(similarities), len(NAMES)))
    features[:, 0] = similarities
    signals = np.zeros(len(Signals._fields))
    signals[0] = score
    return Asked(
        set_name=set_name,
        group=group,
        is_answerable=is_answerable,
        names=NAMES,
        features=features,
        is_gold=np.array(gold),
        signal_names=Signals._fields,
        signals=signals,
        answerability=0.5,
    )


def test_ties_count_for_gold_and_questions_whose_gold_was_not_found_do_not_count():
    questions = [
        make(similarities=(0.9, 0.9), gold=(False, True)),
        make(similarities=(0.9, 0.1), gold=(False, True)),
        make(similarities=(0.1,) * 6 + (0.0,), gold=(False,) * 6 + (True,)),
        make(gold=(False,)),
    ]
    first, in_5 = first_and_in_5(questions, lambda each: each.features[:, 0])
    assert (first, in_5) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


def test_a_group_is_always_in_the_same_of_five_folds():
    assert fold("Normans_0") == fold("Normans_0")
    assert {fold(str(number)) for number in range(100)} == set(range(5))


def test_weights_are_scaled_to_the_similarity_and_others_are_kept():
    questions = [make(name, similarities=(0.9, 0.1, 0.2), gold=(True, False, False)) for name in ("squad2", "qed") * 5]
    found = ranking_weights(questions, dict.fromkeys(NAMES, 0.7))
    assert found["similarity"] == 0.5
    assert (found["speaker"], found["model"]) == (0.7, 0.7)
    assert found["overlap"] == pytest.approx(0.045)  # halfway between 0 and the weight of before


def test_only_the_signal_that_came_last_is_fitted_and_its_sign_is_kept():
    before = dict.fromkeys((*Signals._fields, "intercept"), 1.0)
    questions = [make(score=score, is_answerable=score > 0.5) for score in np.linspace(0.2, 0.9, 20)]
    denied = [make(score=0.8, is_answerable=False) for _ in range(5)]
    for each in denied:
        each.signals[Signals._fields.index("lacks_denial")] = 1.0
    found = answerability_weights([*questions, *denied], before)
    assert found.pop("lacks_denial") < 0
    assert found == {name: 1.0 for name in before if name != "lacks_denial"}
    assert answerability_weights(questions, before)["lacks_denial"] == 0


def test_rankings_are_explained_as_they_are_made(tmp_path):
    from rag import Assistant, Settings

    (tmp_path / "note.txt").write_text("The bridge opened in 1932. Snow fell.")
    settings = Settings(embedder="hashing", llm="none", verifier="rules")
    with Assistant.open(tmp_path / "store", settings) as assistant:
        assistant.add([tmp_path / "note.txt"])
        evidence = assistant.retrieve("When did the bridge open?")
    (ranking,) = explained_rankings(tmp_path / "store", settings, ["When did the bridge open?"])
    assert [sentence.span for sentence in ranking.sentences] == [each.span for each in evidence]
    assert ranking.scores == tuple(each.score for each in evidence)
    assert ranking.features[0].news == 1
    assert ranking.signals is not None
    assert ranking.signals.score == ranking.scores[0]
    assert 0 < ranking.answerability < 1


def test_an_empty_store_explains_a_ranking_of_nothing(tmp_path):
    from rag import Settings

    (ranking,) = explained_rankings(tmp_path / "store", Settings(embedder="hashing", llm="none"), ["Who?"])
    assert (ranking.sentences, ranking.signals, ranking.answerability) == ((), None, 0.0)


def test_word_vectors_are_written_and_read_without_pickles(tmp_path):
    vectors = compressed(np.array([[2.0, 0.1], [-2.0, 0.1], [0.0, -0.2]], dtype=np.float32), 2)
    write(WordVectors(("up", "down", "level"), vectors), tmp_path / "words.npz")
    with np.load(tmp_path / "words.npz", allow_pickle=False) as stored:
        assert bytes(stored["words"]).decode("ascii") == "up down level"
        np.testing.assert_array_equal(stored["vectors"], vectors)
    assert np.abs(vectors.astype(int)).max(axis=1).tolist() == [127, 127, 127]
    assert vectors[0, 0] == -vectors[1, 0]
