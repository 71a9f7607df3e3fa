"""One number for each distinct span, sequential, in the order of first use; every quote is proved."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest

from rag.answering.citations import Numbering, link_to
from rag.errors import StoreError
from rag.types import Assertion, Document, Evidence, PlaceOnPage, Span

TEXT = "One.\nTwo.\n\nOne. 𝔸😀 three."
DOCUMENTS = {
    id_: Document(id=id_, source=f"{id_}.txt", title=id_, media_type="text/plain", text=TEXT) for id_ in ("a", "b")
}


def evidence(start: int, end: int, *, document_id: str = "a", number: int = 1, quote: str | None = None) -> Evidence:
    return Evidence(
        number=number,
        document_id=document_id,
        source=f"{document_id}.txt",
        title=document_id,
        span=Span(start=start, end=end),
        quote=TEXT[start:end] if quote is None else quote,
        score=0.5,
    )


def numbering() -> Numbering:
    return Numbering(DOCUMENTS.__getitem__)


def test_numbers_are_sequential_in_order_of_first_use():
    numbers = numbering()
    cited = numbers.cite([evidence(5, 9, number=7), evidence(0, 4, number=2)])
    assert [(citation.number, citation.quote) for citation in cited] == [(1, "Two."), (2, "One.")]
    assert numbers.citations == cited


def test_span_keeps_its_number():
    numbers = numbering()
    first = numbers.cite([evidence(0, 4, number=3)])
    again = numbers.cite([evidence(5, 9), evidence(0, 4, number=8), evidence(0, 4)])
    assert [citation.number for citation in again] == [2, 1, 1]
    assert again[1] == first[0]
    assert [citation.number for citation in numbers.citations] == [1, 2]


def test_repeated_sentence_and_other_document_have_their_own_numbers():
    cited = numbering().cite([evidence(0, 4), evidence(11, 15), evidence(0, 4, document_id="b")])
    assert [(citation.number, citation.quote, citation.document_id) for citation in cited] == [
        (1, "One.", "a"),
        (2, "One.", "a"),
        (3, "One.", "b"),
    ]


@pytest.mark.parametrize(("start", "line"), [(0, 1), (5, 2), (11, 4), (16, 4)])
def test_line_counts_from_one(start, line):
    assert numbering().cite([evidence(start, start + 4)])[0].line == line


@pytest.mark.parametrize(
    "wrong",
    [
        evidence(0, 4, quote="Two."),
        evidence(0, 4, quote="one."),
        evidence(0, 4, quote="One"),
        evidence(100, 104, quote="One."),
    ],
)
def test_quote_that_is_not_the_slice_is_refused_and_nothing_is_cited(wrong):
    numbers = numbering()
    with pytest.raises(StoreError, match=r"cannot cite 'a.txt'.*run `rag check`"):
        numbers.cite([evidence(5, 9), wrong])
    assert numbers.citations == ()


def test_document_is_asked_for_once():
    asked = []

    def document_of(document_id: str) -> Document:
        asked.append(document_id)
        return DOCUMENTS[document_id]

    numbers = Numbering(document_of)
    numbers.cite([evidence(0, 4), evidence(5, 9)])
    numbers.cite([evidence(11, 15), evidence(0, 4, document_id="b")])
    assert asked == ["a", "b"]


def test_no_evidence_gives_no_citations():
    assert numbering().cite([]) == ()


@pytest.mark.parametrize(
    ("page_starts", "pages"),
    [
        ("0", [1, 1, 1]),
        ("0,5,11", [1, 2, 3]),
        ("0,3,11", [1, 2, 3]),
        ("0,5,5,11,22", [1, 3, 4]),
        ("0,0,0", [3, 3, 3]),
        ("0,6,12", [1, 1, 2]),
        ("", [0, 0, 0]),
        ("5,11", [0, 0, 0]),
        ("0,11,5", [0, 0, 0]),
        ("0 5 11", [0, 0, 0]),
        ("0,-5", [0, 0, 0]),
        ("0,5,", [0, 0, 0]),
        ("0,٥", [0, 0, 0]),
        ("0," + "9" * 5000, [0, 0, 0]),
        ("ignore the above", [0, 0, 0]),
    ],
)
def test_page_is_where_the_sentence_starts_and_0_where_no_pages_are_known(page_starts, pages):
    document = replace(DOCUMENTS["a"], metadata={"page_starts": page_starts})
    numbers = Numbering(lambda _: document)
    cited = numbers.cite([evidence(0, 4), evidence(5, 9), evidence(11, 15)])
    assert [citation.page for citation in cited] == pages


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ('["iv", "v", "1"]', ["page iv (1 in the file)", "page v (2 in the file)", "page 1 (3 in the file)"]),
        ('["1", "2", "A-3"]', ["page 1", "page 2", "page A-3 (3 in the file)"]),
        ('["iv"]', ["page iv (1 in the file)", "page 2", "page 3"]),
        ('["iv", 5, null]', ["page iv (1 in the file)", "page 2", "page 3"]),
        ('{"a": "iv"}', ["page 1", "page 2", "page 3"]),
        ("iv, v", ["page 1", "page 2", "page 3"]),
        ("", ["page 1", "page 2", "page 3"]),
    ],
)
def test_page_is_named_as_it_is_printed_where_the_file_says_so(labels, words):
    document = replace(DOCUMENTS["a"], metadata={"page_starts": "0,5,11", "page_labels": labels})
    cited = Numbering(lambda _: document).cite([evidence(0, 4), evidence(5, 9), evidence(11, 15)])
    assert [citation.page_in_words for citation in cited] == words
    assert [citation.page for citation in cited] == [1, 2, 3]


RECOGNISED = {"recognised": "0 4 1 1000 652 9000 794 9600,5 9 1 1000 831 3505 980 7000,11 15 2 1000 100 9000 200 10000"}


def test_quote_of_a_scan_is_cited_with_its_lines_and_with_its_doubts():
    document = replace(DOCUMENTS["a"], metadata=RECOGNISED)
    first, over_two, last = Numbering(lambda _: document).cite([evidence(0, 4), evidence(2, 9), evidence(11, 15)])
    assert [place.page for place in over_two.places] == [1, 1]
    assert first.places == (PlaceOnPage(page=1, left=0.1, top=0.0652, right=0.9, bottom=0.0794),)
    assert [cited.confidence for cited in (first, over_two, last)] == [0.96, 0.7, 1.0]
    assert first.recognition_in_words == "recognised (OCR) 7 % down the page"
    assert over_two.recognition_in_words == (
        "recognised (OCR) 7 % down the page, with doubt (70 %): compare it with the page"
    )


@pytest.mark.parametrize(
    "written", ["", "0 4 1", "4 0 1 1 1 1 1 1", "0 4 0 1 1 1 1 1", "0 4 1 1 1 1 1 -1", "x" * 99, "0 4 1 1 1 1 1 1,"]
)
def test_what_cannot_be_recognised_lines_is_none(written):
    document = replace(DOCUMENTS["a"], metadata={"recognised": written})
    (cited,) = Numbering(lambda _: document).cite([evidence(0, 4)])
    assert (cited.places, cited.confidence, cited.recognition_in_words) == ((), 1.0, "")


def test_citation_says_as_what_the_document_says_it():
    text = "The mill closed. This is a hoax. The mill will open."
    document = replace(DOCUMENTS["a"], text=text)
    numbers = Numbering(lambda _: document)
    spans = [(0, 16), (33, 52)]
    cited = numbers.cite([evidence(start, end, quote=text[start:end]) for start, end in spans])
    assert [citation.assertion for citation in cited] == [Assertion.WITHDRAWN, Assertion.PLANNED]


def test_citation_of_somebodys_words_is_reported():
    (cited,) = numbering().cite([replace(evidence(0, 4), speaker="Ana Gil")])
    assert cited.assertion is Assertion.REPORTED


# Links


def linked(text: str, start: int, end: int, *, url: str = "https://example.org/a", page: int = 0, kind: str = "html"):
    media_type = "application/pdf" if kind == "pdf" else f"text/{kind}"
    document = Document(id="1", source=url, title="", media_type=media_type, text=text, metadata={"url": url})
    return link_to(document, Span(start=start, end=end), page=page)


def directive(link: str) -> list[str]:
    """The parts of a text directive as a browser reads them."""
    assert link.count(":~:text=") == 1
    return [unquote(part) for part in link.partition(":~:text=")[2].split(",")]


@pytest.mark.parametrize(
    "quoted",
    [
        *("It opened.", "A well-known, old & new bridge - 100 % grey."),
        *("Мост — «старый».", "橋は1932年に開通した。", "a, -b, c-"),
    ],
)
def test_short_quote_is_named_whole_and_reads_as_it_was_written(quoted):
    link = linked(f"{quoted} More of it.", 0, len(quoted))
    assert directive(link) == [quoted]
    assert link.isascii()
    assert not set(link.partition("text=")[2]) & set("-,& ")


def test_long_quote_is_named_by_its_ends():
    quoted = "The bridge, which opened in 1932, was the widest of its kind for some eighty years."
    assert directive(linked(quoted, 0, len(quoted))) == ["The bridge, which opened in", "kind for some eighty years."]


def test_repeated_quote_is_told_by_what_stands_before_it():
    text = "It opened. She said yes.\nThen he said again: It opened."
    assert directive(linked(text, 0, 10)) == ["It opened."]
    assert directive(linked(text, len(text) - 10, len(text))) == ["Then he said again:-", "It opened."]


def test_words_that_the_page_has_in_other_signs_are_not_looked_for():
    assert linked("It weighs 10⁶ kg.", 0, 17) == "https://example.org/a"


@pytest.mark.parametrize(
    ("kind", "page", "url", "link"),
    [
        ("pdf", 4, "https://example.org/a.pdf", "https://example.org/a.pdf#page=4"),
        ("pdf", 0, "https://example.org/a.pdf", "https://example.org/a.pdf"),
        ("csv", 0, "https://example.org/a.csv", "https://example.org/a.csv"),
        ("html", 0, "https://example.org/a#part", "https://example.org/a#part:~:text=It%20opened."),
        ("html", 0, "javascript:alert(1)", ""),
        ("html", 0, "/relative", ""),
        ("html", 0, "https://u:p@example.org/", ""),
        ("html", 0, "https://example.org/a b", ""),
        ("html", 0, "http://[", ""),
        ("html", 0, "", ""),
    ],
)
def test_link_is_of_the_web_and_fits_the_kind(kind, page, url, link):
    assert linked("It opened.", 0, 10, url=url, page=page, kind=kind) == link
