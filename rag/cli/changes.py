"""`rag diff`: what changed in a document, or in all of them at the last sync; and what `rag sync` says of edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.options import DEFAULT_STORE, JsonOption, SettingsOption, StoreOption, open_assistant
from rag.cli.terminal import count, plain, print_json, print_line, short_path
from rag.newsroom.serialisation import diff_to_dict
from rag.types import (
    ChangeKind,
    DocumentEdit,
    DocumentVersion,
    SentenceChange,
    Span,
    StaleAnswer,
    VersionDiff,
    VersionSentence,
)

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["diff", "print_edits"]

_N_EDITS = 20


def diff(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="A document: its path, source, address or id.")
    ] = None,
    older: Annotated[
        str, typer.Option("--from", metavar="VERSION", help="The older version: its number, id or a day.")
    ] = "",
    newer: Annotated[
        str, typer.Option("--to", metavar="VERSION", help="The newer version: its number, id or a day.")
    ] = "",
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed in a document, sentence by sentence, and which recorded answers cite that.

    Without a document: every one that changed at the last sync, or whatever else took in a change last.
    """
    if source is None and (older or newer):
        raise typer.BadParameter("--from and --to choose versions of one document: name it")
    with open_assistant(store, settings) as assistant:
        if source is None:
            _show_last(assistant, as_json=as_json)
            return
        found = assistant.diff(source, older=older, newer=newer)
    if as_json:
        print_json(diff_to_dict(found))
    else:
        print_diff(found)


def _show_last(assistant: Assistant, *, as_json: bool) -> None:
    edits, made_at = assistant.last_edits(), assistant.last_edited_at()
    if as_json:
        # One at a time, whatever they are: a whole folder may have changed.
        found = [_last_as_dict(assistant, edit) for edit in edits]
        print_json({"made_at": made_at, "documents": found})
        return
    if not edits:
        print_line("No document has changed since it was added.")
        return
    print_line(f"{count(len(edits), 'document')} changed on {made_at}.")
    for edit in edits:
        print_line("")
        if edit.new_id:
            print_diff(assistant.diff(edit.source, older=edit.old_id, newer=edit.new_id))
        else:
            print_line(f"{short_path(edit.source)}: gone, with {count(edit.n_gone, 'sentence')}", style="bold")


def _last_as_dict(assistant: Assistant, edit: DocumentEdit) -> dict[str, Any]:
    if not edit.new_id:
        return {"source": edit.source, "old_id": edit.old_id, "new_id": "", "n_gone": edit.n_gone}
    return diff_to_dict(assistant.diff(edit.source, older=edit.old_id, newer=edit.new_id))


def print_diff(found: VersionDiff) -> None:
    """Every change with its place in the newer text, of what is gone in the older one, and the answers that cite it."""
    print_line(f"{short_path(found.new.source)}: {_named(found.old)} → {_named(found.new)}", style="bold")
    if len(found.versions) > 2:
        kept = ", ".join(f"{version.number} (added {version.added_at[:10]})" for version in found.versions)
        print_line(f"Versions: {kept}; choose with --from and --to.", style="dim")
    if not found.new.is_current and found.new == found.versions[-1]:
        print_line("It is not searched any more: its file is gone.", style="dim")
    counts = [f"{n:,} {kind.value}" for kind, n in found.counts.items() if n and kind is not ChangeKind.KEPT]
    print_line(f"{', '.join(counts) or 'nothing changed'}; {found.counts[ChangeKind.KEPT]:,} kept.")
    for change in found.changes:
        _print_change(change)
    _print_answers(found.answers)


def _named(version: DocumentVersion) -> str:
    return f"version {version.number}, added {version.added_at}"


def _print_change(change: SentenceChange) -> None:
    what = ", ".join(aspect.value for aspect in change.aspects)
    moved = ", moved" if change.is_moved and change.kind is not ChangeKind.MOVED else ""
    place = ", ".join(str(sentence.ordinal + 1) for sentence in change.new or change.old)
    print_line("")
    print_line(f"{change.kind.value}{moved}{f' ({what})' if what else ''}, sentence {place}", style="dim")
    if change.kind in (ChangeKind.MOVED, ChangeKind.NEW):
        _print_sentences("+" if change.kind is ChangeKind.NEW else " ", change.new, ())
        return
    _print_sentences("-", change.old, [word.old for word in change.words])
    _print_sentences("+", change.new, [word.new for word in change.words])


def _print_sentences(sign: str, sentences: Sequence[VersionSentence], marked: Sequence[Span]) -> None:
    """Each on a line; what differs stands between [ ] marks that say so without colours."""
    opening, closing = ("[-", "-]") if sign == "-" else ("{+", "+}")
    for sentence in sentences:
        text = "".join(
            f"{opening}{part}{closing}" if is_marked else part for part, is_marked in _parts(sentence, marked)
        )
        print_line(f"  {sign} {text}")


def _parts(sentence: VersionSentence, marked: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """The pieces of a sentence, and whether each differs."""
    at = sentence.span.start
    for span in marked:
        start, end = max(span.start, sentence.span.start), min(span.end, sentence.span.end)
        if start < end:
            yield _slice(sentence, at, start), False
            yield _slice(sentence, start, end), True
            at = end
    yield _slice(sentence, at, sentence.span.end), False


def _slice(sentence: VersionSentence, start: int, end: int) -> str:
    return sentence.text[start - sentence.span.start : end - sentence.span.start]


def _print_answers(answers: Sequence[StaleAnswer]) -> None:
    if not answers:
        return
    print_line("")
    print_line(f"{count(len(answers), 'recorded answer')} {'cites' if len(answers) == 1 else 'cite'} what changed:")
    for answer in answers:
        numbers = "".join(f"[{number}]" for number in answer.citations)
        again = f"; asked again: {answer.refreshed_as}" if answer.refreshed_as else ""
        print_line(f"  {answer.id}  {plain(answer.question)} {numbers}{again}")
    if not all(answer.refreshed_as for answer in answers):
        print_line("`rag answers refresh ID` asks one again, `rag answers refresh --all` every one that is stale.")


def print_edits(edits: Sequence[DocumentEdit]) -> None:
    """How much of each document changed, numbers first; what is gone is named elsewhere, unless an answer cites it."""
    edits = [edit for edit in edits if edit.new_id or edit.n_stale]
    if not edits:
        return
    print_line("Changed since they were added:" if len(edits) > 1 else "Changed since it was added:")
    for edit in edits[:_N_EDITS]:
        print_line(f"  {short_path(edit.source)}: {_in_words(edit)}")
    if len(edits) > _N_EDITS:
        print_line(f"  and {count(len(edits) - _N_EDITS, 'more document')}")
    print_line("(`rag diff` shows every change)")


def _in_words(edit: DocumentEdit) -> str:
    if not edit.new_id:
        return f"gone, with {count(edit.n_gone, 'sentence')}{_cited(edit)}"
    numbers = f" ({edit.n_numbers:,} in a number)" if edit.n_numbers else ""
    counted = {f"changed{numbers}": edit.n_changed, "gone": edit.n_gone, "new": edit.n_new, "moved": edit.n_moved}
    said = ", ".join(f"{n:,} {what}" for what, n in counted.items() if n)
    return f"{said}{'; it says so itself' if edit.is_announced else ''}{_cited(edit)}"


def _cited(edit: DocumentEdit) -> str:
    if not edit.n_stale:
        return ""
    return f"; {count(edit.n_stale, 'recorded answer')} {'cites' if edit.n_stale == 1 else 'cite'} that"
