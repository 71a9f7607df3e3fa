"""PDF files for the tests: words drawn where a test wants them, and read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.answering.citations import Numbering
from rag.errors import ReadError
from rag.language.sentences import sentence_spans
from rag.readers.pdf import PdfReader
from rag.types import Document, Evidence

WIDTH, HEIGHT = 600, 800
SIZE, LEADING = 10, 12
EM = 0.6 * SIZE
"""Every letter of Courier is this wide, so that a test knows where each word stands."""


class Piece(NamedTuple):
    """A text drawn with its baseline beginning at (x, y), y growing upwards."""

    x: float
    y: float
    text: str
    size: float = SIZE
    turn: str = "1 0 0 1"


def stacked(lines: Iterable[str], *, x: float = 60, y: float = 700, leading: float = LEADING, size: float = SIZE):
    return [Piece(x, y - i * leading, line, size) for i, line in enumerate(lines)]


def drawn(pieces: Iterable[Piece]) -> bytes:
    escape = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})
    return "\n".join(
        f"BT /F {piece.size} Tf {piece.turn} {piece.x} {piece.y} Tm ({piece.text.translate(escape)}) Tj ET"
        for piece in pieces
    ).encode("cp1252")


def pdf_of(
    contents: Sequence[bytes], *, catalog: str = "", trailer: str = "", page: str = "", more: Sequence[bytes] = ()
):
    """A PDF of these content streams. The objects of `more` are numbered from 4, those of the pages come after them."""
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {catalog}>>".encode(),
        b"",
        b"<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>",
        *more,
    ]
    kids = []
    for content in contents:
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {len(objects) + 2} 0 R "
            f"/Resources <</Font <</F 3 0 R>> /XObject <</I 4 0 R>>>> {page}>>".encode()
        )
        objects.append(b"<</Length %d>> stream\n%b\nendstream" % (len(content), content))
    objects[1] = f"<</Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}]>>".encode()
    file, places = bytearray(b"%PDF-1.5\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj %b endobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += f"trailer <</Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)


def read(folder: Path, *pages: Iterable[Piece], **options: object) -> Document:
    path = folder / "file.pdf"
    path.write_bytes(pdf_of([drawn(page) for page in pages], **options))
    return PdfReader().read(path)


def reason_of(folder: Path, data: bytes) -> str:
    path = folder / "file.pdf"
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        PdfReader().read(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def page_of(document: Document, sentence: str) -> int:
    """The page on which a citation of the sentence opens; the sentence has to be one of the document's."""
    span = next(span for span in sentence_spans(document.text) if span.slice(document.text) == sentence)
    evidence = Evidence(number=1, document_id=document.id, source="", title="", span=span, quote=sentence, score=1.0)
    return Numbering(lambda _: document).cite([evidence])[0].page


PARAGRAPH = "The bridge was opened in 1932 by the mayor. It is painted grey every year, and nobody knows why that is."
OTHER = "A second tower was planned in the spring. The council of the city refused it, because money was short then."
