"""References in each form: what other programs read, whatever the documents hold."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from rag import (
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    Document,
    NotFoundError,
    SettingsError,
    Span,
    Trace,
    Verdict,
    VerdictLabel,
    VerifiedClaim,
)
from rag.language.controls import on_one_line
from rag.newsroom.references import ReferenceForm, references_of
from rag.readers.office.docx import DocxReader

CSL_DATA = json.loads(Path(__file__).with_name("csl-data.json").read_text(encoding="utf-8"))
HOSTILE = r"""\input{x} } {%$ ] **b** <script>"'&</script> [a](http://x.org) ^1 ~ _ # @misc{x, TY  - GEN"""
TEXT = f"Before it.\n\nThe bridge opened in 1932.\n{HOSTILE}\nAfter it. 😀 Déjà vu."
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def answer_of(*documents: Document, quotes: tuple[str, ...], claim: str = "It opened in 1932.") -> Answer:
    """An answer that cites one quote of each document, all in one claim, and the first again in another one."""
    citations = tuple(
        Citation(
            number=number,
            document_id=document.id,
            source=document.source,
            title=document.title,
            span=(span := Span(start=document.text.index(quote), end=document.text.index(quote) + len(quote))),
            quote=quote,
            line=document.text.count("\n", 0, span.start) + 1,
            published=document.published,
            url=f"{document.metadata['url']}#:~:text=x" if "url" in document.metadata else "",
        )
        for number, (document, quote) in enumerate(zip(documents, quotes, strict=True), start=1)
    )
    verdict = Verdict(label=VerdictLabel.SUPPORTED, score=1.0, verifier_id="v")
    claims = tuple(
        VerifiedClaim(claim=Claim(text=text, span=Span(start=0, end=0), citations=cited), verdict=verdict)
        for text, cited in ((claim, citations), ("Again.", citations[:1]))
    )
    trace = Trace(
        generator_id="g",
        prompt_id="",
        settings_fingerprint="",
        standalone_question="q",
        timings_ms={"total": 1.0},
        answerability=1.0,
    )
    return Answer(
        id="0" * 31 + "7",
        question="When?",
        status=AnswerStatus.ANSWERED,
        text="",
        claims=claims,
        citations=citations,
        evidence=(),
        trace=trace,
    )


def document(number: int, text: str = TEXT, title: str = "The bridge", **metadata: str) -> Document:
    source = metadata.get("url", f"/home/ann/news/a {number}.txt")
    kind = "text/html" if "url" in metadata else "text/plain"
    return Document(id=f"{number:016x}", source=source, title=title, media_type=kind, text=text, metadata=metadata)


NEWS = {
    "author": "Ann {Lee} & Bo",
    "publisher": "The Wye Gazette",
    "published": "2025-03-12T18:22:00Z",
    "url": "https://example.org/a_b?x=1&y=%7B2",
    "language": "en",
}
DOCUMENTS = (document(1, title=HOSTILE), document(2, **NEWS))
QUOTES = ("The bridge opened in 1932.", HOSTILE)


def written(form: str, answer: Answer | None = None, documents: tuple[Document, ...] = DOCUMENTS) -> bytes:
    by_id = {each.id: each for each in documents}
    answer = answer or answer_of(*documents, quotes=QUOTES)
    return references_of(answer, form, document_of=by_id.__getitem__).content


def test_forms_that_are_not_known_and_answers_that_cite_nothing_are_refused():
    with pytest.raises(SettingsError, match="cannot write references as 'endnote' - name one of markdown, csl-json"):
        written("endnote")
    with pytest.raises(NotFoundError, match="it cites nothing"):
        written("markdown", answer_of(quotes=()))
    docx = references_of(
        answer_of(*DOCUMENTS, quotes=QUOTES), "docx", document_of={each.id: each for each in DOCUMENTS}.__getitem__
    )
    with pytest.raises(SettingsError, match="they are no text"):
        docx.text  # noqa: B018


@pytest.mark.parametrize("form", list(ReferenceForm))
def test_folders_of_this_machine_are_in_no_form(form):
    assert b"/home/ann" not in written(form)


@pytest.mark.parametrize("form", list(ReferenceForm))
def test_the_same_answer_gives_the_same_bytes(form):
    assert written(form) == written(form)


# Markdown


def test_markdown_has_a_footnote_for_each_citation_and_shows_texts_as_they_are():
    statements, first, second = written("markdown").decode().strip().split("\n\n")
    assert statements == "It opened in 1932.[^1][^2] Again.[^1]"
    assert first.startswith("[^1]: “The bridge opened in 1932.” ")
    assert second.startswith("[^2]: “")
    start = TEXT.index(HOSTILE)
    place = f"line 4, characters {start}-{start + len(HOSTILE)}"
    reference = f"Ann {{Lee}} & Bo, The bridge, The Wye Gazette, 2025-03-12, {place}, {NEWS['url']}#:~:text=x."
    assert shown_by_markdown(second.removeprefix("[^2]: ")) == f"“{' '.join(HOSTILE.split())}” {reference}"


def shown_by_markdown(text: str) -> str:
    """The text that a reader of rendered Markdown sees, when it is nothing but one paragraph of text."""
    opening, inline, closing = MarkdownIt().parse(text)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children)


@settings(deadline=None, max_examples=60)
@given(quote=texts.filter(str.strip), claim=texts)
def test_markdown_of_any_text_is_text_alone(quote, claim):
    source = document(1, text=quote)
    content = written("markdown", answer_of(source, quotes=(quote,), claim=claim), (source,)).decode()
    _, note, _ = content.split("\n\n")
    shown = shown_by_markdown(note.removeprefix("[^1]: "))
    assert shown.startswith(f"“{on_one_line(quote)}” The bridge")
    kinds = {child.type for token in MarkdownIt().parse(content) for child in (token.children or [token])}
    assert kinds <= {"paragraph_open", "paragraph_close", "text", "text_special"}


# Lists


def test_csl_json_is_valid_and_says_what_is_known():
    items = json.loads(written("csl-json"))
    jsonschema.validate(items, CSL_DATA)
    assert [item["type"] for item in items] == ["document", "article-newspaper"]
    assert items[0]["title"] == " ".join(HOSTILE.split())
    assert items[1]["issued"] == {"date-parts": [[2025, 3, 12]]}
    assert (items[1]["URL"], items[1]["container-title"]) == (NEWS["url"], "The Wye Gazette")
    assert "“The bridge opened in 1932.”" in items[0]["note"]


def fields_of_bibtex(text: str) -> list[dict[str, str]]:
    """As BibTeX reads it: braces are counted, whatever stands before them."""
    entries = []
    position = 0
    while (start := text.find("@", position)) >= 0:
        assert text[position:start].strip() == ""
        kind, position = text[start + 1 : (brace := text.index("{", start))], brace + 1
        assert kind == "misc"
        key, position = text[position : (comma := text.index(",", position))], comma + 1
        entry = {"key": key}
        while text[position:].lstrip()[0] != "}":
            name, position = text[position : (equals := text.index("=", position))].strip(), equals + 1
            position = opened = text.index("{", position)
            depth = 0
            while True:
                depth += {"{": 1, "}": -1}.get(text[position], 0)
                position += 1
                if depth == 0:
                    break
            entry[name] = text[opened + 1 : position - 1]
            assert text[position] == ","
            position += 1
        position = text.index("}", position) + 1
        entries.append(entry)
    assert text[position:].strip() == ""
    return entries


def test_bibtex_names_author_title_year_and_address():
    _, news = fields_of_bibtex(written("bibtex").decode())
    assert news["author"] == r"{Ann \textbraceleft{}Lee\textbraceright{} \& Bo}"
    assert (news["title"], news["year"], news["month"]) == ("{The bridge}", "2025", "3")
    assert news["url"] == NEWS["url"]


@settings(deadline=None, max_examples=40)
@given(title=texts, quote=texts.filter(str.strip), author=texts)
def test_lists_of_any_text_are_well_formed(title, quote, author):
    source = document(1, text=quote, title=title, author=author)
    answer = answer_of(source, quotes=(quote,))
    (entry,) = fields_of_bibtex(written("bibtex", answer, (source,)).decode())
    assert set(entry) <= {"key", "author", "title", "howpublished", "year", "month", "url", "note"}
    jsonschema.validate(json.loads(written("csl-json", answer, (source,))), CSL_DATA)
    lines = written("ris", answer, (source,)).decode().removesuffix("\r\n").split("\r\n")
    assert all(re.match(r"[A-Z][A-Z\d]  - ", line) for line in lines)
    assert [line[:2] for line in lines].count("TY") == [line[:2] for line in lines].count("ER") == 1
    assert not any(character in line for line in lines for character in "\r\n")


def test_ris_ends_each_entry_and_writes_days_as_it_wants_them():
    lines = written("ris").decode().split("\r\n")
    assert lines[0] == "TY  - GEN"
    assert lines.count("ER  - ") == 2
    assert "DA  - 2025/03/12/" in lines
    assert "PY  - 2025" in lines


# Annotations


def test_annotations_select_the_quote_by_words_and_by_place():
    page = json.loads(written("web-annotation"))
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    for annotation, source, quote in zip(page["items"], DOCUMENTS, QUOTES, strict=True):
        by_words, by_place = annotation["target"]["selector"]
        assert source.text[by_place["start"] : by_place["end"]] == by_words["exact"] == quote
        around = by_words["prefix"] + by_words["exact"] + by_words["suffix"]
        assert source.text.count(around) == 1
        assert by_words["prefix"] == source.text[: by_place["start"]][-32:]
    sources = [annotation["target"]["source"] for annotation in page["items"]]
    assert sources == ["a%201.txt", NEWS["url"]]
    assert [body["value"] for body in page["items"][0]["body"]] == ["It opened in 1932.", "Again."]


# Word


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_word_document_is_read_with_its_notes(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(written("docx"))
    text = DocxReader(max_bytes=1_000_000).read(path).text
    assert "It opened in 1932." in text
    assert text.count("“The bridge opened in 1932.”") == 2  # cited twice, and a note is referred to once
    assert " ".join(HOSTILE.split()) in text


@settings(deadline=None, max_examples=60)
@given(quote=texts.filter(str.strip), claim=texts)
def test_word_document_of_any_text_is_well_formed(quote, claim):
    source = document(1, text=quote)
    parts = parts_of(written("docx", answer_of(source, quotes=(quote,), claim=claim), (source,)))
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    trees = {name: etree.fromstring(content) for name, content in parts.items()}
    marks = [each.get(f"{word}id") for each in trees["word/document.xml"].iter(f"{word}footnoteReference")]
    notes = [each.get(f"{word}id") for each in trees["word/footnotes.xml"].iter(f"{word}footnote")]
    assert notes == ["-1", "0", *marks]
    shown = " ".join("".join(trees["word/footnotes.xml"].itertext()).split())
    assert on_one_line(quote) in shown
