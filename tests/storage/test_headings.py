import pytest

from rag.storage.headings import N_CHARACTERS, heading_of


def test_all_that_is_known_is_in_it_in_words():
    said = {"publisher": "The Verge", "author": "Ada Byron", "published": "2023-09-06", "url": "https://x.org"}
    assert heading_of("Talks end.", said, source="a.json#1") == "Talks end. The Verge. Ada Byron. 6 September 2023"


@pytest.mark.parametrize("source", ["/news/1.txt", "C:\\news\\1.txt", "1.txt", "/news/1.txt#7"])
def test_name_of_the_file_is_no_heading(source):
    assert heading_of("1.txt", {}, source=source) == ""
    assert heading_of("11.txt", {}, source=source) == "11.txt"


def test_date_that_is_none_stays_as_it_is():
    assert heading_of("", {"published": "spring 2023"}, source="a") == "spring 2023"


def test_long_heading_is_cut():
    assert len(heading_of("word " * 500, {}, source="a")) <= N_CHARACTERS
