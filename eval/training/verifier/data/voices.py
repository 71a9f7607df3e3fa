"""One statement in two voices: "A won B" and "B was won by A" say the same, "A was won by B" does not.

A claim that has the same words as its evidence in another order is now supported and now not, so that neither the words
nor their order alone give it away. Beside the voices: a phrase of time at the other end of the sentence, and names of a
list in another order, which change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import NamedTuple

from eval.mutations.lexicon import MONTHS
from eval.mutations.names import NameKind, names_in
from rag import Span

__all__ = ["Voiced", "voiced"]


class Voiced(NamedTuple):
    """A sentence said otherwise, whether it still says the same, and whether its verb has another voice."""

    text: str
    is_same: bool
    is_turned: bool


_SAME_FORMS = (
    "built|bought|found|held|led|lost|made|met|sold|sent|shot|struck|taught|told|won|heard|paid|left|fought|caught"
)
_NOT_TURNED = (
    "married|joined|accompanied|met|surrounded|bordered|combined|connected|linked|united|resembled|equalled|based|called|named|used"
    "|compared|died|appeared|remained|moved|worked|lived|played|served|ended|started|opened|received|featured|included|inspired|decided"
    "|needed|wanted|tried|continued|happened|occurred|attended|graduated|retired|debuted|premiered|peaked|reached|entered|returned"
)
_PARTICIPLE = rf"(?!(?:{_NOT_TURNED})\b)(?:[a-z]{{2,}}ed|{_SAME_FORMS})"
_STOP = "is|are|was|were|has|have|had|that|which|who|by|and|or|but|when|where|as|if|be|been|said|not"
_CAPITAL = r"[A-Z][\w.’'-]*"
_NAME = rf"(?:(?:[Tt]he )?{_CAPITAL}(?: (?:{_CAPITAL}|of|the|de|von|van))*)"
_NOUN = rf"(?:(?:[Tt]he|[Aa]n?) (?:(?!(?:{_STOP})\b)[a-z][\w-]* ){{0,2}}?(?!(?:{_STOP})\b)[a-z][\w-]+)"
_SIDE = rf"(?:{_NAME}|{_NOUN})"
_STOPS = r"(?= ?[,;.]| (?:in|on|at|for|from|during|when|after|before|since|to|while|until|who|which)\b|$)"
_PASSIVE = re.compile(
    rf"^(?P<a>{_SIDE}) (?P<be>was|were) (?P<adverb>(?:\w+ly )?)(?P<verb>{_PARTICIPLE}) by "
    rf"(?P<b>{_SIDE}){_STOPS}(?P<rest>.*)$"
)
_ACTIVE = re.compile(
    rf"^(?P<a>{_SIDE}) (?P<adverb>(?:\w+ly )?)(?P<verb>{_PARTICIPLE}) (?P<b>{_SIDE}){_STOPS}(?P<rest>.*)$"
)
_FRONTED = re.compile(
    r"^(?P<when>(?:In|On|During|After|Before|Since|By|At) [^,.;]{3,40}?) ?, (?P<said>[^.]+?)(?P<end> ?\.)$"
)
_BAD_SIDE = re.compile(
    rf"^(?:(?:{'|'.join(MONTHS)})\b|(?:He|She|It|They|This|That|These|Those|There|His|Her|Its|Their|We|I|You|In|On|At|By|As|When|While|"
    r"After|Before|However|But|And|Although|Since|For|Some|Many|Most|Both|Each|Also|Then|Later|Under|With|From)\b)"
)


def voiced(text: str, random: Random) -> Iterator[Voiced]:
    """The sentence in the other voice, both ways round, and with phrases or listed names moved."""
    passive, active = _PASSIVE.match(text), _ACTIVE.match(text)
    if passive and _are_good(passive):
        same = _sentence(passive["b"], f"{passive['adverb']}{passive['verb']}", passive["a"], passive["rest"])
        other = _sentence(passive["a"], f"{passive['adverb']}{passive['verb']}", passive["b"], passive["rest"])
        yield from (Voiced(same, True, True), Voiced(other, False, True))
    elif active and _are_good(active):
        verb = f"{_be(active['b'])} {active['adverb']}{active['verb']} by"
        yield Voiced(_sentence(active["b"], verb, active["a"], active["rest"]), True, True)
        verb = f"{_be(active['a'])} {active['adverb']}{active['verb']} by"
        yield Voiced(_sentence(active["a"], verb, active["b"], active["rest"]), False, True)
    fronted = _FRONTED.match(text)
    if fronted and not re.search(r"^\w+(?:ing|ed) ", fronted["said"]):
        when = fronted["when"][0].lower() + fronted["when"][1:]
        yield Voiced(f"{fronted['said'][0].upper()}{fronted['said'][1:]} {when}{fronted['end']}", True, False)
    yield from _listed(text, random)


def _are_good(found: re.Match[str]) -> bool:
    return not any(_BAD_SIDE.match(found[side]) for side in ("a", "b")) and found["a"].lower() != found["b"].lower()


def _be(subject: str) -> str:
    return "were" if re.search(r"[^s]s$", subject) and subject.startswith(("The ", "the ")) else "was"


def _sentence(subject: str, verb: str, other: str, rest: str) -> str:
    inner = re.sub(r"^(?:The|An?)\b", lambda article: article[0].lower(), other)
    return f"{subject[0].upper()}{subject[1:]} {verb} {inner}{rest}"


def _listed(text: str, random: Random) -> Iterator[Voiced]:
    """Two names joined by "and" in the other order."""
    names = names_in(text)
    pairs = [
        (one, other)
        for one, other in pairwise(names)
        if re.fullmatch(r" and (?:the )?", text[one.span.end : other.span.start])
        and (one.kind is other.kind is NameKind.PERSON or one.kind is other.kind is NameKind.COUNTRY)
        and not re.search(r"\bbetween (?:the )?$", text[: one.span.start])
    ]
    if pairs:
        one, other = random.choice(pairs)
        between = Span(start=one.span.end, end=other.span.start).slice(text)
        yield Voiced(text[: one.span.start] + other.text + between + one.text + text[other.span.end :], True, False)
