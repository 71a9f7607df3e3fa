"""Raised and lowered signs: no exponent and no note mark becomes a digit of the number before it."""

import pytest

from rag.readers.html import HtmlReader
from rag.readers.markdown import MarkdownReader
from rag.readers.office.docx import DocxReader
from rag.readers.office.open_document import OpenDocumentReader
from rag.readers.rtf import RtfReader
from rag.readers.shape.raised import lowered, note_mark, raised, resolved


@pytest.mark.parametrize(
    ("before", "up", "after", "expected"),
    [
        ("The lake holds 10", "6", " litres.", "The lake holds 10⁶ litres."),
        ("about 3 × 10", "-9", " metres", "about 3 × 10⁻⁹ metres"),
        ("about 10", "−9", " metres", "about 10⁻⁹ metres"),
        ("rose to 45", "2", " in May.", "rose to 45 in May."),
        ("rose to 1,204", "12", ", he said", "rose to 1,204, he said"),
        ("rose to 3.5%", "a", ", he said", "rose to 3.5%, he said"),
        ("It weighs 40 tons", "a", ", he said", "It weighs 40 tons, he said"),
        ("the XX", "e", " siècle", "the XXe siècle"),
        ("la 1", "a", " vez", "la 1a vez"),
        ("in May 2021", "1,2", " it fell", "in May 2021 it fell"),
        ("in 2021", "[4]", " it fell", "in 2021 [4] it fell"),
        ("he said", "[4]", " yesterday", "he said[4] yesterday"),
        ("It fell.", "3", " He left.", "It fell. He left."),
        ("the mayor", "3", " said", "the mayor said"),
        ("3.5 km", "2", " of land", "3.5 km² of land"),
        ("9.8 m/s", "2", " down", "9.8 m/s² down"),
        ("12 m", "3", "/s", "12 m³/s"),
        ("E = mc", "2", ".", "E = mc²."),
        ("the sum x", "2", " + y", "the sum x² + y"),
        ("5", "2", " = 25", "5² = 25"),
        ("2", "32", " addresses", "2³² addresses"),
        ("(a+b)", "2", " is", "(a+b)² is"),
        ("(see below)", "2", " is", "(see below) is"),
        ("the 21", "st", " century", "the 21st century"),
        ("le 1", "er", " mai", "le 1er mai"),
        ("", "14", "C dating", "¹⁴C dating"),
        ("", "2", "See the report.", "2 See the report."),
        ("it costs £3", "99", " now", "it costs £3⁹⁹ now"),
        ("x", "n", " grows", "xⁿ grows"),
        ("Brand", "®", " tools", "Brand® tools"),
        ("1", "1", "/2 cups", "1 1/2 cups"),
    ],
)
def test_what_is_raised_is_no_digit_of_the_number_before_it(before, up, after, expected):
    assert resolved(f"{before}{raised(up)}{after}") == expected


def test_what_a_file_calls_a_note_mark_goes_even_after_ten():
    assert resolved(f"The 10{note_mark('6')} men left.") == "The 10 men left."


def test_lowered_digits_stay_with_letters_and_leave_numbers_alone():
    assert resolved(f"H{lowered('2')}O, 101{lowered('2')}, CO{lowered('2')}.") == "H2O, 101₂, CO2."


def test_pieces_of_one_exponent_are_one_and_strays_go():
    assert resolved(f"10{raised('-')}{raised('9')} m\ufdd3") == "10⁻⁹ m"
    assert resolved("nothing raised") == "nothing raised"


SENTENCE = "It holds 10⁶ litres, and 45 birds died."
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    ("name", "reader", "content"),
    [
        (
            "a.html",
            HtmlReader,
            "<p>It holds 10<sup>6</sup> litres, and 45<sup><a href='#n2'>2</a></sup> birds died.</p>",
        ),
        (
            "b.html",
            HtmlReader,
            "<p>It holds 10<span style='vertical-align: super'>6</span> litres, and 45<sup>2</sup> birds died.",
        ),
        (
            "c.html",
            HtmlReader,
            "<p>It holds 10<sup>6</sup> litres, and 45<a href='#n2'><sup>2</sup></a> birds died.</p>",
        ),
        ("a.md", MarkdownReader, "It holds 10<sup>6</sup> litres, and 45[^2] birds died."),
        ("b.md", MarkdownReader, "It holds 10^6^ litres, and 45<sup>2</sup> birds died."),
        ("a.rtf", RtfReader, r"{\rtf1 It holds 10{\super 6} litres, and 45\super 2\nosupersub  birds died.}"),
        ("b.rtf", RtfReader, r"{\rtf1 It holds 10{\up6 6} litres, and 45{\super\i 2} birds died.}"),
    ],
)
def test_each_format_keeps_numbers_as_they_are(tmp_path, name, reader, content):
    path = tmp_path / name
    path.write_text(content)
    assert reader().read(path).text == SENTENCE


def test_office_files_keep_numbers_as_they_are(write_zip):
    up = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{}</w:t></w:r>'
    run = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    runs = [
        run.format("It holds 10"),
        up.format(6),
        run.format(" litres, and 45"),
        up.format(2),
        run.format(" birds died."),
    ]
    body = f"<w:document {W}><w:body><w:p>{''.join(runs)}</w:p></w:body></w:document>"
    assert DocxReader().read(write_zip("a.docx", {"word/document.xml": body})).text == SENTENCE


def test_open_document_keeps_numbers_as_they_are(write_zip):
    office = 'xmlns:office="urn:o" xmlns:text="urn:t" xmlns:style="urn:s"'
    styles = '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    span = '<text:span text:style-name="T1">{}</text:span>'
    line = f"It holds 10{span.format(6)} litres, and 45{span.format(2)} birds died."
    content = (
        f"<office:document-content {office}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text><text:p>{line}</text:p></office:text></office:body></office:document-content>"
    )
    assert OpenDocumentReader().read(write_zip("a.odt", {"content.xml": content})).text == SENTENCE
