"""Plain text files as documents: the text as it is in the file, but for lines broken only because they were full."""

from __future__ import annotations

import re
from pathlib import Path

from rag.readers._decoding import DEFAULT_MAX_BYTES, decoded_with_notice, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers.shape.dateline import author_of, byline, date_of_line, published_of
from rag.readers.shape.wrapping import unwrapped
from rag.types import Document

__all__ = ["TextReader"]

N_HEADLINE_CHARACTERS = 120

_SENTENCE_END = re.compile(r"[.!?…:;,。！？؟।][\"'”’»)\]]*$")


class TextReader:
    """Reads plain text; date and author are those that stand above the body."""

    media_types = frozenset({"text/plain"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of the file; its title is a headline in the first line, or else the file's name.

        Raises:
            ReadError: the file is empty, too large, binary, in no known encoding, or out of reach.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        decoded = decoded_with_notice(data, path)
        text = normalise(decoded.text)
        return make_document(
            path,
            title=_headline(text),
            media_type="text/plain",
            text=unwrapped(text),
            metadata={"published": published_of(text), "author": author_of(text), "notice": decoded.notice},
        )


def _headline(text: str) -> str:
    """The first line when it stands alone above a blank line, a byline or a date and is no sentence; empty otherwise.

    >>> _headline("Trump warns Putin\\n\\nThe President said no."), _headline("He said no.\\n\\nShe said yes.")
    ('Trump warns Putin', '')
    """
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip()
    following = rest.partition("\n")[0]
    is_above = not following.strip() or bool(byline(following) or date_of_line(following))
    is_headline = bool(rest.strip()) and is_above and any(map(str.isalpha, first))
    return first if is_headline and len(first) <= N_HEADLINE_CHARACTERS and not _SENTENCE_END.search(first) else ""
