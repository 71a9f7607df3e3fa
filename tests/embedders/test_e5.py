"""multilingual-e5-small: a file of four-bit numbers read as it was written, and run as torch runs the same numbers."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from rag.embedders._e5 import E5File
from rag.embedders.onnx import OnnxEmbedder
from rag.errors import WeightsError
from rag.model.weights import MULTILINGUAL_MODEL, find_model, known_model
from rag.testing.embedder import check_embedder
from rag.types import Span

DIM, N_LAYERS, N_HEADS, N_WIDE, N_WORDS, N_POSITIONS = 64, 2, 2, 128, 96, 40
MARKS = ("<s>", "<pad>", "</s>", "<unk>")


def packed(numbers: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Blocks of a scale and 32 numbers of four bits, and what they stand for."""
    blocks = numbers.astype(np.float32).reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 7 + 1e-6).astype("<f2")
    whole = np.clip(np.rint(blocks / scales.astype(np.float32)), -8, 7).astype(np.int8)
    shifted = (whole + 8).astype(np.uint8)
    halves = shifted[:, :16] | shifted[:, 16:] << 4
    content = b"".join(scale.tobytes() + half.tobytes() for scale, half in zip(scales, halves, strict=True))
    return content, (whole * scales.astype(np.float32)).reshape(numbers.shape)


def names() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (N_WORDS, DIM), "emb.pos": (N_POSITIONS, DIM), "emb.type": (2, DIM), "emb.ln.w": (DIM,),
        "emb.ln.b": (DIM,),
    }  # fmt: skip
    for layer in range(N_LAYERS):
        for part, shape in {"q": (DIM, DIM), "k": (DIM, DIM), "v": (DIM, DIM), "ao": (DIM, DIM),
                            "fi": (N_WIDE, DIM), "fo": (DIM, N_WIDE)}.items():  # fmt: skip
            shapes |= {f"l{layer}.{part}.w": shape, f"l{layer}.{part}.b": shape[:1]}
        shapes |= {f"l{layer}.{part}.{kind}": (DIM,) for part in ("aln", "oln") for kind in "wb"}
    return shapes


def written(path, *, seed: int = 0) -> dict[str, np.ndarray]:
    """A small file in the format, and the numbers that it holds."""
    random = np.random.default_rng(seed)
    held, contents = {}, {}
    for name, shape in names().items():
        numbers = random.normal(0.5 if "ln.w" in name else 0.0, 0.3, size=shape).astype(np.float32)
        contents[name], held[name] = packed(numbers) if len(shape) == 2 else (numbers.tobytes(), numbers)
    head = b"E5S1" + bytes(4) + struct.pack("<7i", DIM, N_LAYERS, N_HEADS, N_WIDE, N_WORDS, N_POSITIONS, 2)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", 3, 0, 2, 1, 3) + struct.pack("<Q", 5)
    head += bytes(4 * 4) + bytes(4 * 3) + b"abcde" + struct.pack("<iI", 1, 7) + bytes(7) + struct.pack("<i", len(held))
    start = len(head) + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in held)
    table, rest = b"", b""
    for name, content in contents.items():
        table += struct.pack("<H", len(name)) + name.encode()
        table += struct.pack("<BIQQ", 2, held[name].size, start + len(rest), len(content))
        rest += content
    path.write_bytes(head + table + rest)
    return held


@pytest.fixture
def model_folder(tmp_path, monkeypatch):
    """A folder of weights in which a small model stands in for the real one."""
    folder = tmp_path / "models"
    folder.mkdir()
    model = known_model(MULTILINGUAL_MODEL)
    held = written(folder / model.file_name)
    words = {word: number for number, word in enumerate([*MARKS, "query", "passage", ":", *"abcdefghij"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / model.companions[0].file_name))
    monkeypatch.setattr("rag.embedders.onnx.path_of", lambda name: folder / known_model(name).file_name)
    return held


def reference(held: dict[str, np.ndarray]) -> BertModel:
    config = BertConfig(
        vocab_size=N_WORDS, hidden_size=DIM, num_hidden_layers=N_LAYERS, num_attention_heads=N_HEADS,
        intermediate_size=N_WIDE, max_position_embeddings=N_POSITIONS,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).eval()
    parts = {
        "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
        "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
        "fo": "output.dense", "oln": "output.LayerNorm",
    }  # fmt: skip
    embedded = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings"}
    state = {f"embeddings.{name}.weight": held[f"emb.{short}"] for short, name in embedded.items()}
    state |= {f"embeddings.LayerNorm.{kind}": held[f"emb.ln.{kind[0]}"] for kind in ("weight", "bias")}
    for layer in range(N_LAYERS):
        for short, name in parts.items():
            for kind in ("weight", "bias"):
                state[f"encoder.layer.{layer}.{name}.{kind}"] = held[f"l{layer}.{short}.{kind[0]}"]
    model.load_state_dict({name: torch.tensor(numbers) for name, numbers in state.items()})
    return model


@given(seed=st.integers(0, 1000))
def test_every_number_is_read_as_it_was_written(tmp_path_factory, seed):
    path = tmp_path_factory.mktemp("e5") / "small.bin"
    held = written(path, seed=seed)
    file = E5File(path)
    assert (file.shape.dim, file.shape.n_layers, file.shape.max_length) == (DIM, N_LAYERS, N_POSITIONS)
    found = {numbers.tobytes(): name for name, numbers in file.items()}
    assert {numbers.tobytes() for numbers in held.values()} == set(found)
    ids = np.array([7, 0, 95, 7])
    assert np.array_equal(file.word_vectors(ids), held["emb.word"][ids])


def test_vectors_are_those_of_torch_behind_the_prompts(model_folder):
    embedder = OnnxEmbedder(MULTILINGUAL_MODEL)
    model = reference(model_folder)
    texts = ["a b c", "j", "a a a a a a a a a a a a"]
    for prompt, embed in (("query", embedder.embed_questions), ("passage", embedder.embed_passages)):
        vectors = embed(texts)
        for text, vector in zip(texts, vectors, strict=True):
            ids = [0, 4 if prompt == "query" else 5, 6, *("abcdefghij".index(letter) + 7 for letter in text.split()), 2]
            with torch.inference_mode():
                tokens = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
            mean = torch.nn.functional.normalize(tokens.mean(0), dim=0).numpy()
            assert vector @ mean == pytest.approx(1.0, abs=1e-4)


def test_sentences_are_means_over_their_tokens_and_length_leaves_room_for_the_prompt(model_folder):
    embedder = OnnxEmbedder(MULTILINGUAL_MODEL)
    assert embedder.max_tokens == N_POSITIONS - 2 - 2
    whole = embedder.embed_sentences(["a b"], [[Span(start=0, end=3)]])
    first, second = embedder.embed_sentences(["a b"], [[Span(start=0, end=1), Span(start=2, end=3)]]).sentences[0]
    middle = (first + second) / 2
    assert whole.sentences[0][0] @ middle / np.linalg.norm(middle) > 0.9
    assert first @ second < 0.9999


def test_id_names_the_file(model_folder):
    assert OnnxEmbedder(MULTILINGUAL_MODEL).id == "multilingual-e5-small@1571fc9"


def test_what_is_not_pulled_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path))
    with pytest.raises(WeightsError, match="run `rag models pull multilingual-e5-small`"):
        OnnxEmbedder(MULTILINGUAL_MODEL)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="no file of multilingual-e5-small"):
        E5File(tmp_path / "other.bin")


@pytest.mark.slow
def test_the_real_model_finds_across_languages():
    if find_model(MULTILINGUAL_MODEL) is None:
        pytest.skip("multilingual-e5-small was not pulled")
    embedder = OnnxEmbedder(MULTILINGUAL_MODEL)
    check_embedder(embedder)
    questions = embedder.embed_questions(["Wie hoch ist der Turm?", "Кто построил мост?"])
    passages = embedder.embed_passages(["The bridge was built by Liv Aker.", "The tower is 300 metres high."])
    assert (questions @ passages.T).argmax(axis=1).tolist() == [1, 0]
