"""An answer as Markdown with footnotes, each the quotation and where it stands; rendered, every text shows as it was.

Footnotes are as Pandoc, GitHub and PHP Markdown Extra read them: `[^1]`, and `[^1]: …` on a line of its own.
"""

from __future__ import annotations

import re

from rag.language.controls import on_one_line
from rag.newsroom.references.works import Work, reference_in_words
from rag.types import Answer

__all__ = ["escaped_markdown", "footnotes"]

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$@^]|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_LIST_MARKER = re.compile(r"^(\d{0,9})([-+:=.)])")


def escaped_markdown(line: str) -> str:
    """One line of text, so that Markdown shows it as it is: no link, image, heading, element or formula.

    >>> print(escaped_markdown("1. *See* [here](https://x.org) <b>"))
    1\\. \\*See\\* \\[here\\](https\\://x.org) \\<b\\>
    """
    return _LIST_MARKER.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", line))


def footnotes(answer: Answer, works: tuple[Work, ...]) -> bytes:
    """The statements of the answer with the numbers of their notes, then the notes."""
    statements = [
        escaped_markdown(on_one_line(verified.claim.text))
        + "".join(f"[^{citation.number}]" for citation in verified.claim.citations)
        for verified in answer.claims
    ]
    notes = {
        citation.number: f"“{on_one_line(citation.quote)}” {reference_in_words(work, citation)}."
        for work in works
        for citation in work.citations
    }
    written = [f"[^{number}]: {escaped_markdown(note)}" for number, note in sorted(notes.items())]
    return "\n\n".join([" ".join(statements), *written, ""]).encode()
