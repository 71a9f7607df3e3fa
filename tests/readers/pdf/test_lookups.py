"""Values of form fields, text typed over a page, remarks, and running headers that hold the only date."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.readers.pdf import PdfReader
from rag.types import Document
from tests.readers.pdf.writing import EM, Piece, drawn, pdf_of, read, stacked


def annotated(folder: Path, pieces: list[Piece], *annotations: str, catalog: str = "") -> Document:
    """A page of those pieces with annotations, which are objects from 4 on; those with a field are the form's."""
    numbers = range(4, 4 + len(annotations))
    fields = " ".join(f"{number} 0 R" for number, it in zip(numbers, annotations, strict=True) if "/FT" in it)
    path = folder / "form.pdf"
    path.write_bytes(
        pdf_of(
            [drawn(pieces)],
            catalog=f"/AcroForm <</Fields [{fields}]>>" if fields else catalog,
            page=f"/Annots [{' '.join(f'{number} 0 R' for number in numbers)}]",
            more=[f"<</Type /Annot {annotation}>>".encode() for annotation in annotations],
        )
    )
    return PdfReader().read(path)


def field(value: str, y: float, *, kind: str = "Tx", left: float = 180, height: float = 20, more: str = "") -> str:
    place = f"/Rect [{left} {y} {left + 200} {y + height}]"
    return f"/Subtype /Widget /FT /{kind} /T (f{y}) /V {value} {place} {more}"


LABELS = [Piece(60, 700, "Applicant:"), Piece(60, 660, "Goods:"), Piece(60, 620, "Fee paid:")]


@pytest.mark.parametrize(("below", "height"), [(2, 14), (5, 20), (8, 30)])
def test_value_of_a_field_stands_beside_its_label(tmp_path, below, height):
    values = ["Mirela Stoica", "honey and candles", "85 euros"]
    fields = [field(f"({value})", piece.y - below, height=height) for value, piece in zip(values, LABELS, strict=True)]
    assert annotated(tmp_path, LABELS, *fields).text.split() == [
        word for value, piece in zip(values, LABELS, strict=True) for word in f"{piece.text} {value}".split()
    ]


def test_value_in_the_middle_of_a_line_stands_there(tmp_path):
    pieces = [Piece(60, 700, "I, the undersigned,"), Piece(60 + 40 * EM, 700, "of Orrin, agree.")]
    text = annotated(tmp_path, pieces, field("(Ida Ravn)", 696, left=60 + 21 * EM, height=16)).text
    assert " ".join(text.split()) == "I, the undersigned, Ida Ravn of Orrin, agree."


def test_lines_of_a_value_stand_one_below_the_other(tmp_path):
    text = annotated(tmp_path, [Piece(60, 700, "Goods:")], field("(honey\\rcandles\\rwax)", 640, height=66)).text
    assert text.split() == ["Goods:", "honey", "candles", "wax"]


def test_value_in_any_script_is_read(tmp_path):
    value = f"<FEFF{'Зоя Łoś'.encode('utf-16-be').hex()}>"
    assert "Зоя Łoś" in annotated(tmp_path, LABELS, field(value, 695)).text


@pytest.mark.parametrize(("state", "sign"), [("Yes", "☒"), ("Off", "")])
def test_box_that_is_checked_is_marked(tmp_path, state, sign):
    look = f"/AS /{state} /AP <</N <</Yes 5 0 R /Off 5 0 R>>>>"
    box = field(f"/{state}", 696, kind="Btn", more=look)
    text = annotated(tmp_path, [Piece(60, 700, "Member:")], box, "/Subtype /Link").text
    assert " ".join(text.split()) == f"Member: {sign}".strip()


@pytest.mark.parametrize("more", ["/F 2", "/F 32"])
def test_hidden_field_is_left_out(tmp_path, more):
    assert "secret" not in annotated(tmp_path, LABELS, field("(secret)", 695, more=more)).text


def test_form_without_printed_text_is_read(tmp_path):
    assert annotated(tmp_path, [], field("(Mirela Stoica)", 695)).text == "Mirela Stoica"


def test_remarks_follow_the_page_under_their_authors(tmp_path):
    note = "/Subtype /Text /Rect [500 700 520 720] /Contents (Is this so?) /T (Ida Ravn)"
    mark = "/Subtype /Highlight /Rect [60 690 200 710] /Contents (Check the date.)"
    document = annotated(tmp_path, stacked(["The bridge was opened in 1932."]), note, mark)
    assert document.text == (
        "The bridge was opened in 1932.\n\nComment (Ida Ravn): Is this so?\nComment: Check the date."
    )


def test_text_typed_over_a_page_stands_in_its_place(tmp_path):
    typed = "/Subtype /FreeText /Rect [60 655 300 675] /Contents (It closed in May.) /DA (/F 10 Tf)"
    document = annotated(tmp_path, [Piece(60, 700, "It opened in 1932."), Piece(60, 600, "It is grey.")], typed)
    assert document.text.split("\n\n") == ["It opened in 1932.", "It closed in May.", "It is grey."]


@pytest.mark.parametrize("broken", ["/Subtype /Widget", "/Subtype /Text /Contents 5", "/Subtype /Nothing", ""])
def test_strange_annotations_are_harmless(tmp_path, broken):
    assert annotated(tmp_path, [Piece(60, 700, "It opened.")], broken).text == "It opened."


def pages_with_header(header: str, n_pages: int = 3, text: str = "It was so on that page."):
    return [[Piece(60, 770, header), *stacked([f"{text} And {page} more of it."])] for page in "abc"[:n_pages]]


def test_running_header_that_holds_the_only_date_is_kept_once(tmp_path):
    document = read(tmp_path, *pages_with_header("Halden Courier, 3 March 2025"))
    assert document.text.count("Halden Courier") == 1
    assert document.text.startswith("Halden Courier, 3 March 2025\n\n")
    assert document.metadata["published"] == "2025-03-03"


def test_running_header_goes_where_the_text_holds_its_date(tmp_path):
    pages = pages_with_header("Halden Courier, 3 March 2025", text="On 3 March 2025 it sank.")
    assert "Halden Courier" not in read(tmp_path, *pages).text
    assert "Halden Courier" not in read(tmp_path, *pages_with_header("Halden Courier")).text
