"""Word files: what Word shows, a line for each paragraph and table row."""

import pytest

from rag.errors import ReadError
from rag.readers.office.docx import DocxReader

RELATIONSHIPS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)


def relation(kind, target, mode="Internal"):
    return f'<Relationship Id="{kind}" Type="{KINDS}{kind}" Target="{target}" TargetMode="{mode}"/>'


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


BOX = f"<w:txbxContent>{paragraph('In a box.')}</w:txbxContent>"
CHOICE = f"<mc:Choice>{BOX}</mc:Choice>"
ALTERNATIVES = f"<mc:AlternateContent>{CHOICE}<mc:Fallback><v:x>{BOX}</v:x></mc:Fallback></mc:AlternateContent>"


def table(*rows, header=False):
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return (
        "<w:tbl>"
        + "".join(
            f"<w:tr>{mark if i == 0 else ''}" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
            for i, row in enumerate(rows)
        )
        + "</w:tbl>"
    )


@pytest.fixture
def read(write_zip):
    def read(body, *, core="", styles="", footnotes=""):
        parts = {
            "_rels/.rels": f"<Relationships {RELATIONSHIPS}>{relation('officeDocument', '/word/document.xml')}"
            f"{relation('core-properties', 'docProps/core.xml') if core else ''}</Relationships>",
            "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships {RELATIONSHIPS}>{relation('styles', 'styles.xml')}"
            f"{relation('footnotes', 'footnotes.xml')}{relation('image', 'http://x.org/a.png', 'External')}"
            "</Relationships>",
            "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
            "word/footnotes.xml": f"<w:footnotes {NAMESPACES}>{footnotes}</w:footnotes>",
        }
        if core:
            parts["docProps/core.xml"] = f"<cp xmlns:dc='http://purl.org/dc/elements/1.1/'>{core}</cp>"
        return DocxReader().read(write_zip("report.docx", parts))

    return read


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (paragraph("One.") + paragraph("") + paragraph("Two."), "One.\nTwo."),
        (f"<w:p>{run('wo')}{run('rd ')}<w:hyperlink>{run('link')}</w:hyperlink></w:p>", "word link"),
        (f"<w:p>{run('a')}<w:r><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p>", "a\nb\tc"),
        (f"<w:p>{run('kept ')}<w:ins>{run('inserted')}</w:ins></w:p>", "kept inserted"),
        (f"<w:p>{run('kept')}<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>", "kept"),
        (f"<w:p>{run('to')}<w:moveFrom>{run('from')}</w:moveFrom></w:p>", "to"),
        (f"<w:p>{run('shown')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>", "shown"),
        (f'<w:p>{run("x")}<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>y</w:t></w:r></w:p>', "xy"),
        (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{run('3')}</w:p>", "3"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>", "In a control."),
        (
            f"<w:p>{run('Before.')}<w:r>{ALTERNATIVES}</w:r></w:p>",
            "Before.\nIn a box.",
        ),
        ("<w:p><w:r><w:t>首相は「停戦」と述べた。😀</w:t></w:r></w:p>", "首相は「停戦」と述べた。😀"),
    ],
)
def test_text_is_what_word_shows(read, body, text):
    assert read(body).text == text


def test_row_of_a_table_names_its_columns(read):
    rows = [["Country", "GDP", "Year"], ["France", "3.1 tn", "2024"], ["Italy", "", "2024"]]
    assert read(table(*rows)).text == "Country: France; GDP: 3.1 tn; Year: 2024.\nCountry: Italy; Year: 2024."


def test_two_columns_are_names_and_values_unless_the_header_is_marked(read):
    rows = [["Colour", "grey"], ["Shape", "arch"]]
    assert read(table(*rows)).text == "Colour: grey.\nShape: arch."
    assert read(table(*rows, header=True)).text == "Colour: Shape; grey: arch."


def test_cell_merged_downwards_counts_for_each_row(read):
    merged = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph("Europe") + "</w:tc>"
    goes_on = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{paragraph('')}</w:tc>"
    cells = "".join(f"<w:tc>{paragraph(name)}</w:tc>" for name in ("Region", "Country", "GDP"))
    rows = [
        cells,
        merged + f"<w:tc>{paragraph('France')}</w:tc><w:tc>{paragraph('3.1')}</w:tc>",
        goes_on + f"<w:tc>{paragraph('Italy')}</w:tc><w:tc>{paragraph('2.3')}</w:tc>",
    ]
    text = read("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>").text
    assert text == "Region: Europe; Country: France; GDP: 3.1.\nRegion: Europe; Country: Italy; GDP: 2.3."


def test_table_that_lays_out_the_page_is_read_as_paragraphs(read):
    long = "It rained. " * 50
    assert read(table([long, "Aside."], ["Below.", ""])).text == f"{long.strip()}\nAside.\nBelow."
    nested = f"<w:tbl><w:tr><w:tc>{table(['a', 'b'])}</w:tc><w:tc>{paragraph('Outer.')}</w:tc></w:tr></w:tbl>"
    assert read(nested).text == "a: b.\nOuter."


def test_deleted_row_is_not_shown(read):
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('gone')}</w:tc></w:tr>"
    assert read(f"<w:tbl>{deleted}<w:tr><w:tc>{paragraph('kept')}</w:tc></w:tr></w:tbl>").text == "kept"


def test_footnotes_follow_the_text(read):
    body = f'<w:p>{run("It opened")}<w:r><w:footnoteReference w:id="2"/></w:r>{run(" in 1932.")}</w:p>'
    notes = (
        f'<w:footnote w:type="separator" w:id="-1">{paragraph("____")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("See the archive.")}</w:footnote>'
    )
    assert read(body, footnotes=notes).text == "It opened in 1932.\nSee the archive."


def test_properties_become_title_and_author_and_no_date(read):
    core = "<dc:title>The bridge</dc:title><dc:creator>Anna</dc:creator><created>2025-03-12T00:00:00Z</created>"
    document = read(paragraph("Text."), core=core)
    assert document.title == "The bridge"
    assert document.metadata == {"author": "Anna"}


def test_title_is_the_first_heading_in_any_language_of_word(read):
    styles = '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    body = paragraph("Preface.") + paragraph("The bridge", '<w:pStyle w:val="berschrift1"/>')
    assert read(body, styles=styles).title == "The bridge"
    assert read(body).title == "report.docx"


def test_table_of_contents_is_left_out(read):
    styles = '<w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>'
    body = paragraph("The bridge 3", '<w:pStyle w:val="Verzeichnis1"/>') + paragraph("Text.")
    assert read(body, styles=styles).text == "Text."


@pytest.mark.parametrize("depth", [60, 250])
def test_deep_nesting_is_read_or_refused(read, depth):
    body = "<w:tbl><w:tr><w:tc>" * (depth // 3) + paragraph("Deep.") + "</w:tc></w:tr></w:tbl>" * (depth // 3)
    assert read(body).text == "Deep."
    with pytest.raises(ReadError, match=r"not well-formed|nested too deeply"):
        read("<w:sdt>" * 5_000 + paragraph("Deep.") + "</w:sdt>" * 5_000)


def test_entity_bomb_is_refused(write_zip):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    parts = {"_rels/.rels": f"<Relationships {RELATIONSHIPS}/>", "word/document.xml": bomb}
    with pytest.raises(ReadError, match=r"part 'word/document\.xml' declares XML entities"):
        DocxReader().read(write_zip("a.docx", parts))


def test_zip_of_another_kind_is_refused(write_zip):
    with pytest.raises(ReadError, match=r"no part 'word/document\.xml'"):
        DocxReader().read(write_zip("a.docx", {"mimetype": "x"}))


def test_relation_that_leads_out_of_the_file_is_not_followed(write_zip):
    relations = f"<Relationships {RELATIONSHIPS}>{relation('officeDocument', '../../../etc/passwd')}</Relationships>"
    with pytest.raises(ReadError, match="no part"):
        DocxReader().read(write_zip("a.docx", {"_rels/.rels": relations}))


def test_text_without_words_is_refused(read):
    with pytest.raises(ReadError, match="no text"):
        read(paragraph(" "))


def test_file_written_by_python_docx_is_read(tmp_path):
    docx = pytest.importorskip("docx")
    file = docx.Document()
    file.core_properties.title = "The bridge"
    file.add_heading("History", level=1)
    file.add_paragraph("It opened in 1932.")
    file.add_paragraph("grey", style="List Bullet")
    cells = file.add_table(rows=2, cols=3, style="Table Grid")
    for i, value in enumerate(["Country", "GDP", "Year", "France", "3.1 tn", "2024"]):
        cells.cell(i // 3, i % 3).text = value
    file.save(tmp_path / "a.docx")
    document = DocxReader().read(tmp_path / "a.docx")
    assert document.title == "The bridge"
    assert document.text == "History\nIt opened in 1932.\ngrey\nCountry: France; GDP: 3.1 tn; Year: 2024."
