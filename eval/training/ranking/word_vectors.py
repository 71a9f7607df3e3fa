"""Make the word vectors of `rag/retrieval/ranking.py`: `python -m eval.training.ranking.word_vectors --out FILE`.

They are the input embeddings of the default embedding model (all-MiniLM-L6-v2, Apache-2.0; the weights are checked by
their SHA-256), of all whole words of its vocabulary, less their mean, cut to their first principal components and
rounded to one byte a number. No other data goes into them.

Source of the cut: Raunak et al. 2019, Effective Dimensionality Reduction for Word Embeddings.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from eval.training.start import start_folder

__all__ = ["N_NUMBERS", "WordVectors", "compressed", "main", "write"]

N_NUMBERS = 64
_WHOLE_WORD = re.compile("[a-z]{2,}")


class WordVectors(NamedTuple):
    """vectors: int8 (len(words), numbers), row i belongs to words[i]; what counts is their direction."""

    words: tuple[str, ...]
    vectors: NDArray[np.int8]


def compressed(embeddings: NDArray[np.float32], n_numbers: int) -> NDArray[np.int8]:
    """int8 (n, n_numbers): the embeddings' principal components, each row stretched to the range of a byte.

    >>> compressed(np.array([[3, 0], [-3, 0]], dtype=np.float32), 1).tolist() in ([[127], [-127]], [[-127], [127]])
    True
    """
    centred = (embeddings - embeddings.mean(axis=0)).astype(np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    components = centred @ directions[:, ::-1][:, :n_numbers]
    largest = np.abs(components).max(axis=1, keepdims=True)
    rounded: NDArray[np.int8] = np.round(components / np.where(largest > 0, largest, 1) * 127).astype(np.int8)
    return rounded


def of_model(folder: Path) -> WordVectors:
    """The vectors of the whole words, in the order of the vocabulary, of the model in the folder."""
    weights = load_file(folder / "model.safetensors")
    table = next(array for name, array in weights.items() if name.endswith("word_embeddings.weight"))
    row_by_token = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    rows = sorted((row, token) for token, row in row_by_token.items() if _WHOLE_WORD.fullmatch(token))
    vectors = compressed(table[[row for row, _ in rows]].astype(np.float32), N_NUMBERS)
    return WordVectors(tuple(token for _, token in rows), vectors)


def write(made: WordVectors, path: Path) -> None:
    """One file without pickles: the words as ASCII with blanks between, and the vectors."""
    words = np.frombuffer(" ".join(made.words).encode("ascii"), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, words=words, vectors=made.vectors)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.ranking.word_vectors", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the file to write, rag/retrieval/word_vectors.npz")
    parser.add_argument("--model", type=Path, help="folder of the model; the default embedder's weights")
    given = parser.parse_args(arguments)
    write(of_model(given.model or start_folder()), given.out)


if __name__ == "__main__":
    main()
