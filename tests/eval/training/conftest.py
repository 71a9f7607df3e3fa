import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

PEOPLE = ("Ann Smith", "Bob Jones", "Carl Brown", "Dora White")
CITIES = ("Paris", "Rome", "Vienna", "Oslo")
WORDS = (
    "[PAD] [UNK] [CLS] [SEP] the a in on of was born did not moved to and who where when he she they opened school "
    "year after left city wrote book won prize . , ? 19 18 1901 1902 1903 1904 1912 1913"
)


def _rows(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _sentences(number: int) -> list[str]:
    person, city = PEOPLE[number % 4], CITIES[number // 4 % 4]
    return [
        f"{person} was born in {city} in {1900 + number}.",
        f"After school number {number} she moved to the city of {CITIES[(number + 1) % 4]}.",
        f"In {1950 + number} she opened a school of her own, and {PEOPLE[(number + 1) % 4]} wrote a book on it.",
    ]


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every set that is learned from or measured, with 24 documents each."""
    folder = tmp_path_factory.mktemp("sets")
    numbers = range(24)
    for name in ("nli_mix", "fever", "fm2", "scifact", "wice", "summedits", "bump"):
        source = {"fm2": "fm2-gold", "wice": "wice-gold-sentences"}.get(name, name)
        pairs: list[dict[str, object]] = []
        for number in numbers:
            premise = " ".join(sentence.replace(".", f" {name}.") for sentence in _sentences(number))
            true = f"{PEOPLE[number % 4]} was born in {1900 + number} by the book {name} {number}."
            false = true.replace("was born", "was not born")
            labels = (("supported", true), ("unsupported" if name in ("summedits", "wice") else "contradicted", false))
            pairs += [
                {"id": f"{name}{number}{label}", "premise": premise, "claim": claim, "label": label, "source": source,
                 "meta": {"original": true}}
                for label, claim in labels
            ]  # fmt: skip
        _rows(folder / name / "pairs.jsonl", pairs)
    for name in ("fever", "scifact", "wice", "squad2", "qed", "clapnq"):
        corpus, queries = [], []
        for number in numbers:
            sentences = [sentence.replace(".", f" {name}.") for sentence in _sentences(number)]
            document = f"{name}-{number}"
            corpus.append({"id": document, "title": document, "text": " ".join(sentences), "meta": {}})
            is_claim = name in ("fever", "scifact", "wice")
            text = (
                f"Claim {number} of {name}." if is_claim else f"Where was {PEOPLE[number % 4]} of {name} {number} born?"
            )
            answerable = number % 3 > 0
            queries.append(
                {"id": f"{name}q{number}", "text": text, "answers": [CITIES[number // 4 % 4]] if answerable else [],
                 "answerable": answerable, "gold_docs": [document] if answerable else [],
                 "gold_evidence": sentences[:1] if answerable else [], "meta": {"context_doc": document},
                 "type": ("supported" if answerable else "not_supported") if is_claim else "extractive"}
            )  # fmt: skip
        _rows(folder / name / "corpus.jsonl", corpus)
        _rows(folder / name / "queries.jsonl", queries)
    return folder


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained encoder of two layers, 16 numbers wide, with a vocabulary of letters and some words."""
    folder = tmp_path_factory.mktemp("encoder")
    letters = [form for letter in "abcdefghijklmnopqrstuvwxyz0123456789" for form in (letter, f"##{letter}")]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys([*WORDS.split(), *letters]))}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=256,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(str(folder))
    return folder
