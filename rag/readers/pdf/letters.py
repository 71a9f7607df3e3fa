"""The letters of a PDF page that its file does not say, or says wrongly.

A page draws glyphs: which letters they are the file may leave out, and the embedded font may know. What cannot be found
out is U+FFFD, and never a guess.

Source: ISO 32000-1, section 9.10 (text of glyphs); OpenType specification (cmap, GSUB).
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
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple, TypeAlias

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.readers._decoding import likely_encoding

__all__ = ["LIGATURES", "UNKNOWN", "Letters", "mean_nothing", "rightly_named"]

UNKNOWN = "\ufffd"
"""A drawn sign of which nobody says what it is."""
LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"} | {
    chr(code): letters
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))
    if len(letters := unicodedata.normalize("NFKC", chr(code))) > 1 and letters[0].isalpha()
}
"""Signs for several letters, in Latin and Arabic script, and those letters."""
_SIGN_BY_LETTERS = {letters: sign for sign, letters in LIGATURES.items() if letters.isascii()}
_Size: TypeAlias = tuple[float, float]
_MOST_FONT_BYTES, _MOST_GLYPHS = 30_000_000, 65_536
_FEWEST_WIDTHS, _SAME_WIDTH, _FITTING_SHARE = 3, 0.08, 0.9
"""How many different widths, within which share of themselves, and how many of those tell that glyphs are the same."""
_ROUNDED, _SAME_OUTLINE = 0.02, 0.002
"""In font sizes: as much as PDFium's boxes are wider than what they hold."""
_SHAPING = frozenset(["calt", "ccmp", "fina", "init", "isol", "liga", "locl", "mset", "medi", "rclt", "rlig"])
"""Features of a font that choose a letter's form by the letters beside it."""
_SUSPECT = re.compile(r"(?<![!-~])[!-~]|[^ -~\r\n]")

_WESTERN = frozenset(bytes(range(0x80, 0x100)).decode("cp1252", "ignore"))
_OTHER_SCRIPTS = frozenset({"cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "cp1253", "iso8859_7", "cp874"})
_FEWEST_LETTERS = 40
_FREQUENT = frozenset("etaoinsr")
_FEWEST_TELLING, _MOST_LOOKED_AT, _LEAST_FREQUENT = 600, 50_000, 0.45


class Letters:
    """The letters that a document's fonts draw where the file does not say them, as the fonts themselves name them.

    A font numbers its glyphs; a file may draw numbers, and leave out which letters they are. The font may still know,
    by its own table of characters or the names of its glyphs. It is believed where the glyphs are as wide as what is
    drawn, since a file may also number them anew.
    """

    def __init__(self) -> None:
        self._font_by_hash: dict[bytes, _Font] = {}

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
        font_by_address: dict[int, _Font] = {}
        for i in nameless:
            font = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(text_page, i))
            address = ctypes.cast(font, ctypes.c_void_p).value or 0
            if address not in by_font:
                font_by_address[address] = self._read(font) if address else _NO_FONT
            by_font.setdefault(address, []).append(i)
        found = list(characters)
        for address, indices in by_font.items():
            codes = [pdfium.FPDFText_GetUnicode(text_page, i) for i in indices]
            glyphs = font_by_address[address].glyphs
            are_these = _are_as_wide(text_page, indices, [glyphs.get(code) for code in codes])
            for i, code in zip(indices, codes, strict=True):
                letter = glyphs[code].letter if are_these and code in glyphs else ""
                found[i] = letter or (UNKNOWN if _has_no_meaning(text_page, i) else found[i])
            if are_these:
                _name_numbers(text_page, address, font_by_address[address], found)
        return found

    def _read(self, font: object) -> _Font:
        size = ctypes.c_size_t()
        pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))
        if not 0 < size.value <= _MOST_FONT_BYTES or not pdfium.FPDFFont_GetIsEmbedded(font):
            return _NO_FONT
        buffer = (ctypes.c_uint8 * size.value)()
        pdfium.FPDFFont_GetFontData(font, buffer, size.value, ctypes.byref(size))
        data = bytes(buffer)
        key = hashlib.sha256(data).digest()
        if key not in self._font_by_hash:
            try:
                self._font_by_hash[key] = _font_of(data)
            except Exception:  # of a damaged font, and fontTools fails in many ways; it names no letters
                self._font_by_hash[key] = _NO_FONT
        return self._font_by_hash[key]


class _Glyph(NamedTuple):
    """A glyph's letter, empty where the font has none for it, and how far the next one stands, in font sizes."""

    letter: str
    advance: float


class _Font(NamedTuple):
    """The glyphs of an embedded font by number, and how wide and high what each draws is, in font sizes."""

    glyphs: Mapping[int, _Glyph]
    size: Callable[[int], _Size]


_NO_FONT = _Font({}, lambda _: (0.0, 0.0))


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


def _name_numbers(text_page: object, address: int, font: _Font, found: list[str]) -> None:
    """Puts letters in place of signs that are another glyph's number, which PDFium takes for a character's.

    Such a sign has the size of the glyph of that number, and not that of a glyph that draws the sign itself.
    """
    numbers: dict[str, list[int]] = {}
    for number, glyph in font.glyphs.items():
        numbers.setdefault(glyph.letter, []).append(number)
    for i, sign in enumerate(found):
        number = pdfium.FPDFText_GetUnicode(text_page, i)
        letter = font.glyphs[number].letter if number in font.glyphs else ""
        if not letter or letter == sign or sign != chr(number) or sign not in numbers:
            continue
        drawn_by = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(text_page, i))
        if ctypes.cast(drawn_by, ctypes.c_void_p).value != address:
            continue
        drawn = _drawn_size(text_page, i)
        if _is_size(drawn, font.size(number)) and not any(_is_size(drawn, font.size(own)) for own in numbers[sign]):
            found[i] = letter


def _drawn_size(text_page: object, i: int) -> _Size:
    edges = [ctypes.c_double() for _ in range(4)]
    pdfium.FPDFText_GetCharBox(text_page, i, *map(ctypes.byref, edges))
    left, right, bottom, top = (edge.value for edge in edges)
    size = pdfium.FPDFText_GetFontSize(text_page, i) or 1.0
    return (right - left) / size, (top - bottom) / size


def _is_size(one: _Size, other: _Size) -> bool:
    return abs(one[0] - other[0]) < _SAME_OUTLINE and abs(one[1] - other[1]) < _ROUNDED


def _font_of(data: bytes) -> _Font:
    if data[:1] == b"\1":
        return _font_of_cff(data)
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(io.BytesIO(data), lazy=True)
    order = font.getGlyphOrder()
    character_by_name: dict[str, str] = {}
    for code, name in sorted((font.getBestCmap() or {}).items() if "cmap" in font else ()):
        character_by_name.setdefault(name, chr(code))
    advances, units = font["hmtx"].metrics, font["head"].unitsPerEm
    letters = {name: _letter(name, character_by_name) for name in order}
    if "GSUB" in font:
        _name_forms(font["GSUB"].table, letters)
    glyphs = {number: _Glyph(letters[name], advances[name][0] / units) for number, name in enumerate(order)}
    return _Font(glyphs, _sizes(font.getGlyphSet(), order, 1 / units))


def _sizes(drawings: Any, names: Sequence[str], unit: float) -> Callable[[int], _Size]:
    """Of the glyph with a number, names in their order; unit: in font sizes."""
    from fontTools.pens.boundsPen import BoundsPen  # type: ignore[import-untyped]

    @cache
    def size(number: int) -> _Size:
        pen = BoundsPen(drawings)
        drawings[names[number]].draw(pen)
        left, bottom, right, top = pen.bounds or (0, 0, 0, 0)
        return (right - left) * unit, (top - bottom) * unit

    return size


def _name_forms(substitutions: Any, letters: dict[str, str]) -> None:
    """Names glyphs without a letter by the one that they are put for, beside others or by themselves.

    What a feature puts by choice, such as raised figures, is left without a letter.
    Source: OpenType specification, GSUB.
    """
    by_choice = {
        index
        for feature in substitutions.FeatureList.FeatureRecord
        if feature.FeatureTag not in _SHAPING
        for index in feature.Feature.LookupListIndex
    }
    for index, lookup in enumerate(substitutions.LookupList.Lookup):
        if index in by_choice:
            continue
        for table in lookup.SubTable:
            mapping = getattr(getattr(table, "ExtSubTable", table), "mapping", {})
            for name, form in mapping.items():
                if isinstance(form, str) and not letters.get(form):
                    letters[form] = letters.get(name, "")


def _font_of_cff(data: bytes) -> _Font:
    from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]
    from fontTools.pens.basePen import NullPen  # type: ignore[import-untyped]

    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    font = fonts[fonts.fontNames[0]]
    if hasattr(font, "ROS"):  # its glyphs have numbers for names
        return _NO_FONT
    names = font.charset[:_MOST_GLYPHS]
    found = {}
    for number, name in enumerate(names):
        drawing = font.CharStrings[name]
        drawing.draw(NullPen())
        found[number] = _Glyph(_letter(name, {}), drawing.width * abs(font.FontMatrix[0]))
    return _Font(found, _sizes(font.CharStrings, names, abs(font.FontMatrix[0])))


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
