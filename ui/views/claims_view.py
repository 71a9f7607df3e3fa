"""The statements of an answer, and the sentences that were found: each above the name, date and speaker of its source.

Neighbours from one document stand together over one line of their source. A sentence that stands so in its document is
set as a quotation and needs no word for it; a statement in other words says that it was checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TypeVar

from rag import Citation, Evidence, VerdictLabel, VerifiedClaim
from ui.languages.kinds import corroboration, role
from ui.languages.words import N_, _
from ui.views.markup import NOTHING, Html, attribute_text, button, date_in_words, element, isolated, join, text
from ui.views.places import also_in_words, dated, days_in_words, place_in_words, title_of
from ui.views.rows import opening

__all__ = [
    "CHECKED",
    "is_quote",
    "is_supported",
    "render_citation_card",
    "render_claims",
    "render_evidence",
    "render_sentences",
]

_QUOTATION_MARKS = re.compile("[\"'“”‘’„«»]")
CHECKED = N_("in other words, checked")

_Item = TypeVar("_Item")
_Place = Citation | Evidence


def render_claims(claims: Sequence[VerifiedClaim], *, answer_id: str, gone: Collection[str] = ()) -> str:
    """The statements of an answer so far, each with the numbers of its citations, over their sources.

    A claim that is not supported is left out. The first one that quotes is the answer, and is set larger.

    gone: ids of documents that were removed since.
    """
    supported = [verified for verified in claims if is_supported(verified)]
    ordinal_of = {id(verified): ordinal for ordinal, verified in enumerate(supported)}

    def claim(verified: VerifiedClaim) -> Html:
        ordinal = ordinal_of[id(verified)]
        return _claim(verified, answer_id, ordinal, gone, is_lead=ordinal == 0 and is_quote(verified))

    groups = _grouped(supported, lambda verified: verified.claim.citations, claim, answer_id)
    return element("div", *groups, class_="cv-claims") if supported else NOTHING


def render_evidence(evidence: Sequence[Evidence], *, most: int = 5) -> str:
    """The sentences that were found, best first."""
    if not evidence:
        return element("p", text(_("No sentence of the documents fits the question.")), class_="cv-evidence cv-empty")
    return element(
        "div", render_sentences(evidence[: max(most, 1)]), class_="cv-evidence", role="group", aria_label=_("Sentences")
    )


def render_sentences(evidence: Sequence[Evidence]) -> Html:
    """Sentences over the names of their documents, which open there; no number, since nothing cites them."""

    def quote(sentence: Evidence) -> Html:
        return element("q", text(sentence.quote), class_="cv-evidence-quote", dir="auto")

    return join(_grouped(evidence, lambda sentence: (sentence,), quote))


def is_supported(verified: VerifiedClaim) -> bool:
    """Whether the claim may be shown."""
    return verified.verdict.label is VerdictLabel.SUPPORTED


def is_quote(verified: VerifiedClaim) -> bool:
    """Whether the claim is a sentence that it cites, but for quotation marks, spaces and the last full stop."""
    said = _bare(verified.claim.text)
    return any(said == _bare(citation.quote) for citation in verified.claim.citations)


def _bare(sentence: str) -> str:
    return " ".join(_QUOTATION_MARKS.sub("", sentence).split()).rstrip(".")


def _grouped(
    items: Iterable[_Item],
    places_of: Callable[[_Item], Sequence[_Place]],
    shown: Callable[[_Item], Html],
    answer_id: str = "",
) -> list[Html]:
    """The items, those beside each other that are from the same documents over one line for each of these.

    answer_id: of the answer that cites them; empty where nothing does.
    """
    groups = groupby(items, key=lambda item: tuple(dict.fromkeys(place.document_id for place in places_of(item))))
    return [_group(list(members), places_of, shown, answer_id) for _place, members in groups]


def _group(
    members: list[_Item],
    places_of: Callable[[_Item], Sequence[_Place]],
    shown: Callable[[_Item], Html],
    answer_id: str,
) -> Html:
    """The speaker stands in the line of the source where all of a group are of one, else below each sentence."""
    places = [place for member in members for place in places_of(member)]
    speakers = {place.speaker for place in places}
    one = speakers.pop() if len(speakers) == 1 else ""
    lines = [
        join([shown(member), NOTHING if one else _speakers([place.speaker for place in places_of(member)])])
        for member in members
    ]
    first_by_document = {place.document_id: place for place in reversed(places)}
    sources = [
        _source(first_by_document[id_], one, answer_id) for id_ in dict.fromkeys(place.document_id for place in places)
    ]
    return element("div", *lines, *sources, class_="cv-group")


def _speakers(speakers: Sequence[str]) -> Html:
    named = list(dict.fromkeys(filter(None, speakers)))
    return element("p", join(map(isolated, named), text(", ")), class_="cv-speaker") if named else NOTHING


def _source(place: _Place, speaker: str, answer_id: str) -> Html:
    """Name, which opens the place, date and speaker, and which days the words mean."""
    title = title_of(place.title, place.source)
    if isinstance(place, Citation):
        cited = {
            "data_answer": answer_id,
            "data_citation": str(place.number),
            "aria_label": _("Open {title} there", title=title),
        }
        opens = button(isolated(title), class_="cv-open", **cited)
    else:
        opens = opening(title, place.document_id, place.span.start, place.span.end)
    facts = [
        opens,
        dated(place.published),
        element("span", isolated(speaker), class_="cv-speaker") if speaker else NOTHING,
        text(days_in_words(place)),
    ]
    return element("p", join(facts, text(" · ")), class_="cv-from")


def _claim(verified: VerifiedClaim, answer_id: str, ordinal: int, gone: Collection[str], *, is_lead: bool) -> Html:
    claim = verified.claim
    chips = [_chip(citation, answer_id, ordinal, citation.document_id in gone) for citation in claim.citations]
    is_quoted = is_quote(verified)
    return element(
        "p",
        element("q" if is_quoted else "span", text(claim.text), class_="cv-claim-text"),
        *chips,
        NOTHING if is_quoted else element("span", text(_(CHECKED)), class_="cv-verdict"),
        class_=f"cv-claim cv-{'quoted' if is_quoted else 'supported'}{' cv-lead' if is_lead else ''}",
        dir="auto",
    )


def _chip(citation: Citation, answer_id: str, ordinal: int, is_gone: bool) -> Html:
    """The number to click, and the card that shows while it has the pointer or the focus."""
    card_id = f"cv-card-{answer_id}-{ordinal}-{citation.number}"
    place = ", ".join(filter(None, [title_of(citation.title, citation.source), date_in_words(citation.published)]))
    label = (
        _("Citation {number}: {place} (source removed)", number=str(citation.number), place=place)
        if is_gone
        else _("Citation {number}: {place}", number=str(citation.number), place=place)
    )
    chip = button(
        text(str(citation.number)),
        class_="cv-chip cv-gone" if is_gone else "cv-chip",
        data_answer=answer_id,
        data_citation=str(citation.number),
        aria_label=label,
        aria_describedby=card_id,
    )
    card = Html(render_citation_card(citation, card_id=card_id, is_gone=is_gone))
    return element("span", chip, card, class_="cv-cite")


def render_citation_card(citation: Citation, *, card_id: str = "", is_gone: bool = False) -> str:
    """What hovering over a citation shows: the quote, then title, source, date, page and line, and as what it is said.

    Only elements that may stand inside a paragraph.
    """
    title = title_of(citation.title, citation.source)
    file_name = PurePath(attribute_text(citation.source)).name
    facts = [
        NOTHING if file_name in ("", title) else isolated(file_name),
        dated(citation.published),
        text(days_in_words(citation)),
        text(place_in_words(citation)),
        text(role(citation)),
        text(corroboration(citation)),
    ]
    also = also_in_words(citation.also_in)
    note = element("span", text(_("source removed")), class_="cv-gone") if is_gone else NOTHING
    return element(
        "span",
        element("q", text(citation.quote), class_="cv-card-quote", dir="auto"),
        element("span", element("bdi", text(title), class_="cv-card-title"), class_="cv-card-source"),
        element("span", join(filter(None, facts), text(" · ")), class_="cv-card-source"),
        element("span", isolated(also), class_="cv-card-source cv-also") if also else NOTHING,
        note,
        class_="cv-card",
        role="tooltip",
        id=card_id,
    )
