"""The contracts of the `Reader` and `CollectionReader` sockets, over every kind of file that has a reader."""

from __future__ import annotations

import io
import json
import random
import unicodedata
import zipfile

import pytest
from PIL import Image, ImageDraw, ImageFont

from rag.assembly.backends import READERS, load
from rag.errors import ReadError
from rag.language.sentences import sentence_spans
from rag.readers.json_feed import JsonFeedReader
from rag.readers.text import TextReader
from rag.testing.reader import check_collection_reader, check_reader
from rag.types import Document, Failure

FIRST = "The bridge opened in 1932."
TEXT = f"{FIRST}\nIt is painted grey. 東京 😀\n"
MARKDOWN = f"# The bridge\n\n{TEXT}"
HTML = f"<html><head><title>The bridge</title></head><body><p>{TEXT}</p></body></html>"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
S = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
OPEN_DOCUMENT = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
LINES = TEXT.strip().split("\n")
ROW = "Bridge: Sydney; Opened: 1932."
CSV = "Bridge,Opened\nSydney,1932\nForth,1890\n"
ARTICLE = {"id": "a/../1", "title": "The bridge", "text": TEXT, "published": "2025-03-12"}
MAIL = f"From: Anna <a@x.org>\nSubject: The bridge\nMessage-ID: <../1@x.org>\n\n{TEXT}"
RSS = (
    "<rss version='2.0'><channel><title>News</title><item><title>The bridge</title><guid>../1</guid>"
    f"<description>{TEXT}</description></item><item><title>Another</title></item></channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><entry><title>The bridge</title><id>1</id>"
    f"<content>{TEXT}</content></entry></feed>"
)


def zipped(**parts):
    """A ZIP file; in the names of the parts "__" stands for "/" and "DOT" for "."."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), content)
    return buffer.getvalue()


def relations(**target_by_kind):
    entries = "".join(
        f'<Relationship Id="{kind}" Type="{KINDS}{kind}" Target="{target}"/>' for kind, target in target_by_kind.items()
    )
    return f"<Relationships {RELATIONS}>{entries}</Relationships>"


def docx():
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in LINES)
    return zipped(
        word__documentDOTxml=f"<w:document {W}><w:body>{paragraphs}</w:body></w:document>",
        **{"_rels/.rels": relations(officeDocument="word/document.xml")},
    )


def pptx():
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in LINES)
    shape = f"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
    slides = '<p:sldIdLst><p:sldId id="256" r:id="slide"/></p:sldIdLst>'
    return zipped(
        **{
            "_rels/.rels": relations(officeDocument="ppt/presentation.xml"),
            "ppt/presentation.xml": f"<p:presentation {P}>{slides}</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(slide="slides/slide1.xml"),
            "ppt/slides/slide1.xml": f"<p:sld {P}><p:cSld><p:spTree>{shape}</p:spTree></p:cSld></p:sld>",
        }
    )


def xlsx():
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line.split(",")) + "</row>"
        for line in CSV.split()
    )
    return zipped(
        **{
            "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="A" r:id="worksheet"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(worksheet="worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": f"<worksheet {S}><sheetData>{rows}</sheetData></worksheet>",
        }
    )


def open_document(body):
    xml = f"<office:document-content {OPEN_DOCUMENT}><office:body>{body}</office:body></office:document-content>"
    return zipped(contentDOTxml=xml)


PARAGRAPHS = "".join(f"<text:p>{line}</text:p>" for line in LINES)


def ods():
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in line.split(","))
        + "</table:table-row>"
        for line in CSV.split()
    )
    return open_document(f'<office:spreadsheet><table:table table:name="A">{rows}</table:table></office:spreadsheet>')


def epub():
    package = (
        "<package><metadata><title>The bridge</title></metadata><manifest>"
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    return zipped(**{"META-INF/container.xml": container, "b.opf": package, "a.xhtml": HTML.replace("\n", "<br/>")})


def rtf():
    def escaped(character):
        code_units = character.encode("utf-16-le")
        units = [int.from_bytes(code_units[i : i + 2], "little", signed=True) for i in range(0, len(code_units), 2)]
        return character if character < "\x7f" else "".join(f"\\u{unit}?" for unit in units)

    lines = "\\par ".join("".join(map(escaped, line)) for line in LINES)
    return f"{{\\rtf1\\ansi {{\\info{{\\title The bridge}}}}{lines}\\par}}"


def pdf():
    stream = b"BT /F1 12 Tf 72 720 Td (" + FIRST.encode() + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def picture(kind):
    """The first sentence as a picture of it."""
    image = Image.new("L", (240, 34), 255)
    ImageDraw.Draw(image).text((12, 7), FIRST, fill=0, font=ImageFont.load_default(size=16))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


CONTENT = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".docx": docx(),
    ".docm": docx(),
    ".pptx": pptx(),
    ".ppsx": pptx(),
    ".xlsx": xlsx(),
    ".xlsm": xlsx(),
    ".csv": CSV,
    ".tsv": CSV.replace(",", "\t"),
    ".odt": open_document(f"<office:text>{PARAGRAPHS}</office:text>"),
    ".ods": ods(),
    ".odp": open_document(
        "<office:presentation><draw:page><draw:frame><draw:text-box>"
        f"{PARAGRAPHS}</draw:text-box></draw:frame></draw:page></office:presentation>"
    ),
    ".epub": epub(),
    ".rtf": rtf(),
    ".eml": MAIL,
    ".mbox": f"From a@x.org Wed Mar 12 10:00:00 2025\n{MAIL}\n" * 3,
    ".json": json.dumps({"articles": [ARTICLE, ARTICLE, {"title": "Another", "text": ""}]}),
    ".jsonl": json.dumps(ARTICLE) + "\n{\n" + json.dumps(ARTICLE) + "\n",
    ".ndjson": json.dumps(ARTICLE),
    ".xml": RSS,
    ".rss": RSS,
    ".atom": ATOM,
    ".pdf": pdf(),
    ".png": picture("PNG"),
    ".jpg": picture("JPEG"),
    ".jpeg": picture("JPEG"),
    ".tif": picture("TIFF"),
    ".tiff": picture("TIFF"),
    ".webp": picture("WEBP"),
    ".bmp": picture("BMP"),
}
"""A new suffix in `READERS` needs a line here."""

KNOWN_SENTENCE = dict.fromkeys((".csv", ".tsv", ".xlsx", ".xlsm", ".ods"), ROW)
N_MUTANTS = 36
MAX_BYTES = 1_000_000


def content_of(suffix):
    content = CONTENT[suffix]
    return content.encode() if isinstance(content, str) else content


def read(suffix, path):
    """All documents and failures in the file."""
    reader = load(READERS[suffix])(max_bytes=MAX_BYTES)
    return list(reader.read_each(path)) if hasattr(reader, "read_each") else [reader.read(path)]


@pytest.mark.parametrize("suffix", READERS)
def test_reader(suffix, tmp_path):
    good_file = tmp_path / f"good{suffix}"
    good_file.write_bytes(content_of(suffix))
    reader = load(READERS[suffix])(max_bytes=MAX_BYTES)
    check = check_collection_reader if hasattr(reader, "read_each") else check_reader
    check(reader, good_file=good_file, folder=tmp_path)


@pytest.mark.parametrize("suffix", READERS)
def test_known_sentence_is_found_whole_and_every_sentence_can_be_read(suffix, tmp_path):
    path = tmp_path / f"good{suffix}"
    path.write_bytes(content_of(suffix))
    document = read(suffix, path)[0]
    sentences = [span.slice(document.text) for span in sentence_spans(document.text)]
    assert KNOWN_SENTENCE.get(suffix, FIRST) in sentences
    for sentence in sentences:
        assert not any(unicodedata.category(character) in ("Cc", "Co", "Cs", "Cn") for character in sentence)
        assert not {"<", ">", "{", "}", "\\", "�"} & set(sentence.replace("<a@x.org>", ""))


@pytest.mark.parametrize("suffix", READERS)
def test_file_over_the_limit_is_refused(suffix, tmp_path):
    path = tmp_path / f"large{suffix}"
    path.write_bytes(content_of(suffix))
    reader = load(READERS[suffix])(max_bytes=10)
    with pytest.raises(ReadError, match="more than the 10 allowed"):
        list(reader.read_each(path)) if hasattr(reader, "read_each") else reader.read(path)


def mutants(data, seed):
    """Damaged versions: cut off, with other bytes, without some, with some repeated; of a ZIP file also its parts."""
    chance = random.Random(seed)
    for number in range(N_MUTANTS):
        if data.startswith(b"PK") and number % 2:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
            name = chance.choice([name for name, content in parts.items() if content])
            yield zipped(**{**parts, name: damaged(parts[name], chance)})
        else:
            yield damaged(data, chance)


def damaged(data, chance):
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(1, 40))
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        flipped[chance.randrange(len(data))] = chance.choice([0, 255, 60, 92, chance.randrange(256)])
    return chance.choice(
        [
            data[:start],
            data[:start] + data[end:],
            data[:end] + data[start:],
            data[:start] + data[start:end] * 500 + data[end:],
            bytes(flipped),
            bytes(flipped),
        ]
    )


@pytest.mark.parametrize("suffix", READERS)
def test_damaged_file_is_read_or_refused_with_a_reason(suffix, tmp_path):
    path = tmp_path / f"bad{suffix}"
    for mutant in mutants(content_of(suffix), seed=suffix):
        path.write_bytes(mutant)
        read_or_refused(suffix, path)


@pytest.mark.parametrize("suffix", READERS)
def test_file_of_another_kind_is_read_or_refused_with_a_reason(suffix, tmp_path):
    path = tmp_path / f"swapped{suffix}"
    for other in READERS:
        path.write_bytes(content_of(other))
        read_or_refused(suffix, path)


def read_or_refused(suffix, path):
    try:
        found = read(suffix, path)
    except ReadError as error:
        found = [Failure(source=error.path, reason=error.reason)]
    assert all(isinstance(entry, Document | Failure) for entry in found)
    assert all(entry.source.startswith(str(path)) for entry in found)
    assert all(entry.reason.strip() for entry in found if isinstance(entry, Failure))


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


def test_contract_catches_a_collection_with_one_key_twice(tmp_path):
    class Careless(JsonFeedReader):
        def read_each(self, path):
            first, *rest = super().read_each(path)
            return iter([first, first, *rest])

    good_file = tmp_path / "good.json"
    good_file.write_text(CONTENT[".json"], encoding="utf-8")
    check_collection_reader(JsonFeedReader(), good_file=good_file, folder=tmp_path)
    with pytest.raises(AssertionError):
        check_collection_reader(Careless(), good_file=good_file, folder=tmp_path)
