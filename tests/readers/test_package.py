"""ZIP-based documents are opened only when they are harmless, and stay in memory; the XML in them can do no harm."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers._package import MAX_ENTRIES, attribute, child, descendants, local_name, open_zip, parse_xml, path_to

MAX_BYTES = 1_000_000


def zipped(parts: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def written(folder: Path, data: bytes) -> Path:
    path = folder / "file.docx"
    path.write_bytes(data)
    return path


def read_all(path: Path, *, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    with open_zip(path, max_bytes=max_bytes) as opened:
        return {name: opened.read(name) for name in opened.names()}


def reason_of(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    with pytest.raises(ReadError) as caught:
        read_all(path, max_bytes=max_bytes)
    assert caught.value.path == str(path)
    return caught.value.reason


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_parts_are_read_by_name(tmp_path, compression):
    path = written(tmp_path, zipped({"word/": b"", "word/b.xml": b"B", "a é.xml": b"A" * 500}, compression=compression))
    with open_zip(path, max_bytes=MAX_BYTES) as opened:
        assert opened.names() == ("word/b.xml", "a é.xml")
        assert (opened.read("word/b.xml"), opened.read("a é.xml")) == (b"B", b"A" * 500)


def test_missing_part_is_named(tmp_path):
    path = written(tmp_path, zipped({"a.xml": b"A"}))
    missing = pytest.raises(ReadError, match=r"file.docx.*part 'b.xml' is missing")
    with open_zip(path, max_bytes=MAX_BYTES) as opened, missing:
        opened.read("b.xml")


@pytest.mark.parametrize(
    "name", ["../a.xml", "word/../../a.xml", "/etc/passwd", "..\\a.xml", "\\a.xml", "C:/a.xml", "word/.."]
)
def test_name_that_leads_out_of_the_file_is_refused(tmp_path, name):
    assert "leads out of the file" in reason_of(written(tmp_path, zipped({"a.xml": b"A", name: b"A"})))


@pytest.mark.parametrize("name", ["..a.xml", "a..b/c.xml", "a.../b", "word/a..xml"])
def test_dots_within_a_name_are_harmless(tmp_path, name):
    with open_zip(written(tmp_path, zipped({name: b"A"})), max_bytes=MAX_BYTES) as opened:
        assert opened.read(name) == b"A"


def test_encrypted_part_is_refused(tmp_path):
    data = bytearray(zipped({"a.xml": b"A"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "has a password" in reason_of(written(tmp_path, bytes(data)))


def test_office_document_with_a_password_is_told_from_an_old_one(tmp_path):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert "old Office document" in reason_of(written(tmp_path, old))
    assert "has a password" in reason_of(written(tmp_path, old + "EncryptedPackage".encode("utf-16-le")))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(tmp_path, compression):
    path = written(tmp_path, zipped({"a.xml": b"A" * 100}, compression=compression))
    assert "unusual way" in reason_of(path)


def test_bomb_is_refused_before_it_is_unpacked(tmp_path):
    assert "ZIP bomb" in reason_of(written(tmp_path, zipped({"a.xml": bytes(3_000_000)})))


def test_all_parts_together_are_limited(tmp_path):
    parts = {f"{i}.xml": bytes(900_000 - 9_000) + os.urandom(9_000) for i in range(5)}
    path = written(tmp_path, zipped(parts))
    assert "4,500,000 bytes, more than the 4,000,000 allowed" in reason_of(path)
    with open_zip(path, max_bytes=2 * MAX_BYTES) as opened:
        assert len(opened.read("4.xml")) == 900_000


def test_blank_picture_harms_nobody(tmp_path):
    path = written(tmp_path, zipped({"a.xml": b"<a>text</a>", "media/blank.png": bytes(2_500_000)}))
    with open_zip(path, max_bytes=MAX_BYTES) as opened:
        assert opened.read("a.xml") == b"<a>text</a>"


def test_many_small_parts_may_be_a_bomb_together(tmp_path):
    path = written(tmp_path, zipped({f"{i}.xml": bytes(900_000) for i in range(4)}))
    assert "ZIP bomb" in reason_of(path)


def test_number_of_parts_is_limited(tmp_path):
    path = written(tmp_path, zipped({f"{i}": b"" for i in range(MAX_ENTRIES + 1)}, compression=zipfile.ZIP_STORED))
    assert "more than 10,000 parts" in reason_of(path, max_bytes=10_000_000)


def test_part_that_is_larger_than_it_says_is_damaged(tmp_path):
    data = bytearray(zipped({"a.xml": bytes(3_000_000)}))
    for size_at in (22, data.index(b"PK\x01\x02") + 24):
        data[size_at : size_at + 4] = struct.pack("<I", 10)
    assert "part 'a.xml' is damaged" in reason_of(written(tmp_path, bytes(data)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"plain text", "not what its name says"),
        (b"PK\x03\x04" + bytes(100), "it is damaged"),
        (zipped({"a.xml": b"A" * 2_000_000}, compression=zipfile.ZIP_STORED), "more than the 1,000,000 allowed"),
    ],
)
def test_what_is_no_readable_zip_file_is_said_to_be_so(tmp_path, data, reason):
    assert reason in reason_of(written(tmp_path, data))


GOOD = zipped({"word/document.xml": b"<p>One two three.</p>" * 50, "b.xml": b"B"})


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_file_is_refused_or_read(tmp_path_factory, data):
    cut = data.draw(st.integers(0, len(GOOD)))
    mutated = bytearray(GOOD[:cut])
    for _ in range(data.draw(st.integers(0, 8)) if mutated else 0):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path_factory.mktemp("damaged"), bytes(mutated))
    with suppress(ReadError):
        assert sum(map(len, read_all(path).values())) <= 4 * MAX_BYTES


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{previous};' * 10}'>" for previous, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "xml",
    [
        f"{LAUGHS}]><x>&i;</x>",
        f"{LAUGHS}]><x y='&i;'/>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
        "<!DOCTYPE x [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/'> %a;]><x/>",
        "<!DOCTYPE x [\n<!entity a 'x'>]><x/>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(xml, encoding):
    with pytest.raises(ReadError, match=r"declares XML entities|not well-formed"):
        parse_xml(xml.encode(encoding), Path("a.xml"))


def test_document_type_alone_is_no_harm_and_loads_nothing():
    assert local_name(parse_xml(b"<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'><x/>", Path("a.xml"))) == "x"


def test_words_about_entities_are_no_declaration():
    assert parse_xml(b"<x><![CDATA[<!ENTITY a 'b'>]]></x>", Path("a.xml")).text == "<!ENTITY a 'b'>"


@pytest.mark.parametrize("n_levels", [5_000, 1_000_000])
def test_nesting_without_end_is_refused(n_levels):
    with pytest.raises(ReadError, match="its part 'p' is not well-formed"):
        parse_xml(b"<a>" * n_levels + b"</a>" * n_levels, Path("a.xml"), part="p")


def test_names_are_read_without_namespaces():
    root = parse_xml(b"<a:x xmlns:a='urn:a' a:y='1'><b xmlns='urn:b' z='2'><c/></b><!-- no --></a:x>", Path("a.xml"))
    assert [local_name(element) for element in root] == ["b"]
    assert (attribute(root, "y"), attribute(root, "none"), attribute(child(root, "b"), "z")) == ("1", "", "2")
    assert path_to(root, "b", "c") is not None
    assert path_to(root, "c", "b") is None
    assert len(list(descendants(root, "c"))) == 1
