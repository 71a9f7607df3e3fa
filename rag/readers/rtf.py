"""Rich text (.rtf) as documents: paragraphs and table rows, each a line, and the notes at the end.

striprtf is not used: it shows hidden and deleted text, writes addresses behind links and bars between cells, which the
document does not say, and loses footnotes.

Source: Rich Text Format Specification 1.9.1, "Contents of an RTF File" and "Unicode RTF".
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._normalisation import make_document, normalise
from rag.readers.shape.raised import lowered, raised, resolved
from rag.readers.shape.tables import Header, table_lines
from rag.types import Document

__all__ = ["RtfReader"]

MAX_DEPTH = 10_000

_TOKEN = re.compile(
    rb"\\bin(?P<skip>\d{1,9}) ?"
    rb"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n]+)"
    rb"|[\r\n]+|\\",
    re.DOTALL,
)
_CHARACTERS: Mapping[str, str] = {
    "line": "\n",
    "softline": "\n",
    "tab": "\t",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "ltrmark": "\u200e",
    "rtlmark": "\u200f",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\"}
_PARAGRAPH_ENDS = frozenset({"par", "sect", "page", "column"})
_UNSHOWN = frozenset(
    [
        *("fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl"),
        *("generator", "info", "pict", "object", "objdata", "fldinst", "header", "headerl", "headerr"),
        *("headerf", "footer", "footerl", "footerr", "footerf", "annotation", "atnid", "atnauthor"),
        *("atndate", "atnref", "atrfstart", "atrfend", "xe", "tc", "bkmkstart", "bkmkend", "themedata"),
        *("colorschememapping", "datastore", "latentstyles", "filetbl", "pntext", "listtext"),
        *("nonshppict", "private", "sp", "sn", "sv", "shprslt", "dptxbxtext", "themedata", "panose"),
    ]
)
_LEVELS = {"super": 1, "sub": -1, "up": 1, "dn": -1, "nosupersub": 0}
_FOOTNOTES = frozenset({"footnote"})
_ABOUT = frozenset({"title", "author"})
# Source: "Font Table", \\fcharsetN.
_ENCODING_BY_CHARSET = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5hkscs",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


class RtfReader:
    """Reads rich text; title and author are what the file says."""

    media_types = frozenset({"application/rtf"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The text of the file without what is hidden or deleted, footnotes after it.

        Raises:
            ReadError: the file is empty, too large, out of reach, no rich text or nested too deeply, or shows no text.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        start = data.find(b"{\\rtf", 0, 100)
        if start < 0:
            raise ReadError(str(path), 'it is no rich text: it does not begin with "{\\rtf" - check its kind')
        parser = _Parser(data[start:], path)
        parser.run()
        return make_document(
            path,
            title="".join(parser.about["title"]),
            media_type="application/rtf",
            text=normalise("\n".join([*parser.body.lines(), *parser.notes.lines()])),
            metadata={"author": "".join(parser.about["author"])},
        )


@dataclass(frozen=True)
class _State:
    """What holds until the group ends.

    level: 1 for what is raised, -1 for what is lowered.
    goes_to: where text goes: "body", "notes", "fonts", one of `_ABOUT`, or "" for nowhere.
    """

    goes_to: str = "body"
    is_hidden: bool = False
    is_again: bool = False
    level: int = 0
    font: int = -1
    n_skipped_after_unicode: int = 1


@dataclass
class _Flow:
    """Text as it grows: paragraphs, and the rows of the table that is open."""

    finished: list[str] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def end_paragraph(self, *, is_in_table: bool) -> None:
        if is_in_table:
            self.paragraph.append("\n")
            return
        text = self._taken()
        self.end_table()
        self.finished += [stripped for line in text.split("\n") if (stripped := line.strip())]

    def end_cell(self) -> None:
        self.cells.append(self._taken())

    def end_row(self) -> None:
        if self.cells:
            self.rows.append(self.cells)
        self.cells = []

    def end_table(self) -> None:
        if self.cells:
            self.end_row()
        if self.rows:
            self.finished += table_lines(self.rows, header=Header.UNCERTAIN)
        self.rows = []

    def lines(self) -> list[str]:
        self.end_paragraph(is_in_table=False)
        return self.finished

    def _taken(self) -> str:
        text = resolved("".join(self.paragraph)).strip()
        self.paragraph.clear()
        return text


class _Parser:
    """Reads the tokens of a file one after the other."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.body = _Flow()
        self.notes = _Flow()
        self.about: dict[str, list[str]] = {"title": [], "author": []}
        self._data = data
        self._path = path
        self._state = _State()
        self._stack: list[_State] = []
        self._encoding = "cp1252"
        self._encoding_by_font: dict[int, str] = {}
        self._bytes = bytearray()
        self._high_surrogate = 0
        self._n_to_skip = 0
        self._is_in_table = False
        self._is_optional = False
        self._is_at_start = False

    def run(self) -> None:
        position = 0
        while match := _TOKEN.match(self._data, position):
            position = match.end()
            kind = match.lastgroup
            if kind == "skip":
                position += int(match["skip"])
            elif kind == "hex":
                self._byte(int(match["hex"], 16))
            elif kind == "text":
                self._text(match["text"])
            elif kind is not None:
                self._flush()
                if kind == "brace":
                    self._brace(match["brace"])
                    if not self._stack and match["brace"] == b"}":
                        return
                elif kind == "symbol":
                    self._symbol(match["symbol"].decode("latin-1"))
                else:
                    number = match["number"]
                    self._word(match["word"].decode("ascii"), None if number is None else int(number))
        self._flush()

    def _brace(self, brace: bytes) -> None:
        self._n_to_skip = 0
        self._is_optional = False
        if brace == b"{":
            if len(self._stack) >= MAX_DEPTH:
                raise ReadError(str(self._path), "its groups are nested too deeply - save it again as text")
            self._stack.append(self._state)
            self._is_at_start = True
        elif self._stack:
            self._state = self._stack.pop()

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            # Only at the start of a group it says what the group is; elsewhere it marks the one word after it.
            self._is_optional = self._is_at_start
        elif self._n_to_skip:
            self._n_to_skip -= 1
        elif symbol in ("\n", "\r"):
            self._word("par", None)
        else:
            self._write(_SYMBOLS.get(symbol, ""))

    def _word(self, word: str, number: int | None) -> None:
        is_optional, self._is_optional = self._is_optional, False
        self._is_at_start = False
        if word == "u" and number is not None:
            self._unicode(number & 0xFFFF)
        elif word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in _PARAGRAPH_ENDS:
            self._flow().end_paragraph(is_in_table=self._is_in_table and word == "par")
        elif word in ("cell", "nestcell"):
            self._flow().end_cell()
        elif word in ("row", "nestrow"):
            self._flow().end_row()
        elif word in _FOOTNOTES:
            self._state = replace(self._state, goes_to="notes" if self._state.goes_to == "body" else "")
            self.notes.end_paragraph(is_in_table=False)
        elif word in _ABOUT:
            if self._state.is_again:
                self.about[word].clear()  # the same in Unicode
            self._state = replace(self._state, goes_to=word)
        elif word == "ud":
            # What stands before it in the group `upr` is the same for programs that know no Unicode.
            self._state = replace(
                self._state, goes_to=self._stack[-2].goes_to if len(self._stack) > 1 else "", is_again=True
            )
        elif word == "upr":
            self._state = replace(self._state, goes_to="")
        elif word == "fonttbl":
            self._state = replace(self._state, goes_to="fonts")
        elif word in _UNSHOWN or (is_optional and word not in ("shptxt", "shpinst", "nesttableprops")):
            self._state = replace(self._state, goes_to="")
        else:
            self._property(word, number)

    def _property(self, word: str, number: int | None) -> None:
        """A word that changes how the text after it is read or shown."""
        is_on = number != 0
        if word in ("v", "deleted"):
            self._state = replace(self._state, is_hidden=is_on)
        elif word in _LEVELS:
            self._state = replace(self._state, level=_LEVELS[word] if is_on else 0)
        elif word == "plain":
            self._state = replace(self._state, is_hidden=False)
        elif word == "intbl":
            self._is_in_table = True
        elif word in ("pard", "trowd"):
            self._is_in_table = word == "trowd"
        elif word == "f":
            self._state = replace(self._state, font=-1 if number is None else number)
        elif word == "fcharset" and self._state.goes_to == "fonts":
            encoding = _ENCODING_BY_CHARSET.get(number or 0, "")
            if encoding:
                self._encoding_by_font[self._state.font] = encoding
        elif word == "ansicpg" and number is not None:
            self._encoding = _known(f"cp{number}") or "cp1252"
        elif word == "mac":
            self._encoding = "mac_roman"
        elif word == "uc":
            self._state = replace(self._state, n_skipped_after_unicode=min(max(number or 0, 0), 100))

    def _flow(self) -> _Flow:
        return self.notes if self._state.goes_to == "notes" else self.body if self._state.goes_to == "body" else _Flow()

    def _unicode(self, code: int) -> None:
        self._n_to_skip = self._state.n_skipped_after_unicode
        if 0xD800 <= code < 0xDC00:
            self._high_surrogate = code
            return
        if 0xDC00 <= code < 0xE000 and self._high_surrogate:
            code = 0x10000 + ((self._high_surrogate - 0xD800) << 10) + (code - 0xDC00)
        self._high_surrogate = 0
        self._write(chr(code))

    def _byte(self, value: int) -> None:
        self._is_at_start = False
        if self._n_to_skip:
            self._n_to_skip -= 1
        else:
            self._bytes.append(value)

    def _text(self, data: bytes) -> None:
        self._is_at_start = False
        n_skipped = min(self._n_to_skip, len(data))
        self._n_to_skip -= n_skipped
        self._bytes += data[n_skipped:]

    def _flush(self) -> None:
        """Write the bytes gathered so far: a character may be two of them, written in two ways."""
        if self._bytes:
            encoding = self._encoding_by_font.get(self._state.font, self._encoding)
            text = self._bytes.decode(encoding, "replace")
            self._bytes.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        goes_to = self._state.goes_to
        if self._state.is_hidden or not goes_to:
            return
        if goes_to in _ABOUT:
            self.about[goes_to].append(text)
        elif goes_to != "fonts":
            level = self._state.level
            self._flow().paragraph.append(raised(text) if level > 0 else lowered(text) if level < 0 else text)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""
