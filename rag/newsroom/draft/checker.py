"""The check of a draft, from its text to the report."""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import QuestionError
from rag.language.identification import detect_language
from rag.newsroom.draft.advice import advice_on
from rag.newsroom.draft.claims import judge_claims
from rag.newsroom.draft.cutting import Part, cut
from rag.newsroom.draft.guard import Guard
from rag.newsroom.draft.quotations import Judged, judge_quotation
from rag.newsroom.draft.search import Found, Sources
from rag.types import DraftFinding, DraftPart, DraftReport, DraftVerdict

__all__ = ["MAX_DRAFT_CHARACTERS", "check_draft"]

MAX_DRAFT_CHARACTERS = 200_000
"""Some 35,000 words: no article is longer, and a minute of work."""


def check_draft(text: str, sources: Sources, guard: Guard) -> DraftReport:
    """The verdicts on all parts of a draft, in its order; nothing is stored.

    Raises:
        QuestionError: the draft is empty, or longer than `MAX_DRAFT_CHARACTERS`.
    """
    if not any(letter.isalnum() for letter in text):
        raise QuestionError("cannot check the draft: it has no words - give its text")
    if len(text) > MAX_DRAFT_CHARACTERS:
        raise QuestionError(
            f"cannot check the draft: it has {len(text):,} characters, more than {MAX_DRAFT_CHARACTERS:,} - "
            "check it in parts"
        )
    language = detect_language(text)
    is_read = language in ("", "en")
    parts = [part if is_read or part.unchecked else _if_foreign(part) for part in cut(text, language)]
    open_ = [part for part in parts if not part.unchecked]
    by_part = dict(zip(map(id, open_), _judged(text, open_, sources, guard), strict=True))
    findings = [
        _finding(number, text, part, by_part.get(id(part)) or _left_alone(part))
        for number, part in enumerate(parts, start=1)
    ]
    n_documents = sources.n_documents()
    notices = [
        "" if n_documents else "The store has no documents: there is nothing to check against.",
        ""
        if is_read
        else f"The draft is in another language ({language}): its quotations are compared word for word, "
        "its other sentences are not read.",
    ]
    return DraftReport(
        text=text, findings=tuple(findings), n_documents=n_documents, notice=" ".join(filter(None, notices))
    )


def _if_foreign(part: Part) -> Part:
    if part.kind is DraftPart.QUOTATION:
        return part
    return part._replace(unchecked="in a language that the guard does not read")


def _judged(text: str, parts: Sequence[Part], sources: Sources, guard: Guard) -> list[Judged]:
    found = sources.find(text, parts)
    claims = [each for each in found if each.part.kind is not DraftPart.QUOTATION]
    of_claims = iter(judge_claims(text, claims, sources, guard))
    return [_on(text, each, sources) if each.part.kind is DraftPart.QUOTATION else next(of_claims) for each in found]


def _on(text: str, found: Found, sources: Sources) -> Judged:
    return judge_quotation(text, found, sources)


def _left_alone(part: Part) -> Judged:
    return Judged(DraftVerdict.UNCHECKED, False, reason=part.unchecked)


def _finding(number: int, text: str, part: Part, judged: Judged) -> DraftFinding:
    places = tuple(source.place(span) for source, span in judged.spans)
    nearest = judged.nearest[0].place(judged.nearest[1]) if judged.nearest else None
    return DraftFinding(
        number=number,
        part=part.kind,
        verdict=judged.verdict,
        is_wrong=judged.is_wrong,
        span=part.span,
        text=part.span.slice(text),
        advice=advice_on(part, judged, places),
        speaker=part.speaker,
        outlet=judged.outlet,
        places=places,
        differences=judged.differences,
        nearest=nearest,
    )
