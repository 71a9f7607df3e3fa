"""A claim is supported when a cross-encoder for natural language inference says that the cited sentences entail it.

Any such model of sentence-transformers or transformers will do; none comes with the installation. Each quote is tried
alone, and the quotes together, since a claim may need two of them while a small model is led astray by a third. What
the model cannot read whole is never cut: half a sentence may say the opposite of the whole one.

Source: Honovich et al. 2022, TRUE: Re-evaluating Factual Consistency Evaluation (entailment as a check of facts);
Laban et al. 2022, SummaC (the maximum over parts of the evidence).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.attributed import said_by
from rag.protocols import ClaimWithEvidence
from rag.types import Verdict, VerdictLabel
from rag.verifiers._cross_encoder import EntailmentModel, Probabilities
from rag.verifiers.rules import checked_threshold

__all__ = ["EntailmentVerifier"]

_CONTRADICTED_FROM = 0.5
"""Probability of contradiction from which a claim that nothing entails is called contradicted."""


class EntailmentVerifier:
    """Judges by a cross-encoder.

    model: a folder, or a name on the Hugging Face hub, there with an optional `@revision`.
    labels: what the model's outputs mean, in their order, such as ("contradiction", "entailment", "neutral"), for a
        model whose config does not say so.
    threshold: probability of entailment from which a claim is supported.
    temperature: the model's logits are divided by it, so that its probabilities can be calibrated.
    batch_size: pairs that run through the model at once.

    Several threads may ask at once.

    Raises:
        WeightsError: the weights are missing or cannot be loaded.
        SettingsError: it is no model for entailment, or two pairs with a known answer come out wrong.
    """

    def __init__(
        self,
        model: str,
        *,
        device: str = "cpu",
        labels: Sequence[str] | None = None,
        threshold: float = 0.5,
        temperature: float = 1.0,
        batch_size: int = 16,
    ) -> None:
        self._threshold = checked_threshold(threshold)
        self._model = EntailmentModel(
            model, device=device, labels=labels, temperature=temperature, batch_size=batch_size
        )
        self.id = f"entailment/{self._model.id}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported, contradicted or unsupported; the reason names the quotes that decided."""
        readings = [_Reading(pair, self._model) for pair in pairs]
        probabilities = iter(
            self._model.probabilities(
                [(window.text, reading.claim) for reading in readings for window in reading.windows]
            )
        )
        return [self._verdict(reading, [next(probabilities) for _ in reading.windows]) for reading in readings]

    def _verdict(self, reading: _Reading, probabilities: Sequence[Probabilities]) -> Verdict:
        if not probabilities:
            return self._made(VerdictLabel.UNSUPPORTED, 0.0, reading.obstacles)
        best = max(range(len(probabilities)), key=lambda index: probabilities[index].entailment)
        worst = max(range(len(probabilities)), key=lambda index: probabilities[index].contradiction)
        score = probabilities[best].entailment
        where = reading.windows[best].place
        if score >= self._threshold:
            reason = f"entailed by {where} with a probability of {score:.2f}"
            return self._made(VerdictLabel.SUPPORTED, score, (reason,))
        contradiction = probabilities[worst].contradiction
        if contradiction >= _CONTRADICTED_FROM:
            reason = f"contradicted by {reading.windows[worst].place} with a probability of {contradiction:.2f}"
            return self._made(VerdictLabel.CONTRADICTED, score, (reason, *reading.obstacles))
        reason = f"entailed by {where} with a probability of only {score:.2f}"
        return self._made(VerdictLabel.UNSUPPORTED, score, (reason, *reading.obstacles))

    def _made(self, label: VerdictLabel, score: float, reasons: tuple[str, ...]) -> Verdict:
        return Verdict(label=label, score=score, verifier_id=self.id, reasons=reasons)


class _Window(NamedTuple):
    """Whole quotes that are read together; `place` names them, for people."""

    text: str
    place: str


class _Reading:
    """A claim, the windows of its evidence, and why there are no more of them."""

    windows: tuple[_Window, ...] = ()
    obstacles: tuple[str, ...] = ()

    def __init__(self, pair: ClaimWithEvidence, model: EntailmentModel) -> None:
        self.claim = " ".join(pair.claim.split())
        quotes = _numbered_quotes(pair)
        if not any(letter.isalnum() for letter in self.claim):
            self.obstacles = ("the claim is empty",)
            return
        if not quotes:
            self.obstacles = ("the claim cites nothing",)
            return
        n_claim_tokens, *counts = model.count_tokens([self.claim, *quotes.values()])
        room = model.max_tokens - n_claim_tokens
        n_tokens = {number: count + 1 for number, count in zip(quotes, counts, strict=True)}  # 1 for the blank between
        fitting = {number: quote for number, quote in quotes.items() if n_tokens[number] <= room}
        self.obstacles = tuple(
            f"quote {number} is longer than the model reads beside the claim"
            for number in quotes
            if number not in fitting
        )
        runs = _runs([n_tokens[number] for number in fitting], room)
        numbers = list(fitting)
        self.windows = tuple(
            _Window(" ".join(fitting[number] for number in numbers[run]), _place(numbers[run])) for run in runs
        )


def _numbered_quotes(pair: ClaimWithEvidence) -> dict[int, str]:
    """Position from 1 → quote, with its speaker in front where it does not name them; blank ones left out."""
    return {
        number: f"{speaker}: {quote}" if speaker and speaker.split()[-1] not in quote else quote
        for number, (speaker, quote) in enumerate(said_by(pair), start=1)
        if quote
    }


def _runs(n_tokens: Sequence[int], room: int) -> Iterator[slice]:
    """Each item alone, and every longest run of neighbours that fits into `room`; each item alone does.

    >>> [(run.start, run.stop) for run in _runs([2, 3, 1], room=5)]
    [(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)]
    """
    yield from (slice(index, index + 1) for index in range(len(n_tokens)))
    stop = 0
    for start in range(len(n_tokens)):
        before = stop
        stop = max(stop, start)
        while stop < len(n_tokens) and sum(n_tokens[start : stop + 1]) <= room:
            stop += 1
        if stop > before and stop - start > 1:
            yield slice(start, stop)


def _place(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"quote {numbers[0]}"
    return f"quotes {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} together"
