"""Answers and conversations to take away: Markdown, plain text, and JSON with the offset of every quote.

Text of documents and models is escaped for Markdown as it is for HTML: rendered, it shows as it was and makes no link,
image, heading or element.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rag import Answer, AnswerStatus, Citation, Evidence, Rating, VerdictLabel, escaped_markdown, to_dict
from ui.languages.kinds import answer_text, corroboration, role
from ui.languages.words import _
from ui.views.markup import attribute_text, date_in_words, shown, text
from ui.views.places import also_in_words, place_in_words, title_of
from ui.views.render import status_in_words, supported_citations

__all__ = [
    "CONVERSATION_VERSION",
    "answer_as_markdown",
    "answer_as_text",
    "conversation_as_json",
    "conversation_as_markdown",
]

CONVERSATION_VERSION = 1

N_NEAREST = 3

_NO_RATINGS: Mapping[str, Rating] = {}

_SURROGATE = re.compile("[\ud800-\udfff]")


def answer_as_markdown(answer: Answer) -> str:
    """The answer with numbered references: quote, title, source, date and place of each."""
    parts = [f"## {_inline(answer.question)}".rstrip()]
    standalone = answer.trace.standalone_question
    if standalone and standalone.split() != answer.question.split():
        parts.append(_("Understood as: {question}", question=_inline(standalone)))
    parts.append(" ".join(_statements(answer, _inline)) or _inline(answer_text(answer)))
    if answer.status is AnswerStatus.PARTIAL:
        parts.append(f"*{status_in_words(answer)}*")
    parts += [
        f"[{citation.number}] {_inline(_place(citation))}\n\n{_blockquote(citation.quote)}"
        for citation in supported_citations(answer)
    ]
    if answer.trace.searched:
        parts.append(_("Searched only documents that fit: {filter}", filter=_inline(answer.trace.searched)))
    if nearest := _nearest(answer):
        parts.append(_("The nearest sentences, which do not answer it:"))
        parts += [f"{_inline(title_of(each.title, each.source))}\n\n{_blockquote(each.quote)}" for each in nearest]
    if answer.trace.notice:
        parts.append(_("Note: {notice}", notice=_inline(answer.trace.notice)))
    return "\n\n".join(parts) + "\n"


def answer_as_text(answer: Answer) -> str:
    """The answer with numbered references, as plain text."""
    parts = [attribute_text(answer.question)]
    parts.append(" ".join(_statements(answer, attribute_text)) or attribute_text(answer_text(answer)))
    if answer.status is AnswerStatus.PARTIAL:
        parts.append(f"({status_in_words(answer)})")
    parts += [
        f"[{citation.number}] {_place(citation)}\n{_indented(citation.quote)}"
        for citation in supported_citations(answer)
    ]
    if answer.trace.searched:
        parts.append(_("Searched only documents that fit: {filter}", filter=attribute_text(answer.trace.searched)))
    if nearest := _nearest(answer):
        parts.append(_("The nearest sentences, which do not answer it:"))
        parts += [f"- {title_of(each.title, each.source)}\n{_indented(each.quote)}" for each in nearest]
    if answer.trace.notice:
        parts.append(_("Note: {notice}", notice=attribute_text(answer.trace.notice)))
    return "\n\n".join(parts) + "\n"


def conversation_as_markdown(answers: Sequence[Answer]) -> str:
    """All answers of a conversation, one after the other."""
    return "\n".join(["# " + _("Conversation") + "\n", *map(answer_as_markdown, answers)])


def conversation_as_json(answers: Sequence[Answer], *, ratings: Mapping[str, Rating] = _NO_RATINGS) -> str:
    """The conversation as JSON: a version, and each answer as `rag.to_dict` gives it, with the offsets of its quotes.

    ratings: answer id → what a person thought of it; an answer that is not rated has none.
    """
    content = {
        "version": CONVERSATION_VERSION,
        "answers": [to_dict(answer) | _rating(ratings.get(answer.id, Rating.NONE)) for answer in answers],
    }
    # A lone surrogate cannot be written as UTF-8; as an escape it stays what it is.
    written = json.dumps(content, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", written) + "\n"


def download(name: str, kind: str, content: str) -> str:
    """The content in the page, from where the script saves it under that name: nothing is written on this machine.

    kind: the media type. The same content again is news to the page because of the unseen time.
    """
    marked = f'data-name="{text(name)}" data-type="{text(kind)}" data-at="{time.monotonic()}"'
    return f"<span hidden {marked}>{text(content)}</span>"


def _rating(rating: Rating) -> dict[str, str]:
    return {} if rating is Rating.NONE else {"rating": rating.value}


def _statements(answer: Answer, escape: Callable[[str], str]) -> list[str]:
    """The supported claims with their markers, which are the only ones."""
    return [
        " ".join(
            [
                escape(replace(verified.claim, citations=()).marked_text),
                *(f"[{citation.number}]" for citation in verified.claim.citations),
            ]
        )
        for verified in answer.claims
        if verified.verdict.label is VerdictLabel.SUPPORTED
    ]


def _nearest(answer: Answer) -> Sequence[Evidence]:
    return answer.evidence[:N_NEAREST] if answer.status is AnswerStatus.ABSTAINED else ()


def _place(citation: Citation) -> str:
    """Title, source, date and place of a citation, and the copies that hold it too, on one line."""
    title, source = title_of(citation.title, citation.source), attribute_text(citation.source)
    names = [source] if title in source else [title, source]
    start, end = str(citation.span.start), str(citation.span.end)
    place = ", ".join([place_in_words(citation), _("characters {start}-{end}", start=start, end=end)])
    also = also_in_words(citation.also_in)
    facts = [
        date_in_words(citation.published),
        place,
        role(citation),
        also,
        corroboration(citation),
        citation.url,
    ]
    return " · ".join(filter(None, [*names, *facts]))


def _inline(content: str) -> str:
    """The text on one line, so that Markdown shows it as it is."""
    return escaped_markdown(attribute_text(content))


def _blockquote(quote: str) -> str:
    """The quote with its line breaks, as a Markdown quotation."""
    lines = [_inline(line) for line in shown(quote).split("\n")]
    return "\n".join(
        f"> {line}\\" if line and following else f"> {line}".rstrip()
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    )


def _indented(quote: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in shown(quote).split("\n"))
