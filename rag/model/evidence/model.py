"""The model at work, on ONNX Runtime (no torch, no transformers), and texts as the token ids that it reads.

It reads [CLS] claim or question [SEP] sentence [SEP] sentence [SEP] …, and its outputs are read where they belong: the
verdict once for the whole, whether a sentence answers as the mean over its tokens, its [SEP] included, and whether a
word is unsupported at the tokens of the claim. Read at the [SEP] alone, a sentence among others is confused with them.
Of a long text only the sentences that share the claim's rare words stand beside it, in the order of the text.

Each pair runs alone, in the order of length, two at a time. The small file scales its activations by all that is in a
batch, so that in a batch a verdict would depend on its neighbours; alone the same pair gives the same numbers to the
last bit, and on two cores that costs nothing (measured: 20 short pairs 33-40 ms alone, 33 ms as one batch).
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import WeightsError
from rag.model.weights import packaged_model

__all__ = [
    "MAX_PASSAGE_TOKENS",
    "MAX_TOKENS",
    "MAX_WORDS",
    "READER",
    "VERIFIER",
    "Arrays",
    "Encoded",
    "Encoder",
    "EvidenceModel",
    "EvidenceReading",
    "arrays",
    "best_sentences",
    "bundled_model",
    "bundled_reader",
    "words_of",
]

MAX_TOKENS = 224
"""Of a claim beside its evidence."""
MAX_PASSAGE_TOKENS = 256
"""Of a question beside a passage under its heading."""
MAX_TEXT_TOKENS = 80
_CHARACTERS_A_TOKEN = 40
"""No text is read further than as many characters for each token that fits; a longer word is one unknown token."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class Encoded(NamedTuple):
    """One text beside sentences.

    n_text: tokens of the text, which begin at position 1. offsets: their characters in the text.
    ends: position of the [SEP] behind each sentence; a sentence that was cut off or left out has none.
    is_whole: whether the text and all sentences are there to their ends.
    """

    ids: tuple[int, ...]
    n_text: int
    offsets: tuple[tuple[int, int], ...]
    ends: tuple[int, ...]
    is_whole: bool = True

    def places(self) -> tuple[slice, ...]:
        """The tokens of each sentence that was not cut off."""
        starts = (self.n_text + 2, *(end + 1 for end in self.ends))
        return tuple(slice(start, end + 1) for start, end in zip(starts, self.ends, strict=False))


class Arrays(NamedTuple):
    """What the model is given, all int64 (n, length): padded with 0; types are 0 for the text and 1 for sentences."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    types: NDArray[np.int64]


class Encoder:
    """The tokenizer of a model folder.

    Raises:
        WeightsError: the folder has no tokenizer of a BERT-like encoder.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer  # only where a model is used

        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare exceptions
            raise WeightsError(f"cannot read the tokenizer {str(path)!r}: {error} - name the folder of a model") from (
                error
            )
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._start, self._separator = self._mark("[CLS]", path), self._mark("[SEP]", path)

    def encode(self, text: str, sentences: Sequence[str], *, max_tokens: int = MAX_TOKENS) -> Encoded:
        """At most `max_tokens` ids; sentences that no longer fit are cut off at the end."""
        texts = [_readable(each[: max_tokens * _CHARACTERS_A_TOKEN]) for each in (text, *sentences)]
        text_tokens, *sentence_tokens = self._tokenizer.encode_batch(texts, add_special_tokens=False)
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
        is_whole = n_text == len(text_tokens.ids) and len(ends) == len(sentence_tokens)
        return Encoded(tuple(ids), n_text, tuple(text_tokens.offsets[:n_text]), tuple(ends), is_whole)

    def _mark(self, mark: str, path: Path) -> int:
        found = self._tokenizer.token_to_id(mark)
        if found is None:
            raise WeightsError(
                f"cannot use the tokenizer {str(path)!r}: it has no {mark!r} - name the folder of a BERT-like encoder"
            )
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


def _readable(text: str) -> str:
    """The text with each lone surrogate, which has no UTF-8 form, replaced by one other character."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


MAX_WORDS = 100
"""Of the sentences together: with the claim they are about 160 tokens."""


def words_of(text: str) -> list[str]:
    """The words of a text, cut to six letters so that forms of one word fall together.

    >>> words_of("Governments govern.")
    ['govern', 'govern']
    """
    return [word[:6] for word in re.findall(r"\w+", text.lower())]


def best_sentences(claim: str, sentences: Sequence[str], *, max_words: int = MAX_WORDS) -> tuple[int, ...]:
    """Positions of the sentences that best cover the claim's words, ascending; all of them when they are short enough.

    A word counts by how few sentences have it, and half once it is covered.

    >>> best_sentences("Rubio left.", ["It rained.", "Rubio left early.", "They met."], max_words=4)
    (1,)
    """
    n_words = [len(sentence.split()) for sentence in sentences]
    if sum(n_words) <= max_words:
        return tuple(range(len(sentences)))
    words = [set(words_of(sentence)) for sentence in sentences]
    counts = Counter(word for each in words for word in each)
    weight = {word: math.log(1 + len(sentences) / counts[word]) for word in set(words_of(claim)) if word in counts}
    chosen: list[int] = []
    room = max_words
    while True:
        left = [number for number in range(len(sentences)) if number not in chosen and n_words[number] <= room]
        if not chosen and not left:  # each sentence alone is too long
            left = list(range(len(sentences)))
        gains = {number: sum(weight.get(word, 0.0) for word in words[number]) for number in left}
        if not gains or max(gains.values()) <= 0.0:
            break
        best = max(gains, key=lambda number: (gains[number], -number))
        chosen.append(best)
        room -= n_words[best]
        for word in words[best] & weight.keys():
            weight[word] /= 2
    return tuple(sorted(chosen)) or (0,)


VERIFIER, READER = "verifier.int8.onnx", "reader.int8.onnx"

N_THREADS = 2


class EvidenceReading(NamedTuple):
    """What the model says about one text beside sentences, as logits.

    verdict: supported, contradicted, unsupported. answers: one for each sentence that was read whole.
    wrong: one for each token of the text; offsets: the characters of that token in the text.
    is_whole: whether all of it was read; what is too long is cut off at its end.
    """

    verdict: NDArray[np.float32]
    answers: NDArray[np.float32]
    wrong: NDArray[np.float32]
    offsets: tuple[tuple[int, int], ...]
    is_whole: bool

    @property
    def support(self) -> float:
        """The log-odds of support against both refusals."""
        supported, *refused = self.verdict.tolist()
        return float(supported - np.logaddexp(*refused))

    @property
    def contradiction(self) -> float:
        """The log-odds of contradiction against the other two."""
        supported, contradicted, unsupported = self.verdict.tolist()
        return float(contradicted - np.logaddexp(supported, unsupported))

    def words_wrong_in(self, text: str, *, above: float = 0.0) -> tuple[str, ...]:
        """The words of `text`, as it was read, that the sentences leave without support, in their order."""
        words: list[str] = []
        end_of_last = -1
        for (start, end), logit in zip(self.offsets, self.wrong.tolist(), strict=True):
            if logit <= above or start < end_of_last or not any(map(str.isalnum, text[start:end])):
                continue
            while start > 0 and text[start - 1].isalnum():
                start -= 1
            while end < len(text) and text[end].isalnum():
                end += 1
            words.append(text[start:end])
            end_of_last = end
        return tuple(words)


class EvidenceModel:
    """An ONNX file of `eval.training.verifier.export`, with the tokenizer beside it. Several threads may read at once.

    n_threads: pairs that are read at the same time.

    Raises:
        WeightsError: the file is no such model.
    """

    def __init__(self, path: Path, *, n_threads: int = N_THREADS, max_tokens: int = MAX_TOKENS) -> None:
        import onnxruntime  # type: ignore[import-untyped]  # only where a model is used

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._encoder = Encoder(path.parent)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library has a class for each thing that can be wrong, and no common one
            said = str(error).strip().splitlines()[0]
            raise WeightsError(
                f"cannot load the model {str(path)!r}: {said} - install the package that carries it again"
            ) from error
        self._n_threads = max(1, min(n_threads, os.cpu_count() or 1))
        self._max_tokens = max_tokens

    def read(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[EvidenceReading]:
        """For each (text, sentences), in their order."""
        encoded = [self._encoder.encode(text, sentences, max_tokens=self._max_tokens) for text, sentences in pairs]
        if len(encoded) < 2 or self._n_threads < 2:
            return [self._run(each) for each in encoded]
        longest_first = sorted(range(len(encoded)), key=lambda position: -len(encoded[position].ids))
        with ThreadPoolExecutor(min(self._n_threads, len(encoded))) as threads:
            done = threads.map(self._run, [encoded[position] for position in longest_first])
            read = dict(zip(longest_first, done, strict=True))
        return [read[position] for position in range(len(encoded))]

    def _run(self, encoded: Encoded) -> EvidenceReading:
        verdicts, answers, wrong = self._session.run(None, arrays([encoded])._asdict())
        return EvidenceReading(
            verdicts[0],
            np.array([answers[0, place].mean() for place in encoded.places()], dtype=np.float32),
            wrong[0, 1 : encoded.n_text + 1],
            encoded.offsets,
            encoded.is_whole,
        )


def bundled_model() -> EvidenceModel:
    """The model that checks claims, which comes with the package, loaded once for the whole process.

    Raises:
        WeightsError: its files are missing or not what they were when the package was made.
    """
    with _LOADING:
        return _loaded(VERIFIER, MAX_TOKENS)


def bundled_reader() -> EvidenceModel:
    """The model that reads passages beside a question, likewise.

    Raises:
        WeightsError: its files are missing or not what they were when the package was made.
    """
    with _LOADING:
        return _loaded(READER, MAX_PASSAGE_TOKENS)


_LOADING = Lock()


@lru_cache(maxsize=2)
def _loaded(name: str, max_tokens: int) -> EvidenceModel:
    return EvidenceModel(packaged_model(name), max_tokens=max_tokens)
