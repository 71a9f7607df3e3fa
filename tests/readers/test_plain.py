"""A file whose reader fails by a fault of its own is read in plain order, and says so."""

import pytest

from rag.errors import ReadError
from rag.readers import _worker
from rag.readers.text import plain_document

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_words_of_an_office_file_stand_in_its_order(write_zip):
    runs = "<w:p><w:r><w:t>The mill </w:t></w:r><w:r><w:t>burned.</w:t></w:r></w:p>"
    runs += "<w:p><w:r><w:t>In 1911.</w:t></w:r></w:p>"
    path = write_zip("a.docx", {"word/document.xml": f"<w:document {NAMESPACE}><w:body>{runs}</w:body></w:document>"})
    document = plain_document(path, KeyError("x"), media_type=WORD, max_bytes=10_000)
    assert document.text == "The mill burned.\nIn 1911."
    assert "KeyError" in document.metadata["notice"]


@pytest.mark.parametrize(
    ("name", "media_type", "content", "text"),
    [
        (
            "a.rtf",
            "application/rtf",
            r"{\rtf1{\fonttbl{\f0 Arial;}}The mill\b  burned.\par In 1911.}",
            "The mill burned.\nIn 1911.",
        ),
        ("a.html", "text/html", "<p>The mill burned.<script>x</script><p>In 1911.", "The mill burned.\nIn 1911."),
        ("a.eml", "message/rfc822", "Subject: mill\n\nIt burned.", "Subject: mill\nIt burned."),
    ],
)
def test_words_of_other_files_stand_in_their_order(tmp_path, name, media_type, content, text):
    path = tmp_path / name
    path.write_text(content)
    assert plain_document(path, KeyError("x"), media_type=media_type, max_bytes=10_000).text == text


def test_nothing_to_read_is_said(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<p></p>")
    with pytest.raises(ReadError, match="no text"):
        plain_document(path, KeyError("x"), media_type="text/html", max_bytes=10_000)


class Broken:
    media_types = frozenset({"text/html"})

    def read(self, path):
        raise ZeroDivisionError("no width")


def test_process_reads_on_when_a_reader_of_ours_fails(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<p>The mill burned.")
    assert (
        _worker._read(Broken(), path, {"max_bytes": 10_000, "charset": ""}, "rag.readers.html").text
        == "The mill burned."
    )
    with pytest.raises(ZeroDivisionError):
        _worker._read(Broken(), path, {"max_bytes": 10_000, "charset": ""}, "mine")
