"""The verdict on a sentence that is no quotation: the guard beside the nearest sentences, and what speaks against it.

The guard says whether it holds. Where it does not, its rules are asked once more beside the nearest sentence alone,
and what they find is told as what it is: another number, another speaker, a plan told as a deed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.alignment import Finding, FindingKind
from rag.checking.atoms import sentences_of
from rag.checking.attributed import assertion_of
from rag.checking.polarity import OperatorKind, operators_of
from rag.checking.rules import Examined, examine
from rag.language.english import SUBJECTS
from rag.newsroom.draft.agreement import Agreement, agreement, is_of_outlet, is_outlet, outlet_in
from rag.newsroom.draft.cutting import Part
from rag.newsroom.draft.differences import differences_of
from rag.newsroom.draft.guard import Guard
from rag.newsroom.draft.laying import lay_on
from rag.newsroom.draft.lexicon import TURNING
from rag.newsroom.draft.quotations import Judged
from rag.newsroom.draft.rounding import rounded_numbers
from rag.newsroom.draft.search import Found, Near, Sources
from rag.newsroom.draft.words import read_quotation
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import Assertion, DifferenceKind, DraftDifference, DraftVerdict, Span

__all__ = ["judge_claims"]

_N_EVIDENCE = 4
_N_ALONE = 3
"""Nearest sentences that a refused claim is laid beside one by one."""
_EVIDENCE_FROM = 0.25
_MEANT_FROM, _CHANGED_FROM, _ANOTHER_FROM, _STATED_FROM = 0.5, 0.6, 0.7, 0.76
"""Share of a claim's words from which a sentence is the one that it was made from; to say so for sure takes more."""
_LIGHT_CHANGED_FROM = 0.8
"""A headline says much in few words: sentences that it was not made from have most of them."""
_FRAMES = (FindingKind.FRAMED, FindingKind.UNSTATED, FindingKind.MODALITY)
_UNREAL = frozenset(Assertion) - {Assertion.STATED, Assertion.ASKED}
_LEADING_PRONOUN = re.compile(rf"^(?:{'|'.join(sorted(SUBJECTS - {'i', 'we', 'you', 'it'}))})\b(?= )", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\ds?")
_DENYING = re.compile(r"\b(?:den(?:y|ies|ied)|reject|dismiss|disput|refut)\w*", re.IGNORECASE)
_BY_KIND = {
    FindingKind.NUMBER: DraftVerdict.NUMBER_CHANGED,
    FindingKind.DATE: DraftVerdict.DATE_CHANGED,
    FindingKind.NAME: DraftVerdict.NAME_CHANGED,
    FindingKind.NEGATION: DraftVerdict.NEGATION_CHANGED,
}
_DIFFERENCE = {
    DraftVerdict.NUMBER_CHANGED: DifferenceKind.NUMBER,
    DraftVerdict.DATE_CHANGED: DifferenceKind.DATE,
    DraftVerdict.NAME_CHANGED: DifferenceKind.NAME,
    DraftVerdict.NEGATION_CHANGED: DifferenceKind.NEGATION,
}


class _Asked(NamedTuple):
    """A claim as the guard reads it, beside its evidence."""

    found: Found
    claim: str
    outlet: str
    near: tuple[Near, ...]
    rounded: tuple[str, ...] = ()


def judge_claims(text: str, found: Sequence[Found], sources: Sources, guard: Guard) -> list[Judged]:
    """The verdicts on claims of the draft `text`, in order; the guard is asked for all of them at once."""
    asked = [_asked(text, each) for each in found]
    pairs = [_pair(each.claim, each.near) for each in asked]
    held = guard.holds(pairs)
    return [
        _supported(text, each, sources) if is_held else _refused(text, each, sources)
        for each, is_held in zip(asked, held, strict=True)
    ]


def _asked(text: str, found: Found) -> _Asked:
    part = found.part
    written = " ".join(part.span.slice(text).split())
    outlet = outlet_in(written, part.speaker) if part.is_said else _leading_outlet(written)
    claim = _without_outlet(written) if outlet else written
    if part.speaker and not is_outlet(part.speaker):
        claim = _LEADING_PRONOUN.sub(part.speaker, claim, count=1)
    near = tuple(each for each in found.near[:12] if each.share >= _EVIDENCE_FROM)[:_N_EVIDENCE]
    rounded = tuple(rounded_numbers(claim, [_sentence(each) for each in near]))
    for one in rounded:
        written_as, meant = one.split("\0")
        claim = claim.replace(written_as, meant, 1)
    return _Asked(found, claim, outlet, near, rounded)


_LEAD = re.compile(r"^(?:according to|as (?:first )?reported (?:by|in)|writing in)\s+[^,]{3,60},\s*", re.IGNORECASE)
_TAIL = re.compile(
    r",\s*(?:according to|as (?:first )?reported (?:by|in))\s+[^,]{3,60}[.]?$"
    r"|,\s*[^,]{3,60}\s(?:reported|reports|wrote|writes|said|says)(?: on \w+)?[.]?$",
    re.IGNORECASE,
)
_SAYS_THAT = re.compile(r"^[^,]{3,60}?\s(?:reported|reports|wrote|writes|said|says)(?: on \w+)? that\s+")
_TOLD = re.compile(
    r"\b(?P<cue>told|tells)\s+(?:the\s+)?(?P<name>[A-Z][\w’'&.-]*(?: [A-Z][\w’'&.-]*){0,4})(?P<that> that\b)?"
)


def _leading_outlet(claim: str) -> str:
    found = _LEAD.match(claim) or _TAIL.search(claim) or _SAYS_THAT.match(claim)
    return outlet_in(f"in {found[0].strip(' ,.')}") if found else ""


def _without_outlet(claim: str) -> str:
    """The claim without the outlet that it names, which its evidence need not name.

    >>> _without_outlet("According to the Sund Courier, the bridge is shut.")
    'The bridge is shut.'
    >>> _without_outlet("Ann Lee told the Sund Courier that it is shut.")
    'Ann Lee said that it is shut.'
    """
    for pattern in (_LEAD, _TAIL, _SAYS_THAT):
        found = pattern.search(claim)
        if found and outlet_in(f"in {found[0].strip(' ,.')}"):
            rest = pattern.sub("", claim, count=1).strip()
            rest = rest if rest.endswith((".", "!", "”", '"')) else f"{rest}."
            return rest[:1].upper() + rest[1:]
    found = _TOLD.search(claim)
    if found and is_outlet(found["name"]):
        verb = "said" if found["cue"] == "told" else "says"
        return claim[: found.start()] + verb + (found["that"] or "") + claim[found.end() :]
    return claim


def _pair(claim: str, near: Sequence[Near]) -> ClaimWithEvidence:
    return ClaimWithEvidence(
        evidence=tuple(_sentence(each) for each in near),
        claim=claim,
        speakers=tuple(each.source.said_at(_span(each)).speaker for each in near),
        surroundings=tuple(map(_around, near)),
    )


def _sentence(near: Near) -> str:
    return _span(near).slice(near.source.text)


def _span(near: Near) -> Span:
    return near.source.sentences[near.number].span


def _around(near: Near) -> Surroundings:
    sentences, text = near.source.sentences, near.source.text
    before = sentences[near.number - 1 : near.number] if near.number else ()
    return Surroundings(
        before=tuple(each.span.slice(text) for each in before),
        after=tuple(each.span.slice(text) for each in sentences[near.number + 1 : near.number + 2]),
        heading=near.source.document.title,
    )


def _supported(text: str, asked: _Asked, sources: Sources) -> Judged:
    part = asked.found.part
    spans = tuple((each.source, _span(each)) for each in asked.near[:1])
    source, span = spans[0]
    if part.speaker and agreement(part.speaker, source, span) is Agreement.OTHER and not _is_named(part, asked.near):
        return Judged(DraftVerdict.OTHER_SPEAKER, True, spans)
    if asked.outlet and not any(
        is_of_outlet(asked.outlet, each.source, _span(each), sources.about_copies(each.source.document.id))
        for each in asked.near
    ):
        return Judged(DraftVerdict.OTHER_SOURCE, True, spans, outlet=asked.outlet)
    if not part.is_said and not part.has_quotation and (reason := _unstated(text, part, asked)):
        return _light(part, Judged(DraftVerdict.NOT_STATED, True, spans, reason=reason))
    differences = tuple(_kept(text, part, asked, sources, DifferenceKind.NUMBER)) if asked.rounded else ()
    harmless = tuple(_as_rounded(each) for each in differences)
    return Judged(DraftVerdict.SUPPORTED, False, spans, harmless)


_SERIOUS = frozenset(_BY_KIND.values())


def _light(part: Part, judged: Judged) -> Judged:
    """The verdict; of a headline, which says things shortly, only what is plainly another fact."""
    if not part.is_light or judged.verdict in _SERIOUS or not judged.is_wrong:
        return judged
    return Judged(DraftVerdict.UNCHECKED, False, reason="a headline or label", nearest=judged.spans[0])


def _as_rounded(difference: DraftDifference) -> DraftDifference:
    return DraftDifference(
        kind=DifferenceKind.ROUNDED,
        is_harmless=True,
        draft_span=difference.draft_span,
        source_span=difference.source_span,
        draft_words=difference.draft_words,
        source_words=difference.source_words,
    )


def _is_named(part: Part, near: Sequence[Near]) -> bool:
    """Whether one of the sentences says that the speaker says it."""
    return any(
        agreement(part.speaker, each.source, _span(each)) is Agreement.SAME for each in near if each.share >= 0.5
    )


def _unstated(text: str, part: Part, asked: _Asked) -> str:
    """As what the source says it, where the draft states it; empty where the source states it too."""
    best = asked.near[0]
    if best.share < _MEANT_FROM or any(
        _assertion(each) is Assertion.STATED for each in asked.near if each.share >= 0.8
    ):
        return ""
    theirs = _assertion(best)
    if best.share < (_STATED_FROM if theirs is Assertion.REPORTED else _CHANGED_FROM):
        return ""
    if theirs not in _UNREAL or assertion_of(part.span.slice(text), Surroundings()) is not Assertion.STATED:
        return ""
    if _has_future(part.span.slice(text)):
        return "" if theirs in (Assertion.PLANNED, Assertion.POSSIBLE) else theirs.value
    return theirs.value


def _has_future(sentence: str) -> bool:
    kinds = {operator.kind for each in sentences_of(sentence) for operator in operators_of(each)}
    return not kinds.isdisjoint({OperatorKind.FUTURE, OperatorKind.POSSIBILITY, OperatorKind.INTENTION})


def _assertion(near: Near) -> Assertion:
    return assertion_of(_sentence(near), _around(near), speaker=near.source.said_at(_span(near)).speaker)


def _refused(text: str, asked: _Asked, sources: Sources) -> Judged:
    part = asked.found.part
    alone = [(each, examine(_pair(asked.claim, [each]))) for each in asked.near[:_N_ALONE] if each.share >= _MEANT_FROM]
    if not alone:
        return _absent(asked)
    best, examined = max(alone, key=lambda one: (one[0].fit + one[1].verdict.score, one[0].share))
    if judged := _told_apart(text, asked, best, examined, sources):
        return _light(part, judged)
    return _absent(asked)


def _told_apart(text: str, asked: _Asked, best: Near, examined: Examined, sources: Sources) -> Judged | None:
    """What speaks against a claim that was made from this sentence."""
    part = asked.found.part
    spans = ((best.source, _span(best)),)
    findings = examined.findings
    changed_from = _LIGHT_CHANGED_FROM if part.is_light else _CHANGED_FROM
    for verdict in _changes(findings, asked) if best.share >= changed_from else ():
        differences = tuple(_kept(text, part, asked, sources, _DIFFERENCE.get(verdict)))
        return Judged(verdict, True, spans, differences, reason=_first_reason(findings, verdict))
    is_another = part.speaker and agreement(part.speaker, best.source, spans[0][1]) is Agreement.OTHER
    if is_another and best.share >= _ANOTHER_FROM:
        return Judged(DraftVerdict.OTHER_SPEAKER, True, spans)
    names = tuple(_kept(text, part, asked, sources, DifferenceKind.NAME))
    replaced = tuple(each for each in names if each.draft_words and each.source_words)
    if replaced and any(each.kind is FindingKind.NAME for each in findings):
        return Judged(DraftVerdict.NAME_CHANGED, True, spans, replaced)
    if not part.is_said and not part.has_quotation and (reason := _unstated(text, part, asked)):
        return Judged(DraftVerdict.NOT_STATED, True, spans, reason=reason)
    if _is_only_contrast(findings, _sentence(best)):
        return Judged(DraftVerdict.SUPPORTED, False, spans)
    left_out = [word for each in findings if each.kind in (FindingKind.NARROWED, *_FRAMES) for word in each.against]
    if any(TURNING.intersection(words.lower().split()) or words.lower() in ("not", "only") for words in left_out):
        return Judged(DraftVerdict.CONTEXT_DROPPED, True, spans, turned=left_out[0])
    if any(each.kind in _FRAMES for each in findings) and not part.is_said:
        return Judged(DraftVerdict.NOT_STATED, True, spans, reason=_assertion(best).in_words or "not stated")
    if best.share >= 0.8 and any(each.kind is FindingKind.REPLACED for each in findings):
        differences = tuple(_kept(text, part, asked, sources, DifferenceKind.WORDS))
        return Judged(DraftVerdict.DIFFERS, True, spans, differences, reason=findings[0].reason)
    return None


def _is_only_contrast(findings: Sequence[Finding], evidence: str) -> bool:
    """Whether all that is left out says what it is not: "on 15 April, and not in May"."""
    words = [word.lower() for each in findings for word in each.against]
    return (
        bool(words)
        and set(words) == {"not"}
        and not any(each.lacking for each in findings)
        and bool(re.search(r"(?:\band|,|\bbut) not\b", evidence))
    )


def _changes(findings: Sequence[Finding], asked: _Asked) -> Iterator[DraftVerdict]:
    """The verdicts on what is changed, the plainest first."""
    all_evidence = " ".join(map(_sentence, asked.near)).lower()
    is_denial = any(_DENYING.search(" ".join(each.against)) for each in findings if each.kind is FindingKind.NEGATION)
    for kind, verdict in _BY_KIND.items():
        for finding in findings:
            if finding.kind is not kind or (kind is FindingKind.NEGATION and is_denial):
                continue
            if kind is FindingKind.NAME and not finding.is_conflict:
                continue
            if kind is FindingKind.NAME and all(word.lower() in all_evidence for word in finding.lacking):
                continue
            if finding.is_conflict or kind in (FindingKind.NUMBER, FindingKind.DATE):
                is_year = kind is FindingKind.NUMBER and all(map(_YEAR.fullmatch, finding.lacking or ("",)))
                yield DraftVerdict.DATE_CHANGED if is_year else verdict
                break
    for finding in findings:
        if finding.kind is FindingKind.REPLACED and finding.lacking:
            words = " ".join(finding.lacking)
            if _YEAR.fullmatch(words):
                yield DraftVerdict.DATE_CHANGED
            elif any(map(str.isdigit, words)):
                yield DraftVerdict.NUMBER_CHANGED
            elif words[:1].isupper() and words.lower() not in all_evidence:
                yield DraftVerdict.NAME_CHANGED
            elif "opposite" in finding.reason:
                yield DraftVerdict.NEGATION_CHANGED


def _first_reason(findings: Sequence[Finding], verdict: DraftVerdict) -> str:
    kind = next((kind for kind, each in _BY_KIND.items() if each is verdict), FindingKind.REPLACED)
    return next((each.reason for each in findings if each.kind is kind), findings[0].reason if findings else "")


def _kept(
    text: str, part: Part, asked: _Asked, sources: Sources, kind: DifferenceKind | None
) -> Iterator[DraftDifference]:
    """The differences of that kind between the claim and the nearest sentence."""
    best = asked.near[0]
    laid = lay_on(read_quotation(text, part.span, sources.vocabulary), best.source, _span(best))
    if laid is None:
        return
    for each in differences_of(read_quotation(text, part.span, sources.vocabulary), laid):
        if each.kind is kind:
            yield each


def _absent(asked: _Asked) -> Judged:
    near = asked.near[:1]
    nearest = (near[0].source, _span(near[0])) if near else None
    if asked.found.part.is_light:
        return Judged(DraftVerdict.UNCHECKED, False, reason="a headline or label", nearest=nearest)
    return Judged(DraftVerdict.NOT_FOUND, True, nearest=nearest)
