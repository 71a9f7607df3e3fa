"""The one form that every text takes before anything is measured in it, and the document made from it.

Line ends become `\\n`; what no reader can see or trust is removed; everything else stays as the author wrote it. The
steps run once, when a file is read, so that every later offset means the same text.
Texts of pages are joined with the place where each page begins.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from rag.errors import ReadError
from rag.types import Document

__all__ = [
    "JoinedPages",
    "any_date",
    "comment_line",
    "document_id",
    "iso_date",
    "join_pages",
    "make_document",
    "normalise",
    "one_line",
]

N_ID_DIGITS = 16
N_TITLE_CHARACTERS = 300

_ISO_DATE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?!\d)")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Removed: controls; soft hyphen, zero-width space, word joiner and byte-order mark, which split words for a search
# and are never seen; bidirectional embeddings, overrides and isolates, which can show a quote in another order than
# it has; the two noncharacters that XML forbids. Kept: the joiners U+200C and U+200D, which Persian, Indic scripts
# and emoji need, and the marks U+200E and U+200F, which Hebrew and Arabic texts use and which reorder no letters.
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
# One code point for one: a no-break space looks like a space, and people type a space when they search.
_NO_BREAK_SPACES = re.compile("[\u00a0\u2007\u202f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Most texts hold nothing of all that: one look is faster than five, and to see that all is printable is faster still.
_ANY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u2007\u200b\u2028\u2029\u202a-\u202f\u2060\u2066-\u2069\ud800-\udfff\ufeff"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
# Tag characters are invisible and can carry text that only a language model reads; flags such as Scotland's need them.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f)|[\U000e0000-\U000e007f]")


def normalise(text: str) -> str:
    """The text with one kind of line end, composed characters (NFC), and nothing invisible that can mislead.

    No-break spaces become spaces, lone surrogates U+FFFD. Normalising twice changes nothing more.

    >>> normalise("a\\r\\nb\\u00a0c\\u00add")
    'a\\nb cd'

    Source: Unicode Standard Annex 15 (NFC); UTR 36, section 3.1 (bidirectional text).
    """
    if not text.replace("\n", "").isprintable() and _ANY.search(text):
        text = _LINE_ENDS.sub("\n", text)
        text = _REMOVED.sub("", text)
        text = _NO_BREAK_SPACES.sub(" ", text)
        text = _SURROGATES.sub("\ufffd", text)
        text = _TAGS.sub(lambda match: match[1] or "", text)
    # Last: what was removed may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """The text normalised, with every run of white space made one space: for titles and metadata.

    >>> one_line(" Talks\\n  in Jeddah ")
    'Talks in Jeddah'
    """
    return " ".join(normalise(text).split())


def iso_date(text: str) -> str:
    """The calendar date at the start of an ISO 8601 time as it is written there; empty when there is none.

    >>> iso_date("2025-03-12T18:22:00Z"), iso_date("12 March"), iso_date("2025-02-30")
    ('2025-03-12', '', '')
    """
    match = _ISO_DATE.match(text)
    try:
        return date.fromisoformat(match[1]).isoformat() if match else ""
    except ValueError:
        return ""


def document_id(source: str, text: str) -> str:
    """Sixteen hexadecimal digits that change when the source or the text does: SHA-256 of source, NUL and text.

    >>> document_id("a.txt", "text")
    '300733c2b387a9cf'
    """
    return hashlib.sha256(f"{source}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:N_ID_DIGITS]


def make_document(
    path: Path, *, title: str, media_type: str, text: str, metadata: Mapping[str, str], key: str = ""
) -> Document:
    """The document of a file; its source is the path as given, and the file's name stands in for an empty title.

    Args:
        text: normalised already, because offsets may have been taken in it.
        key: of the document in a file that holds many; its source is then the path, "#" and the key.
        metadata: entries whose value is blank are left out.

    Raises:
        ReadError: the text is blank.
    """
    if not text.strip():
        raise ReadError(str(path), "there is no text in it - leave it out, or save it again with its text")
    values = {name: one_line(value) for name, value in metadata.items()}
    source = f"{path}#{key}" if key else str(path)
    return Document(
        id=document_id(source, text),
        source=source,
        title=one_line(title)[:N_TITLE_CHARACTERS] or one_line(path.name),
        media_type=media_type,
        text=text,
        metadata={name: value for name, value in values.items() if value},
    )


_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:T\d{2}|\s*$)")
_SLASHES = re.compile(r"\s*(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_SECONDS = re.compile(r"\s*(\d{9,10})(?:\.\d+)?\s*$")
_MILLISECONDS = re.compile(r"\s*(\d{12,13})\s*$")
_MANY_SPACES = re.compile(r"\s{2,}")
_MOST_CHARACTERS = 100


def any_date(text: str) -> str:
    """The calendar date that the text begins with, as it is written there; empty when it is no full date.

    Understood are ISO 8601, the form of mail and RSS, 2025/03/12, and seconds or milliseconds since 1970. A date in
    words, or with slashes and the year last, is left out: 3/4/2025 is two dates.

    >>> any_date("Wed, 12 Mar 2025 23:10:00 -0500"), any_date("20250312T182200Z"), any_date("1741800000")
    ('2025-03-12', '2025-03-12', '2025-03-12')
    >>> any_date("3/4/2025"), any_date("last Tuesday")
    ('', '')
    """
    text = _MANY_SPACES.sub(" ", text[:_MOST_CHARACTERS])
    found = iso_date(text)
    if found:
        return found
    if compact := _COMPACT.match(text):
        return iso_date("-".join(compact.groups()))
    if slashes := _SLASHES.match(text):
        return iso_date("-".join(part.zfill(2) for part in slashes.groups()))
    try:
        if seconds := _SECONDS.match(text):
            return datetime.fromtimestamp(int(seconds[1]), tz=UTC).date().isoformat()
        if milliseconds := _MILLISECONDS.match(text):
            return datetime.fromtimestamp(int(milliseconds[1]) // 1000, tz=UTC).date().isoformat()
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return ""


def comment_line(author: str, text: str, *, place: str = "") -> str:
    """A reader's comment on a document as a line that says whose it is: it is not the author's word.

    >>> comment_line("Ida Ravn", "From June only.", place="D5")
    'Comment on D5 (Ida Ravn): From June only.'
    """
    on_place = f" on {place}" if place else ""
    by_author = f" ({one_line(author)})" if author.strip() else ""
    return f"Comment{on_place}{by_author}: {one_line(text)}"


_SEPARATOR = "\n\n"


class JoinedPages(NamedTuple):
    """The text of all pages, and the offset at which each begins, as `Reader.read` promises it in `page_starts`."""

    text: str
    page_starts: str


def join_pages(pages: Sequence[str]) -> JoinedPages:
    """The pages one after the other, with a blank line between; an empty page begins where the next one does.

    pages: normalised already.

    >>> join_pages(["One.", "", "Three."])
    JoinedPages(text='One.\\n\\nThree.', page_starts='0,6,6')
    """
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages:
        stripped = page.strip()
        starts.append(length)
        if stripped:
            pieces.append(stripped)
            length += len(stripped) + len(_SEPARATOR)
    text = _SEPARATOR.join(pieces)
    return JoinedPages(text, ",".join(str(min(start, len(text))) for start in starts))
