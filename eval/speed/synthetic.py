"""Stores of any size without a model: made-up texts, and an embedder that knows their words.

For measuring how storage and indexes behave with a million passages, which no laptop embeds in a day. Words are
drawn by Zipf's law, half of them from the topic of the passage; a text's vector is the sum of its words' vectors, rare
words counting more, whose spectrum falls as that of sentence embeddings does. So neighbours are neighbours for a
reason, lists of an index have something to find, and a question has words in common with what answers it. Texts say
nothing, and nothing about the quality of answers can be learned from them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.assembly.library import Library
from rag.protocols import FloatArray, PassageVectors
from rag.settings import Settings
from rag.storage import schema
from rag.storage.sealing import checksum, passage_seal, seal_of, sentences_digest, text_digest
from rag.types import Span

__all__ = ["SyntheticEmbedder", "fill", "passages", "questions", "settings", "text_of"]

DIM = 384
_N_WORDS, _N_TOPICS, _TOPIC_WORDS, _N_SPEAKERS = 40_000, 2_000, 80, 20_000
_WORDS_A_SENTENCE, _SENTENCES_A_PASSAGE, _PASSAGES_A_DOCUMENT = 14, 3, 8
_SPOKEN_PART = 0.15
_N_STOP_WORDS = 100
_DOCUMENTS_AT_A_TIME = 100
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
_WORD = re.compile(r"\w+")

WordNumbers = NDArray[np.int64]


class _Language(NamedTuple):
    """words: by number, the most frequent first. vectors: float32 (n_words, DIM), long for rare words.

    topics: int64 (n_topics, topic words): the words that each topic prefers.
    """

    words: list[str]
    number_by_word: dict[str, int]
    vectors: FloatArray
    topics: WordNumbers


_language_by_seed: dict[int, _Language] = {}


def _language(seed: int = 1) -> _Language:
    if seed not in _language_by_seed:
        random = np.random.default_rng(seed)
        n = len(_SYLLABLES)
        words = [_SYLLABLES[i % n] + _SYLLABLES[i // n % n] + _SYLLABLES[i // n**2] for i in range(_N_WORDS)]
        spectrum = 1 / np.sqrt(np.arange(DIM) + 10)
        weights = np.log1p(np.arange(_N_WORDS)) ** 1.5
        weights[:_N_STOP_WORDS] = 0
        vectors = random.standard_normal((_N_WORDS, DIM)) * spectrum * weights[:, None]
        topics = random.integers(500, _N_WORDS, (_N_TOPICS, _TOPIC_WORDS))
        _language_by_seed[seed] = _Language(
            words, {word: i for i, word in enumerate(words)}, vectors.astype(np.float32), topics
        )
    return _language_by_seed[seed]


class SyntheticEmbedder:
    """The sum of the words' vectors, brought to length 1; a text of other words points nowhere in particular."""

    id = "synthetic@1"
    dim = DIM
    max_tokens = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many words each text has."""
        return [len(_WORD.findall(text)) for text in texts]

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question."""
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage."""
        return self._embed(texts)

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector, and that of each span's own text."""
        sentences = [self._embed([span.slice(text) for span in own]) for text, own in zip(texts, spans, strict=True)]
        return PassageVectors(self._embed(texts), sentences)

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        language = _language()
        rows = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in enumerate(texts):
            found = (language.number_by_word.get(word.lower()) for word in _WORD.findall(text))
            rows[row] = language.vectors[[number for number in found if number is not None]].sum(axis=0)
        return _unit(rows)


def settings() -> Settings:
    """Settings for a synthetic store."""
    return Settings(embedder=f"{__name__}:SyntheticEmbedder", llm="none")


def fill(folder: Path, n_passages: int, *, seed: int = 1) -> None:
    """A store of `n_passages` passages in the folder, which is empty or missing, with both indexes made and saved.

    Rows are written a hundred documents at a time, straight into the tables: as the store itself writes them, one
    document and one passage after the other, a million would take hours.
    """
    library = Library(folder, settings())
    random = np.random.default_rng(seed)
    with library.store.begin():
        library.store.set_embedder(SyntheticEmbedder.id)
        library.store.passages.put_vectors({b"": np.zeros((1, DIM), dtype=np.float32)}, SyntheticEmbedder.id)
        library.store.passages.delete_unused_vectors()  # the embedder is known now
    n_documents = -(-n_passages // _PASSAGES_A_DOCUMENT)
    for first in range(0, n_documents, _DOCUMENTS_AT_A_TIME):
        rows = _Rows([], [], [], [])
        for number in range(first, min(first + _DOCUMENTS_AT_A_TIME, n_documents)):
            done = number * _PASSAGES_A_DOCUMENT
            _write_document(rows, random, number, range(done + 1, min(done + _PASSAGES_A_DOCUMENT, n_passages) + 1))
        with library.store.begin() as connection:
            for table, values in zip(_TABLES, rows, strict=True):
                connection.execute(table.insert(), values)
            library.word_index.add([row["id"] for row in rows.passages], [row["text"] for row in rows.passages])
    library.vector_search.refresh()
    library.close()


def passages(folder: Path) -> Iterator[tuple[list[str], FloatArray]]:
    """The texts and vectors, float32 (n, DIM), of the passages of a store that `fill` made, by id, some at a time."""
    library = Library(folder, settings())
    stored = library.store.passages
    for ids, vectors in stored.vectors(stored.ids(), DIM):
        ((_, texts, _),) = stored.texts(ids)
        yield texts, vectors
    library.close()


def text_of(random: np.random.Generator, n_passages: int) -> str:
    """A document of so many passages, about one topic, one sentence a line."""
    return "\n".join(_sentence(row) for row in _draw(random, n_passages))


def questions(n: int, *, seed: int) -> list[str]:
    """Questions of a few words, each about a topic as passages are; one in five asks for somebody's words.

    They hold none of the most frequent words, as searching leaves out those of real questions.
    """
    random = np.random.default_rng(seed)
    asked = []
    for number in range(n):
        row = _draw(random, 1)[0]
        words = " ".join(_words(row[row >= _N_STOP_WORDS][:8]))
        name = _name(int(random.integers(_N_SPEAKERS)))
        asked.append(f"What did {name} say about {words}?" if number % 5 == 0 else f"{words}?")
    return asked


def _draw(random: np.random.Generator, n_passages: int) -> WordNumbers:
    """int64 (sentences, words): every other word from the topic, of whose words the first come most often."""
    n = n_passages * _SENTENCES_A_PASSAGE
    topic = (int(random.zipf(1.3)) - 1) % _N_TOPICS if random.random() < 0.5 else int(random.integers(_N_TOPICS))
    preferred = _language().topics[topic]
    words = (random.zipf(1.15, (n, _WORDS_A_SENTENCE)) - 1) % _N_WORDS
    middle = random.integers(0, _TOPIC_WORDS, (n_passages, 1)).repeat(_SENTENCES_A_PASSAGE, axis=0)
    near = (middle + random.geometric(0.15, (n, _WORDS_A_SENTENCE // 2))) % _TOPIC_WORDS
    words[:, 1::2] = preferred[near]
    return words


def _words(numbers: WordNumbers) -> list[str]:
    words = _language().words
    return [words[number] for number in numbers.tolist()]


def _sentence(numbers: WordNumbers) -> str:
    return f"{' '.join(_words(numbers)).capitalize()}."


def _name(number: int) -> str:
    words = _language().words
    return f"{words[number % 3000 + 4000].capitalize()} {words[number + 8000].capitalize()}"


class _Rows(NamedTuple):
    """Rows to insert, by table."""

    documents: list[dict[str, Any]]
    sentences: list[dict[str, Any]]
    embeddings: list[dict[str, Any]]  # before the passages, so that none is noted as loose
    passages: list[dict[str, Any]]


_TABLES = (schema.documents, schema.sentences, schema.embeddings, schema.passages)


def _write_document(rows: _Rows, random: np.random.Generator, number: int, passage_ids: range) -> None:
    drawn = _draw(random, len(passage_ids))
    texts = [_sentence(row) for row in drawn]
    text = "\n".join(texts)
    ends = np.cumsum([len(sentence) + 1 for sentence in texts]) - 1
    starts = ends - [len(sentence) for sentence in texts]
    source = f"/synthetic/{number // 1000:04}/{number}.txt"
    is_spoken = random.random(len(drawn)) < _SPOKEN_PART
    voices = random.integers(0, _N_SPEAKERS, len(drawn))
    spoken = [_name(int(voice)) if is_said else "" for voice, is_said in zip(voices, is_spoken, strict=True)]
    said = list(zip(range(len(drawn)), starts.tolist(), ends.tolist(), spoken, strict=True))
    names = ("ordinal", "start", "end", "speaker")
    rows.sentences.extend({"document_key": number + 1, **dict(zip(names, each, strict=True))} for each in said)
    document: dict[str, Any] = {
        "id": hashlib.sha256(f"{number}\0{text}".encode()).hexdigest()[:16],
        "source": source,
        "file": source,
        "title": f"{number}.txt",
        "media_type": "text/plain",
        "metadata": "{}",
        "file_hash": "",
        "recipe": "",
        "state": "current",
        "added_at": "2026-01-01T00:00:00+00:00",
        "superseded_at": "",
        "duplicate_of": None,
        "text_hash": text_digest(text),
        "sentences_hash": sentences_digest(said),
    }
    rows.documents.append(document | {"key": number + 1, "text": text, "seal": seal_of(schema.documents, document)})
    sums = _language().vectors[drawn].sum(axis=1).reshape(len(passage_ids), _SENTENCES_A_PASSAGE, DIM)
    vectors = _unit(np.concatenate([sums.sum(axis=1, keepdims=True), sums], axis=1).reshape(-1, DIM))
    blobs = vectors.reshape(len(passage_ids), -1).astype("<f4")
    for place, passage_id in enumerate(passage_ids):
        first, last = place * _SENTENCES_A_PASSAGE, (place + 1) * _SENTENCES_A_PASSAGE - 1
        start, end = int(starts[first]), int(ends[last])
        hash_ = hashlib.sha256(f"{passage_id}\0{text[start:end]}".encode()).digest()
        passage: dict[str, Any] = {
            "first_sentence": first,
            "last_sentence": last,
            "start": start,
            "end": end,
            "text": text[start:end],
            "embedding_hash": hash_,
        }
        seal = passage_seal(SimpleNamespace(**passage), document["text_hash"], said[first : last + 1])
        rows.passages.append(passage | {"id": passage_id, "document_key": number + 1, "seal": seal})
        stored = blobs[place].tobytes()
        rows.embeddings.append({"hash": hash_, "embedder_key": 1, "vectors": stored, "checksum": checksum(stored)})


def _unit(rows: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.where(lengths > 0, rows, np.float32(1))
    unit: FloatArray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
