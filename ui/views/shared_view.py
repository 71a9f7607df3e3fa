"""A conversation as one file to hand on: it is read, and does nothing; it holds no script and asks nobody for anything.

Each statement has its numbers, and below the answer stands what each number proves: quote, title, date, speaker, place.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag import Answer, AnswerStatus, Citation, VerifiedClaim
from ui.languages.kinds import answer_text, role
from ui.languages.words import _, language
from ui.views.claims_view import CHECKED, is_quote, is_supported
from ui.views.markup import NOTHING, Html, attribute_text, element, isolated, join, text
from ui.views.places import dated, place_in_words, title_of
from ui.views.render import N_NEAREST, status_in_words, supported_citations

__all__ = ["conversation_as_html"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1917; --soft: #57534e; --line: #d6d0c7; --paper: #fffefb; --tint: #dcefeb; }
@media (prefers-color-scheme: dark) {
:root { --ink: #ece8e1; --soft: #b3aca2; --line: #3b3733; --paper: #161412; --tint: #203b37; } }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif;
color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font: 600 1.5rem/1.3 Georgia, serif; }
h2 { font-size: 1.0625rem; padding: .5rem .9rem; background: var(--tint); border-radius: .6rem; white-space: pre-wrap; }
section { margin: 0 0 2.5rem; }
q::before, q::after { content: none; }
.said { font-size: 1.125rem; } .said q, blockquote { font-family: Georgia, serif; }
blockquote { margin: .25rem 0; padding-inline-start: .8rem; border-inline-start: 3px solid var(--line);
white-space: pre-wrap; }
li { margin: 0 0 1rem; } .facts { margin: 0; font-size: .875rem; color: var(--soft); }
a { color: inherit; text-decoration: none; font-weight: 600; }
@media print { body { margin: 0; } }
""".replace("\n", " ")


def conversation_as_html(title: str, answers: Sequence[Answer]) -> str:
    """The page, whole; all text in it is escaped, and a policy in it forbids what could be done with it.

    title: what the conversation is called.
    """
    name = text(attribute_text(title) or _("Conversation"))
    promise = _("Each quotation stands so, word for word, in the document that is named with it.")
    body = "\n".join(_answer(number, answer) for number, answer in enumerate(answers, start=1))
    return (
        f'<!doctype html>\n<html lang="{language().value}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style></head>\n<body><h1>{name}</h1>\n"
        f'<p class="facts">{text(promise)}</p>\n'
        f"{body}\n</body></html>\n"
    )


def _answer(number: int, answer: Answer) -> Html:
    claims = [_claim(number, verified) for verified in answer.claims if is_supported(verified)]
    said = join(claims) or element("p", text(answer_text(answer)))
    status = NOTHING
    if answer.status is not AnswerStatus.ANSWERED:
        status = element("p", text(status_in_words(answer)), class_="facts")
    references = [_reference(number, citation) for citation in supported_citations(answer)]
    notice = element("p", text(answer.trace.notice), class_="facts") if answer.trace.notice else NOTHING
    return element(
        "section",
        element("h2", text(answer.question), dir="auto"),
        said,
        status,
        element("ul", *references, class_="references") if references else NOTHING,
        _nearest(answer),
        notice,
    )


def _claim(number: int, verified: VerifiedClaim) -> Html:
    marks = [
        element("a", text(f"[{citation.number}]"), href=f"#a{number}-{citation.number}")
        for citation in verified.claim.citations
    ]
    is_quoted = is_quote(verified)
    words = element("q" if is_quoted else "span", text(verified.claim.text), dir="auto")
    note = NOTHING if is_quoted else element("span", text(f"({_(CHECKED)})"), class_="facts")
    return element("p", join([words, *marks, note], text(" ")), class_="said")


def _reference(number: int, citation: Citation) -> Html:
    facts = [
        isolated(title_of(citation.title, citation.source)),
        dated(citation.published),
        isolated(citation.speaker) if citation.speaker else NOTHING,
        text(place_in_words(citation)),
        text(role(citation)),
        text(_("characters {start}-{end}", start=str(citation.span.start), end=str(citation.span.end))),
    ]
    return element(
        "li",
        element("blockquote", text(citation.quote), dir="auto"),
        element("p", text(f"[{citation.number}] "), join(facts, text(" · ")), class_="facts"),
        id=f"a{number}-{citation.number}",
    )


def _nearest(answer: Answer) -> Html:
    if answer.status is not AnswerStatus.ABSTAINED or not answer.evidence:
        return NOTHING
    quotes = [element("blockquote", text(each.quote), dir="auto") for each in answer.evidence[:N_NEAREST]]
    return element(
        "div", element("p", text(_("The nearest sentences, which do not answer it:")), class_="facts"), *quotes
    )
