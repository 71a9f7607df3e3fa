"""A reason against a claim, in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Finding", "FindingKind", "conflict", "missing", "of_kind"]


class FindingKind(StrEnum):
    """What a reason is about, as far as it matters for how much the reason may be trusted."""

    NOTHING = "nothing"
    """The evidence does not mention the matter at all."""
    WORDS = "words"
    """Plain words that the evidence does not have."""
    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    NEGATION = "negation"
    MODALITY = "modality"
    """Also hedges, conditions and parts."""
    SPEAKER = "speaker"
    QUOTATION = "quotation"
    UNSTATED = "unstated"
    """The evidence asks or orders it."""
    REPLACED = "replaced"
    """Another thing in the same place, or its opposite."""
    ROLES = "roles"
    """Who does what to whom, where and whose."""
    FRAMED = "framed"
    """The evidence says it inside a frame that takes it back: fiction, a condition, a correction."""
    NARROWED = "narrowed"
    """The claim leaves out what narrows it in the evidence."""
    JOINED = "joined"
    """Put together from parts that do not belong together."""


class Finding(NamedTuple):
    """Why a claim is not supported; `is_conflict` when the evidence says otherwise, not just nothing.

    is_about_speaker: it says who spoke, which a reader needs to know first.
    words: plain words of the claim that the evidence does not have, where that is the reason.
    lacking: words of the claim that have no support. against: words of the evidence that say otherwise.
    """

    reason: str
    is_conflict: bool
    is_about_speaker: bool = False
    kind: FindingKind = FindingKind.NOTHING
    words: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def of_kind(kind: FindingKind, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings, known to be of this kind where no other is known."""
    return (finding._replace(kind=kind) if finding.kind is FindingKind.NOTHING else finding for finding in findings)


def conflict(reason: str, *, lacking: Iterable[str] = (), against: Iterable[str] = ()) -> Finding:
    """The evidence says something else."""
    return Finding(reason, True, lacking=tuple(lacking), against=tuple(against))


def missing(reason: str, *, lacking: Iterable[str] = (), against: Iterable[str] = ()) -> Finding:
    """The evidence does not say it."""
    return Finding(reason, False, lacking=tuple(lacking), against=tuple(against))
