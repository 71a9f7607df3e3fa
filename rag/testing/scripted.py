"""A generator and a verifier that do as they are told: they stand in for models, good ones and bad ones.

They keep no promise but the shape of their sockets, so that tests can show what the code makes of a model that invents
evidence, follows injected text or supports everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.protocols import ClaimWithEvidence
from rag.types import Evidence, Turn, Verdict, VerdictLabel

__all__ = ["GeneratorCall", "ScriptedGenerator", "ScriptedVerifier"]


class GeneratorCall(NamedTuple):
    """What a generator was given."""

    question: str
    evidence: tuple[Evidence, ...]
    history: tuple[Turn, ...]


class ScriptedGenerator:
    """Writes the same pieces of text for every question.

    calls: what it was given, in order.

    >>> "".join(ScriptedGenerator(["It was ", "so. [1]"]).generate("Was it so?", [], []))
    'It was so. [1]'
    """

    id = "scripted"
    prompt_id = "script@1"

    def __init__(self, texts: Sequence[str], *, rewrites: Mapping[str, str] | None = None) -> None:
        self._texts = tuple(texts)
        self._rewrites = dict(rewrites or {})
        self.calls: list[GeneratorCall] = []

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """The pieces of the script."""
        self.calls.append(GeneratorCall(question, tuple(evidence), tuple(history)))
        yield from self._texts

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """What is written down for the question, or the question itself."""
        return self._rewrites.get(question, question)


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
