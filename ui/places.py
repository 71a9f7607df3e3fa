"""A place in a document that somebody names by its positions, in the form of a citation."""

from __future__ import annotations

from rag import Citation, Document, SettingsError, Span

__all__ = ["place_at"]


def place_at(document: Document, start: int, end: int) -> Citation:
    """The text from `start` up to `end`, in characters, under the number 1.

    Raises:
        SettingsError: the document has no such part.
    """
    if not 0 <= start < end <= len(document.text):
        raise SettingsError(
            f"cannot open {start}-{end} of a document with {len(document.text)} characters - choose a part of it"
        )
    page = document.page_at(start)
    return Citation(
        number=1,
        document_id=document.id,
        source=document.source,
        title=document.title,
        span=Span(start=start, end=end),
        quote=document.text[start:end],
        line=document.text.count("\n", 0, start) + 1,
        page=page,
        page_label=document.page_label(page),
        published=document.metadata.get("published", ""),
    )
