"""Words of other directions, and letters drawn twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.readers.pdf import PdfReader
from tests.readers.pdf.writing import EM, Piece, drawn, pdf_of, read, stacked

COURIER = b"<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>"
JAPANESE = (
    "市議会は月曜日に橋の工事を認めた。工事は五月に始まり、二年かかる見通しである。"
    "費用は二十億円で、国が半分を払う。市長は早く渡れるようにしたいと話した。"
)


def with_signs(folder: Path, content: str, unicode_by_code: dict[str, str]) -> str:
    """The text of a page whose font says what each code means."""
    pairs = "".join(f"<{ord(code):02x}> <{text.encode('utf-16-be').hex()}>\n" for code, text in unicode_by_code.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def "
        "1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(unicode_by_code)} beginbfchar\n{pairs}endbfchar endcmap end end"
    ).encode()
    font = COURIER.replace(b">>", b" /ToUnicode 4 0 R>>")
    data = pdf_of([content.encode()], more=[b"<</Length %d>> stream\n%b\nendstream" % (len(cmap), cmap)])
    path = folder / "signs.pdf"
    path.write_bytes(data.replace(COURIER, font))  # PDFium finds the objects again where their places are wrong
    return PdfReader().read(path).text


def shown(text: str, x: float, y: float = 700) -> str:
    return f"BT /F 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET"


HEBREW = {chr(ord("a") + i): letter for i, letter in enumerate("אבגדהוזחטיכלמנסעפצקרשת")}
CODE = {letter: code for code, letter in HEBREW.items()}


@pytest.mark.parametrize("sentence", ["השר אמר כי הגשר ייסגר", "זה היה בשנת 1932", "מחר"])
def test_hebrew_that_was_drawn_letter_by_letter_from_the_left_reads_from_the_right(tmp_path, sentence):
    content = []
    x = 500.0
    for word in sentence.split():
        x -= EM * len(word)
        letters = word if word.isdecimal() else reversed(word)
        content += [shown(CODE.get(letter, letter), x + EM * i) for i, letter in enumerate(letters)]
        x -= EM
    assert with_signs(tmp_path, "\n".join(content), HEBREW) == sentence


@pytest.mark.parametrize("end", [").", ".", ")", "?!", ":"])
def test_signs_after_the_last_word_of_a_line_from_the_right_stand_beside_it(tmp_path, end):
    content = [shown(CODE[letter], 500 - EM * i) for i, letter in enumerate("הגשר")]
    content += [shown("1932", 500 - EM * 8), shown(end[::-1].replace(")", "\\("), 500 - EM * (8 + len(end)))]
    assert with_signs(tmp_path, "\n".join(content), HEBREW) == f"הגשר 1932{end}"


def test_lam_alef_that_is_one_sign_has_its_letters_in_order(tmp_path):
    signs = {"a": "لا", "b": "س", "c": "م"}
    text = with_signs(tmp_path, "\n".join(shown(code, 300 - i * EM) for i, code in enumerate("bac")), signs)
    assert text == "سلام"


def test_parts_of_a_word_that_are_drawn_in_another_order_are_one_word(tmp_path):
    signs = {"a": "لا", "b": "س", "c": "م", "d": "ب"}
    parts = [("b", 300), ("c", 300 - 2 * EM), ("a", 300 - EM), ("d", 300 - 4 * EM)]
    assert with_signs(tmp_path, "\n".join(shown(code, x) for code, x in parts), signs) == "سلام ب"


@pytest.mark.parametrize("n_in_a_line", [7, 16, 20])
@pytest.mark.parametrize("is_one_by_one", [False, True])
def test_vertical_japanese_is_read_down_and_from_the_right(tmp_path, n_in_a_line, is_one_by_one):
    lines = [JAPANESE[i : i + n_in_a_line] for i in range(0, len(JAPANESE), n_in_a_line)]
    codes = "".join(map(chr, range(ord("*"), ord("[")))) + "".join(map(chr, range(ord("]"), ord("~"))))
    code_by_sign = dict(zip(dict.fromkeys(JAPANESE), codes, strict=False))
    signs = {code: sign for sign, code in code_by_sign.items()}
    content = [
        shown(code_by_sign[sign], 500 - 18 * number, 700 - 10 * i)
        for number, line in enumerate(lines)
        for i, sign in enumerate(line)
    ]
    if not is_one_by_one:
        content = [
            f"BT /F 10 Tf {500 - 18 * number} 700 Td 10 TL "
            + " ".join(f"({code_by_sign[sign]}) Tj T*" for sign in line)
            + " ET"
            for number, line in enumerate(lines)
        ]
    assert with_signs(tmp_path, "\n".join(content), signs) == JAPANESE


@pytest.mark.parametrize("offset", [0.3, 0.6, 1.0, 2.0, 3.0])
def test_letters_drawn_twice_beside_themselves_are_read_once(tmp_path, offset):
    text = "Harbour bridge is still closed until 11 Friday"
    pieces = [
        Piece(60 + EM * i + shift, 700, sign) for i, sign in enumerate(text) if sign != " " for shift in (0.0, offset)
    ]
    assert read(tmp_path, pieces).text == text


def test_double_letters_stay(tmp_path):
    text = "All 1100 keepers will fill 22 lobbies."
    assert read(tmp_path, stacked([text])).text == text
    one_by_one = [Piece(60 + EM * i, 700, sign) for i, sign in enumerate(text) if sign != " "]
    assert read(tmp_path, one_by_one).text == text
    assert drawn(one_by_one)
