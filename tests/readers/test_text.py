"""Plain text files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers._normalisation import normalise
from rag.readers.text import TextReader

SEED = Path(__file__).parents[2] / "seeds" / "000_cbcbdd5b42f263f4.txt"


def write(folder: Path, content: str) -> Path:
    path = folder / "talks.txt"
    path.write_bytes(content.encode())
    return path


def test_seed_article_is_read_as_it_stands_so_that_gold_spans_fit() -> None:
    document = TextReader().read(SEED)
    assert document.text == SEED.read_bytes().decode()
    assert (document.title, document.media_type, document.source) == (SEED.name, "text/plain", str(SEED))


def test_white_space_at_the_start_and_end_stays(tmp_path: Path) -> None:
    assert TextReader().read(write(tmp_path, "\n  He said no.\n\n")).text == "\n  He said no.\n\n"


@given(st.text(min_size=1).filter(lambda text: normalise(text).strip()))
def test_text_of_any_file_is_normal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.mktemp("any"), f"{'plain words ' * 20}{text}")
    document = TextReader().read(path)
    assert document.text == normalise(document.text)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Trump warns Putin\n\nThe President said no.", "Trump warns Putin"),
        ("\n\n  Trump warns Putin \n\nThe President said no.", "Trump warns Putin"),
        ("He said no.\n\nShe said yes.", "talks.txt"),
        ("He said\nno.", "talks.txt"),
        ("One line", "talks.txt"),
        ("=====\n\nHe said no.", "talks.txt"),
        ("word " * 40 + "\n\nHe said no.", "talks.txt"),
    ],
)
def test_title_is_a_headline_or_the_name_of_the_file(tmp_path: Path, content: str, title: str) -> None:
    assert TextReader().read(write(tmp_path, content)).title == title


def test_few_nul_bytes_in_good_text_are_removed(tmp_path: Path) -> None:
    assert TextReader().read(write(tmp_path, "He \0said\0 no.")).text == "He said no."


def test_html_under_a_text_name_is_text(tmp_path: Path) -> None:
    assert TextReader().read(write(tmp_path, "<p>He said no.</p>")).text == "<p>He said no.</p>"


def test_file_of_only_invisible_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        TextReader().read(write(tmp_path, "\ufeff\u200b\u200b"))


def test_limit_is_an_argument(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="more than the 3 allowed"):
        TextReader(max_bytes=3).read(write(tmp_path, "four"))
