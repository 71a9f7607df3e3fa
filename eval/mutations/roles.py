"""Who does what to whom, exchanged: "A attacked B" becomes "B attacked A".

Only verbs and relations that say something else the other way round; to meet, marry or talk with somebody is not
among them. Both sides must be short noun phrases without a pronoun, so that nothing else of the sentence moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from eval.mutations.lexicon import COUNTRIES, FUNCTION_WORDS, read_lists
from eval.mutations.names import names_in
from eval.mutations.records import Change, FaithfulClaim, shown
from rag import Span

__all__ = ["swapped_roles"]

_WORDS = read_lists("roles.txt")


def _any(*names: str) -> str:
    """A regular expression that matches any word of the lists."""
    return f"(?:{'|'.join(word for name in names for word in _WORDS[name])})"


_STEMS = _any("stems of one-way verbs")
_SYMMETRIC = _any("symmetric")
_BE = _any("be")
_HELP = _any("help")
_PARTICIPLE = rf"(?!{_SYMMETRIC}\b)(?:\w+ed|{_any('irregular participles')})(?: (?:out|up|off|down|over))?"
_REGULAR = rf"(?!{_any('symmetric', 'no agent')}\b)[a-z]{{2,}}ed|{_STEMS}(?:ed|d|ied|led|red|es|s|ies)"
_ACTIVE = rf"(?:{_REGULAR}|{_any('irregular active')})"
_ADVERB = rf"(?:(?:\w+ly|{_any('adverbs')}) )?"
_BARRED = rf"(?!{_any('not in a phrase')}\b)"
_FIRST_OF_PHRASE = r"(?:[Tt]he |[Aa]n? |[Tt]his |[Tt]hese )?"
_PHRASE = rf"(?:{_FIRST_OF_PHRASE}{_BARRED}[\w’'.-]+(?: {_BARRED}(?:[\w’.-]+|'s?)){{0,6}}?|[Ii]t|[Hh]e|[Ss]he|[Tt]hey)"
_OBJECT_WORD = rf"(?!{_any('not in an object')}\b)(?:[\w.’-]+|'s?) "
_OBJECT = rf"(?:[Tt]he |an? |its |his |her )?(?:{_OBJECT_WORD}){{0,6}}?(?!(?:and|or|the|of)\b|\d)[\w’-]+"
_OBJECT_END = rf"(?= ?[,;:)”(]|(?<!\b[A-Z]) ?\.(?: |$)| {_any('after an object')}\b|$)"
_START = (
    rf"(?:^[“\"]?|^{_any('opening a clause before a comma')}\b[^,]{{0,60}}? ?, "
    rf"|, (?:and|but) |; |\b{_any('opening a clause')} )"
)
_KINSHIP = rf"the (?:\w+ )?{_any('heads of')} of"
_MEMBERSHIP = rf"(?:a|an|one|another) (?:\w+ )?{_any('kinds of')} (?:of|in)"
_COMPARISON = rf"(?:much |far |slightly )?{_any('comparatives')} than"
_RELATION = (
    rf"(?:is|was|are|were) (?:{_any('relations with be')}|{_KINSHIP}|{_MEMBERSHIP}|{_COMPARISON})|{_any('relations')}"
)
_FORMS = (
    re.compile(
        rf"{_START}(?P<a>{_PHRASE}) "
        rf"(?P<verb>{_BE} {_ADVERB}{_PARTICIPLE}(?: (?:in|at|on|as|from|to|of|for) [\w ’'-]{{2,40}}?)? by)"
        rf" (?P<b>{_OBJECT}){_OBJECT_END}"
    ),
    re.compile(rf"{_START}(?P<a>{_PHRASE}) (?P<verb>{_RELATION}) (?P<b>{_OBJECT}){_OBJECT_END}"),
    re.compile(
        rf"{_START}(?P<a>{_PHRASE}) {_ADVERB}(?P<verb>{_ACTIVE}) (?=the |an? |its |his |her |[A-Z])"
        rf"(?P<b>{_OBJECT}){_OBJECT_END}"
    ),
    re.compile(rf"\b{_any('taken')} by (?P<a>{_OBJECT}) from (?P<b>{_OBJECT}){_OBJECT_END}"),
)
_NAMED = re.compile(rf"^ (?:{_HELP} )?{_ADVERB}(?:{_ACTIVE}|{_any('of names')})$")
_GIVES = re.compile(
    rf"^ (?:{_any('help of giving')} )?{_any('giving')}"
    r"(?: (?!and\b|or\b|that\b|as\b|of\b)[a-z][\w-]*){0,5}? (?:to|from|on|upon|against|over)(?: the)?$"
)
_PRONOUNS = frozenset(("he", "she", "it", "they"))
_AS_OBJECT = {"he": "him", "she": "her", "they": "them"}
_POSSESSOR = re.compile(r"(?:’s|'s| 's|’|')(?!\w)")
_INSIDE_PHRASE = re.compile(r"\b(?:of|in|by|and|or|from|with|to) (?:the )?$")
_SOURCE_AND_GOAL = re.compile(rf"\b{_any('moving')}\b[^,.;]{{0,40}}\bfrom (?:the )?$")
"""What reaches "from Canada to Mexico" reaches from Mexico to Canada; who moves does not."""
_TRANSITIVE = re.compile(rf"\b(?:{_ACTIVE}|{_STEMS}(?:e|y)?|{_any('transitive')})\b")
_MUTUAL = re.compile(rf"\b{_any('mutual')}\b|[;:“”()]")
_NOT_AGENT = re.compile(
    rf"^(?:(?:the |an? )?{_any('no agents')}\b|\d|\w+ing\b|{_any('pronouns for no agents')}\b)", re.IGNORECASE
)
_NOT_SUBJECT = re.compile(rf"^(?:\w+ly\b|{_any('no subjects')}\b)", re.IGNORECASE)
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
