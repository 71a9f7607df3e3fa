"""What every backend of the `Verifier` socket must keep, and a verifier that does as it is told.

The scripted one stands in for models, good ones and bad ones. It keeps no promise but the shape of its socket, so that
tests can show what the code makes of a model that supports everything.
"""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.protocols import ClaimWithEvidence, Verifier
from rag.types import Verdict, VerdictLabel

__all__ = ["VERIFIER_CHECKS", "ScriptedVerifier", "check_verifier"]

COPIED = ClaimWithEvidence(("Anna climbed the mountain in 1954.",), "Anna climbed the mountain in 1954.")
COPIED_FROM_SECOND = ClaimWithEvidence(("The valley is wide.", *COPIED.evidence), COPIED.claim)
FOREIGN = ClaimWithEvidence(("Bread is baked from flour and water.",), "Anna climbed the mountain in 1954.")
WITHOUT_EVIDENCE = ClaimWithEvidence((), "Anna climbed the mountain in 1954.")
DENIED = ClaimWithEvidence(("Anna did not climb the mountain in 1954.",), "Anna climbed the mountain in 1954.")
ODD = (
    ClaimWithEvidence(("",), ""),
    ClaimWithEvidence(("😀 東京",), "[99] <b>?!"),
    ClaimWithEvidence(("climbed " * 2000,), "climbed"),
)
PAIRS = (COPIED, FOREIGN, COPIED_FROM_SECOND, WITHOUT_EVIDENCE, DENIED, *ODD)


def check_verifier(verifier: Verifier) -> None:
    """Nothing, when the verifier keeps every promise.

    Raises:
        AssertionError: it breaks one.
    """
    for check in VERIFIER_CHECKS:
        check(verifier)


def gives_one_verdict_for_each_pair(verifier: Verifier) -> None:
    """Verdicts are complete: a label, a score from 0 to 1, the verifier's id; no pairs give no verdicts."""
    assert isinstance(verifier.id, str)
    assert verifier.id.strip()
    verdicts = verifier.verify(PAIRS)
    assert len(verdicts) == len(PAIRS)
    for verdict in verdicts:
        assert isinstance(verdict, Verdict)
        assert isinstance(verdict.label, VerdictLabel)
        assert 0.0 <= verdict.score <= 1.0
        assert verdict.verifier_id == verifier.id
        assert all(isinstance(reason, str) and reason for reason in verdict.reasons)
    assert verifier.verify([]) == []


def keeps_the_order_of_pairs(verifier: Verifier) -> None:
    """A pair's verdict depends on neither its neighbours nor its place."""
    together = verifier.verify(PAIRS)
    for verdicts in (verifier.verify(PAIRS[::-1])[::-1], [verifier.verify([pair])[0] for pair in PAIRS]):
        assert [verdict.label for verdict in verdicts] == [verdict.label for verdict in together]
        assert all(abs(one.score - other.score) < 1e-4 for one, other in zip(verdicts, together, strict=True))


def supports_what_is_copied(verifier: Verifier) -> None:
    """A claim that is a cited quote itself is supported, whichever of the quotes it is."""
    for verdict in verifier.verify([COPIED, COPIED_FROM_SECOND]):
        assert verdict.label is VerdictLabel.SUPPORTED
        assert verdict.score >= 0.5


def supports_nothing_else(verifier: Verifier) -> None:
    """What the evidence does not mention, or denies, is not supported; neither is a claim without evidence."""
    for verdict in verifier.verify([FOREIGN, WITHOUT_EVIDENCE, DENIED]):
        assert verdict.label is not VerdictLabel.SUPPORTED
        assert verdict.score < 0.5


VERIFIER_CHECKS: tuple[Callable[[Verifier], None], ...] = (
    gives_one_verdict_for_each_pair,
    keeps_the_order_of_pairs,
    supports_what_is_copied,
    supports_nothing_else,
)


class ScriptedVerifier:
    """Gives every claim the label that was written down for its text, or else `otherwise`.

    calls: the pairs it was given, in order.

    >>> verifier = ScriptedVerifier({"It was not.": VerdictLabel.CONTRADICTED})
    >>> [verdict.label.value for verdict in verifier.verify([ClaimWithEvidence((), "It was not.")])]
    ['contradicted']
    """

    id = "scripted"

    def __init__(
        self, labels: Mapping[str, VerdictLabel] | None = None, *, otherwise: VerdictLabel = VerdictLabel.SUPPORTED
    ) -> None:
        self._labels = dict(labels or {})
        self._otherwise = otherwise
        self.calls: list[ClaimWithEvidence] = []

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """One verdict for each pair; the score is 1 for supported, else 0."""
        self.calls += pairs
        return [self._verdict(pair) for pair in pairs]

    def _verdict(self, pair: ClaimWithEvidence) -> Verdict:
        label = self._labels.get(pair.claim, self._otherwise)
        return Verdict(
            label=label,
            score=1.0 if label is VerdictLabel.SUPPORTED else 0.0,
            verifier_id=self.id,
            reasons=("scripted",),
        )
