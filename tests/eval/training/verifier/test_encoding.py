from pathlib import Path

import numpy as np
import pytest

from eval.training.verifier.data.examples import Answering, Example, Target
from eval.training.verifier.encoding import IGNORED, labels
from rag import Span
from rag.model.evidence import Encoder, arrays


@pytest.fixture(scope="module")
def encoder(start: Path) -> Encoder:
    return Encoder(start)


def test_text_comes_first_and_each_sentence_ends_with_a_mark(encoder: Encoder) -> None:
    encoded = encoder.encode("she left", ["the city .", "a book"])

    separator = encoder.encode("", []).ids[-1]
    assert encoded.n_text == 2
    assert encoded.ends == (7, 10)
    assert [position for position, each in enumerate(encoded.ids) if each == separator] == [3, 7, 10]


def test_sentence_that_does_not_fit_has_no_end(encoder: Encoder) -> None:
    encoded = encoder.encode("she left", ["the city .", "the city . the city ."], max_tokens=10)

    assert len(encoded.ids) == 10
    assert encoded.ends == (7,)


def test_padding_is_masked_and_sentences_have_the_other_type(encoder: Encoder) -> None:
    made = arrays([encoder.encode("she left", ["the city"]), encoder.encode("she", [])], multiple=8)

    assert made.ids.shape == (2, 8)
    assert made.mask.sum(axis=1).tolist() == [7, 3]
    assert made.types[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 0]
    assert made.types[1].sum() == 0


def test_labels_stand_where_the_outputs_are_read(encoder: Encoder) -> None:
    example = Example(
        text="she left Oslo",
        sentences=("the city", "a book", "a prize"),
        target=Target.REFUSED,
        answering=(Answering.NO, Answering.UNKNOWN, Answering.YES),
        source="",
        knows_words=True,
        wrong=(Span(start=4, end=8),),
    )
    encoded = encoder.encode(example.text, example.sentences)

    made = labels([(example, encoded)], len(encoded.ids))

    assert made.answering.tolist() == [[0.0, IGNORED, 1.0]]
    first = encoded.n_text + 2
    assert made.sentences[0, :first].tolist() == [0] * first
    assert [int(made.sentences[0, end]) for end in encoded.ends] == [1, 2, 3]
    assert (np.diff(made.sentences[0, first:]) >= 0).all()
    words = made.wrong[0, 1 : encoded.n_text + 1]
    assert words[:2].tolist() == [0.0, 1.0]
    assert not words[2:].any()
    assert (made.wrong[0, encoded.n_text + 1 :] == IGNORED).all()
    assert made.targets.tolist() == [Target.REFUSED]
