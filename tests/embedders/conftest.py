"""Tiny sentence-transformers models with random weights, saved to disk: real loading, no download, milliseconds."""

from __future__ import annotations

import os
import string
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")

WORDS = ["anna", "climbed", "the", "mountain", "ben", "slept", "in", "valley", "find", "text", "a", "river", "runs"]
MAX_LENGTH = 24
DIM = 16

MakeModel = Callable[..., Path]


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Makes a model folder: `pooling` names the pooling mode, `with_dense` adds a layer after it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    def make(pooling: str = "mean", *, with_dense: bool = False, prompts: dict[str, str] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("model")
        letters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
        pieces = [f"##{letter}" for letter in string.ascii_lowercase]
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *[x for x in letters if x != "a"], *pieces]
        (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
        torch.manual_seed(5)
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=DIM,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=MAX_LENGTH,
        )
        BertModel(config).save_pretrained(folder / "bert")
        tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=MAX_LENGTH)
        tokenizer.save_pretrained(folder / "bert")
        modules = [Transformer(str(folder / "bert")), Pooling(DIM, pooling)]
        if with_dense:
            modules.append(Dense(DIM, DIM, module_input_name="sentence_embedding"))
        model = SentenceTransformer(modules=[*modules, Normalize()], device="cpu", prompts=prompts)
        model.save(str(folder / "tiny"), create_model_card=False)
        return folder / "tiny"

    return make
