"""A timeline as a file for other programs: CSV for spreadsheets, Markdown for texts."""

from __future__ import annotations

import csv
import io

from rag.types import DateOrigin, Timeline

__all__ = ["as_csv", "as_markdown"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(timeline: Timeline) -> str:
    """A heading and one line a row, for spreadsheets: none can take a cell for a formula, and no letter is lost."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["number", "date", "origin", "words", "quote", "source", "title", "published", "as", "conflicts"])
    for row in timeline.rows:
        conflicts = " ".join(map(str, row.conflicts))
        origin, said = row.origin.value, row.assertion.value
        cells = (row.date, origin, row.words, row.quote, row.source, row.title, row.published, said, conflicts)
        writer.writerow([row.number, *map(_cell, cells)])
    return written.getvalue()


def _cell(text: str) -> str:
    """The text, with a mark before it where a spreadsheet would compute it, also behind blanks."""
    return f"'{text}" if text.lstrip(" \u00a0\n").startswith(_FORMULA) else text


def as_markdown(timeline: Timeline) -> str:
    """A table whose cells hold text alone: what Markdown or HTML would read in it is escaped."""
    lines = ["| date | sentence | source |", "|---|---|---|"]
    for row in timeline.rows:
        how = {DateOrigin.RELATIVE: f" ({row.words})", DateOrigin.PUBLISHED: " (published)"}.get(row.origin, "")
        against = f" (another number than row {', '.join(map(str, row.conflicts))})" if row.conflicts else ""
        said = f" ({row.assertion.in_words})" if row.assertion.in_words else ""
        cells = (f"{row.number}. {row.date}{how}", f"{row.quote}{said}{against}", row.source)
        lines.append(f"| {' | '.join(map(_escaped, cells))} |")
    return "\n".join(lines) + "\n"


_MARKS = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_[]|~$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "\n": " ", "\r": " "}
)


def _escaped(text: str) -> str:
    return text.translate(_MARKS)
