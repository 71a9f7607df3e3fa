"""Each quotation as an annotation of the document that it stands in.

Source: W3C, Web Annotation Data Model, sections 4.2.4 and 4.2.5: both selectors name the place by themselves; positions
are code points of the document's text as it was read, `end` excluded, as everywhere here.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from rag.newsroom.references.works import Work
from rag.types import Answer, Citation

__all__ = ["web_annotations"]

_N_AROUND = 32


def web_annotations(answer: Answer, works: tuple[Work, ...]) -> bytes:
    """A page of annotations; the body of each are the statements that cite it."""
    page = f"urn:uuid:{answer.id}"
    places = sorted(
        ((citation, work) for work in works for citation in work.citations), key=lambda each: each[0].number
    )
    content = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": page,
        "type": "AnnotationPage",
        "items": [_annotation(page, answer, citation, work) for citation, work in places],
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def _annotation(page: str, answer: Answer, citation: Citation, work: Work) -> dict[str, Any]:
    text, start, end = work.document.text, citation.span.start, citation.span.end
    claims = [each.claim.text for each in answer.claims if citation in each.claim.citations]
    return {
        "id": f"{page}#citation-{citation.number}",
        "type": "Annotation",
        "motivation": "commenting",
        "body": [{"type": "TextualBody", "value": claim, "format": "text/plain"} for claim in claims],
        "target": {
            "source": work.address or _address_of(work),
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": citation.quote,
                    "prefix": text[max(0, start - _N_AROUND) : start],
                    "suffix": text[end : end + _N_AROUND],
                },
                {"type": "TextPositionSelector", "start": start, "end": end},
            ],
        },
    }


def _address_of(work: Work) -> str:
    """The address of a document that has none on the web: relative, by the name of its file."""
    return quote(work.file)
