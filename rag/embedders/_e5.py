"""multilingual-e5-small from its file of four-bit numbers, under the names that a BERT model's tensors have.

The file keeps 32 numbers in 16 bytes with one scale (Q4_0 of llama.cpp). The matrices are unpacked when they are asked
for; the word vectors, four fifths of the file, stay on disk, and a batch gets those of its own tokens.

Source: Wang et al. 2024, Multilingual E5 Text Embeddings; ggml, Q4_0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedders._bert import BertShape
from rag.protocols import FloatArray

__all__ = ["E5File"]

Bytes = NDArray[np.uint8]

_MAGIC = b"E5S1"
_BLOCK_BYTES, _BLOCK, _MIDDLE = 18, 32, 8
_WORDS = "emb.word"
_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


class _Tensor(NamedTuple):
    content: Bytes
    n_numbers: int

    def floats(self) -> FloatArray:
        if len(self.content) == 4 * self.n_numbers:
            return np.asarray(self.content.view("<f4"))
        return _unpacked(self.content)


class E5File(Mapping[str, FloatArray]):
    """Float32 tensors by their names in a BERT model; each is read from disk when it is asked for.

    Raises:
        ValueError: it is not such a file.
    """

    shape: BertShape

    def __init__(self, path: Path) -> None:
        content = np.memmap(path, dtype=np.uint8, mode="r")
        if bytes(content[:4]) != _MAGIC:
            raise ValueError(f"cannot read {str(path)!r}: it is no file of multilingual-e5-small")
        reader = _Reader(content, 8)
        dim, n_layers, n_heads, _, _, max_length, _ = map(int, reader.take("<7i"))
        epsilon, _ = reader.take("<fi")
        n_pieces, *_ = map(int, reader.take("<5i"))
        (blob_bytes,) = reader.take("<Q")
        reader.skip(4 * (n_pieces + 1) + 4 * n_pieces + int(blob_bytes))
        _, n_skipped = reader.take("<iI")
        reader.skip(int(n_skipped))
        self.shape = BertShape(dim=dim, n_layers=n_layers, n_heads=n_heads, epsilon=epsilon, max_length=max_length)
        self._tensors: dict[str, _Tensor] = {}
        for _ in range(int(reader.take("<i")[0])):
            name = _name(reader.text())
            _, n_numbers, start, n_bytes = map(int, reader.take("<BIQQ"))
            self._tensors[name] = _Tensor(content[start : start + n_bytes], n_numbers)

    def __getitem__(self, name: str) -> FloatArray:
        numbers = self._tensors[name].floats()
        if name.endswith("bias") or "LayerNorm" in name:
            return numbers
        n_rows = len(self._tensors[name.removesuffix("weight") + "bias"].floats()) if "layer." in name else -1
        return numbers.reshape((n_rows, -1) if n_rows > 0 else (-1, self.shape.dim))

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def word_vectors(self, ids: NDArray[np.integer]) -> FloatArray:
        """float32 (n, dim), one row for each id."""
        row_bytes = self.shape.dim // _BLOCK * _BLOCK_BYTES
        rows = self._tensors[_PARTS[_WORDS]].content.reshape(-1, row_bytes)[ids]
        return _unpacked(rows).reshape(len(ids), self.shape.dim)


class _Reader:
    """Numbers and names, one after the other."""

    def __init__(self, content: Bytes, position: int) -> None:
        self._content = content
        self._position = position

    def take(self, form: str) -> tuple[float, ...]:
        return struct.unpack(form, self._next(struct.calcsize(form)))

    def text(self) -> str:
        return self._next(int(self.take("<H")[0])).decode()

    def skip(self, n_bytes: int) -> None:
        self._position += n_bytes

    def _next(self, n_bytes: int) -> bytes:
        start, self._position = self._position, self._position + n_bytes
        return self._content[start : self._position].tobytes()


def _name(name: str) -> str:
    """A name of the file as a BERT model has it.

    >>> _name("l3.ao.w")
    'encoder.layer.3.attention.output.dense.weight'
    >>> _name("emb.ln.b"), _name("emb.word")
    ('embeddings.LayerNorm.bias', 'embeddings.word_embeddings.weight')
    """
    if name in _PARTS:
        return _PARTS[name]
    layer, _, rest = name.rpartition(".")[0].partition(".") if name.startswith("l") else ("", "", name[:-2])
    place = f"encoder.layer.{layer[1:]}." if layer else ""
    return f"{place}{_PARTS[rest]}.{_KINDS[name[-1]]}"


def _unpacked(content: Bytes) -> FloatArray:
    """The numbers of blocks: a float16 scale, then the low halves of sixteen bytes, then the high ones."""
    blocks = np.ascontiguousarray(content).reshape(-1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    halves = np.concatenate([packed & 0xF, packed >> 4], axis=1).astype(np.float32) - _MIDDLE
    return np.asarray((halves * scales).reshape(-1), dtype=np.float32)
