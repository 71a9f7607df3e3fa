"""Headings and tables are seen in the shape of a plain text, and running text is left alone."""

import pytest

from rag import Span
from tests.ui.html_reading import first, nodes
from tests.ui.records import citation, document
from ui.views.reader.shape import tables
from ui.views.source_view import render_source

TEXT = "The council agreed to dredge the eastern basin before the summer of that year."
ROWS = "Country: France; GDP: 3.1 tn.\nCountry: Spain; GDP: 1.6 tn.\n"


def headings(text: str, **about: str) -> list[str]:
    return [node.text().strip() for node in nodes(render_source(document(text, **about), [], 0), ".cv-heading")]


@pytest.mark.parametrize("line", ["Batteries", "3 Methods", "On bridges and towers", "結果"])
def test_short_line_over_a_paragraph_is_a_heading(line: str) -> None:
    assert headings(f"{line}\n\n{TEXT}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "It stayed closed.",
        "He said:",
        "and so on",
        "• An item of a list",
        "1) An item",
        "1931\t2",
        "***",
        "x" * 101,
        "A line of many words is no heading however short each of its words is as here",
    ],
)
def test_line_that_ends_as_a_sentence_or_begins_as_an_item_is_none(line: str) -> None:
    assert headings(f"{line}\n\n{TEXT}") == []


def test_line_over_another_short_line_is_no_heading_but_the_title_is() -> None:
    assert headings(f"Minutes\n\nBy Ann Lee\n\n{TEXT}", title="Minutes", author="Ann Lee") == ["Minutes"]


def test_headings_stand_below_those_of_pages() -> None:
    of = document(f"Batteries\n\n{TEXT}\n\nTwo.", page_starts=f"0,{len(TEXT) + 13}")
    assert [(node.tag, node.text().strip()) for node in nodes(render_source(of, [], 0), "h3, h4")] == [
        ("h3", "Page 1"),
        ("h4", "Batteries"),
        ("h3", "Page 2"),
    ]


def cells(html: str) -> list[list[str]]:
    """What is seen of the rows: without what only the text says."""
    found = []
    for row in nodes(html, "tbody tr"):
        for said in row.css(".cv-said"):
            said.decompose()
        found.append([cell.text() for cell in row.css("td")])
    return found


def test_rows_that_name_their_columns_are_a_table_with_the_names_above() -> None:
    html = render_source(document(f"{TEXT}\n\n{ROWS}\n{TEXT}"), [], 0)
    assert [node.text() for node in nodes(html, "th")] == ["Country", "GDP"]
    assert cells(html) == [["France", "3.1 tn"], ["Spain", "1.6 tn"]]
    assert [node.text() for node in nodes(html, "tbody .cv-said")][:4] == ["Country: ", "; ", "GDP: ", ".\n"]


def test_cell_that_a_row_lacks_is_empty() -> None:
    html = render_source(document("A: 1; B: 2; C: 3.\nA: 4; C: 6.\n2020; A: 7.\n"), [], 0)
    assert len(nodes(html, "tbody tr")) == 2
    assert [len(row.css("td")) for row in nodes(html, "tbody tr")] == [3, 3]


def test_rows_of_tabs_have_no_names() -> None:
    html = render_source(document("1931\t2\t1,500\n1932\t4\t2,500\n"), [], 0)
    assert not nodes(html, "th")
    assert [len(row.css("td")) for row in nodes(html, "tbody tr")] == [3, 3]


@pytest.mark.parametrize(
    "text",
    [
        "Country: France; GDP: 3.1 tn.\n",
        "He said: yes; she said: no.\nThey said: yes; we said: no.\n",
        "Paris; Rome; Oslo.\nParis; Bonn; Rome.\n",
        "One: two.\nOne: two.\n",
        "A: 1; A: 2.\nA: 1; A: 2.\n",
    ],
)
def test_lines_that_do_not_name_the_same_columns_are_no_table(text: str) -> None:
    assert list(tables(text, Span(start=0, end=len(text)), [])) == []


def test_table_ends_where_a_page_begins() -> None:
    of = document(ROWS + ROWS + ROWS[:30], page_starts=f"0,{len(ROWS)}")
    html = render_source(of, [], 0)
    assert [len(table.css("tbody tr")) for table in nodes(html, "table")] == [2, 3]
    assert [node.text() for node in nodes(html, "h3")] == ["Page 1", "Page 2"]


def test_cited_row_is_marked_in_its_cells_and_lines_are_counted() -> None:
    of = document(f"Top.\n\n{ROWS}")
    start = of.text.index("Country: Spain")
    html = render_source(of, [citation(of, start, len(of.text) - 1)], 1)
    assert "".join(node.text() for node in nodes(html, "mark")) == "Country: Spain; GDP: 1.6 tn."
    assert [row.attributes["data-line"] for row in nodes(html, "tr.cv-line")] == ["3", "4"]
    assert first(html, ".cv-table-around").attributes.get("tabindex") is None
