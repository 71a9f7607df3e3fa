"""What a PDF says about itself, and what stands in for it."""

from __future__ import annotations

import textwrap

import pytest

from tests.readers.pdf.writing import (
    PARAGRAPH,
    Piece,
    read,
    stacked,
)


class TestMetadata:
    XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" prism:publicationDate="2024-05-06T00:00:00Z">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Bridges of steel</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Ada Wu</rdf:li><rdf:li>Bo Li</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>"""

    def info(self, **entries: str) -> dict[str, object]:
        written = " ".join(f"/{name} ({value})" for name, value in entries.items())
        return {"trailer": "/Info 4 0 R", "more": [f"<<{written}>>".encode()]}

    def xmp(self, packet: str) -> dict[str, object]:
        data = packet.encode()
        stream = b"<</Type /Metadata /Subtype /XML /Length %d>> stream\n%b\nendstream" % (len(data), data)
        return {"catalog": "/Metadata 4 0 R", "more": [stream]}

    def test_information_dictionary(self, tmp_path):
        entries = self.info(Title="On  Bridges", Author="Ada Wu", CreationDate="D:20250312182200+01'00'")
        document = read(tmp_path, stacked(["Text."]), catalog="/Lang (en-GB)", **entries)
        assert document.title == "On Bridges"
        assert document.metadata == {
            "author": "Ada Wu",
            "created": "2025-03-12",
            "language": "en-GB",
            "page_starts": "0",
        }

    def test_xmp_packet(self, tmp_path):
        document = read(tmp_path, stacked(["Text."]), **self.xmp(self.XMP))
        assert document.title == "Bridges of steel"
        assert document.metadata == {
            "author": "Ada Wu, Bo Li",
            "published": "2024-05-06",
            "language": "en-GB",
            "page_starts": "0",
        }

    @pytest.mark.parametrize(
        "packet",
        [
            XMP[:-30],
            XMP.replace("<dc:title>", "<dc:titel>"),
            '<x:xmpmeta><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a></x:xmpmeta>',
            "<x:xmpmeta>" * 3,
        ],
    )
    def test_packet_that_is_no_good_says_nothing(self, tmp_path, packet):
        document = read(tmp_path, stacked(["Text."]), **self.xmp(packet))
        assert (document.title, dict(document.metadata)) == ("file.pdf", {"page_starts": "0"})

    @pytest.mark.parametrize(
        ("labels", "said"),
        [
            ("0 <</S /r /St 4>> 1 <</S /D /P (A-)>>", '["iv", "A-1", "A-2"]'),
            ("0 <</S /D /St 345>>", '["345", "346", "347"]'),
            ("0 <</S /D>>", None),
            ("1 <</S /D /P <feff00a700200000>>>", '["1", "§ 1", "§ 2"]'),
            ("0 (x) 9 <<", None),
        ],
    )
    def test_labels_of_pages(self, tmp_path, labels, said):
        pages = [stacked([text]) for text in ("One.", "Two.", "Three.")]
        document = read(tmp_path, *pages, catalog=f"/PageLabels <</Nums [{labels}]>>")
        assert document.metadata.get("page_labels") == said

    @pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft3.doc", "paper.dvi", "C:/tmp/a.pdf", "12.3"])
    def test_title_of_a_program_gives_way_to_the_largest_heading(self, tmp_path, title):
        pieces = [*stacked(textwrap.wrap(PARAGRAPH, 40), y=650), Piece(60, 700, "On bridges", 16)]
        assert read(tmp_path, pieces, **self.info(Title=title)).title == "On bridges"

    def test_name_of_the_file_stands_in_for_a_title(self, tmp_path):
        assert (
            read(tmp_path, stacked(textwrap.wrap(PARAGRAPH, 40)), **self.info(Author="anonymous")).title == "file.pdf"
        )
