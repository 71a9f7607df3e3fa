"""Which forms there are, and an answer written in one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rag.errors import NotFoundError, SettingsError
from rag.newsroom.references.annotations import web_annotations
from rag.newsroom.references.lists import bibtex, csl_json, ris
from rag.newsroom.references.markdown import footnotes
from rag.newsroom.references.word import word_document
from rag.newsroom.references.works import Work, works_of
from rag.types import Answer, Document

__all__ = ["ReferenceFile", "ReferenceForm", "references_of"]


class ReferenceForm(StrEnum):
    """How references are written."""

    MARKDOWN = "markdown"
    """The answer with footnotes."""
    CSL_JSON = "csl-json"
    """The cited documents, for Zotero, Pandoc and whatever else reads the Citation Style Language."""
    BIBTEX = "bibtex"
    RIS = "ris"
    DOCX = "docx"
    """The answer with footnotes, for Word."""
    WEB_ANNOTATION = "web-annotation"
    """Each quotation as an annotation of its document, by its words and by its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFile:
    """References, ready to be written into a file.

    suffix: of the file's name, with its dot.
    """

    form: ReferenceForm
    media_type: str
    suffix: str
    content: bytes

    @property
    def text(self) -> str:
        """The content as text.

        Raises:
            SettingsError: it is none, as that of Word.
        """
        if self.form is ReferenceForm.DOCX:
            raise SettingsError("cannot show references as docx: they are no text - write `content` into a file")
        return self.content.decode()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_Writer = Callable[[Answer, tuple[Work, ...]], bytes]
_FORMS: Mapping[ReferenceForm, tuple[str, str, _Writer]] = {
    ReferenceForm.MARKDOWN: ("text/markdown", ".md", footnotes),
    ReferenceForm.CSL_JSON: ("application/vnd.citationstyles.csl+json", ".json", csl_json),
    ReferenceForm.BIBTEX: ("application/x-bibtex", ".bib", bibtex),
    ReferenceForm.RIS: ("application/x-research-info-systems", ".ris", ris),
    ReferenceForm.DOCX: (_WORD, ".docx", word_document),
    ReferenceForm.WEB_ANNOTATION: ("application/ld+json", ".jsonld", web_annotations),
}


def references_of(answer: Answer, form: str, *, document_of: Callable[[str], Document]) -> ReferenceFile:
    """The references of the answer.

    form: the name of a `ReferenceForm`. document_of: the document of an id.

    Raises:
        SettingsError: there is no such form.
        NotFoundError: the answer cites nothing, or a document that it cites was removed since.
    """
    try:
        known = ReferenceForm(form)
    except ValueError:
        raise SettingsError(f"cannot write references as {form!r} - name one of {', '.join(ReferenceForm)}") from None
    if not answer.citations:
        raise NotFoundError(f"cannot write references of answer {answer.id!r}: it cites nothing - take one that does")
    media_type, suffix, write = _FORMS[known]
    content = write(answer, works_of(answer, document_of))
    return ReferenceFile(form=known, media_type=media_type, suffix=suffix, content=content)
