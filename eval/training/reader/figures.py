"""What a checkpoint of the reader makes of kept-back passages: `python -m eval.training.reader.figures`.

For each set: the share of answerable questions whose gold sentence is first in its document, and the AUROC of the best
sentence's log-odds, and of the passage's, against the questions that the document does not answer. Every document is
read whole, in windows one behind the other.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from eval.metrics.verification import ScoredPair, auroc
from eval.training.reader.groups import Group, kept_back_questions
from eval.training.reader.train import MAX_TOKENS
from eval.training.reader.windows import MAX_WORDS, window_around, window_of
from eval.training.start import start_folder
from eval.training.verifier.data.examples import Answering, Example
from eval.training.verifier.encoding import labels
from eval.training.verifier.export import averaged
from eval.training.verifier.network import VerifierNetwork, of_sentences
from rag.model.evidence import Encoder, arrays

__all__ = ["ReadGroup", "main", "read_group"]

_N_TOGETHER = 16


class ReadGroup(NamedTuple):
    """A group with the log-odds of its sentences, and of the window that answers best."""

    group: Group
    answers: tuple[float, ...]
    passage: float


def _windows(group: Group) -> Iterator[range]:
    n_words = [len(sentence.split()) for sentence in group.sentences]
    start = 0
    while start < len(n_words):
        window = window_around(n_words, start, before=0, after=len(n_words), max_words=MAX_WORDS)
        yield window
        start = window.stop


def read_group(group: Group, network: VerifierNetwork, encoder: Encoder) -> ReadGroup:
    """Read a document whole; a sentence that does not fit is taken for one that does not answer."""
    examples = [window_of(group, window) for window in _windows(group)]
    answers: list[float] = []
    passage = -30.0
    for start in range(0, len(examples), _N_TOGETHER):
        part = examples[start : start + _N_TOGETHER]
        scores, passages = _scores(part, network, encoder)
        passage = max(passage, *passages)
        for example, of_example in zip(part, scores, strict=True):
            n_heading = len(example.sentences) - len(of_example) if not group.heading else 1
            own = of_example[n_heading:] if group.heading else of_example
            answers += [*own, *[-30.0] * (len(example.sentences) - (1 if group.heading else 0) - len(own))]
    return ReadGroup(group, tuple(answers), passage)


def _scores(
    examples: Sequence[Example], network: VerifierNetwork, encoder: Encoder
) -> tuple[list[list[float]], list[float]]:
    items = [(each, encoder.encode(each.text, each.sentences, max_tokens=MAX_TOKENS)) for each in examples]
    inputs = arrays([encoded for _, encoded in items], multiple=8)
    known = labels(items, inputs.ids.shape[1])
    with torch.inference_mode():
        outputs = network(*(torch.as_tensor(values) for values in inputs))
        scores = of_sentences(outputs.answers, torch.as_tensor(known.sentences), known.answering.shape[1])
    verdicts = outputs.verdicts
    passages = (verdicts[:, 0] - torch.logsumexp(verdicts[:, 1:], dim=1)).tolist()
    return [row[: len(encoded.ends)] for row, (_, encoded) in zip(scores.tolist(), items, strict=True)], passages


def _figures(read: Sequence[ReadGroup]) -> dict[str, float]:
    firsts = []
    for each in read:
        if each.group.is_answered:
            best = max(range(len(each.answers)), key=each.answers.__getitem__)
            firsts.append(each.group.answering[best] is not Answering.NO)
    found = {"n": float(len(read)), "answered": float(len(firsts)), "first": sum(firsts) / max(1, len(firsts))}
    for name in ("sentence", "passage"):
        scores = [max(each.answers) if name == "sentence" else each.passage for each in read]
        pairs = [ScoredPair(each.group.is_answered, True, score) for each, score in zip(read, scores, strict=True)]
        found[f"auroc_{name}"] = auroc(pairs).value or 0.0
    return {name: round(value, 4) for name, value in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.reader.figures", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, nargs="+", required=True, help="of several the mean is taken")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=150, help="questions of each set")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    network = VerifierNetwork(start_folder())
    network.load_state_dict(averaged(given.checkpoint))
    network.eval()
    encoder = Encoder(start_folder())
    read: dict[str, list[ReadGroup]] = defaultdict(list)
    for group in kept_back_questions(given.data):
        if len(read[group.source]) < given.limit and any(label is not Answering.UNKNOWN for label in group.answering):
            read[group.source].append(read_group(group, network, encoder))
    for name, of_set in read.items():
        print(json.dumps({"set": name} | _figures(of_set)))


if __name__ == "__main__":
    main()
