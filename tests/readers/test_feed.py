"""RSS and Atom feeds, and other XML."""

import pytest

from rag.errors import ReadError
from rag.readers.feed import FeedReader
from rag.types import Failure

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>News</title><language>en-gb</language><item><title>A &amp;amp; B</title><link>https://x.org/1</link>
<guid>id-1</guid><pubDate>Wed, 12 Mar 2025 10:00:00 GMT</pubDate><dc:creator>Anna</dc:creator>
<description>Short.</description><content:encoded><![CDATA[<p>It <b>ope</b>ned.</p><p>In 1932.</p>]]></content:encoded>
</item><item><title>Empty</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>News</title><entry><title>A</title>
<id>tag:1</id><link rel="self" href="https://x.org/feed"/><link href="https://x.org/1"/><updated>2025-04-01T00:00:00Z</updated>
<published>2025-03-12T10:00:00Z</published><author><name>Anna</name></author><author><name>Ben</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It <b>ope</b>ned.</p><p>In 1932.</p></div></content>
</entry></feed>"""


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "feed.xml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(FeedReader().read_each(path))

    return read


def test_item_of_rss_is_a_document(read):
    document, failure = read(RSS)
    assert (document.source.partition("#")[2], document.title, document.text) == (
        "id-1",
        "A & B",
        "It opened.\nIn 1932.",
    )
    assert document.media_type == "application/rss+xml"
    assert document.metadata == {
        "published": "2025-03-12",
        "author": "Anna",
        "url": "https://x.org/1",
        "language": "en-gb",
    }
    assert isinstance(failure, Failure)
    assert "no text" in failure.reason


def test_entry_of_atom_is_a_document(read):
    (document,) = read(ATOM)
    assert (document.source.partition("#")[2], document.title, document.text) == ("tag:1", "A", "It opened.\nIn 1932.")
    assert document.metadata == {
        "published": "2025-03-12",
        "author": "Anna, Ben",
        "url": "https://x.org/1",
        "language": "de",
    }


def test_other_xml_is_one_document_with_a_line_for_each_element(read):
    (document,) = read("<doc><title>The bridge</title><p>It <b>ope</b>ned.</p><x/><p>In 1932.</p><!-- no --></doc>")
    assert (document.title, document.text) == ("The bridge", "The bridge\nIt opened.\nIn 1932.")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_declared_encoding_is_used(read, encoding):
    assert read(f'<?xml version="1.0" encoding="{encoding}"?><p>Café.</p>'.encode(encoding))[0].text == "Café."


@pytest.mark.parametrize("content", ["<rss>", "no xml", "{}", "<a>&unknown;</a>", "<a b='1' b='2'/>"])
def test_what_is_no_xml_is_refused(read, content):
    with pytest.raises(ReadError, match="not well-formed XML"):
        read(content)


def test_date_in_words_and_name_behind_an_address_are_read(tmp_path):
    path = tmp_path / "a.rss"
    path.write_text(
        "<rss><channel><item><title>Tram</title><description>It opened.</description>"
        "<author>a@x.org (Ana Roy)</author><pubDate>04 May 2021</pubDate></item></channel></rss>"
    )
    (document,) = FeedReader().read_each(path)
    assert (document.metadata["author"], document.metadata["published"]) == ("Ana Roy", "2021-05-04")
