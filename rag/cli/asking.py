"""`rag ask` and `rag show`: one answer, and its citations in their places."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rag.answering.serialisation import citation_to_dict, to_dict
from rag.cli.answers import (
    print_citations,
    print_claims,
    print_draft,
    print_in_its_place,
    print_nearest,
    print_notice,
    print_outcome,
)
from rag.cli.options import (
    DEFAULT_STORE,
    ApiBaseOption,
    JsonOption,
    LlmOption,
    LlmOptions,
    ModelOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import count, print_json, print_line
from rag.types import Answer, Retrieved

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["NO_DOCUMENTS", "announce", "ask", "show"]

_MOST_READ = 1_000_000
"""Characters of standard input: no question is longer, and a pipe need not end."""

NO_DOCUMENTS = "There are no documents to answer from yet - add some with `rag add PATH`."


def ask(
    words: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="What you want to know; - reads it from standard input.")
    ],
    llm: LlmOption = None,
    api_base: ApiBaseOption = None,
    model: ModelOption = None,
    show_draft: Annotated[
        bool, typer.Option("--show-draft", help="Also show what was written, each verdict, and what was left out.")
    ] = False,
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with sentences of the documents, or say that they do not answer it.

    A language model may phrase the answer; what the documents do not support is left out.
    """
    question = _question_of(words)
    with open_assistant(store, settings, LlmOptions(llm, api_base, model)) as assistant:
        if as_json:
            answer = assistant.ask(question, where=where, sources=sources or ())
            print_json(to_dict(answer, with_draft=show_draft))
            return
        answer = print_claims(
            assistant.stream(question, where=where, sources=sources or ()),
            question,
            on_retrieved=lambda retrieved: announce(assistant, retrieved),
        )
        if not answer.evidence and not assistant.documents():
            print_line(NO_DOCUMENTS)
            return
    _print_rest(answer, show_draft=show_draft)


def _question_of(words: Sequence[str]) -> str:
    """The question, which needs no quotation marks: its words with blanks between them, or what is piped in."""
    if list(words) != ["-"]:
        return " ".join(words)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin.read(_MOST_READ)


def announce(assistant: Assistant, retrieved: Retrieved) -> None:
    """Tell a person at a terminal what was found, while the language model makes them wait."""
    if not sys.stderr.isatty() or not retrieved.evidence:
        return
    from rag.assembly.choices import language_model

    asked = language_model(assistant.settings)
    if asked:
        found = count(len(retrieved.evidence), "sentence")
        print_line(f"{found} found, asking {asked} …", style="dim", to_stderr=True)


def _print_rest(answer: Answer, *, show_draft: bool) -> None:
    print_outcome(answer)
    print_citations(answer)
    print_nearest(answer)
    if show_draft:
        print_draft(answer)
    print_notice(answer)


def show(
    number: Annotated[
        int, typer.Argument(metavar="CITATION", help="Its number in the last answer, or that of a nearest sentence.")
    ],
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a citation of the last answer, or a sentence that came nearest, in its place, with the text around it."""
    with open_assistant(store, settings) as assistant:
        answer = assistant.last_answer()
        place = assistant.place(answer, number)
        context = assistant.context(place)
    if as_json:
        print_json({"status": answer.status.value, **citation_to_dict(place), **context._asdict()})
    else:
        print_in_its_place(place, context, answer)
