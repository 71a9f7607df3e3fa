"""An answer as a Word document with footnotes.

python-docx writes no footnotes; a document of plain paragraphs is five small files of XML. The same answer gives the
same bytes.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from rag.language.controls import on_one_line
from rag.newsroom.references.works import Work, reference_in_words
from rag.types import Answer

__all__ = ["word_document"]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>'
    f'<Override PartName="/word/footnotes.xml" ContentType="{_KIND}.footnotes+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>'
)
_RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_RELATIONSHIPS_OF_DOCUMENT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/footnotes" Target="footnotes.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f"{_HEAD}<w:styles {_WORDS}>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:next w:val="Normal"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="FootnoteText"><w:name w:val="footnote text"/><w:basedOn w:val="Normal"/>'
    '<w:rPr><w:sz w:val="20"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
    '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style></w:styles>'
)
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
_RAISED = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'


def word_document(answer: Answer, works: tuple[Work, ...]) -> bytes:
    """The question as its heading, the statements with the marks of their notes, and the notes.

    A footnote of Word is referred to once: where a place is cited again, it has a note of its own with the same words.
    """
    place_by_number = {citation.number: (work, citation) for work in works for citation in work.citations}
    notes: list[str] = []
    statements = []
    for verified in answer.claims:
        marks = ""
        for cited in verified.claim.citations:
            work, citation = place_by_number[cited.number]
            notes.append(f"“{on_one_line(citation.quote)}” {reference_in_words(work, citation)}.")
            marks += f'<w:r>{_RAISED}<w:footnoteReference w:id="{len(notes)}"/></w:r>'
        statements.append(f"{_run(f'{verified.claim.text} ')}{marks}")
    heading = f'<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{_run(answer.question)}'
    body = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in [heading, *statements])
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONSHIPS,
        "word/document.xml": f"{_HEAD}<w:document {_WORDS}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": _RELATIONSHIPS_OF_DOCUMENT,
        "word/footnotes.xml": f"{_HEAD}<w:footnotes {_WORDS}>{_SEPARATORS}{_notes(notes)}</w:footnotes>",
        "word/styles.xml": _STYLES,
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def _notes(notes: list[str]) -> str:
    return "".join(
        f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        f"<w:r>{_RAISED}<w:footnoteRef/></w:r>{_run(f' {note}')}</w:p></w:footnote>"
        for number, note in enumerate(notes, start=1)
    )


def _run(text: str) -> str:
    """A run of text on one line; blanks at its ends stay."""
    start, end = (" " if text[:1] == " " else ""), (" " if text[-1:] == " " else "")
    return f'<w:r><w:t xml:space="preserve">{start}{escape(on_one_line(text))}{end}</w:t></w:r>'
