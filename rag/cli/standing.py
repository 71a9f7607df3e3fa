"""`rag watch-question`: questions that stand, and what is said of them when what supports them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import count, plain, print_json, print_line, short_path
from rag.types import QuestionReport, StandingQuestion, SupportingSentence

__all__ = ["print_questions", "watch_question"]


def watch_question(
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="What to ask again after every change.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the questions that stand.")] = False,
    remove: Annotated[
        int | None, typer.Option("--remove", metavar="N", help="Ask the question of that number no more.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Ask all of them again now.")] = False,
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a question that is asked again after each add, sync and watch, and said of only when its support changed."""
    if (question is not None) + show + (remove is not None) + check != 1:
        raise typer.BadParameter("give a question, or one of --list, --remove N and --check")
    with open_assistant(store, settings) as assistant:
        if question is not None:
            made = assistant.watch_question(question, where=where, sources=sources or ())
            _say([made], as_json=as_json, then=f"Standing question {made.number}; {_supported(made)}.")
        elif remove is not None:
            assistant.remove_standing_question(remove)
            _say([], as_json=as_json, then=f"Removed standing question {remove}.")
        elif show:
            found = assistant.standing_questions()
            _say(found, as_json=as_json, then=f"{count(len(found), 'standing question')}.")
        else:
            reports = assistant.check_standing_questions()
            if as_json:
                print_json({"questions": [asdict(report) for report in reports]})
                return
            print_questions(reports)
            print_line(f"{count(len(reports), 'question')} of {len(assistant.standing_questions()):,} changed.")


def _say(questions: Sequence[StandingQuestion], *, as_json: bool, then: str) -> None:
    if as_json:
        print_json({"questions": [asdict(question) for question in questions]})
        return
    for question in questions:
        searched = f" (in {question.searched})" if question.searched else ""
        print_line(f"{question.number:>3}  {plain(question.question)}{searched}; {_supported(question)}")
    print_line(then)


def _supported(question: StandingQuestion) -> str:
    if not question.n_support:
        return "the documents do not answer it"
    return f"{count(question.n_support, 'sentence')} {'supports' if question.n_support == 1 else 'support'} it"


def print_questions(reports: Sequence[QuestionReport]) -> None:
    """Each question whose support changed, with every sentence before and after; nothing when none did."""
    for report in reports:
        print_line("")
        print_line(f"Standing question {report.question.number}: {plain(report.question.question)}", style="bold")
        for change in report.changes:
            print_line(f"  {change.kind.value}:")
            _print_sentence("-", change.before)
            _print_sentence("+", change.after)
        if report.n_erased:
            print_line(f"  {count(report.n_erased, 'sentence')} gone with documents that were removed.")
        if not report.after:
            print_line("  The documents do not answer it now.")


def _print_sentence(sign: str, sentence: SupportingSentence | None) -> None:
    if sentence is not None:
        print_line(f"  {sign} {sentence.quote}  [{short_path(sentence.source)}]")
