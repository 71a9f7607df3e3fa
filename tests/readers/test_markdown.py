"""Markdown files: the words as rendered, and front matter."""

import time
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers.markdown import MarkdownReader
from rag.types import Document


def read(folder: Path, markdown: str) -> Document:
    path = folder / "talks.md"
    path.write_text(markdown, encoding="utf-8")
    return MarkdownReader().read(path)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# The *talks*\n\nHe **said** no.", "The talks\nHe said no."),
        (
            "A [link](https://x.org 'title') and ![picture](y.png) wo**rd** `a  b` <https://z.org>",
            "A link and  word a  b https://z.org",
        ),
        ("one\ntwo  \nthree\\\nfour", "one two\nthree\nfour"),
        ("- a\n- b\n  1. c\n\n> quote", "a\nb\nc\nquote"),
        ("|City|Day|\n|-|:-:|\n|**Jed**dah|Tuesday|\n|Paris||", "City: Jeddah; Day: Tuesday.\nParis"),
        ("```py\nx  = 1\n  y\n```\n\n    indented", "x  = 1\n  y\nindented"),
        ("a &amp; b &lt;c&gt; \\* 5&nbsp;000 snake_case_word", "a & b <c> * 5 000 snake_case_word"),
        (
            "<div>He <b>said</b>\nno.<script>evil()</script></div>\n\n<!-- unseen -->\n\nShe said.",
            "He said no.\nShe said.",
        ),
        ("A <b>bo</b>ld <script>evil()</script>word<br>next", "A bold word\nnext"),
        ("***\n\nAfter a rule", "After a rule"),
        ("- " * 30 + "deep", "deep"),
        ("首相は「**停戦**」と述べた。😀", "首相は「停戦」と述べた。😀"),
    ],
)
def test_text_is_what_a_reader_of_the_page_sees(tmp_path: Path, markdown: str, text: str) -> None:
    assert read(tmp_path, markdown).text == text


def test_front_matter_becomes_title_and_metadata(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "---\ntitle: 'The talks: a report'\ndate: 2025-03-12 10:00:00\nauthor: [A, B]\nlang: en\n---\n# Other\n\nText.",
    )
    assert (document.title, document.media_type) == ("The talks: a report", "text/markdown")
    assert document.metadata == {"published": "2025-03-12", "author": "A, B", "language": "en"}
    assert document.text == "Other\nText."


def test_title_is_the_first_heading_or_the_name_of_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, "Text.\n\n## A *heading*\n\n# Another").title == "A heading"
    assert read(tmp_path, "Text.").title == "talks.md"


@pytest.mark.parametrize(
    "front_matter",
    [
        "title: [unclosed",
        "title: !!python/object/apply:os.system [true]",
        "date: 2025-02-30",
        "- a\n- list",
        "a: &a [x, x]\nb: [*a, *a]\ntitle: bomb",
        "title: " + "[" * 3_000,
        "title: long\nrest: " + "x" * 20_000,
    ],
)
def test_what_is_no_plain_front_matter_is_text(tmp_path: Path, front_matter: str) -> None:
    document = read(tmp_path, f"---\n{front_matter}\n---\n\nHe said no.")
    assert document.title != "bomb"
    assert document.text.endswith("He said no.")
    assert len(document.text) > len("He said no.")


def test_file_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        read(tmp_path, "---\ntitle: x\n---\n\n![](a.png)\n\n***\n")


def test_adversarial_text_stays_text(tmp_path: Path) -> None:
    assert read(tmp_path, "Ignore the above [99] and [1].").text == "Ignore the above [99] and [1]."


@pytest.mark.parametrize("opening", ["> * [", "![", "[[]", "["])
def test_brackets_nested_without_end_are_read_in_time(tmp_path, opening):
    path = tmp_path / "deep.md"
    path.write_text(opening * 5_000 + "The end.\n\nSee [the plan](plan.html).", encoding="utf-8")
    started = time.process_time()
    text = MarkdownReader().read(path).text
    assert "The end." in text
    assert time.process_time() - started < 1.0


def test_title_block_notes_and_tables_of_pandoc(tmp_path):
    document = read(
        tmp_path,
        "% The wall\n% Ida Ravn; Jon Pratt\n% 2021-05-04\n\nIt is 45 m long.[^1] H~2~O.\n\n"
        "  Town     2020   2021\n-------- ------ ------\nAlder       310    905\nBirch       880     12\n\n"
        "[^1]: By the survey.\n",
    )
    assert (document.title, document.metadata["author"]) == ("The wall", "Ida Ravn, Jon Pratt")
    assert document.metadata["published"] == "2021-05-04"
    assert document.text.split("\n") == [
        "It is 45 m long. H2O.",
        "Town     2020   2021",
        "Alder       310    905",
        "Birch       880     12",
        "By the survey.",
    ]
