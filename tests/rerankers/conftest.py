"""Tiny cross-encoders, saved to disk: real loading, no download."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.testing.reranker import QUESTION, TEXTS

MakeModel = Callable[..., Path]


@pytest.fixture(scope="session")
def make_reranker_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Makes a model folder with so many outputs; its first one scores the answer to `QUESTION` above the other text.

    The encoder is random; the last layer points from the text that does not answer to the one that does.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    def make(n_outputs: int = 1) -> Path:
        folder = tmp_path_factory.mktemp("reranker")
        words = sorted(
            {*"".join(letter if letter.isalpha() else " " for letter in f"{QUESTION} {TEXTS[:2]}").lower().split()}
        )
        letters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *letters]
        (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)) + "\n")
        tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64)
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=len(dict.fromkeys(vocabulary)),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
            num_labels=n_outputs,
        )
        model = BertForSequenceClassification(config).eval()
        with torch.inference_mode():
            inputs = tokenizer([QUESTION] * 2, list(TEXTS[:2]), padding=True, return_tensors="pt")
            other, answer = model.bert(**inputs).pooler_output
        model.classifier.weight.data[0] = 10 * (answer - other) / (answer - other).norm()
        model.classifier.bias.data.zero_()
        model.save_pretrained(folder / "tiny")
        tokenizer.save_pretrained(folder / "tiny")
        return folder / "tiny"

    return make
