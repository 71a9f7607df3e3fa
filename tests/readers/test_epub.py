"""E-books: chapters in reading order."""

import pytest

from rag.errors import ReadError
from rag.readers.epub import EpubReader

CONTAINER = '<container xmlns="urn:c"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
METADATA = (
    "<dc:title>The bridge</dc:title><dc:creator>Anna</dc:creator><dc:creator>Ben</dc:creator>"
    "<dc:date>2019-05-01</dc:date><dc:language>en</dc:language><dc:source>https://x.org/book</dc:source>"
)


@pytest.fixture
def read(write_zip):
    def read(chapters, *, metadata=METADATA, spine=None, more=None):
        items = "".join(
            f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"'
            f' properties="{"nav" if name == "nav" else ""}"/>'
            for name in chapters
        )
        order = "".join(f'<itemref idref="{name}"/>' for name in spine or chapters)
        package = (
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            f' xmlns:opf="http://www.idpf.org/2007/opf"><metadata>{metadata}</metadata>'
            f"<manifest>{items}</manifest><spine>{order}</spine></package>"
        )
        parts = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package, **(more or {})}
        parts |= {
            f"OEBPS/{name}.xhtml": f"<html><head><title/></head><body>{body}</body></html>"
            for name, body in chapters.items()
        }
        return EpubReader().read(write_zip("book.epub", parts))

    return read


def test_chapters_stand_in_the_order_of_the_spine(read):
    chapters = {
        "nav": "<ol><li>Contents</li></ol>",
        "b": "<h1>Two</h1><p>B.</p>",
        "a": "<h1>One</h1><p>A <i>wo</i>rd.</p>",
    }
    assert read(chapters, spine=["nav", "a", "b", "a", "unknown"]).text == "One\nA word.\n\nTwo\nB."


def test_book_says_its_title_authors_date_language_and_address(read):
    document = read({"a": "Text."})
    assert document.title == "The bridge"
    assert document.metadata == {
        "published": "2019-05-01",
        "author": "Anna, Ben",
        "language": "en",
        "url": "https://x.org/book",
    }


def test_date_marked_as_publication_goes_first(read):
    dates = (
        '<dc:date opf:event="modification">2020-01-01</dc:date><dc:date opf:event="publication">2018-02-03</dc:date>'
    )
    assert read({"a": "Text."}, metadata=dates).metadata["published"] == "2018-02-03"
    assert "published" not in read({"a": "Text."}, metadata=dates.partition("</dc:date>")[0] + "</dc:date>").metadata


def test_copy_protected_chapter_is_refused_and_an_encrypted_font_is_not(read):
    entry = '<encryption><EncryptedData><CipherReference URI="OEBPS/{}"/></EncryptedData></encryption>'
    assert read({"a": "Text."}, more={"META-INF/encryption.xml": entry.format("font.otf")}).text == "Text."
    with pytest.raises(ReadError, match="copy-protected"):
        read({"a": "Text."}, more={"META-INF/encryption.xml": entry.format("a.xhtml")})


def test_chapter_outside_of_the_book_is_not_read(write_zip, tmp_path):
    (tmp_path / "secret.xhtml").write_text("<p>secret</p>")
    items = "".join(
        f'<item id="{i}" href="{href}" media-type="application/xhtml+xml"/>'
        for i, href in enumerate(["../../secret.xhtml", f"{tmp_path}/secret.xhtml", "file:///etc/passwd", "a.xhtml"])
    )
    order = "".join(f'<itemref idref="{i}"/>' for i in range(4))
    package = f"<package><manifest>{items}</manifest><spine>{order}</spine></package>"
    parts = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package, "OEBPS/a.xhtml": "<p>Text.</p>"}
    assert EpubReader().read(write_zip("book.epub", parts)).text == "Text."


def test_entry_whose_name_leads_out_of_the_file_is_refused(read):
    with pytest.raises(ReadError, match="leads out of the file"):
        read({"a": "Text."}, more={"../../evil.xhtml": "x"})


def test_chapter_nested_without_end_is_refused(read):
    with pytest.raises(ReadError, match="nested too deeply"):
        read({"a": "<div>" * 30_000 + "x"})


@pytest.mark.parametrize("missing", ["META-INF/container.xml", "OEBPS/book.opf"])
def test_book_without_its_parts_is_refused(write_zip, missing):
    parts = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": "<package/>", "x": "y"}
    del parts[missing]
    with pytest.raises(ReadError, match=f"its part '{missing}' is missing"):
        EpubReader().read(write_zip("book.epub", parts))
