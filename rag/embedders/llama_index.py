"""Vectors by any embedding model of LlamaIndex: its Hugging Face, Ollama, OpenAI and other classes.

LlamaIndex says neither how long a text its model reads nor how many tokens a text has, and its models differ in what
they do with empty and over-long texts, so both are decided here: tokens are estimated, and what is longer than
`max_tokens` is cut before the model sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from threading import Lock

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from rag.errors import BackendError, SettingsError
from rag.model.loading import made
from rag.protocols import FloatArray, PassageVectors
from rag.types import Span

__all__ = ["LlamaIndexEmbedder"]

_PIECE = re.compile(r"[A-Za-z]{1,4}|[0-9]{1,2}|[^\sA-Za-z0-9]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_REASON_CHARACTERS = 300


class LlamaIndexEmbedder:
    """Texts → unit vectors by a LlamaIndex embedding model.

    model: the object, or its class as `module:Class`, which is then made with `model_arguments`.
    max_tokens: how many tokens of a text the model reads, by the estimate of `count_tokens`; take it from the model's
        description. What is longer is cut.
    revision: part of the id; name another one when the model behind the same name has changed.

    The id names class, `model_name`, revision and max_tokens. One text is embedded when it is made, to learn `dim`.
    Calls from several threads wait for each other, because not every model allows them at once.

    Raises:
        BackendError: there is no such class, a library that it needs is not installed, or the model does not answer.
        SettingsError: the class refuses the arguments, or `max_tokens` is below 1.
    """

    def __init__(
        self,
        model: BaseEmbedding | str,
        *,
        model_arguments: Mapping[str, object] | None = None,
        max_tokens: int = 256,
        revision: str = "1",
    ) -> None:
        if max_tokens < 1:
            raise SettingsError(f"cannot read max_tokens={max_tokens!r} of each text - name 1 or more")
        if isinstance(model, str):
            model = made(model, model_arguments or {}, base=BaseEmbedding, noun="embedding model")
        self._model = model
        self._lock = Lock()
        self.max_tokens = max_tokens
        self.id = f"llama-index-{type(self._model).__name__}/{self._model.model_name}-{max_tokens}@{revision}"
        probe = self._asked(lambda: [list(self._model.get_query_embedding("word"))])
        self.dim = len(probe[0])
        self._checked(probe, 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate of the tokens of each text, more often too high than too low.

        Up to four ASCII letters or two digits are one token, every other ASCII sign is one, and every other character
        is one less than its bytes in UTF-8: 1 for é and ж, 2 for 東, 3 for an emoji. English comes out half as high
        again as common vocabularies have it.
        """
        return [sum(n_tokens for _, n_tokens in _pieces(_clean(text))) for text in texts]

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question, by the model's way for queries.

        Raises:
            BackendError: the model does not answer, or with something that is no vector of `dim` numbers.
        """
        return self._embed(texts, lambda asked: [self._model.get_query_embedding(text) for text in asked])

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage, in batches of the model's `embed_batch_size`.

        Raises:
            BackendError: the model does not answer, or with something that is no vector of `dim` numbers.
        """
        return self._embed(texts, self._model.get_text_embedding_batch)

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and the vector of each span's own text: LlamaIndex gives no token vectors."""
        n_spans = [len(text_spans) for text_spans in spans]
        sentences = [span.slice(text) for text, text_spans in zip(texts, spans, strict=True) for span in text_spans]
        rows = self.embed_passages([*texts, *sentences])
        bounds = np.cumsum([len(texts), *n_spans])
        return PassageVectors(rows[: len(texts)], [rows[start:end] for start, end in pairwise(bounds)])

    def _embed(self, texts: Sequence[str], embed: Callable[[list[str]], list[list[float]]]) -> FloatArray:
        """One row for each text. Blank texts, which some services refuse, and zero vectors get a fixed direction."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float64)
        read = [_cut(_clean(text), self.max_tokens) for text in texts]
        filled = [index for index, text in enumerate(read) if text.strip()]
        if filled:
            rows = self._asked(lambda: embed([read[index] for index in filled]))
            vectors[filled] = self._checked(rows, len(filled))
        vectors[~vectors.any(axis=1), 0] = 1.0
        vectors /= np.abs(vectors).max(axis=1, keepdims=True)  # so that no square is too large or too small for a float
        rows_of_length_1: FloatArray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return rows_of_length_1

    def _asked(self, embed: Callable[[], list[list[float]]]) -> list[list[float]]:
        try:
            with self._lock:
                return embed()
        except Exception as error:  # each class fails in its own way
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:_MOST_REASON_CHARACTERS]
            key = getattr(self._model, "api_key", None)
            tells_key = isinstance(key, str) and bool(key) and key in str(error)
            raise BackendError(
                f"cannot embed with {self.id!r}: {type(error).__name__ if tells_key else reason}"
                " - start or mend what serves the model, or name another embedder"
            ) from (None if tells_key else error)  # a traceback prints its causes too

    def _checked(self, rows: list[list[float]], n_rows: int) -> NDArray[np.float64]:
        try:
            vectors = np.asarray(rows, dtype=np.float64)
        except (TypeError, ValueError):  # rows of several lengths, or no numbers
            vectors = np.full(0, np.nan)
        if not self.dim or vectors.shape != (n_rows, self.dim) or not np.isfinite(vectors).all():
            raise BackendError(
                f"cannot embed with {self.id!r}: it gave no {n_rows} vectors of {self.dim} numbers"
                " - name another embedder, or mend what serves the model"
            )
        return vectors


def _clean(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: it cannot be encoded."""
    return _SURROGATE.sub("\ufffd", text)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where each piece of the text ends, and how many tokens it stands for.

    >>> list(_pieces("awakening 東!"))
    [(4, 1), (8, 1), (9, 1), (11, 2), (12, 1)]
    """
    for match in _PIECE.finditer(text):
        piece = match.group()
        yield match.end(), 1 if piece.isascii() else len(piece.encode()) - 1


def _cut(text: str, max_tokens: int) -> str:
    """The beginning of the text that has at most so many tokens, without the white space after it.

    >>> _cut("The giant is awakening ", 3), _cut("The giant ", 9)
    ('The giant', 'The giant')
    """
    end = n_tokens = 0
    for piece_end, n_piece_tokens in _pieces(text):
        n_tokens += n_piece_tokens
        if n_tokens > max_tokens:
            break
        end = piece_end
    return text[:end]
