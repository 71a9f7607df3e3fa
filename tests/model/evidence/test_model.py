"""The model that comes with the package: what it reads, and that nothing else in a batch changes that."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import WeightsError
from rag.model.evidence import READER, VERIFIER, EvidenceModel, bundled_model
from rag.model.weights import packaged_model

ANNA = "Anna climbed the mountain in 1954."
PAIRS = [
    (ANNA, (ANNA,)),
    ("Anna climbed the mountain in 1955.", (ANNA, "Bread is baked from flour and water.")),
    ("Who climbed the mountain?", ("The valley is wide.", ANNA)),
    ("", ("",)),
    ("😀 東京 \ud800", ("climbed " * 2000, "x" * 100_000)),
    ("climbed " * 500, (ANNA,)),
    ("No sentences at all.", ()),
]


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return bundled_model()


def numbers(reading):
    return reading.verdict.tolist(), reading.answers.tolist(), reading.wrong.tolist(), reading.is_whole


def test_same_pair_gives_the_same_numbers_in_any_batch(model):
    alone = [numbers(model.read([pair])[0]) for pair in PAIRS]
    assert [numbers(reading) for reading in model.read(PAIRS)] == alone
    assert [numbers(reading) for reading in model.read(PAIRS[::-1] * 2)] == alone[::-1] * 2
    assert model.read([]) == []


def test_threads_do_not_disturb_each_other(model):
    alone = [numbers(model.read([pair])[0]) for pair in PAIRS]
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: [numbers(reading) for reading in model.read(PAIRS)], range(8)):
            assert found == alone


def test_one_thread_reads_as_two_do(model):
    single = EvidenceModel(packaged_model(VERIFIER), n_threads=1)
    assert [numbers(one) for one in single.read(PAIRS)] == [numbers(two) for two in model.read(PAIRS)]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_any_text_is_read(text, sentences):
    (reading,) = bundled_model().read([(text, sentences)])
    assert reading.verdict.shape == (3,)
    assert np.isfinite(reading.verdict).all()
    assert len(reading.answers) == len(sentences)
    assert len(reading.wrong) == len(reading.offsets)


def test_what_is_cut_off_is_said_to_be(model):
    whole = [reading.is_whole for reading in model.read(PAIRS)]
    assert whole == [True, True, True, True, False, False, True]


def test_copied_is_supported_and_a_changed_year_is_pointed_out(model):
    copied, changed, *_ = model.read(PAIRS)
    assert copied.support > changed.support
    assert "1955" in changed.words_wrong_in(PAIRS[1][0])
    assert "1954" not in copied.words_wrong_in(ANNA)


def test_sentence_that_answers_scores_higher(model):
    other, answering = model.read(PAIRS[2:3])[0].answers
    assert answering > other


def test_wrong_words_are_whole_words(model):
    text = "Anna Przybylszewska climbed it."
    (reading,) = model.read([(text, ("Nobody came.",))])
    assert set(reading.words_wrong_in(text, above=-100.0)) == {"Anna", "Przybylszewska", "climbed", "it"}


def test_model_is_loaded_once_for_all(model):
    with ThreadPoolExecutor(4) as threads:
        assert set(map(id, threads.map(lambda _: bundled_model(), range(8)))) == {id(model)}


def test_files_that_are_torn_are_refused(tmp_path):
    folder = packaged_model(VERIFIER).parent
    for name in ("verifier.int8.onnx", "tokenizer.json"):
        shutil.copyfile(folder / name, tmp_path / name)
    (tmp_path / "verifier.int8.onnx").write_bytes((folder / "verifier.int8.onnx").read_bytes()[:1000])
    with pytest.raises(WeightsError, match=r"cannot load the model .*verifier.int8.onnx.* - install"):
        EvidenceModel(tmp_path / "verifier.int8.onnx")
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(WeightsError, match=r"cannot read the tokenizer .*tokenizer.json"):
        EvidenceModel(tmp_path / "verifier.int8.onnx")


def test_reading_needs_neither_torch_nor_transformers():
    code = (
        "import sys; from rag.model.evidence import bundled_model; bundled_model().read([('a', ('b',))]);"
        "print(*{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@pytest.mark.parametrize(
    "statement", ["import rag, rag.cli", "from rag.verifiers.combined import CombinedVerifier as C; C()"]
)
def test_nothing_is_loaded_before_something_is_read(statement):
    code = f"import sys; {statement}; print(*{{'onnxruntime', 'tokenizers'}} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@pytest.mark.parametrize(("model", "card"), [(VERIFIER, "MODEL_CARD.md"), (READER, "READER_CARD.md")])
def test_card_stands_beside_the_model_and_names_its_hash(model, card):
    path = packaged_model(model)
    said = path.with_name(card).read_text(encoding="utf-8")
    assert "CC BY-SA" in said
    assert f"Model file SHA-256 `{hashlib.sha256(path.read_bytes()).hexdigest()}`" in said
