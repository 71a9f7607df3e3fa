"""The page of a bundle: the answer, and each quotation marked in what stands around it; one file, no address in it.

Everything is escaped, and stands in a `bdi` or a block of its own direction, so that no text reaches what is around it.
`verify` looks for each quotation as it is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from rag.types import Answer, Citation, Document, Span

__all__ = ["page_of"]

_STYLE = (
    "body{font:16px/1.55 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:0}"
    "blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid #bbb;white-space:pre-wrap}"
    "mark{background:#ffe9a8;color:inherit}.facts,footer{color:#555;font-size:.9rem;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}mark{background:#6b5300}"
    ".facts,footer{color:#aaa}a{color:#9cc4ff}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page_of(
    answer: Answer, documents: Mapping[str, Document], contexts: Mapping[int, Span], facts: Mapping[str, Any]
) -> str:
    """The page as HTML.

    documents: those that are cited, by id. contexts: what of its text is shown around each citation, by number.
    facts: what else is known of the answer, by name; shown at the end.
    """
    title = escape(answer.question)
    claims = "".join(
        f"<p dir=auto>{escape(verified.claim.text)} "
        + " ".join(f'<a href="#citation-{each.number}">[{each.number}]</a>' for each in verified.claim.citations)
        + "</p>"
        for verified in answer.claims
    )
    places = "".join(_place(each, documents[each.document_id].text, contexts[each.number]) for each in answer.citations)
    known = "".join(f"<br>{escape(name)}: {_apart(str(value))}" for name, value in facts.items() if value)
    return (
        f'<!doctype html>\n<html lang=en><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><main><h1 dir=auto>{title}</h1>\n{claims}\n<h2>Where it stands</h2>\n{places}</main>\n"
        f"<footer><p>README.txt says how to check this page, and what that proves.{known}</p></footer></body></html>\n"
    )


def _place(citation: Citation, text: str, context: Span) -> str:
    span = citation.span
    place = f"line {citation.line}, characters {span.start}-{span.end}"
    facts = (citation.source, citation.published, citation.page_in_words, place, citation.assertion.in_words)
    return (
        f"<section><h3>[{citation.number}] {_apart(citation.title or citation.source)}</h3>"
        f"<p class=facts>{' · '.join(_apart(fact) for fact in facts if fact)}"
        f"{f'<br>{_apart(citation.url)}' if citation.url else ''}</p>\n"
        f'<blockquote dir=auto>{escape(text[context.start : span.start])}<mark id="citation-{citation.number}">'
        f"{escape(span.slice(text))}</mark>{escape(text[span.end : context.end])}</blockquote></section>\n"
    )


def _apart(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
