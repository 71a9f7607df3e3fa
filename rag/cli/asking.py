"""`rag ask` and `rag show`: one answer, each claim as soon as it is verified, and its citations in their places."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.answering.serialisation import citation_to_dict, to_dict
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
from rag.cli.terminal import count, plain, print_json, print_line, short_path, write
from rag.language.days import days_named
from rag.types import (
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    Done,
    EventStream,
    Evidence,
    Retrieved,
    Tie,
    VerifiedClaim,
)

if TYPE_CHECKING:
    from rag.assistant import Assistant
if TYPE_CHECKING:
    from rag.answering.citations import Context

__all__ = [
    "NO_DOCUMENTS",
    "announce",
    "ask",
    "named",
    "named_and_dated",
    "page_and_line",
    "print_citations",
    "print_claims",
    "print_draft",
    "print_in_its_place",
    "print_nearest",
    "print_notice",
    "print_outcome",
    "print_place",
    "show",
]

N_NEAREST = 3
N_OTHER_SOURCES = 3


def print_claims(events: EventStream, question: str, *, on_retrieved: Callable[[Retrieved], None]) -> Answer:
    """The answer, when all of its claims are printed on one line; nothing is printed when it has none.

    What the question was understood as stands before them, if that is not what was typed.

    on_retrieved: called when the first evidence is known.
    """
    understood = ""
    has_begun = False
    with closing(events):
        try:
            for event in events:
                if isinstance(event, Retrieved):
                    if not understood:
                        on_retrieved(event)
                    understood = event.question
                    continue
                if not has_begun and plain(understood) != plain(question):
                    print_line(f"(understood as: {understood})", style="dim")
                if isinstance(event, Done):
                    return event.answer
                print_line(f"{' ' if has_begun else ''}{event.claim.claim.marked_text}", end="")
                has_begun = True
        finally:
            if has_begun:
                write("\n")
    raise AssertionError("a stream ends with Done")


def print_outcome(answer: Answer) -> None:
    """What belongs to the text of every answer: that there is none, or that something was left out."""
    if not answer.claims:
        print_line(answer.text)
    if answer.status is AnswerStatus.PARTIAL:
        left_out = count(len(answer.trace.dropped), "statement")
        print_line(f"({left_out} left out, because the sentences cited do not support it.)", style="dim")


def print_citations(answer: Answer) -> None:
    """Each citation with its place and its quote."""
    for citation in answer.citations:
        print_line("")
        print_place(citation)
        print_line(f"    {citation.quote}")
        _print_link(citation)
        _print_other_sources(citation)
        _print_corroboration(citation)


def _print_link(place: Citation) -> None:
    if place.url:
        print_line(f"    {place.url}", style="dim")


def _print_other_sources(place: Citation | Evidence) -> None:
    if place.also_in:
        named_ones = ", ".join(short_path(source) for source in place.also_in[:N_OTHER_SOURCES])
        more = len(place.also_in) - N_OTHER_SOURCES
        print_line(f"    also in {named_ones}{f' and {more:,} more' if more > 0 else ''}", style="dim")


def _print_corroboration(citation: Citation) -> None:
    """How many sources say it, and which other ones, copies apart."""
    if citation.said_elsewhere:
        others = citation.said_elsewhere[:N_OTHER_SOURCES]
        shown = [
            f"{named(each.title, each.source)}{f' ({each.tie})' if each.tie is not Tie.NONE else ''}" for each in others
        ]
        more = len(citation.said_elsewhere) - N_OTHER_SOURCES
        named_ones = f"{', '.join(shown)}{f' and {more:,} more' if more > 0 else ''}"
        print_line(f"    {citation.corroboration_in_words}: {named_ones}", style="dim")


def print_nearest(answer: Answer) -> None:
    """What comes nearest, when the documents do not answer."""
    if answer.status is not AnswerStatus.ABSTAINED or not answer.evidence:
        return
    print_line("")
    print_line("The nearest sentences, which do not answer it:", style="bold")
    for number, sentence in enumerate(answer.evidence[:N_NEAREST], start=1):
        _print_evidence(number, sentence)


def _print_evidence(number: int, sentence: Evidence) -> None:
    place = f"characters {sentence.span.start}-{sentence.span.end}"
    print_line("")
    print_line(f"  {number}. {named_and_dated(sentence)}, {place}", style="dim")
    print_line(f"    {sentence.quote}")
    _print_other_sources(sentence)


def print_notice(answer: Answer) -> None:
    """What a person should know about how the answer was made, if anything; it is no part of the answer."""
    if answer.trace.notice:
        print_line(answer.trace.notice, style="dim", to_stderr=True)


def print_draft(answer: Answer) -> None:
    """What the generator wrote, unchecked and marked as such, and the verdict on each of its claims."""
    trace = answer.trace
    prompt = f", prompt {trace.prompt_id}" if trace.prompt_id else ""
    print_line("")
    print_line(f"Written by {trace.generator_id}{prompt}, before any check:", style="bold")
    for line in trace.draft.splitlines() or ["(nothing)"]:
        print_line(f"    {line}")
    _print_verdicts("Shown", answer.claims)
    _print_verdicts("Left out", trace.dropped)


def _print_verdicts(title: str, claims: tuple[VerifiedClaim, ...]) -> None:
    if not claims:
        return
    print_line("")
    print_line(f"{title}:", style="bold")
    for verified in claims:
        text = " ".join(filter(None, [verified.claim.marked_text, _with_invalid_markers(verified.claim)]))
        print_line(f"  {verified.verdict.label.value}: {plain(text)}")
        for reason in verified.verdict.reasons:
            print_line(f"      {reason}", style="dim")
        _print_words("words without support", verified.verdict.lacking)
        _print_words("words of the source against it", verified.verdict.against)


def _print_words(title: str, words: tuple[str, ...]) -> None:
    if words:
        print_line(f"      {title}: {', '.join(repr(word) for word in words)}", style="dim")


def _with_invalid_markers(claim: Claim) -> str:
    return f"({' '.join(claim.invalid_markers)} names no evidence)" if claim.invalid_markers else ""


def print_place(place: Citation, *, is_cited: bool = True) -> None:
    """One line: number, title, source and date of the place, where it stands there, and as what it is said.

    is_cited: whether it is a citation of an answer, whose number stands in brackets, or only near to what was asked.
    """
    number = f"[{place.number}]" if is_cited else f"{place.number}."
    where = f"{page_and_line(place)}, characters {place.span.start}-{place.span.end}"
    said_as = f" ({place.assertion.in_words})" if place.assertion.in_words else ""
    print_line(f"{number} {named_and_dated(place)}, {where}{said_as}", style="bold")


def page_and_line(citation: Citation) -> str:
    """Where the citation stands: "page 2, line 40", or without a page where the format has none."""
    return ", ".join(filter(None, [citation.page_in_words, f"line {citation.line}", citation.recognition_in_words]))


def print_in_its_place(place: Citation, context: Context, answer: Answer) -> None:
    """What the answer shows under a number, inside the text of its document, with what stands around it."""
    is_cited = answer.status is not AnswerStatus.ABSTAINED
    if not is_cited:
        print_line(f"This does not answer what was asked, but comes near it: {plain(answer.question)}", style="dim")
    print_place(place, is_cited=is_cited)
    _print_link(place)
    _print_other_sources(place)
    _print_corroboration(place)
    print_line("")
    write(context.before)
    write(place.quote, style="bold reverse")
    write(f"{context.after}\n")


def named_and_dated(place: Citation | Evidence) -> str:
    """Title and path of the document, the day on which it was published, if it says so, and what "Tuesday" is then."""
    days = ", ".join(f"{words}: {day}" for words, day in days_named(place.quote, place.published).items())
    published = f"{place.published} ({days})" if days else place.published
    return ", ".join(filter(None, [named(place.title, place.source), published]))


def named(title: str, source: str) -> str:
    """Title and path of a document, or the path alone when the file's name is all the title it has."""
    return short_path(source) if title == Path(source).name else f"{title} · {short_path(source)}"


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
