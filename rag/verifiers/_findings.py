"""A reason against a claim, in words for people."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finding", "conflict", "missing"]


class Finding(NamedTuple):
    """Why a claim is not supported; `is_conflict` when the evidence says otherwise, not just nothing.

    is_about_speaker: it says who spoke, which a reader needs to know first.
    """

    reason: str
    is_conflict: bool
    is_about_speaker: bool = False


def conflict(reason: str) -> Finding:
    """The evidence says something else."""
    return Finding(reason, True)


def missing(reason: str) -> Finding:
    """The evidence does not say it."""
    return Finding(reason, False)
