"""Which texts are copies of each other: the same wire report in two papers, with another headline or a shorter end.

A copy adds to the evidence only the sentences that its original does not have, so that nothing is lost when a copy
differs where it matters ("nine people" for "seven people"). Candidates are found by MinHash, then compared sentence
by sentence. The library datasketch does the first half of that, and needs scipy.

Source: A. Broder, On the resemblance and containment of documents, 1997; banding as in J. Leskovec et al., Mining of
Massive Datasets, section 3.4.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from rag.language.sentences import sentence_spans

__all__ = ["bands_of", "is_copy", "keys_of", "sentence_key", "unknown_runs"]

MIN_SHARE_KNOWN = 0.8
"""Share of a copy's words that stand in sentences of its original."""

_WORDS_OF_A_SHINGLE = 4
_N_BANDS, _ROWS_OF_A_BAND = 16, 4  # two texts that share half of their shingles share a band with probability 0.64
_AT_A_TIME = 4096
# A word is a run of letters; where there are no spaces between words, each character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_random = np.random.default_rng(1997)
_MULTIPLIERS = _random.integers(0, 2**64, size=_N_BANDS * _ROWS_OF_A_BAND, dtype=np.uint64) | np.uint64(1)
_ADDENDS = _random.integers(0, 2**64, size=_N_BANDS * _ROWS_OF_A_BAND, dtype=np.uint64)


def sentence_key(sentence: str) -> str:
    """What is the same in two prints of a sentence: its words, whatever the case, the quotation marks and the spaces.

    >>> sentence_key("“We won’t go,” he said.") == sentence_key("'We won't  go,' he said")
    True
    """
    return " ".join(_WORD.findall(sentence.casefold()))


def keys_of(text: str) -> frozenset[str]:
    """The keys of all sentences of a text."""
    return frozenset(sentence_key(span.slice(text)) for span in sentence_spans(text))


def is_copy(keys: Sequence[str], known: AbstractSet[str]) -> bool:
    """Whether nearly all words of a text stand in sentences that another one has too.

    >>> is_copy(["the bridge opened in 1932", "reporting by ann"], {"the bridge opened in 1932"})
    False
    """
    n_words = sum(key.count(" ") + 1 for key in keys if key)
    n_known = sum(key.count(" ") + 1 for key in keys if key and key in known)
    return n_words > 0 and n_known >= MIN_SHARE_KNOWN * n_words


def unknown_runs(keys: Sequence[str], known: AbstractSet[str]) -> list[tuple[int, int]]:
    """Where sentences that are not known stand, as (first, end), each run with the sentence before it.

    That one says whom "he" is.

    >>> unknown_runs(["a", "b", "c", "d", "e"], {"a", "b", "d"})
    [(1, 5)]
    >>> unknown_runs(["a", "b", "c"], {"a", "b", "c"})
    []
    """
    runs: list[tuple[int, int]] = []
    for ordinal, key in enumerate(keys):
        if not key or key in known:
            continue
        first = max(ordinal - 1, 0)
        if runs and runs[-1][1] >= first:
            runs[-1] = (runs[-1][0], ordinal + 1)
        else:
            runs.append((first, ordinal + 1))
    return runs


def bands_of(keys: Sequence[str]) -> tuple[int, ...]:
    """Sixteen numbers of 64 bits; two texts that share many runs of words share at least one. None without a word."""
    words = " ".join(keys).split()
    if not words:
        return ()
    codes = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    smallest = np.full(len(_MULTIPLIERS), 2**64 - 1, dtype=np.uint64)
    shingles = _shingles(codes)
    for start in range(0, len(shingles), _AT_A_TIME):
        part = shingles[start : start + _AT_A_TIME, None] * _MULTIPLIERS + _ADDENDS
        smallest = np.minimum(smallest, (part ^ (part >> np.uint64(29))).min(axis=0))
    rows = smallest.reshape(_N_BANDS, _ROWS_OF_A_BAND)
    return tuple(_band(number, row.astype("<u8").tobytes()) for number, row in enumerate(rows))


def _band(number: int, row: bytes) -> int:
    digest = hashlib.blake2b(row, digest_size=8, key=bytes([number + 1])).digest()
    return int.from_bytes(digest, "little", signed=True)


def _shingles(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One number for each run of words."""
    n_words = min(_WORDS_OF_A_SHINGLE, len(codes))
    mixed = np.zeros(len(codes) - n_words + 1, dtype=np.uint64)
    for offset in range(n_words):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + len(mixed)] + np.uint64(1)
        mixed ^= mixed >> np.uint64(32)
    return mixed
