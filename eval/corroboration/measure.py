"""How many sources say what a citation says, and how many are independent: against made groups of news.

Fifteen groups of three short reports a half, written by hand: the same fact in other words, the same copy of an agency,
two reports of one paper, one that names the other, a quotation that all have, other figures, plans, denials, an older
event like it. All reports of a half are in one store. A group whose first citation is none of the reports that say the
fact is counted as missed. Sources are counted by document, `over` and `under` by group.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from eval.cases import Split
from rag import Answer, Assistant, Citation, Settings

__all__ = ["Counts", "add_arguments", "counts_of", "main", "measure"]

_FOLDER = Path(__file__).parent


class Counts(NamedTuple):
    """What was counted over the groups of a half.

    n_missed: groups whose answer cites none of the reports that say it first.
    n_right, n_named, n_gold: other reports that were named and say it; that were named; that say it.
    n_over, n_exact, n_under: groups with more independent sources than there are, as many, fewer.
    milliseconds: for counting, the mean of an answer.
    """

    n_groups: int
    n_missed: int
    n_right: int
    n_named: int
    n_gold: int
    n_over: int
    n_exact: int
    n_under: int
    milliseconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the task."""
    parser.add_argument("--split", choices=[*Split], default=Split.TUNE, type=Split)


def main(options: argparse.Namespace) -> int:
    """Print the counts of a half, and what was not as it should be."""
    counts, notes = measure(options.split, Settings(llm="none"))
    for name, value in counts._asdict().items():
        print(f"{name:12} {value:.1f}" if isinstance(value, float) else f"{name:12} {value}")
    for note in notes:
        print(f"- {note}")
    return 0


def measure(split: Split, settings: Settings) -> tuple[Counts, list[str]]:
    """The counts of a half, and a line for each group that is not as it should be."""
    lines = (_FOLDER / split / "groups.jsonl").read_text(encoding="utf-8").splitlines()
    groups = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        for g, group in enumerate(groups):
            for d, document in enumerate(group["documents"]):
                Path(folder, f"{g:02}-{d}.html").write_text(_page(document), encoding="utf-8")
        with Assistant.open(Path(folder, "store"), settings) as assistant:
            assistant.add(sorted(Path(folder).glob("*.html")))
            assistant.ask(groups[0]["question"])  # models are loaded
            answers = [assistant.ask(group["question"]) for group in groups]
    return counts_of(groups, answers)


def counts_of(groups: Sequence[dict[str, Any]], answers: Sequence[Answer]) -> tuple[Counts, list[str]]:
    """The counts over groups and the answers to their questions, and notes on what is not as it should be."""
    missed, right, named, gold = 0, 0, 0, 0
    differences, notes = [], []
    for g, (group, answer) in enumerate(zip(groups, answers, strict=True)):
        origin = {f"{g:02}-{d}.html": each["origin"] for d, each in enumerate(group["documents"]) if each["origin"]}
        cited = next(iter(answer.citations), None)
        if cited is None or _name(cited.source) not in origin:
            missed += 1
            notes.append(f"missed: {group['question']} ({_name(cited.source) if cited else answer.status.value})")
            continue
        expected = origin.keys() - {_name(cited.source)}
        found = _others(cited)
        right, named, gold = right + len(found & expected), named + len(found), gold + len(expected)
        difference = cited.n_independent - len(set(origin.values()))
        differences.append(difference)
        if difference or found != expected:
            ties = ", ".join(f"{_name(each.source)} {each.tie}" for each in cited.said_elsewhere)
            notes.append(
                f"{group['question']} {_name(cited.source)}: named {sorted(found)} for {sorted(expected)}, "
                f"{cited.n_independent} independent for {len(set(origin.values()))}; {ties}"
            )
    return (
        Counts(
            n_groups=len(groups),
            n_missed=missed,
            n_right=right,
            n_named=named,
            n_gold=gold,
            n_over=sum(each > 0 for each in differences),
            n_exact=differences.count(0),
            n_under=sum(each < 0 for each in differences),
            milliseconds=sum(each.timings_ms.get("corroborate", 0.0) for each in answers) / len(answers),
        ),
        notes,
    )


def _others(cited: Citation) -> set[str]:
    sources = {source for each in cited.said_elsewhere for source in (each.source, *each.also_in)}
    return {_name(source) for source in sources | {*cited.also_in}}


def _name(source: str) -> str:
    return Path(source).name


def _page(document: dict[str, Any]) -> str:
    publisher = document["publisher"]
    site = f'<meta property="og:site_name" content="{escape(publisher)}">' if publisher else ""
    return (
        f"<!doctype html><html lang=en><head><title>{escape(document['title'])}</title>{site}"
        f'<meta property="article:published_time" content="{document["published"]}"></head>'
        f"<body><article><h1>{escape(document['title'])}</h1><p>{escape(document['text'])}</p></article></body></html>"
    )
