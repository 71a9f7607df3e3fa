"""Rows as sentences, and which row names the columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers._html_text import parse, visible_text
from rag.readers.markdown import MarkdownReader
from rag.readers.shape.tables import Header, sheet_lines, table_lines


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([["Country", "GDP", "Year"], ["France", "3.1", "2024"]], ["Country: France; GDP: 3.1; Year: 2024."]),
        ([["", "2023", "2024"], ["GDP", "3.0", "3.1"]], ["GDP; 2023: 3.0; 2024: 3.1."]),
        ([["France", "3.1", "2024"], ["Italy", "2.3", "2024"]], ["France; 3.1; 2024.", "Italy; 2.3; 2024."]),
        ([["Land", "GDP"], ["France", "3.1"], ["Italy", "2.3"]], ["Land: France; GDP: 3.1.", "Land: Italy; GDP: 2.3."]),
        ([["Name", "Anna"], ["City", "Paris"]], ["Name: Anna.", "City: Paris."]),
        ([["a", "a", "b"], ["c", "d", "e"]], ["a; a; b.", "c; d; e."]),
        ([["x" * 101, "b", "c"], ["d", "e", "f"]], [f"{'x' * 101}; b; c.", "d; e; f."]),
        ([["Title", "", ""], ["A", "B", "C"], ["d", "", "f"]], ["Title", "A: d; C: f."]),
        ([["A:", "B", "C"], ["He said no.", "two\nlines", "f!"]], ["A: He said no.; B: two lines; C: f!"]),
        ([["only", "a", "header"]], ["only; a; header."]),
        ([["one column"], ["more"]], ["one column", "more"]),
        ([], []),
        ([["", ""], []], []),
    ],
)  # fmt: skip
def test_rows_of_an_uncertain_table(rows, lines):
    assert list(table_lines(rows, header=Header.UNCERTAIN)) == lines


def test_marked_header_is_believed():
    rows = [["2023", "2024"], ["3.0", "3.1"]]
    assert list(table_lines(rows, header=Header.MARKED)) == ["2023: 3.0; 2024: 3.1."]
    assert list(table_lines(rows, header=Header.USUAL)) == ["2023: 2024.", "3.0: 3.1."]


def test_table_below_another_may_have_names_of_its_own():
    rows = [
        ["Country", "GDP"],
        ["France", "3.1"],
        [],
        ["Italy", "2.3"],
        [],
        ["City", "People"],
        ["Paris", "2"],
        [],
        ["a", "b", "c"],
    ]
    assert list(sheet_lines(rows, header=Header.USUAL)) == [
        "Country: France; GDP: 3.1.",
        "Country: Italy; GDP: 2.3.",
        "City: Paris; People: 2.",
        "a; b; c.",
    ]


CELLS = st.text(st.sampled_from("ab1.;: \n"), max_size=6)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6), st.sampled_from(Header))
def test_every_value_below_the_names_stands_in_some_line(rows, header):
    blank = (["".join(cell.split()) for cell in row] for row in rows)
    n_cells = [sum(map(bool, row)) for row in blank]
    first = next((i for i, n in enumerate(n_cells) if n > 1), len(rows))
    lines = list(table_lines(rows, header=header))
    assert all("\n" not in line and line.strip() for line in [*lines, *sheet_lines(rows, header=header)])
    assert len(lines) >= sum(map(bool, n_cells)) - 2  # names may stand in two rows
    for row in rows[first + 2 :]:
        assert all(" ".join(cell.split()).rstrip(": ") in "\n".join(lines) for cell in row)


ROWS = [["Town", "2019", "2020", "2021"], ["Alder", "1,204", "1,310", "n/a"], ["Birch", "880", "", "905"]]
SAID = "Town: Alder; 2019: 1,204; 2020: 1,310; 2021: n/a.\nTown: Birch; 2019: 880; 2021: 905."


def html_table(rows, *, head="th"):
    cells = [
        [f"<{head if not i else 'td'}>{cell}</{head if not i else 'td'}>" for cell in row] for i, row in enumerate(rows)
    ]
    return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>"


@pytest.mark.parametrize("head", ["th", "td"])
def test_rows_of_a_page_have_the_names_of_their_columns(head):
    assert visible_text(parse(html_table(ROWS, head=head)).body) == SAID


def test_merged_cells_of_a_page_stand_in_each_place():
    html = (
        "<table><caption>Visitors</caption><thead><tr><th rowspan=2>Town<th colspan=2>Visitors</tr>"
        "<tr><th>2019<th>2020</tr></thead>"
        "<tr><td rowspan=2>Cedar<td>45<td>46<tr><td colspan=2>closed<tr><td colspan=3>North"
        "<tr><td>Ash<td>1<td>2</table>"
    )
    assert visible_text(parse(html).body).split("\n") == [
        "Visitors",
        "Town: Cedar; Visitors 2019: 45; Visitors 2020: 46.",
        "Town: Cedar; Visitors 2019: closed; Visitors 2020: closed.",
        "North",
        "Town: Ash; Visitors 2019: 1; Visitors 2020: 2.",
    ]


def test_layout_table_of_a_page_is_read_cell_by_cell():
    text = visible_text(parse(f"<table><tr><td><h2>Fares</h2>{html_table(ROWS)}</td></tr></table>").body)
    assert text == f"Fares\n{SAID}"


def test_rows_of_markdown_have_the_names_of_their_columns(tmp_path):
    path = tmp_path / "a.md"
    lines = [f"| {' | '.join(row)} |" for row in ROWS]
    path.write_text("\n".join([lines[0], "|---|---|---|---|", *lines[1:]]))
    assert MarkdownReader().read(path).text == SAID


GROUPS = [["Town", "Visitors", "Visitors", "Income", "Income"], ["Town", "2020", "2021", "2020", "2021"]]
VALUES = [["Alder", "310", "905", "12", "15"], ["Birch", "880", "", "7", "9"]]
NAMED = [
    "Town: Alder; Visitors 2020: 310; Visitors 2021: 905; Income 2020: 12; Income 2021: 15.",
    "Town: Birch; Visitors 2020: 880; Income 2020: 7; Income 2021: 9.",
]


@pytest.mark.parametrize(
    "heads",
    [
        pytest.param(GROUPS, id="merged cells stand in each column"),
        pytest.param([["Town", "Visitors", "", "Income", ""], GROUPS[1]], id="merged cells stand once"),
        pytest.param([["", "Visitors", "", "Income", ""], GROUPS[1]], id="the first column is named below"),
        pytest.param(
            [["Town", "Visitors", "", "Income", ""], ["", *GROUPS[1][1:]]], id="the first column is named above"
        ),
    ],
)
@pytest.mark.parametrize("lines", [table_lines, sheet_lines])
def test_names_in_two_rows_are_one(heads, lines):
    assert list(lines([*heads, *VALUES], header=Header.UNCERTAIN)) == NAMED


def test_names_broken_into_two_lines_are_one():
    rows = [["", "Number of", "Cost per"], ["Town", "visitors", "visitor"], ["Alder", "310", "4.50"]]
    assert list(table_lines(rows, header=Header.UNCERTAIN)) == [
        "Town: Alder; Number of visitors: 310; Cost per visitor: 4.50."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [["Town", "2020", "2021"], ["Alder", "310", "310"], ["Birch", "880", "12"]],
        [["Town", "Mayor", "Seats"], ["Alder", "Roy", "5"], ["Birch", "Wen", "7"]],
        [["Town", "Mayor", "Seats"], ["Alder", "", ""], ["Birch", "Wen", "7"]],
        [["2020", "310", "310"], ["2021", "905", "12"], ["2022", "5", "6"]],
        [["Day", "Morning", "Evening"], ["Monday", "closed", "closed"], ["Tuesday", "9", "10"]],
    ],
)  # fmt: skip
def test_row_of_values_is_no_second_row_of_names(rows):
    lines = list(table_lines(rows, header=Header.UNCERTAIN))
    assert len(lines) >= len(rows) - 1
    assert all(cell in lines[-len(rows) + 1] for cell in rows[1] if cell)
