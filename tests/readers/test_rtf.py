"""Rich text: what it shows, and where each character comes from."""

import pytest

from rag.errors import ReadError
from rag.readers.rtf import RtfReader


@pytest.fixture
def read(tmp_path):
    def read(body, head=r"\ansi\ansicpg1252"):
        path = tmp_path / "a.rtf"
        path.write_bytes(
            b"{\\rtf1" + head.encode() + b" " + (body if isinstance(body, bytes) else body.encode("latin-1")) + b"}"
        )
        return RtfReader().read(path)

    return read


FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Mincho;}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"One.\par Two.\line Three.", "One.\nTwo.\nThree."),
        (r"He said \ldblquote no\rdblquote , twice\emdash loud.", "He said “no”, twice—loud."),
        (r"wo{\b rd} \{x\} \\ y\~z", "word {x} \\ y z"),
        ("soft\r\nbreaks\nare nothing", "softbreaksare nothing"),
        (r"Caf\'e9 \u8364?5 \u-10179?\u-8704?", "Café €5 😀"),
        (r"{\uc2 \u26481 ab\uc0\u20140}!", "東京!"),
        (FONTS + r"{\f1 \'c4\'e0} {\f2 \'93\'8c\'8b\'9e}", "Да 東京"),
        (r"shown{\v hidden}{\deleted gone} \v more\v0 again", "shown again"),
        (r"{\*\generator Word}{\pict 89504e47}{\header top}{\*\unknown x}text", "text"),
        (r'{\field{\*\fldinst HYPERLINK "http://x.org"}{\fldrslt a link}} after', "a link after"),
        (r"It opened{\super\chftn{\footnote\chftn  A note.}} in 1932.", "It opened in 1932.\nA note."),
        (b"a{\\pict\\bin5 }}}}}}b", "ab"),
        (
            r"\trowd\pard\intbl Land\cell GDP\cell Year\cell\row\intbl France\cell 3.1\cell 2024\cell\row\pard After.",
            "Land: France; GDP: 3.1; Year: 2024.\nAfter.",
        ),
        (r"one} outside {two", "one"),
        (r"{\i0\b0\*\cs7\cf0 The mill} {\b\*\x burned}.", "The mill burned."),
        (
            (
                r"One.\par{\shp{\*\shpinst\shpleft0{\sp{\sn fFlipH}{\sv 0}}{\sp{\sn lTxid}{\sv 6}}{\shptxt Two.\par}}"
                r"{\shprslt{\*\do{\dptxbxtext Two.\par}}}}Three."
            ),
            "One.\nTwo.\nThree.",
        ),
        (r"The {\upr{m?ll}{\*\ud{m\u252?ll}}} burned.", "The müll burned."),
        (r"cut off {\b here", "cut off here"),
    ],
)
def test_text_is_what_the_page_shows(read, body, text):
    assert read(body).text == text


def test_code_page_of_the_file_is_used(read):
    assert read(r"\'c4\'e0", head=r"\ansi\ansicpg1251").text == "Да"
    assert read(r"\'e9", head=r"\ansi\ansicpg99999").text == "é"
    assert read(r"\'8e", head=r"\mac").text == "é"


def test_info_becomes_title_and_author(read):
    document = read(r"{\info{\title The \'e9glise}{\author Anna}{\creatim\yr2025\mo3\dy12}}Text.")
    assert (document.title, document.metadata) == ("The église", {"author": "Anna"})


@pytest.mark.parametrize("body", ["{" * 20_000 + "x", r"{\b " * 20_000 + "x"])
def test_groups_nested_without_end_are_refused(read, body):
    with pytest.raises(ReadError, match="nested too deeply"):
        read(body)


@pytest.mark.parametrize("data", [b"plain text", b"PK\x03\x04", b"{\\rtf1 }", b"{\\rtf1{\\pict\\bin999999999 x"])
def test_what_shows_no_rich_text_is_refused(tmp_path, data):
    (tmp_path / "a.rtf").write_bytes(data)
    with pytest.raises(ReadError, match=r"no rich text|no text"):
        RtfReader().read(tmp_path / "a.rtf")


def test_title_and_author_in_unicode_stand_once(read):
    title = r"{\upr{\title Bridge in D?rfen}{\*\ud{\title Bridge in D\u246?rfen}}}"
    author = r"{\upr{\author J?rg Maler}{\*\ud{\author J\u246?rg Maler}}}"
    document = read(rf"{{\info{title}{author}}}Text.")
    assert (document.title, document.metadata["author"], document.text) == ("Bridge in Dörfen", "Jörg Maler", "Text.")


@pytest.mark.parametrize("end", ["\\\n", "\\\r\n", "\\par\n"])
def test_backslash_at_the_end_of_a_line_ends_a_paragraph(read, end):
    row = r"\itap1\trowd\cellx9\cellx99 Town\cell 2020\cell\row\trowd Alder\cell 310\cell\row"
    assert read(f"The mill.{end}It burned.{end}{row}").text == "The mill.\nIt burned.\nTown: 2020.\nAlder: 310."
