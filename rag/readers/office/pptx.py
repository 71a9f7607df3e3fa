"""PowerPoint files as documents: each slide a page with its title, texts, tables and notes, each paragraph a line.

Charts are read with their numbers. Slide numbers, headers and footers are left out, but for a line whose date stands
nowhere else. python-pptx is not used: it opens the ZIP file without limits, loads every part and picture, and brings
Pillow and XlsxWriter.

Source: ECMA-376 part 1, sections 19 (PresentationML) and 21 (DrawingML).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES
from rag.readers._normalisation import join_pages, make_document, normalise
from rag.readers._package import Element, attribute, child, children, descendants, local_name, open_zip, path_to
from rag.readers.office.ooxml import Package, chart_lines, comment_lines
from rag.readers.shape.dateline import date_of_line, only_dated
from rag.readers.shape.raised import lowered, raised, resolved
from rag.readers.shape.tables import Header, table_lines
from rag.types import Document

__all__ = ["PptxReader"]

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAIN_PART = "ppt/presentation.xml"
_FRAME = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_TRUE = frozenset({"1", "true"})
_TITLES = frozenset({"title", "ctrTitle"})


class PptxReader:
    """Reads PowerPoint files (.pptx, .ppsx); title and author come from the properties or the first slide."""

    media_types = frozenset({_MEDIA_TYPE})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The slides in the order in which they are shown.

        Raises:
            ReadError: the file is empty, too large, damaged, encrypted, of another kind or out of reach, or shows no
                text.
        """
        with open_zip(path, max_bytes=self._max_bytes) as archive:
            package = Package(archive, path)
            properties = package.core_properties()
            frame: list[str] = []
            try:
                slides = [_slide_lines(package, name, frame) for name in _slide_names(package)]
            except RecursionError as error:
                raise ReadError(str(path), "its shapes are nested too deeply - save it again as text") from error
        dated = only_dated(frame, (line for lines in slides for line in lines))
        for lines in slides[:1]:
            lines += dated
        pages = join_pages([normalise("\n".join(lines)) for lines in slides])
        return make_document(
            path,
            title=properties.title or next((lines[0] for lines in slides if lines), ""),
            media_type=_MEDIA_TYPE,
            text=pages.text,
            metadata={
                "author": properties.author,
                "language": properties.language,
                "published": next(filter(None, map(date_of_line, dated)), ""),
                "page_starts": pages.page_starts,
            },
        )


def _slide_names(package: Package) -> Iterator[str]:
    """The parts of the slides, in order, each once."""
    part = package.main_part(_MAIN_PART)
    target_by_id = {relation.id: relation.target for relation in package.relations(part) if relation.kind == "slide"}
    slides = child(package.xml(part), "sldIdLst")
    for entry in children(slides, "sldId") if slides is not None else ():
        # `id` is a number of the slide's own; the relation's id is the one with a namespace.
        ids = [value for key, value in entry.attrib.items() if key.endswith("}id")]
        target = target_by_id.pop(ids[0], "") if ids else ""
        if target:
            yield target


def _slide_lines(package: Package, name: str, frame: list[str]) -> list[str]:
    """The lines of a slide: title, then the shapes in their order, then diagrams, charts, notes and comments.

    Those of its header and footer are added to `frame`.
    """
    tree = path_to(package.xml(name), "cSld", "spTree")
    shapes = list(_shapes(tree)) if tree is not None else []
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    lines = [line for shape in titles for line in _shape_lines(shape)]
    lines += [line for shape in shapes if shape not in titles for line in _shape_lines(shape)]
    frame += (line for shape in shapes if _placeholder(shape) in _FRAME for line in _body_lines(shape))
    for diagram in package.related(name, "diagramData"):
        lines += [line for text in descendants(diagram, "t") for line in _diagram_lines(text)]
    lines += chart_lines(package, name)
    for notes in package.related(name, "notesSlide"):
        tree = path_to(notes, "cSld", "spTree")
        for shape in _shapes(tree) if tree is not None else ():
            if _placeholder(shape) == "body":
                lines += _shape_lines(shape)
    return [*lines, *comment_lines(package, name, main_part=package.main_part(_MAIN_PART))]


def _diagram_lines(text: Element) -> Iterator[str]:
    """The paragraphs of a node of a diagram, whose text body has the same name as a piece of text."""
    for paragraph in children(text, "p"):
        yield from _paragraph_lines(paragraph)


def _shapes(parent: Element) -> Iterator[Element]:
    """The shapes and frames, those inside groups included; of alternatives the first."""
    for element in parent:
        name = local_name(element)
        if name in ("sp", "graphicFrame", "cxnSp"):
            yield element
        elif name == "grpSp":
            yield from _shapes(element)
        elif name == "AlternateContent":
            choice = child(element, "Choice")
            if choice is not None:
                yield from _shapes(choice)


def _placeholder(shape: Element) -> str:
    """What the shape stands for on the slide, such as "title"; empty for a shape of its own."""
    for properties in shape:
        if local_name(properties).startswith("nv"):
            holder = path_to(properties, "nvPr", "ph")
            return (attribute(holder, "type") or "obj") if holder is not None else ""
    return ""


def _shape_lines(shape: Element) -> Iterator[str]:
    if _placeholder(shape) in _FRAME:
        return
    yield from _body_lines(shape)
    table = path_to(shape, "graphic", "graphicData", "tbl")
    if table is not None:
        rows: list[list[str]] = []
        for row in children(table, "tr"):
            cells: list[str] = []
            for cell in children(row, "tc"):
                text = " ".join(_shape_lines(cell))
                if attribute(cell, "hMerge") in _TRUE and cells:
                    text = cells[-1]
                elif attribute(cell, "vMerge") in _TRUE and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                cells.append(text)
            rows.append(cells if len(set(cells)) > 1 else cells[:1])
        properties = child(table, "tblPr")
        is_marked = properties is not None and attribute(properties, "firstRow") in _TRUE
        yield from table_lines(rows, header=Header.USUAL if is_marked else Header.UNCERTAIN)


def _body_lines(shape: Element) -> Iterator[str]:
    body = child(shape, "txBody")
    for paragraph in children(body, "p") if body is not None else ():
        yield from _paragraph_lines(paragraph)


def _at_baseline(text: str, baseline: str) -> str:
    """The text marked as the baseline says: in thousandths of a per cent, above 0 when it is raised."""
    if baseline.strip("-0%") == "":
        return text
    return lowered(text) if baseline.startswith("-") else raised(text)


def _paragraph_lines(paragraph: Element) -> Iterator[str]:
    pieces = []
    for element in paragraph:
        name = local_name(element)
        if name == "br":
            pieces.append("\n")
        elif name == "r" or (name == "fld" and not attribute(element, "type").startswith(("slidenum", "datetime"))):
            text = child(element, "t")
            piece = (text.text or "") if text is not None else ""
            properties = child(element, "rPr")
            baseline = attribute(properties, "baseline") if properties is not None else ""
            pieces.append(_at_baseline(piece, baseline))
    for line in resolved("".join(pieces)).replace("\v", "\n").split("\n"):
        if line.strip():
            yield line.strip()
