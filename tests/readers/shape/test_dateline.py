"""Dates and authors that stand above the body of a plain text."""

import pytest

from rag.readers.shape.dateline import author_of, byline, date_in_words, date_of_line, published_of

BODY = "At least 12 people died when the passenger ferry capsized off Maren Island on Sunday, the coastguard said, and "
BODY += "many more are missing."


@pytest.mark.parametrize(
    "line",
    [
        *("3 March 2025", "March 3, 2025", "3rd March 2025", "Halden Courier, 3 March 2025", "Mon, 3 Mar 2025 10:12"),
        *("Published: March 3, 2025 at 10:15", "2025-03-03", "le 3 mars 2025", "3. März 2025", "3 de marzo de 2025"),
        *("Monday, March 3, 2025", "Updated 3 March 2025", "3 maart 2025", "Posted on Mar. 3, 2025"),
    ],
)
def test_date_of_a_dateline_is_that_of_the_text(line):
    assert published_of(f"Ferry sinks\n{line}\n\n{BODY}") == "2025-03-03"


@pytest.mark.parametrize("place", ["OSLO, March 3, 2025 (Halden) - ", "PORT ELLERY, 3 March 2025 — "])
def test_date_before_the_first_sentence_is_that_of_the_text(place):
    assert published_of(f"Ferry sinks\n\n{place}{BODY}") == "2025-03-03"


@pytest.mark.parametrize(
    "text",
    [
        f"What the storm of 3 March 2025 left behind\n\n{BODY}",
        f"Ferry sinks\n\n{BODY} The inquiry begins on 3 March 2025.",
        f"From 3 March 2025 to 5 March 2025\n\n{BODY}",
        f"Ferry sinks\n3/4/2025\n\n{BODY}",
        f"Ferry sinks\n31 February 2025\n\n{BODY}",
    ],
)
def test_other_dates_are_not(text):
    assert published_of(text) == ""


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ines Corvo", "Ines Corvo"),
        ("by Ines Corvo and Jan Holm", "Ines Corvo, Jan Holm"),
        ("By Ana Dobre, Paul Vance and Li Wen", "Ana Dobre, Paul Vance, Li Wen"),
        ("By Ines Corvo | 3 March 2025", "Ines Corvo"),
        ("By Ines Corvo in Port Ellery", "Ines Corvo"),
        ("Von Jörg Maler", "Jörg Maler"),
        ("Author: Ines Corvo", "Ines Corvo"),
        ("By Ludwig van der Berg", "Ludwig van der Berg"),
        ("By the river stood a mill.", ""),
        ("By Monday the river had risen.", ""),
        ("By 2030 all will be done.", ""),
        ("Ines Corvo", ""),
    ],
)
def test_byline_names_its_authors(line, names):
    assert byline(line) == names
    assert author_of(f"Ferry sinks\n{line}\n\n{BODY}") == names


def test_lines_that_tell_of_a_date_are_no_datelines():
    assert date_of_line("The council will meet again on 3 March 2025 to vote on it") == ""
    assert date_in_words("between 3 March 2025 and 4 March 2025") == ""
