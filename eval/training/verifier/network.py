"""The network: a small encoder with three outputs, and what training lets it pay for being wrong."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import AutoModel

from eval.training.verifier.data.examples import Target
from eval.training.verifier.encoding import IGNORED

__all__ = ["Losses", "Outputs", "VerifierNetwork", "losses", "of_sentences"]

N_VERDICTS = 3
_FAR_BELOW = -30.0
"""In place of a logit that is not there."""
_YES_WEIGHT = 2.0
_WRONG_WEIGHT = 4.0
"""Of a positive label against a negative one: most sentences do not answer, and most words are supported."""
_LISTWISE_SHARE, _WORDS_SHARE = 0.5, 0.5
_SMOOTHING = 0.02


class Outputs(NamedTuple):
    """Logits: verdicts (n, 3) in the order of `Target`, answers and wrong (n, length), one for each token."""

    verdicts: Tensor
    answers: Tensor
    wrong: Tensor


class Losses(NamedTuple):
    """Each a mean over what is labelled in the batch, 0 where nothing is."""

    verdict: Tensor
    answers: Tensor
    words: Tensor

    def total(self) -> Tensor:
        """What is minimised."""
        return self.verdict + self.answers + _WORDS_SHARE * self.words


class VerifierNetwork(nn.Module):
    """A BERT-like encoder, read at its first token, at the sentences and at the words of the claim.

    The verdict sees the worst word directly: one wrong word makes a claim wrong, however well the others fit. The
    encoder has no dropout, which costs a fifth of the time and has little to prevent while most examples are seen once.
    """

    def __init__(self, folder: Path, *, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            str(folder), attn_implementation=attention, add_pooling_layer=False, hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        size = int(self.encoder.config.hidden_size)
        self.token_head = nn.Linear(size, 2)
        self.hidden = nn.Linear(2 * size, size)
        self.dropout = nn.Dropout(0.1)
        self.verdict_head = nn.Linear(size, N_VERDICTS)
        self.of_worst_word = nn.Parameter(torch.tensor([-0.5, 0.25, 0.25]))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Outputs:
        """ids, mask, types: as `rag.model.evidence.arrays` makes them."""
        states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        answers, wrong = self.token_head(states).float().unbind(-1)
        in_text = ((mask == 1) & (types == 0)).float()
        mean = (states * in_text[:, :, None]).sum(1) / in_text.sum(1, keepdim=True).clamp(min=1.0)
        worst = (wrong * in_text + _FAR_BELOW * (1 - in_text)).amax(1, keepdim=True)
        hidden = torch.tanh(self.hidden(torch.cat([states[:, 0], mean], dim=-1)))
        verdicts = self.verdict_head(self.dropout(hidden)) + worst * self.of_worst_word
        return Outputs(verdicts.float(), answers, wrong)


def losses(outputs: Outputs, *, targets: Tensor, sentences: Tensor, answering: Tensor, wrong: Tensor) -> Losses:
    """targets, sentences, answering, wrong: as `eval.training.verifier.encoding.labels` makes them."""
    answers = of_sentences(outputs.answers, sentences, answering.shape[1])
    return Losses(
        _verdict_loss(outputs.verdicts, targets),
        _binary_loss(answers, answering, _YES_WEIGHT) + _LISTWISE_SHARE * _listwise(answers, answering),
        _binary_loss(outputs.wrong, wrong, _WRONG_WEIGHT),
    )


def of_sentences(logits: Tensor, sentences: Tensor, n: int) -> Tensor:
    """The mean over the tokens of each sentence: (batch, length) → (batch, n), 0 where there is no such sentence."""
    is_inside = nn.functional.one_hot(sentences, n + 1)[:, :, 1:].float()
    return (logits[:, None] @ is_inside)[:, 0] / is_inside.sum(1).clamp(min=1.0)


def _verdict_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy with a little label smoothing; `REFUSED` is paid by the two refusals together."""
    log = torch.log_softmax(logits, dim=-1)
    refused = torch.logsumexp(log[:, 1:], dim=-1, keepdim=True)
    known = targets != Target.UNKNOWN
    picked = torch.cat([log, refused, log[:, :1]], dim=-1).gather(1, targets[:, None])[:, 0]
    smooth = (log[:, 0] + refused[:, 0]) / 2
    each = -(1 - _SMOOTHING) * picked - _SMOOTHING * smooth
    return (each * known).sum() / known.sum().clamp(min=1)


def _binary_loss(logits: Tensor, labels: Tensor, weight: float) -> Tensor:
    known = labels != IGNORED
    each = nn.functional.binary_cross_entropy_with_logits(logits, labels.clamp(min=0.0), reduction="none")
    weights = known * (1 + (weight - 1) * (labels == 1.0))
    return (each * weights).sum() / weights.sum().clamp(min=1.0)


def _listwise(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of the gold sentences against the others beside the same question.

    Source: Cao et al. 2007, Learning to Rank: From Pairwise to Listwise Approach (top-one probability).
    """
    known = labels != IGNORED
    log = torch.log_softmax(torch.where(known, logits, torch.full_like(logits, _FAR_BELOW)), dim=-1)
    gold = (labels == 1.0).float()
    n_gold = gold.sum(1)
    each = -(log * gold).sum(1) / n_gold.clamp(min=1.0)
    return (each * (n_gold > 0)).sum() / (n_gold > 0).sum().clamp(min=1)
