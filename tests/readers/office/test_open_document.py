"""OpenDocument texts, spreadsheets and presentations."""

import pytest

from rag.errors import ReadError
from rag.readers.office.open_document import OpenDocumentReader
from rag.readers.shape import delimited

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "text", "table", "draw", "meta")
)


@pytest.fixture
def read(write_zip):
    def read(body, *, meta="", name="a.odt"):
        parts = {"content.xml": f"<office:content {NAMESPACES}><office:body>{body}</office:body></office:content>"}
        if meta:
            parts["meta.xml"] = (
                f"<office:document-meta {NAMESPACES}><office:meta>{meta}</office:meta></office:document-meta>"
            )
        return OpenDocumentReader().read(write_zip(name, parts))

    return read


def test_names_of_columns_in_two_rows_with_merged_cells(read):
    def merged(text, **spanned):
        attributes = "".join(f' table:number-{key}-spanned="{value}"' for key, value in spanned.items())
        return f"<table:table-cell{attributes}><text:p>{text}</text:p></table:table-cell>"

    covered, row = "<table:covered-table-cell/>", "<table:table-row>{}</table:table-row>".format
    heads = row(merged("Town", rows=2) + merged("Visitors", columns=2) + covered)
    heads += row(covered + cell("2020") + cell("2021"))
    rows = row(cell("Alder") + cell("310") + cell("905")) + row(merged("All closed", columns=3) + covered + covered)
    for table in (f"<table:table-header-rows>{heads}</table:table-header-rows>{rows}", heads + rows):
        text = read(f"<office:text><table:table>{table}</table:table></office:text>").text
        assert text == "Town: Alder; Visitors 2020: 310; Visitors 2021: 905.\nAll closed"


def cell(text, **repeated):
    attributes = "".join(f' table:number-{key}-repeated="{value}"' for key, value in repeated.items())
    return f"<table:table-cell{attributes}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def row(*cells, times=1):
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def sheet(*rows):
    return f'<office:spreadsheet><table:table table:name="GDP">{"".join(rows)}</table:table></office:spreadsheet>'


def test_text_is_what_the_page_shows(read):
    body = (
        "<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        "<text:h>The <text:span>bri</text:span>dge</text:h>"
        "<text:list><text:p>a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d</text:p></text:list>"
        "<text:p>It opened<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p>"
        "</text:note-body></text:note> in 1932.</text:p></office:text>"
    )
    assert read(body).text == "The bridge\na   b\tc\nd\nIt opened in 1932.\nA note."


def test_properties_become_title_author_and_language(read):
    meta = "<title>The bridge</title><meta:initial-creator>Anna</meta:initial-creator><language>en</language>"
    document = read("<office:text><text:p>Text.</text:p></office:text>", meta=meta)
    assert (document.title, document.metadata) == ("The bridge", {"author": "Anna", "language": "en"})


def test_sheet_shows_values_and_blank_rows_cost_nothing(read):
    rows = [row(*map(cell, ("Country", "GDP", "Year"))), row(cell("France"), cell("3.1"), cell("2024"))]
    blank = row(cell("", columns=16_384), times=1_048_576)
    assert read(sheet(*rows, blank)).text == "GDP\nCountry: France; GDP: 3.1; Year: 2024."


def test_repeated_cells_and_rows_are_bounded(read):
    assert read(sheet(row(cell("x", columns=3), times=2))).text == "GDP\nx; x; x.\nx; x; x."
    for bomb in (row(cell("x", columns=999_999_999)), row(cell("x"), times=999_999_999)):
        with pytest.raises(ReadError, match="more than 1,000,000 cells"):
            read(sheet(bomb))


def test_each_slide_is_a_page(read):
    slide = "<draw:page><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame></draw:page>"
    document = read(
        f"<office:presentation>{slide.format('One.')}<draw:page/>{slide.format('Three.')}</office:presentation>"
    )
    assert (document.text, document.metadata["page_starts"]) == ("One.\n\nThree.", "0,6,6")


@pytest.mark.parametrize("body", ["<office:drawing/>", "", "<office:text/>"])
def test_what_holds_no_text_is_refused(read, body):
    with pytest.raises(ReadError, match="no text"):
        read(body)


def test_limit_is_the_one_of_spreadsheets():
    assert delimited.MAX_CELLS == 1_000_000
