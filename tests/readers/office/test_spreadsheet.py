"""Workbooks and CSV: rows as sentences."""

import datetime as dt

import pytest

from rag.errors import ReadError
from rag.readers.office.ooxml import shown
from rag.readers.office.spreadsheet import CsvReader, XlsxReader
from rag.readers.shape import delimited
from rag.readers.shape.delimited import MAX_CELL_CHARACTERS

NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELATIONSHIPS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def relations(*entries):
    inner = "".join(f'<Relationship Id="{key}" Type="{KINDS}{kind}" Target="{to}"/>' for key, kind, to in entries)
    return f"<Relationships {RELATIONSHIPS}>{inner}</Relationships>"


def text(value):
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def row(*cells):
    return f"<row>{''.join(cells)}</row>"


@pytest.fixture
def read_workbook(write_zip):
    def read_workbook(*sheets, states=(), strings="", styles="", after=""):
        entries = "".join(
            f'<sheet name="Sheet{i}" sheetId="{i}" state="{states[i] if states else "visible"}" r:id="r{i}"/>'
            for i in range(len(sheets))
        )
        parts = {
            "_rels/.rels": relations(("a", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"<workbook {NAMESPACES}><sheets>{entries}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                *((f"r{i}", "worksheet", f"s{i}.xml") for i in range(len(sheets))),
                ("s", "sharedStrings", "strings.xml"),
                ("t", "styles", "styles.xml"),
            ),
            "xl/strings.xml": f"<sst {NAMESPACES}>{strings}</sst>",
            "xl/styles.xml": f"<styleSheet {NAMESPACES}>{styles}</styleSheet>",
        }
        for i, rows in enumerate(sheets):
            parts[f"xl/s{i}.xml"] = f"<worksheet {NAMESPACES}><sheetData>{rows}</sheetData>{after}</worksheet>"
        return XlsxReader().read(write_zip("gdp.xlsx", parts)).text

    return read_workbook


@pytest.fixture
def read_csv(tmp_path):
    def read_csv(content, name="gdp.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CsvReader().read(path).text

    return read_csv


HEADER = row(text("Country"), text("GDP"), text("Year"))


def test_rows_stand_under_the_name_of_their_sheet(read_workbook):
    assert read_workbook(
        HEADER + row(text("France"), "<c><v>3.1</v></c>", "<c><v>2024</v></c>"), row(text("Note."))
    ) == ("Sheet0\nCountry: France; GDP: 3.1; Year: 2024.\n\nSheet1\nNote.")


def test_hidden_sheets_are_left_out(read_workbook):
    sheets = [row(text("a")), row(text("b")), row(text("c"))]
    assert read_workbook(*sheets, states=["hidden", "visible", "veryHidden"]) == "Sheet1\nb"


def test_cells_stand_in_their_columns(read_workbook):
    cells = '<c r="A5" t="inlineStr"><is><t>France</t></is></c><c r="C5"><v>2024</v></c>'
    assert read_workbook(HEADER + row(cells)) == "Sheet0\nCountry: France; Year: 2024."


def test_shared_rich_boolean_error_and_formula_cells(read_workbook):
    strings = "<si><t>plain</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>no</t></rPh></si>"
    cells = (
        '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>99</v></c><c t="b"><v>1</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>made</v></c><c><f>1+1</f></c>'
    )
    assert read_workbook(row(cells), strings=strings) == "Sheet0\nplain; rich; TRUE; made."


def test_numbers_are_shown_as_the_cell_shows_them(read_workbook):
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs>'
    )
    values = row('<c s="1"><v>3.1E-2</v></c>', '<c s="2"><v>45728</v></c>', '<c s="9"><v>5</v></c>')
    assert read_workbook(values, styles=styles) == "Sheet0\n3.1%; 2025-03-12; 5."


def test_value_merged_downwards_counts_for_each_row(read_workbook):
    rows = HEADER + row(text("France"), text("3.1"), text("2024"))
    rows += row(text("").replace("<c ", '<c r="A3" '), text("3.2"), text("2025"))
    merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="bad"/></mergeCells>'
    assert read_workbook(rows, after=merged).endswith("Country: France; GDP: 3.2; Year: 2025.")


def test_row_numbers_far_apart_cost_nothing(read_workbook):
    rows = f'<row r="1">{text("a")}</row><row r="1048576">{text("b")}</row>'
    assert read_workbook(rows) == "Sheet0\na\nb"


def test_too_many_cells_are_refused(read_workbook, read_csv, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_CELLS", 5)
    for read in (lambda: read_workbook(HEADER * 2), lambda: read_csv("a,b,c\n" * 2)):
        with pytest.raises(ReadError, match="more than 5 cells - split it"):
            read()


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("0.1", "", "0.1"),
        ("3.1000000000000001", "General", "3.1"),
        ("1E+15", "", "1000000000000000"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("1234567", "0.0,,", "1.2"),
        ("2.5", "0", "3"),
        ("0.5", "0.##", "0.5"),
        ("-5", "0.0", "-5.0"),
        ("-0.001", "0.0", "0.0"),
        ("-5", "#,##0;(#,##0)", "(5)"),
        ("0", '0;-0;"none"', "none"),
        ("12", '"about" 0 "km"', "about 12 km"),
        ("1234.5", "[$€-407] #,##0.00", "€ 1,234.50"),
        ("0.75", "h:mm", "18:00"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("45728.75", "m/d/yy h:mm AM/PM", "2025-03-12 18:00"),
        ("45728", "mmm-yy", "2025-03-12"),
        ("-1", "yyyy", "-1"),
        ("1E+9", "yyyy", "1000000000"),
        ("0.5", "# ?/?", "0.5"),
        ("word", "0.0", "word"),
        ("nan", "0.0", "nan"),
        ("1E+999999", "0.0", "1E+999999"),
        ("5", "@", "5"),
    ],
)
def test_number_format(value, number_format, text):
    assert shown(value, number_format) == text


def test_dates_may_count_from_1904():
    assert shown("44266", "yyyy", is_1904=True) == shown("45728", "yyyy") == "2025-03-12"


def test_same_dates_and_percentages_as_openpyxl(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "GDP"
    sheet.append(["Country", "Growth", "Date", "Time"])
    sheet.append(["France", 0.031, dt.date(2025, 3, 12), dt.datetime(2024, 2, 29, 10, 30)])
    sheet["B2"].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    assert XlsxReader().read(tmp_path / "a.xlsx").text == (
        "GDP\nCountry: France; Growth: 3.1%; Date: 2025-03-12; Time: 2024-02-29 10:30:00."
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Country,GDP\nFrance,3.1 tn\n", "Country: France; GDP: 3.1 tn."),
        ("Country;GDP\nFrance;3,1\nItaly;2,3\n", "Country: France; GDP: 3,1.\nCountry: Italy; GDP: 2,3."),
        ("Country\tGDP\nFrance\t3.1\n", "Country: France; GDP: 3.1."),
        ("Country|GDP\nFrance|3.1\n", "Country: France; GDP: 3.1."),
        ("sep=;\nCountry;GDP\nFrance;3.1, or so\n", "Country: France; GDP: 3.1, or so."),
        ('Name,Said\nRubio,"He said ""no"",\nthen left."\n', 'Name: Rubio; Said: He said "no", then left.'),
        ("Name,GDP,\nFrance,,x\n", "Name: France; x."),
        ("France,3.1\nItaly,2.3\n", "France: 3.1.\nItaly: 2.3."),
        ("just\nlines of text\n", "just\nlines of text"),
        (
            "A title\n\nCountry,GDP\nFrance,3.1\n\nItaly,2.3\n",
            "A title\nCountry: France; GDP: 3.1.\nCountry: Italy; GDP: 2.3.",
        ),
        ("首都,人口\n東京,14\n", "首都: 東京; 人口: 14."),
    ],
)
def test_row_of_a_csv_file_names_its_columns(read_csv, content, text):
    assert read_csv(content) == text


def test_encoding_is_found(read_csv):
    assert read_csv("Land,Fläche\nÖsterreich,84\n".encode("cp1252")) == "Land: Österreich; Fläche: 84."
    assert read_csv("Land,Fläche\nÖsterreich,84\n".encode("utf-16")) == "Land: Österreich; Fläche: 84."


def test_tab_separated_file_keeps_its_commas(read_csv):
    assert read_csv("Name\tSaid\nA\tone, two, three\nB\tfour, five\n", "a.tsv").startswith(
        "Name: A; Said: one, two, three"
    )


@pytest.mark.parametrize("n_characters", [MAX_CELL_CHARACTERS + 1, 200_000])
def test_huge_cell_is_refused(read_csv, n_characters):
    with pytest.raises(ReadError, match="the cell at line 2 has more than 100,000 characters"):
        read_csv(f'Name,Said\nA,"{"x" * n_characters}')


@pytest.mark.parametrize("content", ["\0\0\0\0\0\0\0\0\0\0,", "PK\x03\x04", "\n \n"])
def test_what_is_no_text_is_refused(read_csv, content):
    with pytest.raises(ReadError):
        read_csv(content)
