"""What stands beside the text of an Office file: the numbers of its charts, and remarks of its readers.

Source: ECMA-376 part 1, sections 21.2 (charts) and 17.13.4 (comments).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rag.readers._normalisation import comment_line, one_line
from rag.readers._tables import named_row
from rag.readers._xml import Element, attribute, child, children, descendants, local_name, path_to
from rag.readers.office.ooxml import Package
from rag.readers.office.sheets import shown

__all__ = ["chart_lines", "comment_lines", "text_box_lines"]

MAX_POINTS = 20_000


def chart_lines(package: Package, part: str) -> Iterator[str]:
    """The titles of the charts that a part shows, and a line for each of their categories with all series."""
    for root in package.related(part, "chart"):
        chart = child(root, "chart")
        if chart is not None:
            yield from _lines_of_chart(chart)


def _lines_of_chart(chart: Element) -> Iterator[str]:
    title = child(chart, "title")
    if title is not None and (text := one_line("".join(text.text or "" for text in descendants(title, "t")))):
        yield text
    names: list[str] = [""]
    rows: dict[int, list[str]] = {}
    for series in descendants(chart, "ser"):
        name = path_to(series, "tx", "strRef", "strCache")
        own_name = path_to(series, "tx", "v")
        names.append(next(iter(_points(name).values()), "") if name is not None else _text(own_name))
        column = len(names) - 1
        for kind in ("cat", "xVal"):
            for i, value in _values(child(series, kind)).items():
                rows.setdefault(i, [value])
        for kind in ("val", "yVal"):
            for i, value in _values(child(series, kind)).items():
                row = rows.setdefault(i, [""])
                row += [""] * (column + 1 - len(row))
                row[column] = value
    for i in sorted(rows):
        if any(rows[i][1:]):
            yield named_row(names, rows[i])


def _values(data: Element | None) -> Mapping[int, str]:
    """The cached values of a series by their position, as the chart shows them."""
    for cache in data.iter() if data is not None else ():
        if local_name(cache) in ("strCache", "numCache", "strLit", "numLit"):
            return _points(cache)
    return {}


def _points(cache: Element) -> dict[int, str]:
    code = _text(child(cache, "formatCode"))
    found: dict[int, str] = {}
    for point in children(cache, "pt"):
        position, text = attribute(point, "idx"), _text(child(point, "v"))
        if position.isdecimal() and len(position) < 7 and len(found) < MAX_POINTS and text:
            found[int(position)] = shown(text, attribute(point, "formatCode") or code, is_1904=False) if code else text
    return found


def _text(element: Element | None) -> str:
    return one_line(element.text or "") if element is not None else ""


def text_box_lines(package: Package, part: str) -> Iterator[str]:
    """The paragraphs of the text boxes that float over a sheet."""
    for drawing in package.related(part, "drawing"):
        for body in descendants(drawing, "txBody"):
            for paragraph in children(body, "p"):
                if text := one_line("".join(run.text or "" for run in descendants(paragraph, "t"))):
                    yield text


def comment_lines(package: Package, part: str, *, main_part: str) -> Iterator[str]:
    """The comments on a part, each a line with who made it, in whatever way the program keeps them."""
    name_by_id = {
        attribute(author, "id"): attribute(author, "name") or attribute(author, "displayName")
        for kind in ("commentAuthors", "authors", "person")
        for root in package.related(main_part, kind)
        for author in root
    }
    threaded = package.related(part, "threadedComment")
    for root in threaded or package.related(part, "comments"):
        own = child(root, "authors")
        names = [_text(author) for author in own] if own is not None else []
        for comment in root.iter():
            if local_name(comment) in ("comment", "cm", "threadedComment"):
                text = one_line("".join(_comment_pieces(comment)))
                number = attribute(comment, "authorId") or attribute(comment, "personId")
                own_name = names[int(number)] if number.isdecimal() and int(number[:6]) < len(names) else ""
                author = attribute(comment, "author") or own_name or name_by_id.get(number, "")
                if text:
                    yield comment_line(author, text, place=attribute(comment, "ref"))


def _comment_pieces(comment: Element) -> Iterator[str]:
    for element in comment.iter():
        name = local_name(element)
        if name == "t" or (name == "text" and len(element) == 0):
            yield element.text or ""
        elif name in ("p", "br"):
            yield " "
