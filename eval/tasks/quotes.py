"""Who said what, on PolNeAR: what of people's words is found, and whether the right one is named.

PolNeAR (Newell, Margolin and Ruths, LREC 2018; `networkdynamics/PolNeAR`) has news articles in which every attribution
is labelled with source, cue and content, thoughts and intentions among them. It has no licence: it is measured with,
and nothing of it is kept here. `--data` names the folder that holds its `data/` (or that folder); a part is `train`,
`dev` or `test`. Rules are made on train and dev; test is for those who check.

Some articles were labelled by several people: the first by name counts. A label that its file gives no text is left
out.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eval.metrics.utterance_overlap import GoldUtterance, UtteranceCounts, utterance_counts
from rag import Span, sentence_spans, utterances_of

__all__ = ["LabelledArticle", "add_arguments", "main", "read_articles"]

PARTS = ("train", "dev", "test")
_LABEL = re.compile(r"^(T\d+)\t(\w+) (\d+ \d+(?:;\d+ \d+)*)\t", re.MULTILINE)
_RELATION = re.compile(r"^E\d+\t(.*)$", re.MULTILINE)


class LabelledArticle(NamedTuple):
    """An article and what people say in it."""

    name: str
    text: str
    utterances: tuple[GoldUtterance, ...]


def read_articles(folder: Path, part: str) -> Iterator[LabelledArticle]:
    """The articles of a part, by name.

    folder: PolNeAR's own, or `data` in it.

    Raises:
        FileNotFoundError: it has no such part.
    """
    root = folder / "data" if (folder / "data").is_dir() else folder
    labels, texts = root / part / "attributions", root / part / "text"
    if not labels.is_dir() or not texts.is_dir():
        raise FileNotFoundError(f"no folders 'attributions' and 'text' in {str(root / part)!r}")
    seen = set()
    for path in sorted(labels.glob("*.ann")):
        name = path.stem.rpartition("_")[0]
        article = texts / f"{name}.txt"
        if name in seen or not article.is_file():
            continue
        seen.add(name)
        text = article.read_bytes().decode("utf-8")
        yield LabelledArticle(name, text, tuple(_utterances(path.read_text(encoding="utf-8"), len(text))))


def _utterances(annotation: str, n_characters: int) -> Iterator[GoldUtterance]:
    labels = {
        label[1]: tuple(_span(part, n_characters) for part in label[3].split(";"))
        for label in _LABEL.finditer(annotation)
    }
    for relation in _RELATION.finditer(annotation):
        roles: dict[str, list[Span]] = {"Source": [], "Content": []}
        for argument in relation[1].split():
            role, _, label = argument.partition(":")
            role = role.rstrip("0123456789")
            if role in roles:
                roles[role] += labels.get(label, ())
        if roles["Content"]:
            yield GoldUtterance(content=tuple(roles["Content"]), source=tuple(roles["Source"]))


def _span(written: str, n_characters: int) -> Span:
    start, end = (min(int(number), n_characters) for number in written.split())
    return Span(start=start, end=end)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval quotes`."""
    default = Path(os.environ["EVAL_DATA"]) / "polnear" if os.environ.get("EVAL_DATA") else None
    parser.add_argument("--data", type=Path, default=default, help="PolNeAR's folder; default: $EVAL_DATA/polnear")
    parser.add_argument("--part", choices=PARTS, default="dev")


def main(options: argparse.Namespace) -> int:
    """Print the figures of one part."""
    try:
        articles = list(read_articles(options.data or Path(), options.part))
    except (OSError, UnicodeDecodeError) as error:
        print(f"cannot read PolNeAR: {error} - set EVAL_DATA or pass --data", file=sys.stderr)
        return 2
    counts, seconds = UtteranceCounts(), 0.0
    for article in articles:
        sentences = sentence_spans(article.text, "en")
        began = time.perf_counter()
        found = utterances_of(article.text, sentences)
        seconds += time.perf_counter() - began
        counts += utterance_counts(article.text, found, article.utterances)
    print(
        f"{options.part}: {len(articles)} articles, {counts.n_gold} labelled, {counts.n_found} found, {seconds:.1f} s"
    )
    for name, (precision, recall, f1) in (("words", counts.words), ("overlap", counts.overlap)):
        print(f"{name:8} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
    print(f"source   {counts.source_accuracy:.3f} of {counts.n_sources}")
    print(f"direct   {counts.wrong_direct:.3f} wrong, {counts.missing_direct:.3f} missing of {counts.n_direct}")
    return 0
