"""Who does what to whom, exchanged: "A attacked B" becomes "B attacked A".

Only verbs and relations that say something else the other way round; to meet, marry or talk with somebody is not
among them. Both sides must be short noun phrases without a pronoun, so that nothing else of the sentence moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from eval.mutations.lexicon import COUNTRIES, FUNCTION_WORDS, listed
from eval.mutations.names import names_in
from eval.mutations.records import Change, FaithfulClaim, shown
from rag import Span

__all__ = ["swapped_roles"]

_STEMS = "|".join(
    listed("""
    abandon, absorb, accus, acquir, administer, adopt, affect, annex, appoint, arrest, assassinat, assist, attack,
    attract, back, betray, blam, block, captur, carr, cite, command, compos, condemn, conquer, contain, control,
    convert, cover, creat, criticis, criticiz, damag, defeat, defend, deliver, depos, describ, design, destroy,
    develop, direct, discover, dominat, elect, employ, encourag, enforc, establish, exacerbat, examin, exceed,
    execut, expel, explain, explor, express, fill, financ, form, found, fulfil, fund, generat, govern, grant, guard,
    guid, harm, head, help, hir, host, identif, illustrat, impos, improv, includ, increas, influenc, inform,
    inherit, inhibit, inspir, introduc, invad, invent, inspect, launch, lower, manag, mentor, murder, nominat,
    occup, operat, oppos, order, overtak, own, perform, persecut, persuad, play, portray, prais, preced, prevent,
    produc, promot, propos, protect, prov, provid, publish, push, record, reduc, regulat, reject, releas, renam,
    repeal, replac, represent, requir, rescu, revok, rul, sanction, serv, sign, sponsor, store, succeed, su,
    supplant, suppl, support, suppress, surpass, threaten, transport, trigger, us, view, visit, voic, warn
    """)
)
_IRREGULAR = "|".join(
    listed("""
    beaten, begun, born, bought, built, chosen, done, driven, eaten, found, given, held, hit, hurt, kept, known,
    led, lost, made, met, overthrown, overseen, paid, put, run, seen, sent, set, shot, shown, sold, spoken, struck,
    sung, taken, taught, thought, told, understood, won, worn, written
    """)
)
_SYMMETRIC = "married|joined|accompanied|met|surrounded|bordered|combined|connected|linked|united|born|shared|signed"
_PARTICIPLE = rf"(?!(?:{_SYMMETRIC})\b)(?:\w+ed|{_IRREGULAR})(?: (?:out|up|off|down|over))?"
_ACTIVE = (
    rf"(?:(?!(?:{_SYMMETRIC}|resembled|equalled|based|called|named|used|compared|died|united"
    rf"|limited|faced|fought|played|differed|overlapped|equaled|matched)\b)[a-z]{{2,}}ed"
    rf"|(?:{_STEMS})(?:ed|d|ied|led|red|es|s|ies)|beat|built|bought|chose"
    rf"|gave|held|led|leads|overthrew|"
    r"rejects|sold|struck|taught|told|took|wrote|writes)"
)
_ADVERB = r"(?:(?:\w+ly|also|later|first|once|then|soon|now|often|most often) )?"
_STOP = (
    "is|are|was|were|has|have|had|that|which|who|by|and|or|but|when|where|as|if|be|been|said|says"
    "|told|believe|would|could|will|can|may|must|should|not|than"
)
_PRONOUN = "[Ii]t|[Hh]e|[Ss]he|[Tt]hey"
_PHRASE = (
    rf"(?:(?:[Tt]he |[Aa]n? |[Tt]his "
    rf"|[Tt]hese )?(?!(?:{_STOP})\b)[\w’'.-]+(?: (?!(?:{_STOP})\b)(?:[\w’.-]+|'s?)){{0,6}}?|{_PRONOUN})"
)
_OBJECT = (
    r"(?:[Tt]he |an? |its |his |her )?(?:(?!(?:is|was|are|were|has|have|had|and is|and was"
    r"|and \w+ed|and that|based|called|known|named)\b)(?:[\w.’-]+|'s?) ){0,6}?(?!(?:and|or|the|of)\b|\d)[\w’-]+"
)
_OBJECT_END = (
    r"(?= ?[,;:)”(]|(?<!\b[A-Z]) ?\.(?: |$)| (?:in|on|at|for|from|during|as|with|when|after|before|since"
    r"|to|who|which|that|between|through|under|"
    r"around|while|following|until|into|over|because|by|via|but|where|using|based|called|known|named"
    r"|starting|held|stating|including)\b|$)"
)
_START = (
    r"(?:^[“\"]?|^(?:In|On|At|After|During|By|Since|Although|As|When|Because|Under|Following|Before|Until"
    r"|From|Today)\b[^,]{0,60}? ?, |"
    r", (?:and|but) |; |\b(?:that|if|while|where|whereas|although) )"
)
_BE = r"(?:is|was|are|were|has been|have been|had been|will be|would be|can be|could be|must be|may be)"
_RELATION = (
    r"(?:is|was|are|were) (?:part of|located in|situated in|based on|named after|derived from|made of|made from|"
    r"followed by|composed of|the (?:\w+ )?(?:capital|son|daughter|father|mother|leader|founder|author|king|president|"
    r"successor|result|cause|source) of|(?:a|an|one|another) (?:\w+ )?(?:type|form|kind|member|part"
    r"|subset|breed|species|"
    r"branch|subsidiary|province|colony|city|region) (?:of|in)|(?:much |far |slightly )?(?:larger|smaller"
    r"|older|younger|"
    r"higher|lower|greater|longer|shorter|stronger|faster|better|bigger|more \w+|less \w+) than|"
    r"(?:responsible for|dependent on|independent of|subject to|descended from))"
    r"|consists? of|comes? from|depends? on|belongs? to|derives from|originated in|leads to|led to|came from"
)
_FORMS = (
    re.compile(
        rf"{_START}(?P<a>{_PHRASE}) (?P<verb>{_BE} {_ADVERB}{_PARTICIPLE}(?: (?:in|at|on|as|from|to|of"
        rf"|for) [\w ’'-]{{2,40}}?)? by)"
        rf" (?P<b>{_OBJECT}){_OBJECT_END}"
    ),
    re.compile(rf"{_START}(?P<a>{_PHRASE}) (?P<verb>{_RELATION}) (?P<b>{_OBJECT}){_OBJECT_END}"),
    re.compile(
        rf"{_START}(?P<a>{_PHRASE}) {_ADVERB}(?P<verb>{_ACTIVE}) (?=the |an? |its |his |her "
        rf"|[A-Z])(?P<b>{_OBJECT}){_OBJECT_END}"
    ),
    re.compile(
        rf"\b(?:purchased|bought|taken|stolen|acquired|captured|inherited|conquered|seized) by (?P<a>{_OBJECT}) from "
        rf"(?P<b>{_OBJECT}){_OBJECT_END}"
    ),
)
_NAMED = re.compile(
    rf"^ (?:(?:will|would|could|should|has|had|have|did not|can) )?{_ADVERB}(?:{_ACTIVE}|back|attack|support|help)$"
)
_GIVES = re.compile(
    r"^ (?:(?:will|would|could|should|has|had|have|was|is) )?(?:cede|ceded|sell|sold|send|sent|give|gave|lent|lend|pay|"
    r"paid|offer|offered|"
    r"waiting|lose|lost|deliver|delivered|move|moved|travelled|traveled|immigrated|emigrated|fled|"
    r"spread|transferred|going|went|imposed|placed)"
    r"(?: (?!and\b|or\b|that\b|as\b|of\b)[a-z][\w-]*){0,5}? (?:to|from|on|upon|against|over)(?: the)?$"
)
_PRONOUNS = frozenset(("he", "she", "it", "they"))
_POSSESSOR = re.compile(r"(?:’s|'s| 's|’|')(?!\w)")
_INSIDE_PHRASE = re.compile(r"\b(?:of|in|by|and|or|from|with|to) (?:the )?$")
_SOURCE_AND_GOAL = re.compile(
    r"\b(?:moved?|moving|travell?ed|went|transferred|flew|fled|sailed|marched|relocated|sent|ran|drove"
    r"|emigrated|immigrated)\b[^,.;]{0,40}"
    r"\bfrom (?:the )?$"
)
"""What reaches "from Canada to Mexico" reaches from Mexico to Canada; who moves does not."""
_TRANSITIVE = re.compile(
    rf"\b(?:{_ACTIVE}|(?:{_STEMS})(?:e|y)?|occupy|cede|seized|seize|expel|expelled|impose|recognise|annex|arm|beat|"
    r"criticised|declared|imposed|demanded|allowed|forced|granted|refused)\b"
)
_COUNTRY_BY_FORM = {
    form: (number, kind)
    for number, country in enumerate(COUNTRIES)
    for kind, forms in enumerate((country.names, country.adjectives, (country.capital,)))
    for form in forms
}
_COUNTRY_FORM = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        re.escape(form).replace("the\\ ", "[Tt]he ", 1) if form.startswith("the ") else re.escape(form)
        for form in sorted(_COUNTRY_BY_FORM, key=len, reverse=True)
    )
    + r")(?![\w-])"
)
_MUTUAL = re.compile(
    r"\b(?:and|or|with|between|both|together|meet|meets|met|talks|allied|alliance|marry|married|agreed?|agreement|"
    r"like|as|border|"
    r"versus|against each|joined|which|who|that)\b|[;:“”()]"
)
_AS_OBJECT = {"he": "him", "she": "her", "they": "them"}
_NOT_AGENT = re.compile(
    r"^(?:(?:the |an? )?(?:end|means|way|virtue|default|far|itself|himself|herself|themselves|"
    r"use|time|other|others|about|around)\b|\d|\w+ing\b"
    r"|(?:it|he|she|they|them|him|her|us|me|this|that|his|their|its|which|whom|what|each|one|"
    r"some|many|most|all|several|more|not|two|three|both)\b)",
    re.IGNORECASE,
)
_NOT_SUBJECT = re.compile(
    r"^(?:\w+ly\b|(?:but|so|yet|we|i|you|this|that|these|those|there|which|who|what|one|some|many|most|all|both|each|other|others|"
    r"such|his|her|its|their|in|on|at|of|and|or|for|from|by|with|as|to|after|before|during|"
    r"while|when|where|if|since|under|among|according|following|because|although|another|several|half|none|no|not|"
    r"another|however|also|today|now|then|first|only)\b)",
    re.IGNORECASE,
)


def swapped_roles(claim: FaithfulClaim, random: Random) -> Iterator[Change]:
    """The claim with agent and patient of a verb, or the two sides of a one-way relation, exchanged."""
    pairs = [*_pairs(claim.text)]
    random.shuffle(pairs)
    yield from _swapped_countries(claim.text)
    for first, second in pairs:
        made = _exchanged(claim.text, first, second)
        if made != claim.text:
            yield Change(made, f"{first.slice(claim.text)} … {second.slice(claim.text)} → {shown(made[first.start :])}")


def _pairs(text: str) -> Iterator[tuple[Span, Span]]:
    for form in _FORMS:
        for found in form.finditer(text):
            first = Span(start=found.start("a"), end=found.end("a"))
            second = Span(start=found.start("b"), end=found.end("b"))
            if (
                not _NOT_SUBJECT.match(found["a"])
                and not _NOT_AGENT.match(found["b"])
                and _differ(found["a"], found["b"])
            ):
                yield first, second
    yield from _pairs_of_names(text)


def _pairs_of_names(text: str) -> Iterator[tuple[Span, Span]]:
    """Two names in a row with a verb between them, or as the source and the goal of something."""
    names = names_in(text)
    for one, other in pairwise(names):
        before, between = text[: one.span.start], text[one.span.end : other.span.start].rstrip()
        bare = re.sub(r" the$", "", between)
        is_agent = not _POSSESSOR.match(text[other.span.end :]) and not _INSIDE_PHRASE.search(before)
        is_one_way = is_agent and (_NAMED.match(bare) or _GIVES.match(between))
        is_route = _SOURCE_AND_GOAL.search(before) and bare == " to"
        if (is_one_way or is_route) and _stands_alone(text, other.span) and _differ(one.text, other.text):
            yield _with_article(text, one.span), _with_article(text, other.span)


def _with_article(text: str, span: Span) -> Span:
    return Span(start=span.start - 4, end=span.end) if re.search(r"(?<!\w)[Tt]he $", text[: span.start]) else span


def _swapped_countries(text: str) -> Iterator[Change]:
    """Two countries that take each other's place in every form: names, adjectives and capitals."""
    found = sorted(_country_mentions(text), key=lambda mention: mention[0].start)
    numbers = list(dict.fromkeys(number for _, number, _ in found))
    if len(numbers) != 2 or any(_is_part_of_name(text, span) for span, _, _ in found):
        return
    first = [span for span, number, _ in found if number == numbers[0]]
    second = [span for span, number, _ in found if number == numbers[1]]
    between = text[first[0].end : second[0].start]
    if not _TRANSITIVE.search(between) or _MUTUAL.search(between) or first[-1].start > second[0].start:
        return
    made, end = "", 0
    for span, number, form in found:
        other = COUNTRIES[numbers[1] if number == numbers[0] else numbers[0]]
        word = (other.names[0], other.adjectives[0], other.capital)[form]
        before = text[end : span.start]
        if not (made + before) or (made + before)[-1] == "“":
            word = word[0].upper() + word[1:]
        made, end = made + before + word, span.end
    made += text[end:]
    yield Change(made, f"{COUNTRIES[numbers[0]].names[0]} ↔ {COUNTRIES[numbers[1]].names[0]}: {shown(made)}")


def _is_part_of_name(text: str, span: Span) -> bool:
    return bool(re.search(r"[A-Z][\w.]* $", text[: span.start]) or re.match(r" [A-Z]", text[span.end :]))


def _country_mentions(text: str) -> Iterator[tuple[Span, int, int]]:
    """Each country in the text: where, which of `COUNTRIES`, and whether by name (0), adjective (1) or capital (2)."""
    for match in _COUNTRY_FORM.finditer(text):
        number, kind = _COUNTRY_BY_FORM[match[0].replace("The ", "the ", 1)]
        yield Span(start=match.start(), end=match.end()), number, kind


def _stands_alone(text: str, span: Span) -> bool:
    """Whether the name is the whole noun phrase: "Russia" is in "to Russia as part of", not in "to Russia land"."""
    return bool(re.match(rf"{_OBJECT_END}", text[span.end :]))


def _differ(first: str, second: str) -> bool:
    one, other = ({word.lower() for word in re.findall(r"\w+", side)} - FUNCTION_WORDS for side in (first, second))
    return (bool(one) or first.lower() in _PRONOUNS) and bool(other) and not one & other


def _exchanged(text: str, first: Span, second: Span) -> str:
    one, other = first.slice(text), second.slice(text)
    if one[0].isupper():
        one = _inside(one)
        if not text[: first.start].strip('“"'):
            other = other[0].upper() + other[1:]
    one = _AS_OBJECT.get(one, one)
    return text[: first.start] + other + text[first.end : second.start] + one + text[second.end :]


def _inside(phrase: str) -> str:
    """The phrase as it stands inside a sentence: a first word that is no name becomes small."""
    word = phrase.split()[0]
    is_name = bool(re.match(r"\S+(?:[’']s?\b| ’| '| (?:de|von|van|al|bin|of)\b)", phrase))
    is_name = is_name or word in _COUNTRY_BY_FORM
    is_common = word.lower() in FUNCTION_WORDS or (
        not is_name and len(phrase.split()) > 1 and phrase.split()[1].islower()
    )
    return phrase[0].lower() + phrase[1:] if is_common else phrase
