"""What PDFium is asked for beside the words of a PDF page: what stands on it otherwise.

A page draws neither the values of form fields, nor text typed over it, nor remarks. A value is read at its field's
place, and so beside its label; a remark stands nowhere in the text, and follows the page.

Source: ISO 32000-1, sections 12.5 (annotations) and 12.7 (forms).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.readers._normalisation import comment_line, one_line

__all__ = [
    "Beside",
    "PlacedText",
    "beside",
    "is_mostly_picture",
]


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
