"""Answers over the gold questions of `seeds/`: are the citations exact, are they the right ones, does it abstain?

Every case counts: an answer that abstains on an answerable question has no gold sentence among its citations. The
dev half tunes thresholds; only the test half is reported as a result.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag import Answer, AnswerStatus, Assistant, Settings, Span

SEEDS = Path(__file__).parents[2] / "seeds"
UNANSWERABLE_TYPES = ("unanswered", "false_premise")


class GoldQuestion(NamedTuple):
    """A question with the sentences that answer it: each alone, or all together when the type is `multiple`."""

    id: str
    question: str
    type: str
    is_answerable: bool
    gold_source: str
    gold_spans: tuple[Span, ...]
    split: str


@dataclass(frozen=True)
class Outcome:
    """What happened with one question.

    n_invalid: citations whose quote is not the slice of their document.
    has_gold: whether a citation overlaps a gold span.
    """

    question: GoldQuestion
    answer: Answer
    n_invalid: int
    has_gold: bool

    @property
    def abstained(self) -> bool:
        """Whether the answer says that the documents do not answer."""
        return self.answer.status is AnswerStatus.ABSTAINED


class Figures(NamedTuple):
    """The figures of one half.

    gold_cited: share of answerable questions with a gold sentence among the citations; abstentions count as misses.
    false_abstentions: share of answerable questions that were not answered.
    abstained: share of unanswerable questions, by type, that were not answered.
    citations_per_answer: mean over answered questions.
    """

    n_answerable: int
    n_unanswerable: dict[str, int]
    n_citations: int
    n_invalid: int
    gold_cited: float
    false_abstentions: float
    abstained: dict[str, float]
    citations_per_answer: float


def read_questions(path: Path) -> list[GoldQuestion]:
    """The gold questions in `path`, one JSON object a line."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        GoldQuestion(
            id=row["id"],
            question=row["question"],
            type=row["type"],
            is_answerable=row["answerable"],
            gold_source=row["gold_source"],
            gold_spans=tuple(Span(start=span["start"], end=span["end"]) for span in row["gold_spans"]),
            split=row["split"],
        )
        for row in rows
    ]


def ask_all(assistant: Assistant, questions: Iterable[GoldQuestion]) -> list[Outcome]:
    """The outcome of each question, in order."""
    outcomes = []
    for question in questions:
        answer = assistant.ask(question.question)
        n_invalid = sum(
            citation.span.slice(assistant.document(citation.document_id).text) != citation.quote
            for citation in answer.citations
        )
        has_gold = any(
            Path(citation.source).name == question.gold_source and citation.span.overlaps(gold)
            for citation in answer.citations
            for gold in question.gold_spans
        )
        outcomes.append(Outcome(question, answer, n_invalid, has_gold))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures over these outcomes."""
    answerable = [outcome for outcome in outcomes if outcome.question.is_answerable]
    by_type = {name: [outcome for outcome in outcomes if outcome.question.type == name] for name in UNANSWERABLE_TYPES}
    answered = [outcome for outcome in outcomes if not outcome.abstained]
    n_citations = sum(len(outcome.answer.citations) for outcome in outcomes)
    return Figures(
        n_answerable=len(answerable),
        n_unanswerable={name: len(of_type) for name, of_type in by_type.items()},
        n_citations=n_citations,
        n_invalid=sum(outcome.n_invalid for outcome in outcomes),
        gold_cited=_share(outcome.has_gold for outcome in answerable),
        false_abstentions=_share(outcome.abstained for outcome in answerable),
        abstained={name: _share(outcome.abstained for outcome in of_type) for name, of_type in by_type.items()},
        citations_per_answer=n_citations / len(answered) if answered else 0.0,
    )


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval seeds`."""
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--misses", action="store_true", help="list what went wrong on the dev half")


def main(options: argparse.Namespace) -> int:
    """Print the table; 1 when a citation is not the slice of its source, else 0."""
    settings = Settings.from_file(options.settings) if options.settings else Settings()
    questions = read_questions(SEEDS / "questions.jsonl")
    with tempfile.TemporaryDirectory() as folder, Assistant.open(folder, settings) as assistant:
        assistant.add([SEEDS])
        assistant.ask(questions[0].question)  # the first question loads what is loaded once
        outcomes = ask_all(assistant, questions)
    for split in ("dev", "test"):
        _print_figures(split, figures([outcome for outcome in outcomes if outcome.question.split == split]))
    _print_latency([outcome.answer for outcome in outcomes])
    if options.misses:
        _print_misses([outcome for outcome in outcomes if outcome.question.split == "dev"])
    n_invalid = sum(outcome.n_invalid for outcome in outcomes)
    print(f"passed: {len(outcomes)} questions, {n_invalid} invalid citations" if not n_invalid else "FAILED")
    return 1 if n_invalid else 0


def _print_figures(split: str, result: Figures) -> None:
    print(f"{split}: {result.n_answerable} answerable questions, {sum(result.n_unanswerable.values())} unanswerable")
    print(f"  citations equal to their source   {result.n_citations - result.n_invalid} of {result.n_citations}")
    print(f"  a gold sentence is cited          {result.gold_cited:.1%} of the answerable")
    print(f"  false abstentions                 {result.false_abstentions:.1%} of the answerable")
    for name, share in result.abstained.items():
        print(f"  abstains, {name:<24}{share:.1%} of {result.n_unanswerable[name]}")
    print(f"  citations an answer               {result.citations_per_answer:.2f}")


def _print_latency(answers: Sequence[Answer]) -> None:
    totals = [answer.trace.timings_ms["total"] for answer in answers]
    rest = [answer.trace.timings_ms["total"] - answer.trace.timings_ms["embed"] for answer in answers]
    print(f"warm question, median: {statistics.median(totals):.1f} ms, {statistics.median(rest):.1f} ms of it besides")
    print("  the question's embedding")


def _print_misses(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        question = outcome.question
        if outcome.has_gold if question.is_answerable else outcome.abstained:
            continue
        print(f"{question.id} {question.type} {outcome.answer.trace.answerability:.2f} {question.question}")
        for citation in outcome.answer.citations:
            print(f"    {citation.quote[:110]}")
