"""`rag quotes` and `rag speakers`: who said what in the documents, word for word."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli.asking import named
from rag.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SettingsOption,
    SourcesOption,
    StoreOption,
    WhereOption,
    open_assistant,
)
from rag.cli.terminal import EXIT_FAILURE, count, plain, print_json, print_line, write
from rag.types import FoundQuote, QuotesReport, SourceKind, SpeakerCount, SpeakerQuotes

__all__ = ["quotes", "speakers"]

_COLUMNS = ("speaker", "quote", "speech", "stance", "cue", "named", "published", "title", "source", "line")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def quotes(
    speaker: Annotated[str, typer.Argument(metavar="SPEAKER", help="A name, or part of one.")],
    about: Annotated[str, typer.Option("--about", metavar="WORDS", help="Only quotations with all these words.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="Only documents published then or later: 2025-03-01.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Only documents published then or before.")
    ] = "",
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table, one quotation a row.")] = False,
) -> None:
    """Show what somebody said in the documents, word for word: direct quotations and reported speech."""
    with open_assistant(store, settings) as assistant:
        report = assistant.quotes(speaker, about=about, since=since, until=until, where=where, sources=sources or ())
    if as_json:
        print_json(asdict(report))
    elif as_csv:
        write(_table(report))
    elif report.speakers:
        _print_report(report)
    else:
        print_line(f"rag: {_nothing(report)}", to_stderr=True)
    if not report.speakers:
        raise typer.Exit(EXIT_FAILURE)


def speakers(
    where: WhereOption = "",
    sources: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who speaks in the documents, with how many quotations in how many documents."""
    with open_assistant(store, settings) as assistant:
        found = assistant.speakers(where=where, sources=sources or ())
    if as_json:
        print_json({"speakers": [asdict(one) for one in found]})
        return
    with_names = [one for one in found if one.kind is SourceKind.NAMED]
    for one in with_names:
        print_line(f"{one.n_quotes:7,} in {count(one.n_documents, 'document'):14}  {_called(one)}")
    print_line(f"{count(len(with_names), 'speaker')} with a name; {_without_name(found)}.")


def _called(one: SpeakerCount | SpeakerQuotes) -> str:
    others = ", ".join(one.names[1:])
    return one.speaker + (f" (also: {others})" if others else "")


def _without_name(found: list[SpeakerCount]) -> str:
    described = sum(one.n_quotes for one in found if one.kind is SourceKind.UNNAMED)
    unresolved = sum(one.n_quotes for one in found if one.kind is SourceKind.UNRESOLVED)
    return f"{count(described, 'quotation')} of people without a name, {unresolved:,} of nobody knows whom"


def _nothing(report: QuotesReport) -> str:
    if report.names:
        called = ", ".join(report.names[:5])
        return f"no such quotation of {report.asked!r} ({called}) - leave out a date, a word or a filter"
    if report.nearest:
        return f"nobody who is called {report.asked!r} is quoted - do you mean {' or '.join(report.nearest)}?"
    return f"nobody who is called {report.asked!r} is quoted - see `rag speakers`"


def _print_report(report: QuotesReport) -> None:
    if report.is_ambiguous:
        print_line(f"{report.asked!r} fits {count(len(report.speakers), 'speaker')}, each shown apart.\n".rstrip("\n"))
    for number, one in enumerate(report.speakers):
        if number or report.is_ambiguous:
            print_line("")
        n_documents = len({quote.document_id for quote in one.quotes})
        said = f"{count(len(one.quotes), 'quotation')} in {count(n_documents, 'document')}"
        print_line(f"{_called(one)}: {said}", style="bold")
        for quote in one.quotes:
            print_line("")
            _print_quote(quote)


def _print_quote(quote: FoundQuote) -> None:
    for text in quote.texts:
        for line in text.split("\n"):
            if line.strip():
                print_line(f"  {line}")
    print_line(f"      {_how(quote)}")
    dated = f"{quote.published[:10]}, " if quote.published else ""
    print_line(f"      {dated}{named(quote.title, quote.source)}, line {quote.line}")


def _how(quote: FoundQuote) -> str:
    """By which words the document says who speaks, and whether in quotation marks."""
    speech = f"{quote.utterance.speech.value} speech"
    if not quote.cue:
        return f"{speech}, goes on without a word of saying"
    return f"{speech}: {plain(quote.named)} · {plain(quote.cue)}"


def _table(report: QuotesReport) -> str:
    """Comma-separated values with a header; no cell can be taken for a formula."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows(_rows(report))
    return written.getvalue()


def _rows(report: QuotesReport) -> Iterator[list[str]]:
    for one in report.speakers:
        for quote in one.quotes:
            utterance = quote.utterance
            cells = (
                one.speaker,
                " […] ".join(quote.texts),
                utterance.speech.value,
                utterance.stance.value,
                quote.cue,
                quote.named,
                quote.published,
                quote.title,
                quote.source,
                str(quote.line),
            )
            yield [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
