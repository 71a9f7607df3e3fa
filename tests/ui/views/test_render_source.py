from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Citation, Document, Span
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import assert_inert, first, has_class, nodes, pieces
from tests.ui.records import citation, document
from ui.views.markup import shown
from ui.views.reader.look import Look
from ui.views.source_view import render_gone, render_no_source, render_source

of_answer = partial(render_source, answer_id="a")
TWO_LINES = "The bridge opened in 1932.\nIt is painted grey."

any_character = st.characters(exclude_categories=())
pieces_of_text = st.one_of(
    st.text(any_character, max_size=20),
    st.sampled_from(
        [
            *("\n", "\n\n", " \n \n", "\t", "مرحبا", "文", *(text for text in TEXTS.values() if len(text) < 200)),
            *(
                "A: 1; B: 2.\n",
                "A: 3; B: 4.\n",
                "1\t2\n",
                "A heading\n\n",
                f"{'It was grey all over, ' * 4}said Ann.\n\n",
            ),
        ]
    ),
)
texts = st.lists(pieces_of_text, max_size=12).map("".join)


@st.composite
def cited_documents(draw: Callable[..., object]) -> tuple[Document, list[Citation]]:
    """A document with citations of any places in it, which may touch, overlap and lie in one another."""
    text = draw(texts)
    assert isinstance(text, str)
    starts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))  # type: ignore[call-overload]
    of = document(text, page_starts=",".join(map(str, [0, *starts])))
    bounds = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=5))
    assert isinstance(bounds, list)
    return of, [citation(of, *sorted(each), number=number) for number, each in enumerate(bounds, start=1)]


def marked_places(html: str) -> tuple[str, dict[int, list[int]]]:
    """The document's text as it is shown, and citation → the positions in it that its marks cover."""
    shown_text = ""
    places: dict[int, list[int]] = {}
    for piece in pieces(html):
        if not any(has_class(node, "cv-paragraph") for node in piece.around):
            assert not any(node.tag == "mark" for node in piece.around)
            continue
        numbers = [int(node.attributes["data-citation"] or 0) for node in piece.around if node.tag == "mark"]
        assert len(numbers) == len(set(numbers))
        for number in numbers:
            places.setdefault(number, []).extend(range(len(shown_text), len(shown_text) + len(piece.text)))
        shown_text += piece.text
    return shown_text, places


@settings(deadline=None)
@given(cited_documents(), st.integers(0, 6))
def test_reader_shows_exactly_the_text_and_marks_exactly_the_quotes(
    cited: tuple[Document, list[Citation]], current: int
) -> None:
    of, citations = cited
    html = of_answer(of, citations, current)
    text, places = marked_places(html)
    assert text == shown(of.text)
    assert places == {each.number: list(range(each.span.start, each.span.end)) for each in citations if len(each.span)}
    assert_inert(html)


@settings(deadline=None)
@given(cited_documents(), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4), st.integers(0, 3))
def test_what_was_found_is_marked_and_nothing_else_of_the_text_changes(
    cited: tuple[Document, list[Citation]], places: list[tuple[int, int]], hit: int
) -> None:
    of, citations = cited
    hits: list[Span] = []
    for start, length in sorted(places):
        if start >= (hits[-1].end if hits else 0) and start + length <= len(of.text):
            hits.append(Span(start=start, end=start + length))
    look = Look(find="x", hits=tuple(hits), hit=hit % len(hits) + 1 if hits else 0)
    html = of_answer(of, citations, 1, look=look)
    shown_text, found = "", []
    for piece in pieces(html):
        if any(has_class(node, "cv-paragraph") for node in piece.around):
            if any(has_class(node, "cv-hit") for node in piece.around):
                found += range(len(shown_text), len(shown_text) + len(piece.text))
            shown_text += piece.text
    assert shown_text == shown(of.text)
    assert found == [position for span in hits for position in range(span.start, span.end)]
    assert_inert(html)


@settings(deadline=None)
@given(cited_documents(), st.integers(0, 30))
def test_long_document_is_shown_around_its_citations_and_says_what_is_left_out(
    cited: tuple[Document, list[Citation]], n_around: int
) -> None:
    of, citations = cited
    padding = "".join(f"Line {number} of the padding.\n" for number in range(100))
    long = document(padding + of.text + padding, document_id=of.id)
    moved = [
        citation(long, each.span.start + len(padding), each.span.end + len(padding), number=each.number)
        for each in citations
    ]
    html = of_answer(long, moved, 1, n_around=n_around)
    shown_text, offset = "", 0
    marked: dict[int, list[int]] = {}
    for piece in pieces(html):
        classes = {name for node in piece.around for name in (node.attributes.get("class") or "").split()}
        if "cv-elided" in classes and "cv-widen" not in classes:
            n_left_out = int(piece.text.split()[1].replace(",", ""))
            shown_text += shown(long.text[offset : offset + n_left_out])
            offset += n_left_out
        elif "cv-paragraph" in classes:
            for node in piece.around:
                if node.tag == "mark":
                    marked.setdefault(int(node.attributes["data-citation"] or 0), []).extend(
                        range(offset, offset + len(piece.text))
                    )
            shown_text += piece.text
            offset += len(piece.text)
    assert shown_text == shown(long.text)
    assert marked == {each.number: list(range(each.span.start, each.span.end)) for each in moved if len(each.span)}


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_order_in_which_citations_come_does_not_matter(order: list[int]) -> None:
    of = document("One two three four five six.")
    citations = [citation(of, start, start + 9, number=start + 1) for start in range(6)]
    assert of_answer(of, [citations[index] for index in order], 2) == of_answer(of, citations, 2)


def test_long_document_is_not_shown_whole() -> None:
    of = document("A line of this long book.\n" * 100_000)
    html = of_answer(of, [citation(of, 1_300_000, 1_300_025)], 1)
    assert len(html) < 150_000
    assert [node.text() for node in nodes(html, ".cv-elided")] == [
        "… 1,289,990 characters not shown Show more",
        "… 1,289,964 characters not shown Show more",
    ]


def test_widening_shows_more() -> None:
    of = document("A line of this long book.\n" * 100_000)
    cited = [citation(of, 1_300_000, 1_300_025)]
    around = first(of_answer(of, cited, 1), ".cv-widen").attributes["data-around"]
    wider = of_answer(of, cited, 1, n_around=int(around or 0))
    assert len(wider) > 3 * len(of_answer(of, cited, 1))


def test_long_document_without_citations_is_shown_from_its_start() -> None:
    of = document("First line.\n" + "A line of this long book.\n" * 100_000)
    html = of_answer(of, [], 0)
    assert first(html, ".cv-line").text() == "First line.\n"
    assert len(nodes(html, ".cv-elided")) == 1


def test_current_citation_is_marked_more_strongly() -> None:
    of = document(TWO_LINES)
    html = of_answer(of, [citation(of, 0, 26), citation(of, 27, 46, number=2)], 2)
    assert [(node.attributes["class"], node.text()) for node in nodes(html, "mark")] == [
        ("cv-mark cv-mark-end", "The bridge opened in 1932."),
        ("cv-mark cv-current cv-mark-end", "It is painted grey."),
    ]
    assert [node.attributes["data-answer"] for node in nodes(html, "mark")] == ["a", "a"]


def test_current_citation_leads_to_its_place_on_the_web_when_that_is_safe() -> None:
    of = document("It opened in 1932.")
    link = "https://example.org/a#:~:text=It%20opened%20in%201932."
    written = unescape(of_answer(of, [replace(citation(of, 0, 18), url=link)], 1))
    assert f'<a href="{link}" rel="noopener noreferrer nofollow" target="_blank"><bdi>on the web</bdi></a>' in written
    assert "href" not in of_answer(of, [replace(citation(of, 0, 18), url="javascript:alert(1)")], 1)
    assert "href" not in of_answer(of, [citation(of, 0, 18)], 1)


def test_overlapping_citations_have_marks_of_their_own() -> None:
    of = document("one two three")
    html = of_answer(of, [citation(of, 0, 7), citation(of, 4, 13, number=2)], 1)
    for number, quote in ((1, "one two"), (2, "two three")):
        assert "".join(node.text() for node in nodes(html, f'mark[data-citation="{number}"]')) == quote


def test_only_the_last_piece_of_a_quote_is_its_end() -> None:
    of = document(TWO_LINES)
    html = of_answer(of, [citation(of, 4, 36)], 0)
    assert [(node.text(), has_class(node, "cv-mark-end")) for node in nodes(html, "mark")] == [
        ("bridge opened in 1932.\n", False),
        ("It is pai", True),
    ]


def test_quote_that_is_not_at_its_place_is_never_marked() -> None:
    of = document(TWO_LINES)
    changed = document("The bridge closed in 1932.\nIt is painted grey.")
    html = of_answer(changed, [citation(of, 0, 26), citation(of, 27, 46, number=2)], 1)
    assert [node.text() for node in nodes(html, "mark")] == ["It is painted grey."]
    assert "Citation 1 is not marked" in first(html, ".cv-notice").text()


def test_citation_of_another_document_is_passed_over() -> None:
    of = document(TWO_LINES)
    other = document(TWO_LINES, document_id="d2")
    html = of_answer(of, [citation(other, 0, 26)], 1)
    assert not nodes(html, "mark, .cv-notice, .cv-steps")


def test_span_beyond_the_end_is_not_marked() -> None:
    of = document("short")
    beyond = citation(document("short" * 10), 30, 40)
    assert not nodes(of_answer(of, [beyond], 1), "mark")


def test_steps_lead_round_the_citations_in_the_order_of_the_text() -> None:
    of = document("one two three")
    citations = [citation(of, 8, 13), citation(of, 0, 3, number=2), citation(of, 4, 7, number=3)]
    html = of_answer(of, citations, 2)
    assert [node.attributes["data-citation"] for node in nodes(html, ".cv-step")] == ["1", "3"]
    assert first(html, ".cv-position").text() == "1 of 3"
    assert not nodes(of_answer(of, citations[:1], 1), ".cv-steps")


def test_lines_are_kept_and_numbered() -> None:
    of = document("One.\nTwo.\n\n\nFive.\n")
    html = of_answer(of, [], 0)
    assert [(node.attributes["data-line"], node.text()) for node in nodes(html, ".cv-line")] == [
        ("1", "One.\n"),
        ("2", "Two."),
        ("5", "Five.\n"),
    ]
    assert len(nodes(html, ".cv-paragraph")) == 2


def test_long_lines_are_paragraphs() -> None:
    of = document("\n".join(["A paragraph on a line of its own. " * 5] * 3))
    assert len(nodes(of_answer(of, [], 0), ".cv-paragraph")) == 3


def test_citation_says_its_page_and_line() -> None:
    of = document(TWO_LINES)
    html = of_answer(of, [citation(of, 27, 46, page=3)], 1)
    assert first(html, ".cv-place").text() == "Citation 1: page 3, line 2"


def test_page_is_named_as_it_is_printed() -> None:
    of = document("One.\n\nThree.", page_starts="0,6", page_labels='["iv", "IX"]')
    html = of_answer(of, [replace(citation(of, 0, 4, page=1), page_label="iv")], 1)
    assert first(html, ".cv-place").text() == "Citation 1: page iv (1 in the file), line 1"
    assert [node.text() for node in nodes(html, ".cv-page")] == ["Page iv (1 in the file)", "Page IX (2 in the file)"]


def test_pages_begin_where_the_document_says() -> None:
    of = document("One.\n\nThree.", page_starts="0,6,6")
    html = of_answer(of, [citation(of, 0, 12)], 1)
    assert [node.text() for node in nodes(html, ".cv-page")] == ["Page 1", "Page 3"]
    assert "".join(node.text() for node in nodes(html, "mark")) == "One.\n\nThree."


def test_window_in_the_middle_of_a_page_says_so() -> None:
    text = "A line of this long book.\n" * 10_000
    of = document(text, page_starts=f"0,26000,{len(text) - 26}")
    html = of_answer(of, [citation(of, 130_000, 130_025)], 1)
    assert [node.text() for node in nodes(html, ".cv-page")] == ["Page 2, continued"]


@pytest.mark.parametrize("starts", ["", "0", "0,x", "5,1", "0,999", "0,-1", "0," + "9" * 5000, "0,٣", "0,1,"])
def test_page_starts_that_cannot_be_are_passed_over(starts: str) -> None:
    assert not nodes(of_answer(document(TWO_LINES, page_starts=starts), [], 0), ".cv-page")


def test_heading_says_what_the_document_says_about_itself() -> None:
    of = document(
        TWO_LINES, title="Bridges", published="2025-03-12", author="Ann Lee", url="https://example.org/a", language="en"
    )
    html = of_answer(of, [], 0)
    assert first(html, "h2").text() == "Bridges"
    assert first(html, ".cv-facts").text() == "a.txt · 12 March 2025 · Ann Lee · https://example.org/a"
    assert first(html, "a").attributes == {
        "href": "https://example.org/a",
        "rel": "noopener noreferrer nofollow",
        "target": "_blank",
    }
    assert first(html, ".cv-text").attributes["lang"] == "en"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)//https://example.org",
        " https://example.org",
        "https://user:secret@example.org",
        "https://example.org@evil.invalid",
        "https://ехample.org",
        "//example.org",
        "https:example.org",
        "https://",
        "http://[broken",
        "file:///etc/passwd",
        "data:text/html,x",
        "java\nscript:x",
        "https://example.org/\u202egnp",
        "https://example.org／.evil.invalid",
    ],
)
def test_address_that_may_do_harm_is_shown_and_not_linked(address: str) -> None:
    html = of_answer(document(TWO_LINES, url=address), [], 0)
    assert not nodes(html, "a")
    assert "".join(shown(address).split()) in "".join(first(html, ".cv-facts").text().split())


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_inert_everywhere_in_the_reader(name: str) -> None:
    text = TEXTS[name]
    of = document(
        f"{text}\n{text}",
        document_id=text,
        title=text,
        source=text,
        url=text,
        author=text,
        published=text,
        language=text,
    )
    cited = citation(of, 0, len(text), published=text)
    html = of_answer(of, [cited], 1, answer_id=text)
    assert_inert(html)
    assert marked_places(html)[0] == shown(of.text)
    assert_inert(render_gone(cited))


def test_removed_source_keeps_the_quote_and_says_that_it_is_gone() -> None:
    html = render_gone(citation(document(TWO_LINES, title="Bridges"), 0, 26))
    assert first(html, "blockquote").text() == "The bridge opened in 1932."
    assert "was removed" in first(html, ".cv-notice").text()
    assert has_class(first(html, "article"), "cv-gone")
    assert not nodes(html, "mark")


def test_empty_document_says_so() -> None:
    assert first(of_answer(document(""), [], 0), ".cv-notice").text() == "No text."


def test_empty_reader_says_what_to_do() -> None:
    assert "Choose a numbered citation" in first(render_no_source(), ".cv-empty").text()


def test_right_to_left_and_chinese_keep_their_direction_and_language() -> None:
    of = document(f"{TEXTS['right to left']}\n\n{TEXTS['chinese']}", language="ar")
    html = of_answer(of, [citation(of, 0, 10)], 1)
    assert [node.attributes["dir"] for node in nodes(html, ".cv-paragraph")] == ["auto", "auto"]
    assert first(html, ".cv-text").attributes["lang"] == "ar"


def test_a_place_without_an_answer_opens_itself_and_is_no_citation():
    of = document("The bridge opened in 1932. It is grey.")
    html = render_source(of, [citation(of, 0, 26)], 1)
    assert ('data-document="d1"' in html, 'data-start="0"' in html, 'data-end="26"' in html) == (True, True, True)
    assert ("data-citation" in html, "Citation 1" in html, "Line 1" in html) == (False, False, True)
