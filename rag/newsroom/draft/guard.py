"""Whether a claim of a draft holds: as answers are checked, or likely, where nothing but other words is against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.checking.alignment import Finding, FindingKind
from rag.checking.rules import examine
from rag.language.saying import VERBS_OF_SAYING
from rag.newsroom.draft.differences import is_negative
from rag.newsroom.draft.lexicon import TURNING
from rag.protocols import ClaimWithEvidence, Verifier
from rag.types import VerdictLabel

__all__ = ["Guard"]


class Guard(NamedTuple):
    """What says whether claims hold: strictly, as what may be shown as true, and as is likelier than not."""

    strict: Verifier
    likely: Verifier

    def holds(self, pairs: Sequence[ClaimWithEvidence]) -> list[bool]:
        """Of each claim whether its evidence says it.

        A draft is written by people, in words of their own. So what is likely holds as well, where the rules have
        nothing against it but such words.
        """
        by_guard = self._supported(self.strict, pairs, [bool(pair.evidence) for pair in pairs])
        is_open = [
            not held and bool(pair.evidence) and _only_words(examine(pair).findings)
            for held, pair in zip(by_guard, pairs, strict=True)
        ]
        likely = self._supported(self.likely, pairs, is_open)
        return [one or other for one, other in zip(by_guard, likely, strict=True)]

    @staticmethod
    def _supported(verifier: Verifier, pairs: Sequence[ClaimWithEvidence], is_asked: Sequence[bool]) -> list[bool]:
        asked = [pair for pair, is_wanted in zip(pairs, is_asked, strict=True) if is_wanted]
        verdicts = iter(verifier.verify(asked) if asked else [])
        return [is_wanted and next(verdicts).label is VerdictLabel.SUPPORTED for is_wanted in is_asked]


def _only_words(findings: Sequence[Finding]) -> bool:
    """Whether a claim says nothing against its evidence but that it uses other words, or fewer that turn nothing."""
    return all(
        each.kind is FindingKind.WORDS or (each.kind is FindingKind.NARROWED and not _turns(" ".join(each.against)))
        for each in findings
    )


def _turns(words: str) -> bool:
    """Whether words that are left out turn or report what is left."""
    low = words.lower().split()
    return any(
        word in TURNING or word in VERBS_OF_SAYING or is_negative(word) or word in ("if", "that", "plan", "plans")
        for word in low
    )
