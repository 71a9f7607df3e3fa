"""A claim with its polarity flipped: a negation taken out, or "not" put behind a verb.

Modal verbs of possibility are left alone ("may" and "may not" are both true), and so are verbs in indirect questions
and those whose next word would take the "not" for itself ("not only", "not yet", "not also").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from eval.mutations.records import Change, FaithfulClaim, changed
from rag import Span

__all__ = ["flipped"]

_REMOVALS = (
    (
        re.compile(
            r"\b(did|do|does|will|would|could|should|must|has|have|had|is|are|was|were) (not )(?!only"
            r"|just|yet|all|every|until|necessarily|merely|\w+ until)"
        ),
        2,
        "",
    ),
    (re.compile(r"\b(?:did|do|does|would|could|should|has|have|had|is|are|was|were)( ?n[’']t)\b"), 1, ""),
    (re.compile(r"\b(won[’']t)\b"), 1, "will"),
    (re.compile(r"\b(can(?:’t|'t|not))\b(?! only)"), 1, "can"),
    (re.compile(r"\b(?:has|have|had|was|were|is|are|would|will|could)( never)\b"), 1, ""),
    (re.compile(r"\b(?:has|have|had|was|were|is|are) (no )(?!longer|more|less|fewer|later|doubt|one|matter)"), 1, ""),
    (re.compile(r"\b(No one|Nobody)\b"), 1, "Everyone"),
    (re.compile(r"\b(no longer)\b"), 1, "still"),
)
"""Pattern, the group that goes, and what takes its place."""

_NEGATIVE = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|hardly|rarely|cannot|few|unless)\b|n[’']t\b",
    re.IGNORECASE,
)
_BE = re.compile(r"(?<=[\w”)’'] )(is|are|was|were|will|would|can|could|should|must)(?= [a-z0-9“A-Z])")
_PERFECT = re.compile(
    r"(?<=[\w”)’'] )(has|have|had)(?= (?:been|\w+ed|become|made|given|seen|taken|begun|won|lost|said"
    r"|shown|found|led|built|"
    r"written|known|held|grown|gone|come|put|set|sold|brought|fought|run|sung|told|kept|left)\b)"
)
_OWNS = re.compile(r"(?<=[\w”)’'] )(has|had)(?= (?:an?|the|his|her|its|their|many|several|two|three|four|five|\d)\b)")
_IT_IS = re.compile(r"\b(?:[Ii]t|[Hh]e|[Ss]he|[Tt]hat)([’']s)(?= (?!been|not|got)\w+(?:ing|ed|an?|the)?\b)")
_UNSAFE_NEXT = re.compile(
    r"^ (?:also|only|just|still|already|not|now|often|usually|sometimes|even|both|either|to|all|at least"
    r"|perhaps|generally|"
    r"typically|always|commonly|more|most|less|mostly|mainly|primarily|probably|likely|partly|partially"
    r"|at|largely|some)\b"
)
_INDIRECT = re.compile(
    r"\b(?:what|whether|if|how|when|where|which|who|whom|whose|why|that|as|than|because|while)\b[^,;.”]*$",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:any|some|may|might|sometimes|often|usually|can)\b", re.IGNORECASE)
_PAST = {
    "said": "say", "told": "tell", "added": "add", "warned": "warn", "became": "become", "began": "begin", "won": "win",
    "lost": "lose", "led": "lead", "built": "build", "wrote": "write", "took": "take", "gave": "give", "made": "make",
    "found": "find", "published": "publish", "released": "release", "confirmed": "confirm", "suggested": "suggest",
    "stressed": "stress", "revoked": "revoke", "delivered": "deliver", "spent": "spend", "described": "describe",
    "invaded": "invade", "conquered": "conquer", "captured": "capture", "defeated": "defeat", "founded": "found",
    "established": "establish", "created": "create", "developed": "develop", "introduced": "introduce",
    "joined": "join",
    "moved": "move", "married": "marry", "died": "die", "announced": "announce", "signed": "sign", "passed": "pass",
    "received": "receive", "played": "play", "returned": "return", "attended": "attend", "served": "serve",
    "produced": "produce", "stated": "state", "argued": "argue", "claimed": "claim", "opened": "open",
    "entered": "enter",
    "discovered": "discover", "proposed": "propose", "called": "call", "ruled": "rule", "used": "use",
    "started": "start",
}  # fmt: skip
_FINITE = re.compile(
    rf"^(?:(?:[A-Z][\w’'.-]+ ){{1,4}}|(?:He|She|It|They|We|I) )({'|'.join(_PAST)})"
    r"(?= (?:an?|the|his|her|its|their|that|reporters|him|them|in|on|at|to|from|it|as|of|[A-Z]|\d|with))"
)


def flipped(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with one clause turned into its opposite; a claim that has a negation only loses it."""
    text = claim.text
    if text.rstrip("”\"' ").endswith("?"):
        return
    edits = [
        (Span(start=match.start(group), end=match.end(group)), replacement)
        for pattern, group, replacement in _REMOVALS
        for match in pattern.finditer(text)
    ]
    if not edits and not _NEGATIVE.search(text):
        edits = [*_insertions(text)]
    random.shuffle(edits)
    for span, replacement in edits:
        made = changed(text, span, replacement)
        yield Change(
            made.text,
            f"{_around(text, span)} → {_around(made.text, Span(start=span.start, end=span.start + len(replacement)))}",
        )


def _insertions(text: str) -> Iterator[tuple[Span, str]]:
    for pattern, rewrite in ((_BE, "{} not"), (_PERFECT, "{} not")):
        for match in pattern.finditer(text):
            if _is_main_clause(text, match):
                word = match[1]
                yield Span(start=match.start(1), end=match.end(1)), "cannot" if word == "can" else rewrite.format(word)
    for match in _OWNS.finditer(text):
        if _is_main_clause(text, match):
            yield Span(start=match.start(1), end=match.end(1)), "does not have" if match[1] == "has" else "did not have"
    for match in _IT_IS.finditer(text):
        if not _UNSAFE_NEXT.match(text[match.end(1) :]):
            yield Span(start=match.start(1), end=match.end(1)), f"{match[1]} not"
    finite = _FINITE.match(text)
    if finite:
        yield Span(start=finite.start(1), end=finite.end(1)), f"did not {_PAST[finite[1]]}"


def _is_main_clause(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start(1)]
    return not (_INDIRECT.search(before) or _UNSAFE_NEXT.match(text[match.end(1) :]) or _VAGUE.search(_clause(before)))


def _clause(before: str) -> str:
    return re.split(r"[,;:“”]", before)[-1]


def _around(text: str, span: Span) -> str:
    """The span with a word on each side, so that an inserted or a lost word can be seen."""
    left = re.search(r"\S*\s?$", text[: span.start])
    right = re.match(r"\s?\S*", text[span.end :])
    return f"{left[0] if left else ''}{span.slice(text)}{right[0] if right else ''}"
