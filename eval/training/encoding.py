"""Texts to token ids, the way the verifier reads them: [CLS] claim or question [SEP] sentence [SEP] sentence [SEP] …

The outputs are read where they belong: the verdict once for the whole, whether a sentence answers as the mean over its
tokens, its [SEP] included, and whether a word is unsupported at the tokens of the claim. Read at the [SEP] alone, a
sentence among others is confused with them. Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from eval.training.examples import Answering, Example

__all__ = ["IGNORED", "MAX_TOKENS", "Arrays", "Encoded", "Encoder", "Labels", "arrays", "labels"]

MAX_TOKENS = 224
MAX_TEXT_TOKENS = 80
IGNORED = -1.0


class Encoded(NamedTuple):
    """One text beside sentences.

    n_text: tokens of the text, which begin at position 1. offsets: their characters in the text.
    ends: position of the [SEP] behind each sentence; a sentence that was cut off or left out has none.
    """

    ids: tuple[int, ...]
    n_text: int
    offsets: tuple[tuple[int, int], ...]
    ends: tuple[int, ...]

    def places(self) -> tuple[slice, ...]:
        """The tokens of each sentence that was not cut off."""
        starts = (self.n_text + 2, *(end + 1 for end in self.ends))
        return tuple(slice(start, end + 1) for start, end in zip(starts, self.ends, strict=False))


class Arrays(NamedTuple):
    """What the model is given, all int64 (n, length): padded with 0; types are 0 for the text and 1 for sentences."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    types: NDArray[np.int64]


class Labels(NamedTuple):
    """What it should say: targets int64 (n,); answering float32 (n, sentences), wrong float32 (n, length).

    Both are `IGNORED` where nothing is known. sentences: int64 (n, length), the number of the sentence that the token
    belongs to, from 1; 0 outside.
    """

    targets: NDArray[np.int64]
    sentences: NDArray[np.int64]
    answering: NDArray[np.float32]
    wrong: NDArray[np.float32]


class Encoder:
    """The tokenizer of a model folder."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._start, self._separator = self._mark("[CLS]"), self._mark("[SEP]")

    def encode(self, text: str, sentences: Sequence[str], *, max_tokens: int = MAX_TOKENS) -> Encoded:
        """At most `max_tokens` ids; sentences that no longer fit are cut off at the end."""
        text_tokens, *sentence_tokens = self._tokenizer.encode_batch([text, *sentences], add_special_tokens=False)
        n_text = min(len(text_tokens.ids), MAX_TEXT_TOKENS)
        ids = [self._start, *text_tokens.ids[:n_text], self._separator]
        ends = []
        for tokens in sentence_tokens:
            ids += tokens.ids
            if len(ids) >= max_tokens:
                ids = [*ids[: max_tokens - 1], self._separator]
                break
            ids.append(self._separator)
            ends.append(len(ids) - 1)
        return Encoded(tuple(ids), n_text, tuple(text_tokens.offsets[:n_text]), tuple(ends))

    def _mark(self, mark: str) -> int:
        found = self._tokenizer.token_to_id(mark)
        if found is None:
            raise ValueError(f"the tokenizer has no {mark!r} - use the folder of a BERT-like encoder")
        return int(found)


def arrays(batch: Sequence[Encoded], *, multiple: int = 1) -> Arrays:
    """The batch as arrays; the length is rounded up to a multiple."""
    longest = max(len(each.ids) for each in batch)
    shape = len(batch), -(-longest // multiple) * multiple
    made = Arrays(*(np.zeros(shape, dtype=np.int64) for _ in Arrays._fields))
    for row, each in enumerate(batch):
        made.ids[row, : len(each.ids)] = each.ids
        made.mask[row, : len(each.ids)] = 1
        made.types[row, each.n_text + 2 : len(each.ids)] = 1
    return made


def labels(batch: Sequence[tuple[Example, Encoded]], length: int) -> Labels:
    """The labels of the batch at the places where the model's outputs are read."""
    most = max(1, *(len(encoded.ends) for _, encoded in batch))
    made = Labels(
        np.array([example.target for example, _ in batch], dtype=np.int64),
        np.zeros((len(batch), length), dtype=np.int64),
        np.full((len(batch), most), IGNORED, dtype=np.float32),
        np.full((len(batch), length), IGNORED, dtype=np.float32),
    )
    for row, (example, encoded) in enumerate(batch):
        for number, (place, answering) in enumerate(zip(encoded.places(), example.answering, strict=False)):
            made.sentences[row, place] = number + 1
            if answering is not Answering.UNKNOWN:
                made.answering[row, number] = answering
        if example.knows_words:
            for number, (start, stop) in enumerate(encoded.offsets):
                is_wrong = any(start < span.end and span.start < stop for span in example.wrong)
                made.wrong[row, number + 1] = is_wrong
    return made
