from __future__ import annotations

import numpy as np

from rag.embedders._token_vectors import batches


def test_batches_hold_every_text_once_within_the_limit_and_with_little_padding():
    random = np.random.default_rng(3)
    lengths = random.integers(2, 300, size=500).tolist()
    found = list(batches(lengths, 1024))
    assert sorted(index for batch in found for index in batch) == list(range(500))
    for batch in found:
        sizes = [lengths[index] for index in batch]
        assert len(batch) * max(sizes) <= 1024
        assert max(sizes) <= max(32, 2 * min(sizes))
    assert list(batches([3, 9, 4], 9)) == [[1], [2, 0]]
    assert list(batches([50, 50], 9)) == [[0], [1]]
    assert list(batches([], 9)) == []
