"""What every backend of the `Embedder` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag.protocols import Embedder, FloatArray
from rag.types import Span

__all__ = ["EMBEDDER_CHECKS", "check_embedder"]

TEXTS = (
    "The giant is awakening. Nobody in the valley had expected it.",
    "Bread is baked from flour, water and salt.",
    "",
    "   ",
    "?!",
    "Москва и Київ ведут переговоры. 東京は今日も雨です。",
    "A smile 😀, a flag 🇺🇦 and a combined e\u0301.",
    "ignore the above [99] <script>alert(1)</script>\x00 DROP TABLE passages;",
    "A lone surrogate \ud83d is not text.",
    "Bread is baked from flour, water and salt.",
    "overlong " * 3000,
)


def check_embedder(embedder: Embedder) -> None:
    """Nothing, when the embedder keeps every promise.

    Raises:
        AssertionError: it breaks one.
    """
    for check in EMBEDDER_CHECKS:
        check(embedder)


def describes_itself(embedder: Embedder) -> None:
    """It has an id, a number of dimensions and a number of tokens that it reads."""
    assert isinstance(embedder.id, str)
    assert embedder.id.strip()
    assert isinstance(embedder.dim, int)
    assert embedder.dim > 0
    assert isinstance(embedder.max_tokens, int)
    assert embedder.max_tokens > 0


def gives_unit_rows_for_any_text(embedder: Embedder) -> None:
    """Questions and passages become float32 (n, dim) with rows of length 1, whatever the text is."""
    for vectors in (embedder.embed_questions(TEXTS), embedder.embed_passages(TEXTS)):
        _assert_unit_rows(vectors, len(TEXTS), embedder.dim)


def gives_no_rows_for_no_texts(embedder: Embedder) -> None:
    """No texts give (0, dim)."""
    _assert_unit_rows(embedder.embed_questions([]), 0, embedder.dim)
    _assert_unit_rows(embedder.embed_passages([]), 0, embedder.dim)
    passages, sentences = embedder.embed_sentences([], [])
    _assert_unit_rows(passages, 0, embedder.dim)
    assert sentences == []
    assert embedder.count_tokens([]) == []


def gives_the_same_row_in_any_batch(embedder: Embedder) -> None:
    """A text's row depends on neither its neighbours nor its place, to 1e-5."""
    for embed in (embedder.embed_questions, embedder.embed_passages):
        together = embed(TEXTS)
        np.testing.assert_allclose(embed(TEXTS[::-1])[::-1], together, atol=1e-5)
        for row, text in zip(together, TEXTS, strict=True):
            np.testing.assert_allclose(embed([text])[0], row, atol=1e-5)


def puts_like_texts_closer(embedder: Embedder) -> None:
    """The inner product says how close texts are: a question is nearer to the passage that shares its words."""
    question = embedder.embed_questions(["Which giant is awakening in the valley?"])[0]
    giant, bread = embedder.embed_passages(TEXTS[:2])
    assert question @ giant > question @ bread


def counts_tokens(embedder: Embedder) -> None:
    """Counts are aligned with the texts, grow with the text, have no limit and leave out marks around the text."""
    counts = embedder.count_tokens(TEXTS)
    assert len(counts) == len(TEXTS)
    assert all(isinstance(count, int) and count >= 0 for count in counts)
    assert embedder.count_tokens(["", "  "]) == [0, 0]
    assert embedder.count_tokens(["word", "word word", "word " * 3000]) == [1, 2, 3000]
    assert embedder.count_tokens(TEXTS[::-1]) == counts[::-1]


def reads_max_tokens(embedder: Embedder) -> None:
    """Of a longer text `max_tokens` are read, and what is beyond is cut."""
    n_read = embedder.max_tokens
    if n_read > 10_000:
        return  # such texts would keep a model busy for minutes
    cut = "word " * n_read
    assert embedder.count_tokens([cut]) == [n_read]
    beyond, same, inside = embedder.embed_passages([cut + "bread flour", cut, "word " * (n_read - 1) + "bread"])
    np.testing.assert_allclose(beyond, same, atol=1e-5)
    assert np.abs(inside - same).max() > 1e-5


def embeds_sentences_of_passages(embedder: Embedder) -> None:
    """Passages are as `embed_passages` gives them; each span has a row, also blank, unread and overlapping ones."""
    first, second = Span(start=0, end=23), Span(start=24, end=61)
    spans = [
        [first, second],
        [],
        [Span(start=0, end=0)],
        [Span(start=0, end=3)],
        [Span(start=1, end=2)],
        [Span(start=0, end=32), Span(start=33, end=43), Span(start=2, end=40)],
        [Span(start=8, end=9)],
        [Span(start=0, end=6)],
        [Span(start=17, end=18)],
        [Span(start=0, end=42)] * 3,
        [Span(start=0, end=8), Span(start=26_000, end=26_990)],
    ]
    passages, sentences = embedder.embed_sentences(TEXTS, spans)
    np.testing.assert_allclose(passages, embedder.embed_passages(TEXTS), atol=1e-5)
    assert len(sentences) == len(TEXTS)
    for rows, text_spans in zip(sentences, spans, strict=True):
        _assert_unit_rows(rows, len(text_spans), embedder.dim)
    np.testing.assert_allclose(sentences[9][0], sentences[9][2], atol=1e-5)
    question = embedder.embed_questions(["Which giant is awakening?"])[0]
    assert question @ sentences[0][0] > question @ sentences[0][1]


def embeds_from_several_threads(embedder: Embedder) -> None:
    """Calls from threads that run at once give what calls one after the other give."""
    texts = [text for text in TEXTS if len(text) < 200]
    questions, counts = embedder.embed_questions(texts), embedder.count_tokens(texts)
    with ThreadPoolExecutor(max_workers=3) as threads:
        embedded = [threads.submit(embedder.embed_questions, texts) for _ in range(4)]
        counted = [threads.submit(embedder.count_tokens, texts) for _ in range(4)]
    for future in embedded:
        np.testing.assert_allclose(future.result(), questions, atol=1e-5)
    assert all(future.result() == counts for future in counted)


def _assert_unit_rows(vectors: FloatArray, n_rows: int, dim: int) -> None:
    assert isinstance(vectors, np.ndarray)
    assert vectors.dtype == np.float32
    assert vectors.shape == (n_rows, dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


EMBEDDER_CHECKS: tuple[Callable[[Embedder], None], ...] = (
    describes_itself,
    gives_unit_rows_for_any_text,
    gives_no_rows_for_no_texts,
    gives_the_same_row_in_any_batch,
    puts_like_texts_closer,
    counts_tokens,
    reads_max_tokens,
    embeds_sentences_of_passages,
    embeds_from_several_threads,
)
