"""A sample of cases from all over the data, the same one every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

__all__ = ["sampled"]

Item = TypeVar("Item")


def sampled(items: Sequence[Item], limit: int | None, *, id_of: Callable[[Item], str]) -> Sequence[Item]:
    """So many of the items, in their order; those of a smaller limit are among those of a larger one.

    The first ones would be questions about a few documents only.

    >>> sampled(["a", "b", "c"], 2, id_of=str)
    ['b', 'c']
    """
    if limit is None or limit >= len(items):
        return items
    by_hash = sorted(
        range(len(items)), key=lambda row: hashlib.sha256(id_of(items[row]).encode("utf-8", "surrogatepass")).digest()
    )
    return [items[row] for row in sorted(by_hash[:limit])]
