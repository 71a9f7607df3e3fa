"""Where gold quotes stand: verbatim in the documents, but for white space, which readers and people set differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from rapidfuzz import fuzz

from eval.cases import DataError, GoldSpan
from eval.questions.files import BadLine, Gold, Question
from rag import AddReport, Assistant, Span

__all__ = ["Located", "add_folder", "locate", "places_of"]

_LIKENESS = 75.0
"""From here on, of 100, other words are told as the nearest ones."""


class Located(NamedTuple):
    """What was found of the questions' gold.

    spans: by the question's id, in the order of documents and positions.
    missing: quotes that stand nowhere, or whose document is not there: nothing can be measured with these.
    ambiguous: quotes that stand at several places, each of which then counts.
    """

    spans: Mapping[str, tuple[GoldSpan, ...]]
    missing: tuple[BadLine, ...]
    ambiguous: tuple[BadLine, ...]


def add_folder(assistant: Assistant, folder: Path) -> tuple[dict[str, str], AddReport]:
    """Make the assistant's store hold what the folder holds; what people call a document, by its id.

    A document is called by its path below the folder, with slashes.

    Raises:
        DataError: there is no such folder, or nothing in it can be read.
    """
    if not folder.is_dir():
        raise DataError(str(folder), "there is no such folder - name the one with the documents")
    report = assistant.sync(folder, allow_empty=True)
    names = {info.id: name_of(info.source, folder) for info in assistant.documents()}
    if not names:
        why = f"; {report.failed[0].source}: {report.failed[0].reason}" if report.failed else ""
        raise DataError(str(folder), f"it holds no document that can be read{why} - name a folder with documents")
    return names, report


def name_of(source: str, folder: Path) -> str:
    """The source as its path below the folder.

    >>> name_of("/home/ana/texts/a/b.txt", Path("/home/ana/texts"))
    'a/b.txt'
    """
    try:
        return Path(source).relative_to(folder.absolute()).as_posix()
    except ValueError:
        return source


def places_of(quote: str, text: str) -> list[Span]:
    """Every place of the text where the quote stands, whatever the white space between its words; by start.

    >>> [(span.start, span.end) for span in places_of("He won.", "He  won. They lost. He\\nwon.")]
    [(0, 8), (20, 27)]
    """
    words = quote.split()
    if not words:
        return []
    found = re.finditer(r"\s+".join(map(re.escape, words)), text)
    return [Span(start=match.start(), end=match.end()) for match in found]


def locate(questions: Sequence[Question], names: Mapping[str, str], texts: Mapping[str, str]) -> Located:
    """Where the gold of the questions stands.

    names: what people call a document, by its id. texts: its text, by its id.
    """
    id_by_name = {name: document_id for document_id, name in names.items()}
    spans: dict[str, tuple[GoldSpan, ...]] = {}
    missing: list[BadLine] = []
    ambiguous: list[BadLine] = []
    for question in questions:
        found: set[GoldSpan] = set()
        for gold in question.gold:
            within = _documents(gold, id_by_name)
            here = {GoldSpan(names[each], span) for each in within for span in places_of(gold.quote, texts[each])}
            found |= here
            if not here:
                missing.append(BadLine(question.line, _why_missing(gold, within, names, texts)))
            elif len(here) > 1:
                ambiguous.append(BadLine(question.line, _why_ambiguous(gold, sorted(here), id_by_name, texts)))
        spans[question.id] = tuple(sorted(found))
    return Located(spans, tuple(missing), tuple(ambiguous))


def _documents(gold: Gold, id_by_name: Mapping[str, str]) -> list[str]:
    """The ids of the documents that the gold may stand in; the end of a path does where only one document has it."""
    if not gold.document:
        return list(id_by_name.values())
    if gold.document in id_by_name:
        return [id_by_name[gold.document]]
    named = gold.document.replace("\\", "/")
    for end in (named, PurePosixPath(named).name):
        alike = [each for name, each in id_by_name.items() if f"/{name}".endswith(f"/{end}")]
        if len(alike) == 1:
            return alike
    return []


def _why_missing(gold: Gold, within: Sequence[str], names: Mapping[str, str], texts: Mapping[str, str]) -> str:
    if not within:
        there = ", ".join(sorted(names.values())[:5]) + (" …" if len(names) > 5 else "")
        return f"there is no document {gold.document!r} - write one of {there}"
    nearest = max(_nearest(gold.quote, within, names, texts), default=None)
    said = f"; nearest is {_cut(nearest[1])} in {nearest[2]}" if nearest else ""
    place = f"in {names[within[0]]}" if gold.document else "in any document"
    return (
        f"the gold {_cut(gold.quote)} does not stand {place}{said} - quote the document's words, or mend the document"
    )


def _nearest(
    quote: str, within: Sequence[str], names: Mapping[str, str], texts: Mapping[str, str]
) -> Iterator[tuple[float, str, str]]:
    for each in within:
        found = fuzz.partial_ratio_alignment(quote, texts[each], score_cutoff=_LIKENESS)
        if found is not None and found.dest_end > found.dest_start:
            yield found.score, _whole_words(texts[each], found.dest_start, found.dest_end), names[each]


def _whole_words(text: str, start: int, end: int) -> str:
    """The text from `start` up to `end`, with the rest of the words at its ends."""
    before, after = re.search(r"\S*$", text[:start]), re.match(r"\S*", text[end:])
    return f"{before[0] if before else ''}{text[start:end]}{after[0] if after else ''}"


def _why_ambiguous(
    gold: Gold, found: Sequence[GoldSpan], id_by_name: Mapping[str, str], texts: Mapping[str, str]
) -> str:
    places = [f"{each.document_id} line {_line(texts[id_by_name[each.document_id]], each.span)}" for each in found[:3]]
    told = ", ".join(places) + (" and more" if len(found) > 3 else "")
    todo = "quote more of it" if len({each.document_id for each in found}) == 1 else "name its document"
    return f"the gold {_cut(gold.quote)} stands at {len(found)} places ({told}): each of them counts - {todo}"


def _line(text: str, span: Span) -> int:
    return text.count("\n", 0, span.start) + 1


def _cut(quote: str) -> str:
    words = " ".join(quote.split())
    return f"“{words[:80]}…”" if len(words) > 80 else f"“{words}”"
