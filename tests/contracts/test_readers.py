"""The contract of the `Reader` socket, over every kind of file that the factory has a reader for."""

from __future__ import annotations

import pytest

from rag.factory import READERS, load
from rag.readers.text import TextReader
from rag.testing.reader import check_reader

TEXT = "The bridge opened in 1932.\nIt is painted grey. 東京 😀\n"
MARKDOWN = f"# The bridge\n\n{TEXT}"
HTML = f"<html><head><title>The bridge</title></head><body><p>{TEXT}</p></body></html>"
CONTENT = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
}
"""A new suffix in the factory needs a line here."""


@pytest.mark.parametrize("suffix", READERS)
def test_reader(suffix, tmp_path):
    good_file = tmp_path / f"good{suffix}"
    good_file.write_text(CONTENT[suffix], encoding="utf-8")
    check_reader(load(READERS[suffix])(max_bytes=1_000_000), good_file=good_file, folder=tmp_path)


def test_contract_catches_a_reader_that_reads_empty_files(tmp_path):
    class Lenient(TextReader):
        def read(self, path):
            if path.suffix == ".txt" and path.exists() and not path.stat().st_size:
                path.write_text("Nothing.")
            return super().read(path)

    good_file = tmp_path / "good.txt"
    good_file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(AssertionError):
        check_reader(Lenient(), good_file=good_file, folder=tmp_path)
