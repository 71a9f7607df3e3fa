"""What stands beside the text of Office files: charts, comments, headers, list numbers, whole parts, text boxes."""

from __future__ import annotations

import itertools

import pytest

from rag.readers.office.docx import DocxReader
from rag.readers.office.pptx import PptxReader
from rag.readers.office.spreadsheet import XlsxReader

KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
RELATIONSHIPS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" {A}'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
C = f'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" {A}'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
X = f'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" {A}'


def relations(*entries):
    inner = "".join(f'<Relationship Id="{key}" Type="{KINDS}{kind}" Target="{to}"/>' for key, kind, to in entries)
    return f"<Relationships {RELATIONSHIPS}>{inner}</Relationships>"


def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.fixture
def word(write_zip):
    """A Word file with that body and parts, each under the kind of its relation, with its name."""

    def word(body, **parts):
        names = {kind: (name, content) for kind, (name, content) in parts.items()}
        return DocxReader().read(
            write_zip(
                "a.docx",
                {
                    "_rels/.rels": relations(("a", "officeDocument", "word/document.xml")),
                    "word/document.xml": f"<w:document {W} {R}><w:body>{body}</w:body></w:document>",
                    "word/_rels/document.xml.rels": relations(
                        *((kind, kind, name) for kind, (name, _) in names.items())
                    ),
                    **{f"word/{name}": content for name, content in names.values()},
                },
            )
        )

    return word


@pytest.fixture
def slide(write_zip):
    """A presentation of one slide with those shapes and parts."""

    def slide(shapes, **parts):
        tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        return PptxReader().read(
            write_zip(
                "a.pptx",
                {
                    "_rels/.rels": relations(("a", "officeDocument", "ppt/presentation.xml")),
                    "ppt/presentation.xml": f'<p:presentation {P} {R}><p:sldIdLst><p:sldId id="256" r:id="s"/>'
                    "</p:sldIdLst></p:presentation>",
                    "ppt/_rels/presentation.xml.rels": relations(
                        ("s", "slide", "s.xml"), ("t", "commentAuthors", "commentAuthors.xml")
                    ),
                    "ppt/s.xml": f"<p:sld {P} {R}>{tree}</p:sld>",
                    "ppt/_rels/s.xml.rels": relations(*((kind, kind, f"{kind}.xml") for kind in parts)),
                    **{f"ppt/{kind}.xml": content for kind, content in parts.items()},
                },
            )
        )

    return slide


def shape(text, kind=""):
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    body = f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody>"
    return f"<p:sp><p:nvSpPr><p:nvPr>{holder}</p:nvPr></p:nvSpPr>{body}</p:sp>"


def cache(values, code=""):
    points = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values) if value)
    return f"<c:formatCode>{code}</c:formatCode>{points}" if code else points


def chart(categories, series, *, title="", code=""):
    heading = f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    drawn = "".join(
        f"<c:ser><c:tx><c:strRef><c:strCache>{cache([name])}</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{cache(categories)}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:numCache>{cache(values, code)}</c:numCache></c:numRef></c:val></c:ser>"
        for name, values in series.items()
    )
    plot = f"<c:plotArea>{drawn}</c:plotArea>"
    return f"<c:chartSpace {C}><c:chart>{heading if title else ''}{plot}</c:chart></c:chartSpace>"


TWO_SERIES = {"Alder": ["1204", "310"], "Birch": ["880", ""]}


@pytest.mark.parametrize(
    ("drawn", "lines"),
    [
        (chart(["2019", "2020"], {"Alder": ["1204", "310"]}), ["2019; Alder: 1204.", "2020; Alder: 310."]),
        (
            chart(["2019", "2020"], TWO_SERIES, title="Visitors"),
            ["Visitors", "2019; Alder: 1204; Birch: 880.", "2020; Alder: 310."],
        ),
        (chart(["Yes", "No"], {"Share": ["0.25", "0.75"]}, code="0%"), ["Yes; Share: 25%.", "No; Share: 75%."]),
        (chart([], {"Alder": ["5"]}), ["Alder: 5."]),
        (chart(["2019"], {"Alder": []}), []),
    ],
)
def test_chart_says_its_numbers_with_series_and_category(slide, word, drawn, lines):
    assert slide(shape("Words."), chart=drawn).text.split("\n") == ["Words.", *lines]
    assert word(paragraph("Words."), chart=("charts/c.xml", drawn)).text.split("\n") == ["Words.", *lines]


def test_word_comments_follow_the_text_under_their_authors(word):
    comment = f'<w:comments {W}><w:comment w:author="Ida Ravn">{paragraph("From June")}{paragraph("only.")}</w:comment>'
    document = word(paragraph("It opened."), comments=("comments.xml", f"{comment}</w:comments>"))
    assert document.text == "It opened.\nComment (Ida Ravn): From June only."


def test_comments_on_a_slide_follow_it(slide):
    comments = f'<p:cmLst {P}><p:cm authorId="7"><p:text>From June only.</p:text></p:cm></p:cmLst>'
    authors = f'<p:cmAuthorLst {P}><p:cmAuthor id="7" name="Ida Ravn"/></p:cmAuthorLst>'
    document = slide(shape("It opened."), comments=comments, commentAuthors=authors)
    assert document.text == "It opened.\nComment (Ida Ravn): From June only."


@pytest.fixture
def workbook(write_zip):
    def workbook(states=("visible",), **parts):
        sheets = "".join(
            f'<sheet name="S{i}" sheetId="{i}" state="{state}" r:id="r{i}"/>' for i, state in enumerate(states)
        )
        cell = '<c t="inlineStr"><is><t>It opened in S{}.</t></is></c>'
        return XlsxReader().read(
            write_zip(
                "a.xlsx",
                {
                    "_rels/.rels": relations(("a", "officeDocument", "xl/workbook.xml")),
                    "xl/workbook.xml": f"<workbook {S} {R}><sheets>{sheets}</sheets></workbook>",
                    "xl/_rels/workbook.xml.rels": relations(
                        *((f"r{i}", "worksheet", f"s{i}.xml") for i in range(len(states))), ("p", "person", "p.xml")
                    ),
                    **{
                        f"xl/s{i}.xml": f"<worksheet {S}><sheetData><row>{cell.format(i)}</row></sheetData></worksheet>"
                        for i in range(len(states))
                    },
                    "xl/_rels/s0.xml.rels": relations(*((kind, kind, f"{kind}.xml") for kind in parts)),
                    **{f"xl/{'p' if kind == 'person' else kind}.xml": content for kind, content in parts.items()},
                },
            )
        )

    return workbook


NOTE = (
    f"<comments {S}><authors><author>clerk</author></authors><commentList>"
    '<comment ref="D5" authorId="0"><text><r><t>From </t></r><r><t>June only.</t></r></text></comment>'
    "</commentList></comments>"
)
THREAD = (
    '<ThreadedComments xmlns="urn:t"><threadedComment ref="B2" personId="{1}"><text>Is it so?</text></threadedComment>'
    '<threadedComment ref="B2" personId="{2}"><text>It is.</text></threadedComment></ThreadedComments>'
)
PERSONS = (
    '<personList xmlns="urn:t"><person displayName="Ida Ravn" id="{1}"/>'
    '<person displayName="Jan" id="{2}"/></personList>'
)


def test_comments_on_cells_follow_their_sheet(workbook):
    assert workbook(comments=NOTE).text == "S0\nIt opened in S0.\nComment on D5 (clerk): From June only."
    assert workbook(comments=NOTE, threadedComment=THREAD, person=PERSONS).text.split("\n")[2:] == [
        "Comment on B2 (Ida Ravn): Is it so?",
        "Comment on B2 (Jan): It is.",
    ]


def test_text_boxes_over_a_sheet_are_read(workbook):
    box = f"<xdr:wsDr {X}><xdr:sp><xdr:txBody><a:p><a:r><a:t>Closed </a:t></a:r><a:r><a:t>in May.</a:t></a:r></a:p>"
    assert workbook(drawing=f"{box}</xdr:txBody></xdr:sp></xdr:wsDr>").text.endswith("\nClosed in May.")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_named_and_not_read(workbook, state):
    document = workbook(("visible", state, state))
    assert "S1" not in document.text
    assert document.metadata["notice"].startswith("Hidden sheets are not read: S1, S2 - ")
    assert "notice" not in workbook().metadata


def test_date_that_only_a_header_holds_is_read(word, slide):
    header = f"<w:hdr {W}>{paragraph('Halden Courier, 3 March 2025')}{paragraph('Confidential')}</w:hdr>"
    document = word(paragraph("At least 12 people died."), header=("h.xml", header))
    assert document.text == "Halden Courier, 3 March 2025\nAt least 12 people died."
    assert document.metadata["published"] == "2025-03-03"
    on_slide = slide(shape("At least 12 people died.") + shape("3 March 2025", "dt") + shape("Confidential", "ftr"))
    assert on_slide.text == "At least 12 people died.\n3 March 2025"
    assert on_slide.metadata["published"] == "2025-03-03"


def test_header_whose_date_the_text_holds_is_left_out(word, slide):
    header = f"<w:hdr {W}>{paragraph('Halden Courier, 3 March 2025')}</w:hdr>"
    body = "On 3 March 2025 the ferry sank."
    assert word(paragraph(body), header=("h.xml", header)).text == body
    assert slide(shape(body) + shape("3 March 2025", "dt")).text == body


def level(number, text, kind="decimal", start=1):
    counted = f'<w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}">{counted}</w:lvl>'


def item(text, number=1, at=0):
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>')


def numbering(*levels, numbers=1, override=""):
    abstract = f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
    entries = "".join(
        f'<w:num w:numId="{i}"><w:abstractNumId w:val="0"/>{override if i > 1 else ""}</w:num>'
        for i in range(1, numbers + 1)
    )
    return ("numbering.xml", f"<w:numbering {W}>{abstract}{entries}</w:numbering>")


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("decimal", "%1.", ["1.", "2.", "3."]),
        ("lowerLetter", "(%1)", ["(a)", "(b)", "(c)"]),
        ("upperRoman", "Article %1", ["Article I", "Article II", "Article III"]),
        ("bullet", "\u2022", ["", "", ""]),
    ],
)
def test_numbers_that_word_counts_stand_before_their_paragraphs(word, kind, text, shown):
    document = word("".join(item(f"Point {i}") for i in range(3)), numbering=numbering(level(0, text, kind)))
    assert document.text.split("\n") == [f"{number} Point {i}".strip() for i, number in enumerate(shown)]


def test_lower_levels_begin_again_below_each_higher_one(word):
    levels = (level(0, "%1."), level(1, "%1.%2"))
    body = "".join(item("x", at=at) for at in (0, 1, 1, 0, 1))
    lines = word(body, numbering=numbering(*levels)).text.split("\n")
    assert lines == ["1. x", "1.1 x", "1.2 x", "2. x", "2.1 x"]


def test_list_goes_on_after_text_and_begins_again_where_it_says_so(word):
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    body = item("x") + paragraph("between") + item("x") + item("x", number=2)
    lines = word(body, numbering=numbering(level(0, "%1)", start=5), numbers=2, override=override)).text.split("\n")
    assert lines == ["5) x", "between", "6) x", "1) x"]


def test_headings_are_numbered_by_their_style(word):
    properties = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    style = f'<w:style w:styleId="H"><w:name w:val="heading 1"/>{properties}</w:style>'
    headings = "".join(paragraph(text, '<w:pStyle w:val="H"/>') for text in ("Scope", "Terms"))
    document = word(
        headings, numbering=numbering(level(0, "%1")), styles=("styles.xml", f"<w:styles {W}>{style}</w:styles>")
    )
    assert document.text == "1 Scope\n2 Terms"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<p>From <b>a</b> page.</p><p hidden>no</p>"),
        ("a.txt", "From a page.\n"),
        ("a.docx", b"PK"),
        ("a.htm", ""),
    ],
)
def test_page_or_text_put_in_whole_stands_in_its_place(word, name, content):
    body = f'{paragraph("Before.")}<w:altChunk r:id="aFChunk"/>{paragraph("After.")}'
    expected = ["Before.", *(["From a page."] if len(content) > 2 else []), "After."]
    assert word(body, aFChunk=(name, content)).text.split("\n") == expected


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["3", "x", "-1", "99999999"], 2)))
def test_strange_numbers_of_lists_are_harmless(word, first, second):
    levels = (f'<w:lvl w:ilvl="{first}"><w:lvlText w:val="%9%1"/></w:lvl>', level(0, "%1%2"))
    assert "x" in word(item("x", at=second) + item("x", number=first), numbering=numbering(*levels)).text
