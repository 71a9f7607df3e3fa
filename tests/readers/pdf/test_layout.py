"""Tables without lines, whose empty cells are drawn by nothing; and the numbers of lines at a margin."""

from __future__ import annotations

import textwrap

import pytest

from tests.readers.pdf.writing import EM, OTHER, PARAGRAPH, SIZE, Piece, read, stacked

HEADS = ("Town", "2019", "2020", "2021")
ROWS = [("Alder", "1,204", "1,310", "n/a"), ("Birch", "880", "", "905"), ("Cedar Falls", "45", "61", "70")]


def table(rows, *, lefts=(60, 180, 290, 400), y=600, is_right=False):
    """The cells of the rows; those of numbers end at one place where is_right."""
    return [
        Piece(left + (60 - EM * len(cell) if is_right and left > lefts[0] else 0), y - 14 * i, cell)
        for i, row in enumerate(rows)
        for left, cell in zip(lefts, row, strict=False)
        if cell
    ]


@pytest.mark.parametrize("is_right", [False, True])
@pytest.mark.parametrize("empty", [1, 2, 3])
def test_value_after_an_empty_cell_keeps_its_own_column(tmp_path, is_right, empty):
    row = ["Birch", "880", "890", "905"]
    row[empty] = ""
    text = read(tmp_path, table([HEADS, ROWS[0], row, ROWS[2]], is_right=is_right)).text
    values = "; ".join(f"{head}: {cell}" for head, cell in zip(HEADS, row, strict=True) if cell)
    assert text.split("\n") == [
        "Town: Alder; 2019: 1,204; 2020: 1,310; 2021: n/a.",
        f"{values}.",
        "Town: Cedar Falls; 2019: 45; 2020: 61; 2021: 70.",
    ]


def test_head_that_names_no_first_column_still_names_the_others(tmp_path):
    text = read(tmp_path, table([("", *HEADS[1:]), *ROWS])).text
    assert "Birch; 2019: 880; 2021: 905." in text


def test_table_between_paragraphs_leaves_them_alone(tmp_path):
    first, last = textwrap.wrap(PARAGRAPH, 60), textwrap.wrap(OTHER, 60)
    text = read(tmp_path, [*stacked(first, y=700), *table([HEADS, *ROWS]), *stacked(last, y=500)]).text
    assert text.startswith(f"{PARAGRAPH}\n\nTown: Alder;")
    assert text.endswith(f"2021: 70.\n\n{OTHER}")


def test_rows_without_heads_keep_their_empty_cells(tmp_path):
    rows = [("1931", "2", "1,500", "1"), ("1932", "4", "", "9"), ("1950", "11", "7,250", "3")]
    assert read(tmp_path, table(rows)).text == "1931\t2\t1,500\t1\n1932\t4\t\t9\n1950\t11\t7,250\t3"


def test_two_columns_stay_names_and_values(tmp_path):
    rows = [("Opened", "1932"), ("Colour", "grey"), ("Length", "240 m")]
    assert read(tmp_path, table(rows)).text == "Opened\t1932\nColour\tgrey\nLength\t240 m"


LINES = textwrap.wrap(f"{PARAGRAPH} {OTHER}", 34)


def numbered(lines, *, x=40.0, step=1, start=1, text_x=80.0):
    numbers = [
        Piece(x + EM * (3 - len(str(start + i))), 700 - 14 * i, str(start + i))
        for i in range(len(lines))
        if (start + i) % step == 0 or step == 1
    ]
    return [*numbers, *stacked(lines, x=text_x, leading=14)]


@pytest.mark.parametrize(("x", "text_x"), [(30.0, 80.0), (45.0, 75.0), (330.0, 60.0)])
@pytest.mark.parametrize("start", [1, 8, 96])
def test_numbers_of_lines_are_no_part_of_the_text(tmp_path, x, text_x, start):
    assert read(tmp_path, numbered(LINES, x=x, start=start, text_x=text_x)).text == f"{PARAGRAPH} {OTHER}"


def test_numbers_of_every_fifth_line_are_no_part_of_the_text(tmp_path):
    lines = textwrap.wrap(" ".join([PARAGRAPH, OTHER] * 4), 34)
    text = read(tmp_path, numbered(lines, step=5)).text
    assert text == " ".join([PARAGRAPH, OTHER] * 4)


def test_numbered_rows_of_a_table_keep_their_numbers(tmp_path):
    rows = [("No.", "Town", "Year"), *((str(i), f"Town {i}", f"{1930 + i}") for i in range(1, 8))]
    text = read(tmp_path, table(rows)).text
    assert [line for line in text.split("\n") if "No.: 3" in line] == ["No.: 3; Town: Town 3; Year: 1933."]


def test_numbered_items_keep_their_numbers(tmp_path):
    items = [f"{i} Take the part of that number." for i in range(1, 9)]
    text = read(tmp_path, [Piece(60, 700 - 30 * i, item) for i, item in enumerate(items)]).text
    assert text.split("\n\n") == items


def test_stamp_across_the_page_is_no_title(tmp_path):
    stamp = Piece(200, 400, "DRAFT", 60, "0.7 0.7 -0.7 0.7")
    document = read(tmp_path, [stamp, Piece(60, 740, "On bridges", 1.6 * SIZE), *stacked(LINES)])
    assert document.title == "On bridges"
    assert read(tmp_path, [stamp, *stacked(LINES)]).title == "file.pdf"


def test_names_of_groups_of_columns_are_named_with_each(tmp_path):
    heads = [Piece(225, 600, "Visitors"), Piece(445, 600, "Income")]
    rows = [
        ("Town", "2020", "2021", "2020", "2021"),
        ("Alder", "310", "905", "12", "15"),
        ("Birch", "880", "", "7", "9"),
    ]
    pieces = [*heads, *table(rows, lefts=(60, 180, 290, 400, 510), y=586)]
    assert read(tmp_path, pieces).text == (
        "Town: Alder; Visitors 2020: 310; Visitors 2021: 905; Income 2020: 12; Income 2021: 15.\n"
        "Town: Birch; Visitors 2020: 880; Income 2020: 7; Income 2021: 9."
    )


def test_name_of_a_row_on_two_lines_is_whole(tmp_path):
    above = table([HEADS, ("Alder upon", "310", "320", "905")], y=600)
    below = table([("Birch", "880", "890", "12"), ("Cedar", "45", "61", "70")], y=554)
    text = read(tmp_path, [*above, Piece(60, 574, "the Water"), *below]).text
    assert text.split("\n")[0] == "Town: Alder upon the Water; 2019: 310; 2020: 320; 2021: 905."


def test_line_below_a_table_is_no_part_of_its_last_row(tmp_path):
    text = read(tmp_path, [*table([HEADS, *ROWS]), Piece(60, 540, "Source: me")]).text
    assert text.endswith("Town: Cedar Falls; 2019: 45; 2020: 61; 2021: 70.\n\nSource: me")


def test_numbers_of_lines_beside_a_footnote_and_a_header_are_no_part_of_the_text(tmp_path):
    footnote, header = Piece(80, 100, "1 See the report.", 7), Piece(500, 770, "12", 8)
    text = read(tmp_path, [header, *numbered(LINES), footnote]).text
    assert f"{PARAGRAPH} {OTHER}" in text


def test_table_below_two_columns_of_text_keeps_its_rows(tmp_path):
    columns = [*stacked(LINES * 2, x=60), *stacked(LINES * 2, x=330)]
    bottom = min(piece.y for piece in columns)
    rows = [HEADS[:3], ("Alder", "100", ""), ("Birch", "300", "400"), ("Cedar", "500", "600")]
    text = read(tmp_path, [*columns, *table(rows, lefts=(60, 210, 360), y=bottom - 40)]).text
    assert text.split("\n")[-3:] == [
        "Town: Alder; 2019: 100.",
        "Town: Birch; 2019: 300; 2020: 400.",
        "Town: Cedar; 2019: 500; 2020: 600.",
    ]
