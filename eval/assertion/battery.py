"""The battery of what a source asserts: hand-written claims in kinds, and frames around facts, a half in each folder.

`claims.jsonl`: one source a line, with claims that it does not state and claims that it does. `frames.jsonl`: sentences
with a place for a fact; where `claim` is empty the frame takes the fact back, else the claim is what it still states.
`facts.jsonl`: the parts of facts, put into every frame of their half. No frame, fact or source is in both halves. The
report half is opened by the runner only; it was written before any rule that it measures.
`fresh.jsonl`: more sources with claims of the same kinds, in new words, written after the rules of that day: a figure
of its own, since a battery that rules were tuned on says little about the next claim.

Placeholders of a frame: {F} the fact, {f} the same inside a sentence, {S} and {s} its subject, {past}, {base}, {pp} and
{ing} the verb in that form with what follows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from eval.cases import DataError, DataFile, Row, Split, read_file
from rag import ClaimWithEvidence, Surroundings

__all__ = [
    "BATTERY",
    "UNRELATED",
    "Asked",
    "ClaimKind",
    "FrameKind",
    "battery_files",
    "cases_of",
    "fresh_cases_of",
    "fresh_files",
]

BATTERY = Path(__file__).parent
UNRELATED = (
    "Trams of line five stop at the botanical garden.",
    "The recipe asks for two spoons of flour.",
    "A gallery in Porto shows drawings of lighthouses.",
)
"""Sentences about nothing that the battery speaks of: cited as well, they must not turn a refusal."""


class ClaimKind(StrEnum):
    """In what a claim departs from its source; the last four are mostly claims that do not."""

    SCOPE = "scope"
    DISOWNED = "disowned"
    SARCASM = "sarcasm"
    HOAX = "hoax"
    FICTION = "fiction"
    CORRECTION = "correction"
    NOT = "not"
    EXCEPT = "except"
    FAILED = "failed"
    PLANNED = "planned"
    FORMER = "former"
    CAUSE = "cause"
    MODAL = "modal"
    QUANTIFIER = "quantifier"
    CONDITIONAL = "conditional"
    BELIEF = "belief"
    ALLEGATION = "allegation"
    ATTRIBUTION = "attribution"
    DATE = "date"
    UNIT = "unit"
    OPPOSITE = "opposite"
    NEIGHBOUR = "neighbour"
    PARAPHRASE = "paraphrase"
    SEVERAL = "several"
    ATTRIBUTED_TRUE = "attributed_true"
    REWORDED = "reworded"


class FrameKind(StrEnum):
    """How a frame takes its fact back; the last does not."""

    FICTION = "fiction"
    EXERCISE = "exercise"
    GAME = "game"
    SARCASM = "sarcasm"
    HOAX = "hoax"
    MYTH = "myth"
    APRIL = "april"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    ASIDE = "aside"
    NEXT = "next"
    BEFORE = "before"
    ALLEGATION = "allegation"
    BELIEF = "belief"
    FEAR = "fear"
    HOPE = "hope"
    PLAN = "plan"
    WISH = "wish"
    CONDITION = "condition"
    COUNTERFACTUAL = "counterfactual"
    DENIAL = "denial"
    JOKE = "joke"
    QUESTION = "question"
    FAILURE = "failure"
    RUMOUR = "rumour"
    POSSIBLE = "possible"
    PASSING = "passing"


class Asked(NamedTuple):
    """One claim beside its evidence.

    kind: of the claim, or of the frame where `is_framed`.
    is_quoted: the claim is a sentence of its evidence, which shows only that quotations stay.
    """

    id: str
    kind: ClaimKind | FrameKind
    is_framed: bool
    is_true: bool
    is_quoted: bool
    pair: ClaimWithEvidence


def battery_files(folder: Path = BATTERY) -> list[DataFile]:
    """All files of both halves.

    Raises:
        DataError: one is missing or damaged.
    """
    return [
        read_file(folder / half / name) for half in Split for name in ("claims.jsonl", "facts.jsonl", "frames.jsonl")
    ]


def cases_of(split: Split, folder: Path = BATTERY) -> list[Asked]:
    """Every claim of one half: those written by hand, then each frame around each fact.

    Raises:
        DataError: a file is missing, or one of its lines is not as it should be.
    """
    claims, facts, frames = (
        read_file(folder / split / name).rows for name in ("claims.jsonl", "facts.jsonl", "frames.jsonl")
    )
    framed = ([_framed(frame, fact) for fact in facts] for frame in frames)
    return [*chain.from_iterable(_written(row) for row in claims), *chain.from_iterable(framed)]


def fresh_files(folder: Path = BATTERY) -> list[DataFile]:
    """The fresh claims of both halves.

    Raises:
        DataError: one is missing or damaged.
    """
    return [read_file(folder / half / "fresh.jsonl") for half in Split]


def fresh_cases_of(split: Split, folder: Path = BATTERY) -> list[Asked]:
    """Every fresh claim of one half.

    Raises:
        DataError: the file is missing, or one of its lines is not as it should be.
    """
    return [asked for row in read_file(folder / split / "fresh.jsonl").rows for asked in _written(row)]


def _written(row: Row) -> Iterator[Asked]:
    kind, evidence = ClaimKind(_known(row, "kind", list(ClaimKind))), row.texts("evidence")
    around = _surroundings(row, evidence)
    for is_true in (False, True):
        for number, claim in enumerate(row.texts(str(is_true).lower()), start=1):
            yield Asked(
                id=f"{row.text('id')}/{str(is_true).lower()}-{number}",
                kind=kind,
                is_framed=False,
                is_true=is_true,
                is_quoted=claim in evidence,
                pair=ClaimWithEvidence(evidence=evidence, claim=claim, surroundings=around),
            )


def _framed(frame: Row, fact: Row) -> Asked:
    parts = _parts(fact)
    sentence = _opened(frame.text("sentence").format(**parts))
    states = frame.text("claim") or "{F}."
    claim = _opened(states.format(**parts))
    return Asked(
        id=f"frame-{frame.text('id')}/{fact.text('id')}",
        kind=FrameKind(_known(frame, "kind", list(FrameKind))),
        is_framed=True,
        is_true=bool(frame.text("claim")),
        is_quoted=claim == sentence,
        pair=ClaimWithEvidence(evidence=(sentence,), claim=claim, surroundings=_surroundings(frame, (sentence,))),
    )


def _parts(fact: Row) -> dict[str, str]:
    """The forms of a fact by placeholder."""
    subject, rest = fact.text("subject"), fact.text("object")
    inside = subject[0].lower() + subject[1:] if subject.split()[0] in ("The", "A", "An") else subject
    forms = {"past": "past", "base": "base", "pp": "participle", "ing": "gerund"}
    verbs = {place: f"{fact.text(form)} {rest}" for place, form in forms.items()}
    return {"S": subject, "s": inside, "F": f"{subject} {verbs['past']}", "f": f"{inside} {verbs['past']}"} | verbs


def _opened(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _surroundings(row: Row, evidence: Sequence[str]) -> tuple[Surroundings, ...]:
    """What stands before the first sentence and after the last; the others follow each other."""
    last = len(evidence) - 1
    return tuple(
        Surroundings(
            before=(evidence[place - 1],) if place else tuple(filter(None, (row.text("before"),))),
            after=tuple(filter(None, (row.text("after"),))) if place == last else (evidence[place + 1],),
        )
        for place in range(len(evidence))
    )


def _known(row: Row, field: str, kinds: Sequence[str]) -> str:
    value = row.text(field)
    if value not in kinds:
        raise DataError(row.place, f"{field} {value!r} is none - write one of {', '.join(kinds)}")
    return value
