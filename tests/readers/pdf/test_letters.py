"""Letters that a PDF's fonts do not name, or name wrongly: found out by the font itself, or said to be unknown."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from rag.errors import ReadError
from rag.readers.pdf import PdfReader
from tests.readers.pdf.writing import Piece, pdf_of, read, stacked

SENTENCE = "The old bridge carries a road over the river."
GLYPH_OF_LIGATURE = "f_i"
SIGNS = sorted({*SENTENCE, *"xyz"})


def font_of(names: list[str], *, has_cmap: bool, features: str = "", code_of: Mapping[str, int] | None = None) -> bytes:
    """A font with a box for each sign, all of different widths; glyph 0 is none. code_of: of names, instead of all."""
    builder = FontBuilder(1000, isTTF=True)
    order = [".notdef", *names]
    builder.setupGlyphOrder(order)
    code_of = code_of or {name: ord(sign) for sign, name in zip(SIGNS, names, strict=False)}
    builder.setupCharacterMap({code: name for name, code in code_of.items()} if has_cmap else {})
    builder.setupGlyf({name: box_of(100 + number % 150) for number, name in enumerate(order)})
    builder.setupHorizontalMetrics({name: (width_of(number), 0) for number, name in enumerate(order)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    if features:
        builder.addOpenTypeFeatures(features)
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def box_of(width: int) -> object:
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0)), pen.lineTo((width, 0)), pen.lineTo((width, 500)), pen.closePath()
    return pen.glyph()


def width_of(number: int) -> int:
    return 300 + 17 * number


def pdf_with(font: bytes, numbers: list[list[int]], *, widths: list[int], more: bytes = b"") -> bytes:
    """A page whose lines are glyphs by number, in a font of which the file does not say which letters they are."""
    lines = b"\n".join(
        b"BT /G 10 Tf 1 0 0 1 60 %d Tm <%s> Tj ET"
        % (700 - 14 * i, "".join(f"{number:04x}" for number in line).encode())
        for i, line in enumerate(numbers)
    )
    described = b"<</Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800"
    objects = [
        b"<</Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [5 0 R]>>",
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0>> /FontDescriptor 6 0 R /W [0 [%s]] /CIDToGIDMap /Identity>>"
        % " ".join(map(str, widths)).encode(),
        described + b" /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 7 0 R>>",
        b"<</Length %d /Length1 %d>> stream\n%b\nendstream" % (len(font), len(font), font),
    ]
    page = "/Resources <</Font <</F 3 0 R /G 4 0 R>>>>"
    return pdf_of([lines + b"\n" + more], page=page, more=objects)


def numbers_of(text: str) -> list[int]:
    return [SIGNS.index(sign) + 1 for sign in text]


NAMES = ["space" if sign == " " else "period" if sign == "." else sign for sign in SIGNS]
WIDTHS = [width_of(number) for number in range(len(SIGNS) + 2)]


@pytest.mark.parametrize(
    ("names", "has_cmap"),
    [
        pytest.param([f"g{number}" for number in range(len(SIGNS))], True, id="by the font's table of characters"),
        pytest.param(NAMES, False, id="by the names of its glyphs"),
        pytest.param([f"{name}.alt" for name in NAMES], False, id="by the names of other forms"),
    ],
)
def test_letters_that_only_the_font_names_are_read(tmp_path, names, has_cmap):
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_with(font_of(names, has_cmap=has_cmap), [numbers_of(SENTENCE)] * 3, widths=WIDTHS))
    document = PdfReader().read(path)
    assert document.text == " ".join([SENTENCE] * 3)
    assert "notice" not in document.metadata


def test_ligature_is_read_as_its_letters(tmp_path):
    font = font_of([*NAMES, GLYPH_OF_LIGATURE], has_cmap=False)
    line = [*numbers_of("The "), len(SIGNS) + 1, *numbers_of("re is over.")]
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_with(font, [line], widths=WIDTHS))
    assert PdfReader().read(path).text == "The fire is over."


@pytest.mark.parametrize(("feature", "letter"), [("calt", "v"), ("rlig", "v"), ("sups", "\ufffd"), ("aalt", "\ufffd")])
def test_form_that_a_font_puts_for_a_letter_is_that_letter(tmp_path, feature, letter):
    features = f"feature {feature} {{ sub v by g7; }} {feature};"
    font = font_of([*NAMES, "g7"], has_cmap=False, features=features)
    line = [*numbers_of("The old bridge carries a road o"), len(SIGNS) + 1, *numbers_of("er")]
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_with(font, [line], widths=WIDTHS))
    assert PdfReader().read(path).text == f"The old bridge carries a road o{letter}er"


def test_number_of_a_glyph_that_is_a_letters_code_is_no_such_letter(tmp_path):
    lam, alef, beh = ord("ل"), ord("ا"), ord("ب")
    names = [f"g{number}" for number in range(1, beh + 1)]
    code_of = {"g500": lam, "g501": beh, "g502": ord("ر"), f"g{beh}": alef}
    font = font_of(names, has_cmap=True, code_of=code_of)
    widths = [width_of(number) for number in range(beh + 1)]
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_with(font, [[500, beh, 502, 501]], widths=widths))
    assert PdfReader().read(path).text == "برال"


@pytest.mark.parametrize(
    ("names", "widths"),
    [
        pytest.param([f"g{number}" for number in range(len(SIGNS))], WIDTHS, id="no font names them"),
        pytest.param(NAMES, [900 - width for width in WIDTHS], id="the file numbers them anew"),
    ],
)
def test_letters_that_nobody_names_are_no_text(tmp_path, names, widths):
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf_with(font_of(names, has_cmap=False), [numbers_of(SENTENCE)] * 3, widths=widths))
    with pytest.raises(ReadError, match="fonts do not say which letters they draw"):
        PdfReader(max_recognised_pages=0).read(path)


def test_few_letters_that_nobody_names_are_shown_as_such_and_said(tmp_path):
    names = [name if name != "v" else "g7" for name in NAMES]
    path = tmp_path / "file.pdf"
    lines = [numbers_of("The old bridge carries a road over")]
    path.write_bytes(pdf_with(font_of(names, has_cmap=False), lines, widths=WIDTHS))
    document = PdfReader().read(path)
    assert document.text == "The old bridge carries a road o\ufffder"
    assert "do not say all letters of 1 of its 7 words" in document.metadata["notice"]


def test_cyrillic_under_western_names_is_read_as_cyrillic(tmp_path):
    text = "Мост закрыт до пятницы, сказал мэр. Ремонт стоит сорок тысяч рублей."
    document = read(tmp_path, stacked([text.encode("cp1251").decode("cp1252")]))
    assert document.text == text
    assert "cp1251" in document.metadata["notice"]


@pytest.mark.parametrize("text", ["Où était l'élève? À côté, déjà fâché.", "Ça, là, où? Été! «Noël» à Äußerst Übel"])
def test_western_text_stays_western(tmp_path, text):
    assert read(tmp_path, stacked([text])).text == text


def test_text_with_letters_of_no_language_is_said_to_be_so(tmp_path):
    plain = "The council decided on Tuesday that the harbour wall should be rebuilt before the next winter comes."
    moved = str.maketrans({chr(97 + i): chr(97 + (i + 4) % 26) for i in range(26)})
    said = [read(tmp_path, stacked([text] * 10)).metadata.get("notice", "") for text in (plain, plain.translate(moved))]
    assert said[0] == ""
    assert "spread as in no language" in said[1]


def test_bullets_of_fonts_of_signs_are_bullets(tmp_path):
    content = b"BT /F 10 Tf 60 700 Td (\x01 one thing) Tj ET"
    to_unicode = b"1 beginbfchar <01> <f0b7> endbfchar"
    cmap = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
    cmap += b"1 beginbfrange <20> <7e> <0020> endbfrange " + to_unicode + b" endcmap"
    data = pdf_of([content], more=[b"<</Length %d>> stream\n%b\nendstream" % (len(cmap), cmap)])
    data = data.replace(b"/Encoding /WinAnsiEncoding>>", b"/ToUnicode   4 0 R            >>")
    path = tmp_path / "file.pdf"
    path.write_bytes(data)
    assert PdfReader().read(path).text == "• one thing"


def test_what_is_said_of_letters_is_said_of_pages_of_text_alone(tmp_path):
    document = read(tmp_path, [Piece(60, 700, "A short note.")])
    assert "notice" not in document.metadata
