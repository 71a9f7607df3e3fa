"""Rows as sentences, and which row names the columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers._tables import Header, sheet_lines, table_lines


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
    assert len(lines) >= sum(map(bool, n_cells)) - 1
    for row in rows[first + 1 :]:
        assert all(" ".join(cell.split()).rstrip(": ") in "\n".join(lines) for cell in row)
