"""`rag chat`: a conversation, in a terminal or over a pipe, one line a question."""

from __future__ import annotations

import io
import re
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.cli.asking import (
    NO_DOCUMENTS,
    announce,
    named_and_dated,
    page_and_line,
    print_citations,
    print_claims,
    print_in_its_place,
    print_nearest,
    print_notice,
    print_outcome,
)
from rag.cli.options import (
    DEFAULT_STORE,
    ApiBaseOption,
    LlmOption,
    LlmOptions,
    ModelOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import count, print_line, write
from rag.errors import NotFoundError, RagError, SettingsError
from rag.types import Answer, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["chat"]

PROMPT = "> "
N_TURNS = 6
HELP = """\
Write a question; it may lean on the ones before it.
  /sources   the citations of the last answer, with their quotes
  /show N    citation N of the last answer, or the sentence that came N-th nearest, in its place
  /new       a new conversation: what was said before is forgotten
  /help      this list
  /quit      ends, as Ctrl-D does; Ctrl-C stops an answer
"""
_COMMAND = re.compile(r"/\w*")


def chat(
    llm: LlmOption = None,
    api_base: ApiBaseOption = None,
    model: ModelOption = None,
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
) -> None:
    """Ask questions that lean on the ones before; `/help` there lists the commands.

    Every answer is checked like those of `rag ask`. What was said before helps to understand a question, and is never
    evidence. Without a terminal, questions are read from standard input, one a line.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if sys.stdin.isatty():
        with suppress(ImportError):  # where there is none, lines cannot be edited
            import readline  # noqa: F401
    from rag.assembly.choices import language_model  # here, so that help does not wait for it

    with open_assistant(store, settings, LlmOptions(llm, api_base, model)) as assistant:
        model_name = language_model(assistant.settings)  # now, since wrong settings would spoil every question
        if sys.stdin.isatty():
            found = count(len(assistant.documents(where=where, sources=sources or ())), "document")
            answered_by = model_name or "their own sentences, no language model"
            print_line(f"{found}, answers by {answered_by}. /help lists the commands.", style="dim", to_stderr=True)
        _converse(Conversation(assistant, where=where, sources=sources or ()))


def _converse(conversation: Conversation) -> None:
    """Lines in, answers out, until the end of the input or `/quit`."""
    while True:
        try:
            line = _read_line().strip()
            if line == "/quit":
                return
            conversation.take(line)
        except EOFError:
            if sys.stdin.isatty():
                print_line("", to_stderr=True)
            return
        except KeyboardInterrupt:
            if not sys.stdin.isatty():
                raise
            print_line("", to_stderr=True)
            print_line("(stopped - /quit or Ctrl-D ends)", style="dim", to_stderr=True)
        except SettingsError:
            raise
        except RagError as error:
            print_line(f"rag: {error}", to_stderr=True)


def _read_line() -> str:
    """The next line; a prompt is for people only, and stays out of a file that the answers go to.

    Raises:
        EOFError: there is none.
    """
    if sys.stdin.isatty() and sys.stdout.isatty():
        return input(PROMPT)
    if sys.stdin.isatty():
        write(PROMPT, to_stderr=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


class Conversation:
    """The last turns, and the last answer with its citations; over the documents that fit a filter, or all."""

    def __init__(self, assistant: Assistant, *, where: str = "", sources: Sequence[str] = ()) -> None:
        self._assistant = assistant
        self._where = where
        self._sources = sources
        self._turns: deque[Turn] = deque(maxlen=N_TURNS)
        self._answer: Answer | None = None

    def take(self, line: str) -> None:
        """Answer a question, or do what a command says.

        Raises:
            RagError: it cannot be done; the conversation can go on.
        """
        command, _, argument = line.partition(" ")
        if not _COMMAND.fullmatch(command):
            if line:
                self._ask(line)
            return
        match command, argument.strip():
            case "/help", "":
                write(HELP)
            case "/new", "":
                self._turns.clear()
                self._answer = None
                print_line("(a new conversation)", style="dim")
            case "/sources", "":
                print_citations(self._last_answer())
                print_nearest(self._last_answer())
            case "/show", number:
                self._show(number)
            case _:
                print_line(f"rag: no command is written {line!r} - /help lists them", to_stderr=True)

    def _ask(self, question: str) -> None:
        assistant = self._assistant
        answer = print_claims(
            assistant.stream(question, history=tuple(self._turns), where=self._where, sources=self._sources),
            question,
            on_retrieved=lambda retrieved: announce(assistant, retrieved),
        )
        if not answer.evidence and not assistant.documents():
            print_line(NO_DOCUMENTS)
            return
        self._answer = answer
        self._turns.append(Turn(question=answer.question, answer=answer.text))
        print_outcome(answer)
        for citation in answer.citations:
            place = f"{named_and_dated(citation)}, {page_and_line(citation)}"
            print_line(f"[{citation.number}] {place}", style="dim")
        print_nearest(answer)
        print_notice(answer)
        print_line("")

    def _show(self, number: str) -> None:
        answer = self._last_answer()
        if not number.isdecimal():
            raise NotFoundError(f"cannot show {number!r} of the last answer - write /show and a number of it")
        place = self._assistant.place(answer, int(number))
        print_in_its_place(place, self._assistant.context(place), answer)

    def _last_answer(self) -> Answer:
        if self._answer is None:
            raise NotFoundError("cannot show citations: nothing was asked yet - ask a question first")
        return self._answer
