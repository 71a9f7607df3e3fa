"""XML can do no harm."""

from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers._xml import attribute, child, descendants, local_name, parse_xml, path_to

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
