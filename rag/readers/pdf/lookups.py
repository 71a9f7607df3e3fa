"""What PDFium is asked for beside the words of a PDF page: what stands on it otherwise, and letters that nobody names.

A page draws neither the values of form fields, nor text typed over it, nor remarks. A value is read at its field's
place, and so beside its label; a remark stands nowhere in the text, and follows the page. And a page draws glyphs:
which letters they are the file may leave out, or say wrongly. What cannot be found out is U+FFFD, and never a guess.

Source: ISO 32000-1, sections 9.10 (text of glyphs), 12.5 (annotations) and 12.7 (forms).
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.readers._decoding import likely_encoding
from rag.readers._normalisation import comment_line, one_line

__all__ = [
    "LIGATURES",
    "UNKNOWN",
    "Beside",
    "Letters",
    "PlacedText",
    "beside",
    "is_mostly_picture",
    "mean_nothing",
    "rightly_named",
]

UNKNOWN = "\ufffd"
"""A drawn sign of which nobody says what it is."""
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"} | {
    chr(code): letters
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))
    if len(letters := unicodedata.normalize("NFKC", chr(code))) > 1 and letters[0].isalpha()
}
"""Signs for several letters, in Latin and Arabic script, and those letters."""
_SIGN_BY_LETTERS = {letters: sign for sign, letters in LIGATURES.items() if letters.isascii()}
_MOST_FONT_BYTES, _MOST_GLYPHS = 30_000_000, 65_536
_FEWEST_WIDTHS, _SAME_WIDTH, _FITTING_SHARE = 3, 0.08, 0.9
"""How many different widths, within which share of themselves, and how many of those tell that glyphs are the same."""
_ROUNDED = 0.02
"""In font sizes: as much as PDFium's boxes are wider than what they hold."""
_SUSPECT = re.compile(r"(?<![!-~])[!-~]|[^ -~\r\n]")
_WESTERN = frozenset(bytes(range(0x80, 0x100)).decode("cp1252", "ignore"))
_OTHER_SCRIPTS = frozenset({"cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "cp1253", "iso8859_7", "cp874"})
_FEWEST_LETTERS = 40
_FREQUENT = frozenset("etaoinsr")
_FEWEST_TELLING, _MOST_LOOKED_AT, _LEAST_FREQUENT = 600, 50_000, 0.45

MAX_ANNOTATIONS = 5_000
_MOST_CHARACTERS = 20_000
_TEXT_FIELDS = frozenset(
    {pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
)
_MARKS = frozenset({pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON})
_CHECKED = "☒"
_MOST_SEEN = 0.5
_REMARKS = frozenset(
    {
        *(pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE),
        *(pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_CARET),
    }
)
_UNSEEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW


class PlacedText(NamedTuple):
    """A line of text in a rectangle of the page, in points, y growing upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Beside(NamedTuple):
    """What is seen at its place, and the remarks, each a line with its author."""

    placed: list[PlacedText]
    remarks: list[str]


def beside(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Beside:
    """The values, typed texts and remarks of a page that is open; those that are hidden are left out."""
    found = Beside([], [])
    for i in range(min(MAX_ANNOTATIONS, pdfium.FPDFPage_GetAnnotCount(page.raw))):
        with _annotation(page, i) as annotation:
            if not annotation or pdfium.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                continue
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            contents = _string(lambda *out, it=annotation: pdfium.FPDFAnnot_GetStringValue(it, b"Contents", *out))
            if kind == pdfium.FPDF_ANNOT_WIDGET and document.formenv is not None:
                found.placed.extend(_placed(annotation, _value(document.formenv.raw, annotation)))
            elif kind == pdfium.FPDF_ANNOT_FREETEXT:
                found.placed.extend(_placed(annotation, contents))
            elif kind in _REMARKS and contents.strip():
                author = _string(lambda *out, it=annotation: pdfium.FPDFAnnot_GetStringValue(it, b"T", *out))
                found.remarks.append(comment_line(author, contents))
    return found


@contextmanager
def _annotation(page: pypdfium2.PdfPage, i: int) -> Iterator[object]:
    annotation = pdfium.FPDFPage_GetAnnot(page.raw, i)
    try:
        yield annotation
    finally:
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _value(form: object, annotation: object) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _TEXT_FIELDS:
        return _string(lambda *out: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, *out))
    return _CHECKED if kind in _MARKS and pdfium.FPDFAnnot_IsChecked(form, annotation) else ""


def _placed(annotation: object, text: str) -> Iterator[PlacedText]:
    """The lines of the text, one below the other in the annotation's rectangle."""
    lines = [line for part in text.replace("\r", "\n").split("\n") if (line := one_line(part))]
    box = pdfium.FS_RECTF()
    if not lines or not pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
        return
    height = (box.top - box.bottom) / len(lines)
    for number, line in enumerate(lines):
        top = box.top - number * height
        yield PlacedText(line, box.left, top - height, box.right, top)


def _string(get: Callable[..., int]) -> str:
    """What a function of PDFium writes into a buffer, in UTF-16; its beginning, when that is very long."""
    n_bytes = get(None, 0)
    if not 2 < n_bytes <= 2 * _MOST_CHARACTERS:
        return ""
    buffer = ctypes.create_string_buffer(n_bytes)
    get(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), n_bytes)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def is_mostly_picture(page: pypdfium2.PdfPage, visible: tuple[float, float, float, float], *, any_size: bool) -> bool:
    """Whether a picture, or with `any_size` anything drawn at all, is most of what is seen of the page.

    visible: left, bottom, right, top, in points.
    """
    if any_size:
        return any(True for _ in page.get_objects(max_depth=4))
    seen_left, seen_bottom, seen_right, seen_top = visible
    seen = (seen_right - seen_left) * (seen_top - seen_bottom)
    for picture in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        with suppress(pypdfium2.PdfiumError):
            left, bottom, right, top = picture.get_bounds()
            width = min(right, seen_right) - max(left, seen_left)
            height = min(top, seen_top) - max(bottom, seen_bottom)
            if width > 0 and height > 0 and width * height > _MOST_SEEN * seen:
                return True
    return False


class Letters:
    """The letters that a document's fonts draw where the file does not say them, as the fonts themselves name them.

    A font numbers its glyphs; a file may draw numbers, and leave out which letters they are. The font may still know,
    by its own table of characters or the names of its glyphs. It is believed where the glyphs are as wide as what is
    drawn, since a file may also number them anew.
    """

    def __init__(self) -> None:
        self._font_by_hash: dict[bytes, Mapping[int, _Glyph]] = {}

    def named(self, text_page: object, characters: list[str]) -> list[str]:
        """The characters of a page; those without a meaning as their font names them, else U+FFFD."""
        if not any(_has_no_meaning(text_page, i) for i in _suspects(characters)):
            return characters
        nameless = [
            i
            for i, character in enumerate(characters)
            if _has_no_meaning(text_page, i)
            or (character < " " and character not in "\x02\r\n" and not pdfium.FPDFText_IsGenerated(text_page, i))
        ]
        by_font: dict[int, list[int]] = {}
        glyphs_by_font: dict[int, Mapping[int, _Glyph]] = {}
        for i in nameless:
            font = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(text_page, i))
            address = ctypes.cast(font, ctypes.c_void_p).value or 0
            if address not in by_font:
                glyphs_by_font[address] = self._glyphs(font) if address else {}
            by_font.setdefault(address, []).append(i)
        found = list(characters)
        for address, indices in by_font.items():
            codes = [pdfium.FPDFText_GetUnicode(text_page, i) for i in indices]
            glyphs = glyphs_by_font[address]
            are_these = _are_as_wide(text_page, indices, [glyphs.get(code) for code in codes])
            for i, code in zip(indices, codes, strict=True):
                letter = glyphs[code].letter if are_these and code in glyphs else ""
                found[i] = letter or (UNKNOWN if _has_no_meaning(text_page, i) else found[i])
        return found

    def _glyphs(self, font: object) -> Mapping[int, _Glyph]:
        size = ctypes.c_size_t()
        pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))
        if not 0 < size.value <= _MOST_FONT_BYTES or not pdfium.FPDFFont_GetIsEmbedded(font):
            return {}
        buffer = (ctypes.c_uint8 * size.value)()
        pdfium.FPDFFont_GetFontData(font, buffer, size.value, ctypes.byref(size))
        data = bytes(buffer)
        key = hashlib.sha256(data).digest()
        if key not in self._font_by_hash:
            try:
                self._font_by_hash[key] = _glyphs_of(data)
            except Exception:  # of a damaged font, and fontTools fails in many ways; it names no letters
                self._font_by_hash[key] = {}
        return self._font_by_hash[key]


class _Glyph(NamedTuple):
    """A glyph's letter, empty where the font has none for it, and how far the next one stands, in font sizes."""

    letter: str
    advance: float


def _suspects(characters: Sequence[str]) -> Iterator[int]:
    """The characters that show first whether a font of the page names no letters: strange ones, and beginnings."""
    return (match.start() for match in _SUSPECT.finditer("".join(characters)))


def _has_no_meaning(text_page: object, i: int) -> bool:
    return bool(pdfium.FPDFText_HasUnicodeMapError(text_page, i) == 1)


def _are_as_wide(text_page: object, indices: Sequence[int], glyphs: Sequence[_Glyph | None]) -> bool:
    """Whether the glyphs are those that are drawn: most of them as wide, and of several widths."""
    fits: dict[float, bool] = {}
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    for i, glyph in zip(indices, glyphs, strict=True):
        if glyph is None or glyph.advance <= 0 or glyph.advance in fits:
            continue
        size = abs(pdfium.FPDFText_GetFontSize(text_page, i))
        if pdfium.FPDFText_GetMatrix(text_page, i, ctypes.byref(matrix)):
            size *= math.hypot(matrix.a, matrix.b)
        if pdfium.FPDFText_GetLooseCharBox(text_page, i, ctypes.byref(box)):
            width = max(box.right - box.left, box.top - box.bottom) if matrix.a == 0 else box.right - box.left
            apart = abs(width - glyph.advance * size)
            fits[glyph.advance] = apart <= _SAME_WIDTH * glyph.advance * size + _ROUNDED * size
    return len(fits) >= _FEWEST_WIDTHS and sum(fits.values()) >= _FITTING_SHARE * len(fits)


def _glyphs_of(data: bytes) -> dict[int, _Glyph]:
    """The glyphs of an embedded font by number."""
    if data[:1] == b"\1":
        return _glyphs_of_cff(data)
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(io.BytesIO(data), lazy=True)
    order = font.getGlyphOrder()
    character_by_name: dict[str, str] = {}
    for code, name in sorted((font.getBestCmap() or {}).items() if "cmap" in font else ()):
        character_by_name.setdefault(name, chr(code))
    advances, units = font["hmtx"].metrics, font["head"].unitsPerEm
    return {
        number: _Glyph(_letter(name, character_by_name), advances[name][0] / units) for number, name in enumerate(order)
    }


def _glyphs_of_cff(data: bytes) -> dict[int, _Glyph]:
    from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]
    from fontTools.pens.basePen import NullPen  # type: ignore[import-untyped]

    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    font = fonts[fonts.fontNames[0]]
    if hasattr(font, "ROS"):  # its glyphs have numbers for names
        return {}
    found = {}
    for number, name in enumerate(font.charset[:_MOST_GLYPHS]):
        drawing = font.CharStrings[name]
        drawing.draw(NullPen())
        found[number] = _Glyph(_letter(name, {}), drawing.width * abs(font.FontMatrix[0]))
    return found


def _letter(name: str, character_by_name: Mapping[str, str]) -> str:
    """What a glyph's name stands for; a form of a letter, or a ligature with a sign of its own, is one sign.

    Source: Adobe Glyph List Specification, section 2.
    """
    from fontTools import agl  # type: ignore[import-untyped]

    letter = character_by_name.get(name) or agl.toUnicode(name)
    plain = unicodedata.normalize("NFKC", letter)
    if len(letter) > 1:
        return _SIGN_BY_LETTERS.get(plain, letter)
    return plain if len(plain) == 1 else letter


def rightly_named(texts: Sequence[str], path: Path) -> tuple[list[str], str]:
    """The words of a document whose fonts name the letters of another script as Western ones, in their own script.

    Where a font has the letters of an old code page and says that it has Western ones, "Мост" comes as "Ìîñò". Also the
    name of the code page; empty where the words are as they came.
    """
    whole = " ".join(texts)
    if whole.isascii():
        return list(texts), ""
    letters = Counter({sign: count for sign, count in Counter(whole).items() if sign.isalpha()})
    n_ascii = sum(count for sign, count in letters.items() if sign.isascii())
    n_western = sum(count for sign, count in letters.items() if sign in _WESTERN)
    if n_western < max(_FEWEST_LETTERS, 3 * n_ascii) or n_western + n_ascii < 0.9 * letters.total():
        return list(texts), ""
    encoding = likely_encoding(whole.encode("cp1252", "ignore"), path)
    if encoding not in _OTHER_SCRIPTS:
        return list(texts), ""
    return [_decoded(text, encoding) for text in texts], encoding


def _decoded(text: str, encoding: str) -> str:
    return "".join(sign.encode("cp1252").decode(encoding, "replace") if sign in _WESTERN else sign for sign in text)


def mean_nothing(text: str) -> bool:
    """Whether the letters of a long text in Latin script are spread as in no language, as when a font misnames them.

    The eight letters that are most frequent where that script is written are half of any text and more.

    >>> mean_nothing("The old bridge carries a road over the river. " * 30)
    False
    >>> mean_nothing("Xli sph fvmhki gevvmiw e vseh sziv xli vmziv. " * 30)
    True
    """
    counts = Counter(unicodedata.normalize("NFD", text[:_MOST_LOOKED_AT].lower()))
    n_letters = sum(counts[letter] for letter in ascii_lowercase)
    n_others = sum(count for sign, count in counts.items() if sign.isalpha()) - n_letters
    if n_letters < _FEWEST_TELLING or n_others > n_letters:
        return False
    return sum(counts[letter] for letter in _FREQUENT) < _LEAST_FREQUENT * n_letters
