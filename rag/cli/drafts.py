"""`rag check-draft`: what of a draft the documents bear out, for people, for programs, and as a page."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from rag.cli.terminal import EXIT_FAILURE, count, plain, print_json, print_line, short_path, write
from rag.errors import ReadError, SettingsError
from rag.types import DraftFinding, DraftPlace, DraftReport, DraftVerdict, Span

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["check_draft"]

_FROM_INPUT = "-"
_MOST_INPUT_BYTES = 5_000_000
_WRONG, _FINE, _HIT = "bold red", "green", "bold underline"


def check_draft(
    draft: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The draft, of any kind that can be added; - reads text.")
    ],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page, too.")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show also what is as it should be.")] = False,
    where: WhereOption = "",
    source: SourcesOption = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold every quotation and claim of a draft against the documents. Ends with 1 when something is wrong.

    The draft is not added to the store, and where it is in there it proves nothing.
    """
    with open_assistant(store, settings) as assistant:
        report = assistant.check_draft(
            _text(assistant, draft), where=where, sources=source or (), left_out=_own_sources(draft)
        )
    if html is not None:
        _write_page(html, report, "Draft" if draft == _FROM_INPUT else Path(draft).name)
    if as_json:
        from rag.newsroom.draft.serialisation import draft_to_dict

        print_json(draft_to_dict(report))
    else:
        _print(report, show_all=show_all)
    if not report.is_clean:
        raise typer.Exit(EXIT_FAILURE)


def _text(assistant: Assistant, draft: str) -> str:
    if draft != _FROM_INPUT:
        if not Path(draft).expanduser().is_file():
            raise SettingsError(f"cannot check {draft!r}: there is no such file - name the draft, or - for text")
        return assistant.read_draft(draft)
    written = sys.stdin.buffer.read(_MOST_INPUT_BYTES + 1)
    if len(written) > _MOST_INPUT_BYTES:
        raise SettingsError(f"cannot check a draft of more than {_MOST_INPUT_BYTES:,} bytes - check it in parts")
    if not written.strip():
        raise SettingsError("cannot check the draft: standard input is empty - give its text")
    with tempfile.TemporaryDirectory() as folder:  # so that it is read as a file is: its encoding, and wrapped lines
        path = Path(folder) / "draft.txt"
        path.write_bytes(written)
        try:
            return assistant.read_draft(path)
        except ReadError as error:
            raise ReadError("standard input", error.reason) from error


def _own_sources(draft: str) -> tuple[str, ...]:
    """What the store calls the draft's own file, where it was added."""
    return () if draft == _FROM_INPUT else (str(Path(draft).expanduser().absolute()),)


def _write_page(path: Path, report: DraftReport, title: str) -> None:
    from rag.newsroom.draft.page import draft_page

    try:
        path.write_text(draft_page(report, title=title), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingsError(f"cannot write {str(path)!r}: {error.strerror or error} - name another file") from error


def _print(report: DraftReport, *, show_all: bool) -> None:
    for finding in report.findings:
        if finding.is_wrong:
            _print_finding(report, finding)
    if show_all:
        for finding in report.findings:
            if not finding.is_wrong:
                _print_finding(report, finding)
    if report.notice:
        print_line(report.notice)
    print_line(_summary(report), style=_FINE if report.is_clean else _WRONG)


def _summary(report: DraftReport) -> str:
    counts = Counter(finding.verdict for finding in report.findings if not finding.is_wrong)
    fine = ", ".join(f"{n} {verdict.value}" for verdict, n in counts.most_common())
    parts = count(len(report.findings), "part")
    documents = count(report.n_documents, "document")
    return f"{parts} against {documents}: {len(report.wrong)} to look at{f', {fine}' if fine else ''}."


def _print_finding(report: DraftReport, finding: DraftFinding) -> None:
    line = report.text.count("\n", 0, finding.span.start) + 1
    by = f" of {plain(finding.speaker)}" if finding.speaker else ""
    style = _WRONG if finding.is_wrong else _FINE if finding.verdict is not DraftVerdict.UNCHECKED else ""
    print_line(f"{finding.number}. {finding.verdict.value}: {finding.part.value}{by}, line {line}", style=style)
    _print_marked("draft  ", finding.text, finding.span, [each.draft_span for each in finding.differences])
    for place in finding.places:
        _print_place("source ", place, finding)
    if not finding.places and finding.nearest is not None:
        _print_place("nearest", finding.nearest, finding)
    print_line(f"   {finding.advice}")
    print_line("")


def _print_place(side: str, place: DraftPlace, finding: DraftFinding) -> None:
    _print_marked(side, place.quote, place.span, [each.source_span for each in finding.differences])
    said = (place.title or short_path(place.source), place.published[:10], place.speaker)
    print_line(f"           {plain(', '.join(filter(None, said)))}", style="dim")


def _print_marked(side: str, text: str, whole: Span, spans: Iterable[Span]) -> None:
    """One line of the text with what differs marked; where there is no colour, between two signs each."""
    write(f"   {side} ")
    position = whole.start
    for span in sorted(spans):
        if span.start < position or not whole.contains(span) or not len(span) or len(span) == len(whole):
            continue
        write(_on_a_line(text[position - whole.start : span.start - whole.start]))
        write(f"{{{_on_a_line(text[span.start - whole.start : span.end - whole.start])}}}", style=_HIT)
        position = span.end
    write(_on_a_line(text[position - whole.start :]) + "\n")


def _on_a_line(text: str) -> str:
    return text.replace("\n", " ")
