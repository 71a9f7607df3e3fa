"""Who says what a claim reports, and the same claim in the mouth of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from eval.mutations.lexicon import REPORTING_VERBS
from eval.mutations.names import NameKind, names_in, other_people
from eval.mutations.records import Change, FaithfulClaim, changed, shown
from rag import Span

__all__ = ["changed_speakers", "speaker_of", "speaker_span"]

_NAME = r"(?:[A-Z][\w.’'-]*)(?: (?:de |von |van |al-)?[A-Z][\w.’'-]*){0,3}"
_SOURCE = (
    r"(?:[Aa]n?|[Tt]he)(?: [\w’'-]+){0,3} (?:source|spokesman|spokeswoman|spokesperson|official|minister|report|study)"
    r"|(?:[A-Z][a-z]+ |US |UK )?(?:officials|scientists|researchers|historians|scholars|critics|experts|economists)"
    r"|the White House|the Telegraph|The Telegraph"
)
_ADVERBIAL = r"(?:(?:[A-Z][\w ’'-]{2,60}), )?"
_AUXILIARIES = r"(?:(?:has|had|have|also|later|earlier|then|once) )*"
_APPOSITION = r"(?: ?, [^,.“”]{3,70} ?,)?"
_FORMS = (
    re.compile(
        rf"^{_ADVERBIAL}(?P<speaker>{_NAME}"
        rf"|{_SOURCE})(?P<apposition>{_APPOSITION}) {_AUXILIARIES}(?:{REPORTING_VERBS})\b(?! by)"
    ),
    re.compile(
        rf"(?:[”\"],?|'' ,|,) (?P<speaker>{_NAME}|{_SOURCE})(?P<apposition>) {_AUXILIARIES}(?:said|says"
        rf"|added|warned|told|wrote|explained|noted)\b(?! by)"
    ),
    re.compile(rf"[”\"] (?:said|added|says) (?P<speaker>{_NAME}|{_SOURCE})(?P<apposition>)"),
    re.compile(rf"\b[Aa]ccording to (?P<speaker>{_NAME}|{_SOURCE})(?P<apposition>)"),
)
_PRONOUN = re.compile(rf"(?:(?<=” )|(?<=, )|^)(?P<speaker>[Hh]e|[Ss]he)(?= {_AUXILIARIES}(?:{REPORTING_VERBS})\b)")
_PRONOUNS = frozenset(
    (
        "He",
        "She",
        "It",
        "They",
        "We",
        "I",
        "You",
        "This",
        "That",
        "These",
        "Those",
        "There",
        "Who",
        "What",
        "In",
        "On",
        "At",
        "The",
        "A",
        "An",
    )
)


def speaker_of(text: str) -> str:
    """Who says something in the text, as it names them; empty when it names nobody or only with a pronoun.

    >>> (
    ...     speaker_of("Marco Rubio, the US Secretary of State, has said Kyiv could cede territory."),
    ...     speaker_of("He left."),
    ... )
    ('Marco Rubio', '')
    """
    found = _found(text)
    return found["speaker"] if found else ""


def speaker_span(text: str) -> Span | None:
    """Where the speaker is named; None when nobody is."""
    found = _found(text)
    return Span(start=found.start("speaker"), end=found.end("speaker")) if found else None


def changed_speakers(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim said by another person: the speaker's name, with what explains it, gives way to another name.

    When only a pronoun or nothing stands for a known speaker, the other name takes its place or comes in front.
    """
    others = other_people(claim)
    random.shuffle(others)
    span = _replaceable(claim)
    for other in others:
        if span is not None:
            yield changed(claim.text, span, other)
        elif claim.speaker and claim.text[:1] in '“"' and claim.text.rstrip()[-1:] in '”"':
            yield Change(f"{other} said: {claim.text}", f"{claim.speaker} → {other} said: {shown(claim.text)}")


def _replaceable(claim: FaithfulClaim) -> Span | None:
    found = _found(claim.text)
    if found:
        end = found.end("apposition") if found["apposition"] else found.end("speaker")
        return Span(start=found.start("speaker"), end=end)
    pronoun = _PRONOUN.search(claim.text)
    if pronoun and claim.speaker:
        return Span(start=pronoun.start("speaker"), end=pronoun.end("speaker"))
    return None


def _found(text: str) -> re.Match[str] | None:
    for form in _FORMS:
        found = form.search(text)
        if found and _is_speaker(found["speaker"]):
            return found
    return None


def _is_speaker(name: str) -> bool:
    if name.split()[0] in _PRONOUNS and not re.fullmatch(_SOURCE, name):
        return False
    kinds = {each.kind for each in names_in(name)}
    return not kinds & {NameKind.CITY} or len(name.split()) > 1
