"""What embedders share that run a model over whole passages: batches, and means of token vectors over spans.

Not here: the model. A backend hands over what runs a batch, and gets vectors of passages and of their sentences.

Source: Günther et al. 2024, Late Chunking (mean of token vectors over a span of a text that was read as a whole).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["RunBatch", "Tokenizers", "batches", "clean", "embed", "require_one_list_each"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_GROUP_SIZE = 1024  # texts tokenised and sorted at once: bounds memory, and padding stays below 1 %
_SHORT = 32  # tokens

_OffsetArray: TypeAlias = NDArray[np.int64]

RunBatch: TypeAlias = Callable[[Sequence[Encoding]], tuple[FloatArray, FloatArray]]
"""Encodings → passage vectors (n, dim) of length 1 and token vectors (n, longest, dim); padding comes last."""


class Tokenizers(NamedTuple):
    """A model's tokenizer twice, so that no call changes its state: that is what makes calls from threads safe.

    cutting: adds the model's own marks and cuts at what the model reads.
    counting: neither adds nor cuts.
    """

    cutting: Tokenizer
    counting: Tokenizer
    n_marks: int

    @classmethod
    def of(cls, serialised: str, *, max_length: int) -> Tokenizers:
        """The tokenizers of a model that reads `max_length` tokens, its marks included."""
        cutting, counting = Tokenizer.from_str(serialised), Tokenizer.from_str(serialised)
        for tokenizer in (cutting, counting):
            tokenizer.no_padding()
            tokenizer.no_truncation()
        cutting.enable_truncation(max_length)
        return cls(cutting, counting, cutting.num_special_tokens_to_add(is_pair=False))

    def count_each(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text takes, without the model's own marks and without blanks around it."""
        stripped = [text.strip() for text in clean(texts)]
        encodings = self.counting.encode_batch_fast(stripped, add_special_tokens=False)
        return [len(encoding) for encoding in encodings]


def embed(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]] | None,
    *,
    tokenizer: Tokenizer,
    run: RunBatch,
    batch_tokens: int,
    prompt: str = "",
) -> PassageVectors:
    """Vectors of one text or more, in order, and, where there are `spans`, the mean of the tokens inside each.

    tokenizer: the cutting one. prompt: put before each text; spans are positions in the text without it.
    """
    passages: list[FloatArray] = []
    sentences: list[FloatArray] = []
    for start in range(0, len(texts), _GROUP_SIZE):
        prompted = [prompt + text for text in clean(texts[start : start + _GROUP_SIZE])]
        encodings = tokenizer.encode_batch_fast(prompted) if spans is None else tokenizer.encode_batch(prompted)
        group_spans = spans[start : start + _GROUP_SIZE] if spans is not None else None
        vectors = _embed_group(encodings, group_spans, run=run, batch_tokens=batch_tokens, n_before=len(prompt))
        passages.append(vectors.passages)
        sentences.extend(vectors.sentences)
    return PassageVectors(np.concatenate(passages), sentences)


def _embed_group(
    encodings: Sequence[Encoding],
    spans: Sequence[Sequence[Span]] | None,
    *,
    run: RunBatch,
    batch_tokens: int,
    n_before: int,
) -> PassageVectors:
    passage_rows: dict[int, FloatArray] = {}
    sentence_rows: dict[int, FloatArray] = {}
    for batch in batches([len(encoding) for encoding in encodings], batch_tokens):
        passages, tokens = run([encodings[index] for index in batch])
        for row, index in enumerate(batch):
            passage_rows[index] = passages[row]
            if spans is not None:
                encoding = encodings[index]
                offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2) - n_before
                sentence_rows[index] = _average(tokens[row, : len(encoding)], offsets, spans[index], passages[row])
    order = range(len(encodings))
    return PassageVectors(
        np.stack([passage_rows[index] for index in order]),
        [sentence_rows[index] for index in order] if spans is not None else [],
    )


def _average(tokens: FloatArray, offsets: _OffsetArray, spans: Sequence[Span], passage: FloatArray) -> FloatArray:
    """float32 (number of spans, dim): the mean of the tokens that share a character with each span, of length 1.

    tokens: (n, dim); offsets: (n, 2), start and end of each token, the model's own marks being empty ranges.
    A span without tokens gets `passage`.
    """
    bounds = np.array([(span.start, span.end) for span in spans], dtype=np.int64).reshape(-1, 2)
    starts, ends = offsets[:, 0], offsets[:, 1]
    is_inside = (starts < bounds[:, 1:]) & (ends > bounds[:, :1]) & (starts < ends)
    sums = np.zeros((len(spans), tokens.shape[1]), dtype=np.float32)
    for row, inside in zip(sums, is_inside, strict=True):  # a product of matrices would wake a pool of threads for it
        tokens[inside].sum(axis=0, out=row)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    is_covered = is_inside.any(axis=1, keepdims=True) & (lengths > 0.0)
    return np.where(is_covered, sums / np.where(is_covered, lengths, 1.0), passage).astype(np.float32, copy=False)


def batches(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Positions in `lengths`, longest first, in batches whose padded size stays within `batch_tokens`.

    [3, 9, 4] with 9 tokens a batch → [1], [2, 0]. A text longer than a batch is a batch of its own, and no text is
    padded to more than twice its length, except short ones, where starting another batch would cost more.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        longest = lengths[batch[0]] if batch else 0
        is_mostly_padding = 2 * lengths[index] < longest > _SHORT
        if batch and ((len(batch) + 1) * longest > batch_tokens or is_mostly_padding):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def clean(texts: Sequence[str]) -> list[str]:
    """The texts with each lone surrogate, which has no UTF-8 form, replaced by one U+FFFD: offsets stay."""
    return [text if text.isascii() else _SURROGATE.sub("\ufffd", text) for text in texts]


def require_one_list_each(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
    """Nothing, when there is one list of spans for each text.

    Raises:
        ValueError: there is not.
    """
    if len(texts) != len(spans):
        raise ValueError(f"need one list of spans for each text, got {len(texts)} texts and {len(spans)} lists")
