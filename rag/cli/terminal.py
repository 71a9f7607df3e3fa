"""Printing for people and for programs: text from documents cannot steer a terminal, and stays as it is."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from rag.language.controls import REPLACEMENT, UNSAFE

__all__ = [
    "EXIT_FAILURE",
    "EXIT_INTERRUPTED",
    "EXIT_WRONG_USE",
    "console",
    "count",
    "plain",
    "print_json",
    "print_line",
    "short_path",
    "write",
]

EXIT_FAILURE, EXIT_WRONG_USE, EXIT_INTERRUPTED = 1, 2, 130


def print_line(line: str, *, style: str = "", to_stderr: bool = False, end: str = "\n") -> None:
    """One line, whatever is in the text; long ones are left to the terminal, so that quotes stay as they are."""
    write(line.replace("\n", REPLACEMENT) + end, style=style, to_stderr=to_stderr)


def write(text: str, *, style: str = "", to_stderr: bool = False) -> None:
    """The text, with its line breaks and without what could steer a terminal; on screen at once."""
    # A segment is written as it is; anything else would have its tabs expanded and its lines wrapped.
    segment = Segment(UNSAFE.sub(REPLACEMENT, text), Style.parse(style))
    console(to_stderr=to_stderr).print(Segments([segment]), soft_wrap=True)


def print_json(value: object) -> None:
    """One line of JSON, complete also where the output has no Unicode."""
    is_unicode = "utf" in (sys.stdout.encoding or "").lower()
    sys.stdout.write(json.dumps(value, ensure_ascii=not is_unicode) + "\n")
    sys.stdout.flush()


@cache
def console(*, to_stderr: bool = False) -> Console:
    """The console of standard output, or of standard error."""
    return Console(stderr=to_stderr)


def plain(text: str) -> str:
    """The words, with one blank between them: for comparison, and to fit on one line.

    >>> plain(" What\\n did\\x00he say? ")
    'What did he say?'
    """
    return " ".join(UNSAFE.sub(" ", text).split())


def short_path(path: str) -> str:
    """The path from the working directory, when it is inside it.

    A source is no path to its end: it stays as it is written, "feed.xml#https://…" with both slashes.
    """
    try:
        folder = str(Path.cwd()).rstrip(os.sep) + os.sep
    except OSError:
        return path
    return path.removeprefix(folder) or path


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "document"), count(2000, "document")
    ('1 document', '2,000 documents')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
