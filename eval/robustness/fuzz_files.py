"""Small files of every format with all that a reader looks into, and files made to do harm, for `eval.robustness.fuzz`."""
# ruff: noqa: E501 - markup stays on the line on which its element begins

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from PIL import Image, ImageDraw, ImageFont

__all__ = ["bombs", "nested", "sound_files"]

_WORDS = "The council met on Tuesday. Seven members voted for the road, and two against it."
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DEEP = 20_000
_WIDE = 20_000_000

_HTML = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The road | Courier</title>
<meta property="article:published_time" content="2021-05-04"><script type="application/ld+json">
{{"@type": "NewsArticle", "headline": "The road", "author": {{"name": "Ana Roy"}}, "datePublished": "2021-05-04"}}</script>
</head><body><nav><a href="/">Home</a></nav><article><h1>The road</h1><p class="byline">By Ana Roy</p><p>{_WORDS}</p>
<p>{_WORDS} It costs 10<sup>6</sup> crowns.<sup><a href="#n1">1</a></sup></p><ul><li>One</li><li>Two</li></ul>
<table><thead><tr><th rowspan="2">Town</th><th colspan="2">Visitors</th></tr><tr><th>2020</th><th>2021</th></tr></thead>
<tr><td>Alder</td><td>310</td><td>905</td></tr></table><blockquote>{_WORDS}</blockquote><pre>{_WORDS}
{_WORDS}</pre></article></body></html>"""
_MARKDOWN = f"""---
title: The road
author: [Ana Roy]
date: 2021-05-04
---
# The road

{_WORDS} [A link](https://example.org "title") and `code`, **bold**.[^1]

| Town | 2020 | 2021 |
|------|-----:|-----:|
| Alder | 310 | 905 |

1. one
   * two

> {_WORDS}

[^1]: A note.
"""
_MAIL = f"""From: =?utf-8?q?Ana_Ro=C3=BF?= <ana@example.org>
To: desk@example.org
Date: Tue, 4 May 2021 10:00:00 +0200
Subject: =?utf-8?b?{base64.b64encode(b"The road").decode()}?=
Message-ID: <1@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="one"

--one
Content-Type: multipart/alternative; boundary="two"

--two
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable

{_WORDS} It costs 10=E2=82=AC.

On Mon, 3 May 2021, Paul Vance wrote:
> {_WORDS}
>> Nobody objected.
--two
Content-Type: text/html; charset=utf-8

<p>{_WORDS}</p><blockquote type="cite">{_WORDS}</blockquote>
--two--
--one
Content-Type: message/rfc822

From: paul@example.org
Subject: contract

{_WORDS}
--one
Content-Type: text/plain; name="note.txt"
Content-Disposition: attachment; filename="note.txt"
Content-Transfer-Encoding: base64

{base64.b64encode(_WORDS.encode()).decode()}
--one--
"""
_RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset238 Times;}}{\colortbl;\red0;}"
    r"{\stylesheet{\s1 Heading 1;}}{\info{\title The road}{\author Ana Roy}{\creatim\yr2021\mo5\dy4}}"
    r"\pard\s1 The road\par\pard " + _WORDS + r" 10{\super 6} litres \u8364?5 \'e9\par"
    r"{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt A box.\par}}\trowd\cellx100\cellx200 Town\cell 2020\cell\row"
    r"\trowd\cellx100\cellx200 Alder\cell 310\cell\row{\field{\*\fldinst HYPERLINK}{\fldrslt link}}"
    r"{\footnote A note.}{\pict\pngblip 89504e47}\bin3 abc\par}"
)
_FEED = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Courier</title><language>en</language><item>
<title>The road</title><link>https://example.org/1</link><guid>1</guid><dc:creator>Ana Roy</dc:creator>
<pubDate>Tue, 04 May 2021 10:00:00 +0200</pubDate><content:encoded><![CDATA[<p>{_WORDS}</p>]]></content:encoded></item>
<item><title>Two</title><guid>2</guid><description>&lt;p&gt;{_WORDS}&lt;/p&gt;</description></item></channel></rss>"""
_ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry><id>1</id><title>The road</title>
<author><name>Ana Roy</name></author><published>2021-05-04T10:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{_WORDS}</p></div></content></entry></feed>"""
_ENTRY = {
    "id": "1",
    "title": "The road",
    "content_text": _WORDS,
    "author": {"name": "Ana Roy"},
    "date_published": "2021-05-04",
}


def sound_files() -> dict[str, bytes]:
    """A file of each format, by suffix."""
    texts = {
        ".txt": f"The road\n\nCourier, 4 May 2021\nBy Ana Roy\n\n{_WORDS}\nIt is caf\u00e9 10\u2076.\n" * 3,
        ".md": _MARKDOWN,
        ".html": _HTML,
        ".csv": 'Town;2020;2021\nAlder;"1,5";905\n"Birch; old";;"a ""b"""\n',
        ".tsv": "Town\t2020\t2021\nAlder\t310\t905\n",
        ".eml": _MAIL,
        ".mbox": f"From ana@example.org Tue May  4 10:00:00 2021\n{_MAIL}\n\nFrom b Tue May  4 11:00:00 2021\n\n{_WORDS}\n",
        ".rtf": _RTF,
        ".rss": _FEED,
        ".atom": _ATOM,
        ".json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [_ENTRY, _ENTRY]}),
        ".jsonl": "\n".join(json.dumps({**_ENTRY, "id": str(i)}) for i in range(3)),
    }
    parts = {".docx": _docx(), ".pptx": _pptx(), ".xlsx": _xlsx(), ".epub": _epub()}
    parts |= {f".od{letter}": _open_document(letter) for letter in "tsp"}
    return {
        **{suffix: text.encode() for suffix, text in texts.items()},
        **{suffix: packed(content) for suffix, content in parts.items()},
        ".pdf": _pdf(),
        ".png": _picture("PNG"),
        ".tif": _picture("TIFF"),
    }


def _picture(kind: str) -> bytes:
    """A line of the words as a picture."""
    picture = Image.new("L", (320, 40), 255)
    ImageDraw.Draw(picture).text((10, 8), _WORDS[:36], fill=0, font=ImageFont.load_default(size=16))
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """The parts, by name, as a ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _unpacked(content: bytes) -> tuple[dict[str, str | bytes], str]:
    """The parts of a ZIP file, by name, and the name of the longest."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return parts, max(parts, key=lambda name: len(parts[name]))


def bombs(suffix: str) -> Iterator[tuple[str, bytes]]:
    """Files of a few kilobytes that grow when they are unpacked or when their entities are put in, with their names."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "lol">{entities}]>'
    sound = sound_files()[suffix]
    if sound.startswith(b"PK"):
        parts, largest = _unpacked(sound)
        yield "unpacks to much", packed({**parts, largest: b"<a>" + b" " * _WIDE + b"</a>"})
        yield "entities", packed({**parts, largest: f"{laughs}<a>&e9;</a>"})
        yield "many parts", packed({**parts, **{f"p{i}.xml": "" for i in range(11_000)}})
        yield "one part twice", sound + sound
        yield "a file in itself", packed({**parts, f"inner{suffix}": sound, "inner.zip": packed({"a": sound})})
        yield "leads out", packed({**parts, "../../etc/passwd": "x", "/etc/passwd": "x"})
    elif suffix in (".rss", ".atom", ".html"):
        root = {".rss": "rss", ".atom": "feed", ".html": "html"}[suffix]
        yield "entities", f"{laughs}<{root}><channel><item><title>&e9;</title></item></channel></{root}>".encode()
        foreign = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><title>&x;'
        yield "foreign entity", sound.replace(b"<title>", foreign, 1)
    if suffix == ".pdf":
        yield "many pages", _pdf_of(b"q " * 20, n_pages=15_000)
        yield "unpacks to much", _pdf_of(zlib.compress(b"q Q " * 50_000_000), about=b"/Filter /FlateDecode")
        yield "a loop of pages", sound.replace(b"/Kids [", b"/Kids [2 0 R ")
        yield "many characters", _pdf_of(b"BT /F 10 Tf (" + b"a " * 400_000 + b") Tj ET")
    yield "a long line", b"word " * 1_000_000
    yield "a long word", b"a" * 3_000_000
    yield "blank lines", b"\n" * 3_000_000 + b"end"


def nested(suffix: str) -> Iterator[tuple[str, bytes]]:
    """Files whose pieces stand in each other much deeper than any program writes them."""
    opening, closing = {
        ".html": (b"<div><b>", b"</b></div>"),
        ".md": (b"> * [", b"](a)"),
        ".rtf": (b"{\\*\\x{", b"}}"),
        ".json": (b'{"a":[', b"]}"),
        ".jsonl": (b'{"a":[', b"]}"),
        ".rss": (b"<item><title>", b"</title></item>"),
        ".atom": (b"<entry><content>", b"</content></entry>"),
        ".csv": (b'"a,""', b'"'),
        ".txt": (b"> (\xe2\x80\x9c", b"\xe2\x80\x9d)"),
        ".pdf": (b"<</A [", b"]>>"),
    }.get(suffix, (b"((", b"))"))
    begins = {".rtf": b"{\\rtf1 ", ".pdf": b"%PDF-1.7\n1 0 obj ", ".rss": b"<rss><channel>", ".atom": b"<feed>"}
    for n in (100, _DEEP):
        yield f"{n} deep", begins.get(suffix, b"") + opening * n + _WORDS.encode() + closing * n
        yield f"{n} open", begins.get(suffix, b"") + opening * n + _WORDS.encode()
    sound = sound_files()[suffix]
    if suffix in (".eml", ".mbox"):
        begin = b"From a Tue May  4 10:00:00 2021\n" if suffix == ".mbox" else b""
        for n in (50, 2_000):
            head = b"".join(
                b"Subject: s\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\nContent-Type: message/rfc822\n\n"
                % (i, i)
                for i in range(n)
            )
            yield f"{n} mails in each other", begin + head + b"Subject: s\n\n" + _WORDS.encode()
        quotes = b"".join(b">" * (i % 300) + b" words that somebody wrote on line %d\n" % i for i in range(20_000))
        yield "many quotes", begin + b"From: a\nSubject: s\n\n" + quotes
        words = b" ".join(b"=?utf-8?q?a=20%d?=" % i for i in range(20_000))
        yield "many encoded words", begin + b"From: a\nSubject: " + words + b"\n\ntext\n"
    if sound.startswith(b"PK"):
        parts, largest = _unpacked(sound)
        for tag in (b"w:tbl xmlns:w='" + _W.encode() + b"'", b"p", b"div", b"table:table xmlns:table='t'"):
            deep = b"<" + tag + b">"
            text = deep * _DEEP + b"x" + (b"</" + tag.split()[0] + b">") * _DEEP
            yield f"{tag.split()[0].decode()} {_DEEP} deep", packed({**parts, largest: text})


def _docx() -> dict[str, str]:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="{span}"/><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>'
    row = "<w:tr>{}</w:tr>".format
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>The road</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>'
        f'{_WORDS}</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r>'
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:commentReference w:id="0"/></w:p>'
        "<w:tbl><w:tblGrid/>"
        + row(cell.format(span=1, text="Town") + cell.format(span=2, text="Visitors"))
        + row(cell.format(span=1, text="Alder") + cell.format(span=1, text="310") + cell.format(span=1, text="905"))
        + '</w:tbl><w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    )
    names = f'xmlns:w="{_W}" xmlns:r="{_R}"'
    note = f"<w:p><w:r><w:t>{_WORDS}</w:t></w:r></w:p>"
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(officeDocument="word/document.xml"),
        "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(
            header="header1.xml", footnotes="footnotes.xml", comments="comments.xml", numbering="numbering.xml"
        ),
        "word/header1.xml": f"<w:hdr {names}><w:p><w:r><w:t>4 May 2021</w:t></w:r></w:p></w:hdr>",
        "word/footnotes.xml": f'<w:footnotes {names}><w:footnote w:id="2">{note}</w:footnote></w:footnotes>',
        "word/comments.xml": f'<w:comments {names}><w:comment w:id="0" w:author="Ana">{note}</w:comment></w:comments>',
        "word/numbering.xml": (
            f'<w:numbering {names}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
        ),
        "docProps/core.xml": _core(),
    }


def _core() -> str:
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>The road'
        "</dc:title><dc:creator>Ana Roy</dc:creator><dcterms:created>2021-05-04T10:00:00Z</dcterms:created>"
        "</cp:coreProperties>"
    )


def _relations(**targets: str) -> str:
    each = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{name}" Target="{target}"/>' for name, target in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def _pptx() -> dict[str, str]:
    text = f"<p:txBody><a:p><a:r><a:t>{_WORDS}</a:t></a:r></a:p></p:txBody>"
    table = (
        "<a:tbl>"
        + 2 * "<a:tr><a:tc gridSpan='2'><a:txBody><a:p><a:r><a:t>5</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
        + "</a:tbl>"
    )
    slide = (
        f'<p:sld xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr>'
        f'<p:ph type="title"/></p:nvPr></p:nvSpPr>{text}</p:sp><p:graphicFrame><a:graphic><a:graphicData>{table}'
        "</a:graphicData></a:graphic></p:graphicFrame></p:spTree></p:cSld></p:sld>"
    )
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(officeDocument="ppt/presentation.xml"),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}"><p:sldIdLst><p:sldId id="256" r:id="slide"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations(slide="slides/slide1.xml"),
        "ppt/slides/slide1.xml": slide,
        "docProps/core.xml": _core(),
    }


def _xlsx() -> dict[str, str]:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>2020</v></c><c r="C1"><v>2021</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>Alder</t></is></c><c r="B2" s="1"><v>44320.5</v></c>'
        '<c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#REF!</v></c><c r="E2"><f>1+1</f><v>2</v></c></row>'
    )
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_S}" xmlns:r="{_R}"><sheets><sheet name="Visits" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml", styles="styles.xml"
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_S}"><sheetData>{rows}</sheetData><mergeCells><mergeCell ref="A3:C3"/></mergeCells></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_S}"><si><t>Town</t></si><si><r><t>A</t></r><r><t>B</t></r></si></sst>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_S}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;[Red]0.0%"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
        ),
    }


def _open_document(letter: str) -> dict[str, str]:
    kind = {"t": "text", "s": "spreadsheet", "p": "presentation"}[letter]
    spaces = (
        " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table")
        )
        + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    )
    row = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3">'
        "<text:p>Town</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
    )
    table = f'<table:table table:name="Visits">{row}{row}</table:table>'
    text = f'<text:h text:outline-level="1">The road</text:h><text:p>{_WORDS}<text:s text:c="3"/><text:note><text:note-body><text:p>Note.</text:p></text:note-body></text:note></text:p>'
    body = {
        "t": text + table,
        "s": table,
        "p": f'<draw:page draw:name="one"><draw:frame><draw:text-box>{text}</draw:text-box></draw:frame></draw:page>',
    }[letter]
    return {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        "meta.xml": f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>The road</dc:title></office:meta></office:document-meta>',
        "META-INF/manifest.xml": "<manifest/>",
    }


def _epub() -> dict[str, str]:
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>One</h1><p>{_WORDS}<a href="#n">1</a></p><aside id="n">Note.</aside></body></html>'
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b/content.opf"/></rootfiles></container>',
        "b/content.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The road</dc:title>'
            "<dc:creator>Ana Roy</dc:creator><dc:date>2021-05-04</dc:date></metadata><manifest>"
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/>'
            '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
        ),
        "b/a.xhtml": page,
        "b/b b.xhtml": page,
    }


def _pdf() -> bytes:
    lines = b"".join(
        b"BT /F 10 Tf 1 0 0 1 60 %d Tm (The council met on line %d, and seven members voted for the) Tj ET\n"
        % (700 - 12 * i, i)
        for i in range(12)
    )
    place = b"BT /F 10 Tf 1 0 0 1 %d %d Tm (%d) Tj ET\n"
    cells = b"".join(place % (60 + 150 * x, 400 - 14 * y, 310 + x * y) for x in range(3) for y in range(4))
    more = b"BT /F 6 Tf 1 0 0 1 300 703 Tm (2) Tj ET BT /F 20 Tf 0 1 -1 0 30 300 Tm (DRAFT) Tj ET"
    return _pdf_of(lines + cells + more, n_pages=2)


def _pdf_of(content: bytes, *, n_pages: int = 1, about: bytes = b"") -> bytes:
    """A PDF with that on each page, a form field, a remark and labels of its pages."""
    kids = b" ".join(b"%d 0 R" % (8 + i) for i in range(n_pages))
    objects = [
        b"<</Type /Catalog /Pages 2 0 R /Lang (en) /AcroForm <</Fields [5 0 R]>> /PageLabels <</Nums [0 <</S /r>> 1 <</S /D /P (A-)>>]>>>>",
        b"<</Type /Pages /Count %d /Kids [%b]>>" % (n_pages, kids),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>",
        b"<</Length %d %b>> stream\n%b\nendstream" % (len(content), about, content),
        b"<</Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Mirela Stoica) /Rect [60 300 200 320] /F 4>>",
        b"<</Type /Annot /Subtype /Text /Contents (A remark.) /Rect [300 300 320 320]>>",
        b"<</Title (The road) /Author (Ana Roy) /CreationDate (D:20210504100000+02'00')>>",
    ]
    objects += [
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Annots [5 0 R 6 0 R] /Resources <</Font <</F 3 0 R>>>>>>"
    ] * n_pages
    file, places = bytearray(b"%PDF-1.5\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj %b endobj\n" % (number, each)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % at for at in places)
    file += b"trailer <</Size %d /Root 1 0 R /Info 7 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)
