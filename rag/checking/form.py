"""What states nothing, whatever words it has: questions, orders, mark-up, code, and texts in other languages.

A document can be written to be obeyed. What it asks, orders or puts into mark-up is not said to be so; only a sentence
that states something supports a claim in other words. A whole sentence may still be quoted as it is.

Orders, wishes and games are read without a grammar: a verb of saying or supposing in its base form where a sentence, or
a part of one behind a mark, begins; "Let us"; a label such as "Note to the assistant:". Inside a sentence, what follows
"requires that", "to hear that" or "the statement that" is only spoken of. What somebody plays, or is taken for or
remembered as, it is not said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.alignment import Alignment, Finding, missing
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, normalised
from rag.checking.lexicon import base_form, is_participle
from rag.language.english import (
    ARTICLES,
    BE,
    DEMONSTRATIVES,
    HELPING,
    OBJECTS,
    POSSESSIVES,
    SUBJECTS,
    THIRD_PERSON,
    one_of,
    word_set,
)
from rag.language.identification import has_english_words, is_foreign, is_undecided
from rag.language.saying import ALLEGED, ANSWERED, SAID_OR_THOUGHT, STATED

__all__ = ["copula_findings", "form_reason", "is_order", "is_statement", "narration", "unstated_findings"]

N_CODE_SIGNS = 3
"""A sentence with as many different signs of code is code: JSON, SQL, a template."""

_MARK_UP = re.compile(
    r"://|\bwww\.|\b(?:javascript|mailto|data):\S|[\w-]\.[a-z]{2,}/|\]\s?\(|!\[|[{}]|```|^\s*#{1,6}\s"
    r"|<\s*[/|!]?\s*[a-z][^<>]*>|<\s*\||\|\s*>|<<|\[\s*/?\s*INST",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"<\s*\||\|\s*>|\[\s*/?\s*INST\b|<<\s*/?\s*SYS|<\s*/\s*s\s*>"
    r"|<\s*/?\s*(?:evidence|conversation|question|system|user|assistant|human|model|think|tool_call"
    r"|start_of_turn|end_of_turn)\b",
    re.IGNORECASE,
)
"""Role tokens of chat templates and tags of prompts."""
_CODE_SIGNS = frozenset("{}<>=|\\^*#~_`")
_BRACKETED = re.compile(r"^(?:\W*(?:\[[^\]]*\]|\([^)]*\)))+\s*")
_LABEL = re.compile(r"^\W*(?:\w+ ){0,3}\w+:\s+(?=\w)")
_ASKING = re.compile(
    rf"\W*(?:{one_of((HELPING - {'will'}) | {'shall', 'am'})}\b"
    rf"|(?:may|will|must|might)(?= {one_of(ARTICLES | SUBJECTS | {'this', 'that', 'there'})}\b)"
    r"|(?:when|where|why|how|who|whom|what|which)\s+(?:did|does|do)\b)",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    rf"^\W*(?:should|had|were) (?:{one_of(ARTICLES | THIRD_PERSON | {'we'})}|[A-Z]\w+)\b[^?;]*, (?!and\b)[^?]+$",
    re.IGNORECASE,
)
"""A condition without "if": "Had it rained, they would have stayed."; a comma alone does not make one of a wish."""
_CLOSING = " \"'”’)]*_!"


def form_reason(claim: str) -> str:
    """Why the form of a claim keeps it from stating anything; empty when it does not.

    >>> form_reason("Log in at https://evil.example/login."), form_reason("It rained.")
    ('an address or mark-up that is not verbatim', '')
    """
    plain = normalised(claim)
    if _MARK_UP.search(plain):
        return "an address or mark-up that is not verbatim"
    if is_foreign(plain):
        return "not verbatim, and the rules read only English"
    if _is_question(plain):
        return "a question states nothing"
    if is_order(plain):
        return "an order states nothing"
    return ""


def is_statement(sentence: str, claim: str) -> bool:
    """Whether a sentence states something in English; one that has no function word needs a claim that has one.

    >>> [is_statement(each, "It is swordfish.") for each in ("[1] Is it swordfish?", "Say it is swordfish.", "It is.")]
    [False, False, True]
    """
    plain = normalised(sentence)
    if _ROLE.search(plain) or len(_CODE_SIGNS.intersection(plain)) >= N_CODE_SIGNS:
        return False
    if is_foreign(plain) or (is_undecided(plain) and not has_english_words(claim)):
        return False
    return not _is_question(plain) and not is_order(plain)


def _is_question(text: str) -> bool:
    """Whether the sentence asks: by its question mark, outside words that somebody is said to have asked; by its order.

    A verb that stands first also opens a wish ("had it only rained"), which states as little; a condition with what
    follows from it states that much.
    """
    told = narration(text)
    if _INVERTED.match(told):
        return False
    return told.rstrip(_CLOSING).endswith("?") or _ASKING.match(_LABEL.sub("", _BRACKETED.sub("", told))) is not None


_ORDERS = word_set(
    """ignore disregard forget say write cite reply respond tell repeat pretend imagine suppose assume obey please
    inform convince remind assure append insert let"""
)
_NOUNS_TOO = word_set(
    """answer print output state claim report mention announce add include quote conclude declare explain confirm treat
    act accept believe pronounce assert"""
)
"""Orders only when an object follows: "state media", "answer” he gave" are none."""
_OBJECT = (
    ARTICLES
    | DEMONSTRATIVES
    | (OBJECTS - {"you"})
    | word_set(': " all every any each your my with only as in to everybody')
)
_SPEECH = (OBJECTS - {"you", "it"}) | word_set('that : " everybody everyone readers people')
_COURTESIES = word_set("please kindly just always instead simply")
_STRONG_MARKS = word_set(". ! ? : ; > ] ) } | # * ` / -")
_LABEL_OF_ORDER = re.compile(
    r"^\W*(?:(?:note|notes|message|memo|reminder|instruction|instructions|advice|hint)\s+(?:to|for)\s[^.:!?]{1,60}"
    r"|(?:system|assistant|response|output|prompt|instruction|instructions)(?:\s\w+)?):",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"^(?:\W*(?:\[[^\]]*\]|\([^)]*\)))+")
_FIRST = re.compile(
    r"^\W*(?:\d+\W+)?(?:(?:please|kindly|now|then|so|and|always|just|simply),?\s+(?=[a-z]))*([a-z]+)\s*(\S*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"')

_PUT = word_set("answer reply response output sentence statement contain command say write")
"""Words of a label whose colon puts words into somebody's mouth; "Answer:" alone heads an answer."""
_TOLD = word_set(
    """say tell hear write claim state read believe think assume report answer reply respond repeat announce declare
    pretend mention convince inform"""
)
_CONTENTS = word_set(
    """statement statements story idea notion theory rumour rumor suggestion impression lie myth assertion belief
    allegation possibility hypothesis scenario sentence answer reply claim"""
)
_REQUIRED = word_set(
    """require requires required requiring demand demands demanded demanding request requests requested requesting order
    orders ordered instruct instructs instructed command commands commanded wish wishes wished wishing dream dreams
    dreamt dreamed ask asks asked"""
)
_SUPPOSED = word_set("pretend pretends pretended pretending imagine imagines imagined imagining pretence pretense")
_SAID = (
    SAID_OR_THOUGHT
    | STATED
    | ANSWERED
    | ALLEGED
    | word_set(
        """claiming report repeat repeated dismiss dismissed reject rejected hear heard read mention mentioned convinced
        informed"""
    )
)
_ASKED = word_set(
    """? ask asks asked asking question questions questioned wonder wonders wondered whether if query queried why how
    who what when where"""
)
_N_BETWEEN = 5
"""Tokens in which "that" follows: "requires of every reader that"."""
_ANSWER = word_set("the answer")
_N_QUOTED = 5
"""Tokens from which on quoted words are a statement, not a title or a single expression."""
_CLAUSE_ENDS = word_set("; but although though while whereas")


class _Stretch(NamedTuple):
    """Tokens from `first` to `end`, excluded, that are not stated; a claim with a word of `unless` says so itself.

    is_whole: it only matters to a claim that has all its words from there.
    """

    what: str
    first: int
    end: int
    unless: frozenset[str]
    is_whole: bool = False


def is_order(text: str) -> bool:
    """Whether a sentence as a whole tells somebody what to say, do or suppose.

    >>> [is_order(text) for text in ("(Ana) Tell them it rained.", "Let us suppose it rained.", "State media said it.")]
    [True, True, False]
    """
    bare = _ASIDE.sub("", narration(text))
    if _LABEL_OF_ORDER.match(bare):
        return True
    match = _FIRST.match(bare)
    if match is None:
        return False
    word, following = match[1].lower(), match[2].lower()
    if bare.lower().startswith("believe it or not"):
        return False
    if word in _ORDERS:
        return word != "please" or bool(following)
    return word in _NOUNS_TOO and (following.strip(",.") in _OBJECT or following[:1] in '"“:' or following[-1:] == ":")


def narration(text: str) -> str:
    """The text with nothing in its quotation marks; the whole text when it has no word outside them.

    >>> narration('"Is it over?" he asked.')
    '"" he asked.'
    """
    outside = _QUOTED.sub('""', text)
    return outside if any(letter.isalnum() for letter in outside) else text


def unstated_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the evidence orders, asks, requires or supposes, while the claim says it as a fact."""
    atoms = alignment.evidence.atoms
    placed = [atoms[place] for place in alignment.places if place is not None]
    words = [atom for atom in placed if atom.kind is AtomKind.WORD]
    for stretch in _stretches(alignment.evidence):
        inside = [stretch.first <= atom.position < stretch.end for atom in (words if stretch.is_whole else placed)]
        is_used = any(inside) and (all(inside) or not stretch.is_whole)
        if is_used and stretch.unless.isdisjoint(alignment.claim.tokens):
            yield missing(f"the evidence does not state it, it is {stretch.what}")
            return


def _quotations(tokens: tuple[str, ...]) -> Iterator[_Stretch]:
    """Words in quotation marks in a sentence that has others: somebody's, whoever that is."""
    marks = [position for position, word in enumerate(tokens) if word == '"']
    if len(marks) % 2:
        return
    for first, end in zip(marks[::2], marks[1::2], strict=True):
        if end - first > _N_QUOTED and any(word.isalnum() for word in (*tokens[:first], *tokens[end:])):
            yield _Stretch("only quoted", first + 1, end, _SAID | {'"'}, is_whole=True)


def _stretches(sentence: AtomisedSentence) -> Iterator[_Stretch]:
    tokens = sentence.tokens
    yield from _quotations(tokens)
    for position, word in enumerate(tokens):
        following = tokens[position + 1 : position + 1 + _N_BETWEEN]
        if _is_order_inside(tokens, position):
            yield _Stretch("told to be said", position + 1, _end(tokens, position), frozenset())
        elif word == ":" and not _PUT.isdisjoint(tokens[:position]) and not _ANSWER.issuperset(tokens[:position]):
            yield _Stretch("put into words to be said", position + 1, len(tokens), _SAID)
        elif word == "?":
            yield _Stretch("asked", _start(tokens, position), position, _ASKED)
        elif word in _SUPPOSED:
            yield _Stretch("supposed", position + 1, _end(tokens, position), _SUPPOSED)
        elif word in _REQUIRED and "that" in following:
            first = tokens.index("that", position)
            yield _Stretch("required", first, _end(tokens, first), _REQUIRED)
        elif word in _TOLD and "that" in following and position and tokens[position - 1] in ("to", "and", "not"):
            yield _Stretch("told to be said", tokens.index("that", position), _end(tokens, position), _SAID)
        elif word in _CONTENTS and following[:1] == ("that",):
            yield _Stretch(f"the {word} of somebody", position + 1, _end(tokens, position), _SAID | {word})


def _is_order_inside(tokens: tuple[str, ...], position: int) -> bool:
    """Whether a verb of saying begins a part of the sentence: behind a mark or a courtesy."""
    word = tokens[position]
    if not position or (word not in _ORDERS and word not in _NOUNS_TOO):
        return False
    before, following = tokens[position - 1], tokens[position + 1 : position + 2]
    if before in _STRONG_MARKS or before in _COURTESIES:
        return not _OBJECT.isdisjoint(following) or (word in _ORDERS and before in _STRONG_MARKS - {"-", "/"})
    return before in (",", '"') and not _SPEECH.isdisjoint(following)


def _start(tokens: tuple[str, ...], position: int) -> int:
    """Where the question begins that ends at the position."""
    marks = (i + 1 for i in range(position - 1, -1, -1) if tokens[i] in ('"', ".", "!", "?", ":", ";"))
    return next(marks, 0)


def _end(tokens: tuple[str, ...], position: int) -> int:
    """Where what is governed from the position on ends: with its quotation or its clause."""
    is_open = False
    for end in range(position + 1, len(tokens)):
        if tokens[end] == '"':
            if is_open or tokens[:position].count('"') % 2:
                return end
            is_open = True
        elif tokens[end] in _CLAUSE_ENDS and not is_open and end > position + 1:
            return end
    return len(tokens)


_BEING_SO = BE | word_set("get gets got")
_OWN_OR_ARTICLE = ARTICLES | POSSESSIVES
_TAKEN_FOR = word_set("as for like")
_RELATING = word_set("after before until since later earlier")
_BEING = frozenset(
    map(base_form, word_set("become remain serve work form constitute mark act elect appoint name stay"))
)


def copula_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the claim says that something is, while the evidence only does something with the two: "plays a judge"."""
    mine, theirs = alignment.claim.atoms, alignment.evidence.atoms
    for index in range(1, len(mine)):
        one, other = alignment.places[index - 1], alignment.places[index]
        is_copula = not _BEING_SO.isdisjoint(mine[index].before) and not is_participle(mine[index].lower)
        if one is None or other is None or not is_copula or mine[index].lower.endswith("ing"):
            continue
        first, last = min(one, other), max(one, other)
        if one < other - 1 and "as" in theirs[last].before and _is_only_called(theirs[last - 1]):
            yield missing(
                f"the evidence does not say that {mine[index - 1].text!r} is {mine[index].text!r}",
                lacking=(mine[index].text,),
                against=(f"{theirs[last - 1].text} as",),
            )
            return
        words = alignment.evidence.tokens[theirs[first].end : theirs[last].position]
        if not _BEING_SO.isdisjoint(words):
            continue
        is_apposed = words[:1] in ((",",), ("(",), ("-",))
        is_other_verb = one < other and not is_apposed and _is_done_to(theirs[: last + 1], first)
        is_time = "in" in mine[index].before and not _RELATING.isdisjoint(words)
        if is_other_verb or is_time:
            yield missing(
                f"the evidence does not say that {mine[index - 1].text!r} is {mine[index].text!r}",
                lacking=(mine[index].text,),
            )
            return


def _is_only_called(verb: Atom) -> bool:
    """Whether what is "remembered as" a thing need not be one, and what "served as" it was."""
    return verb.kind is AtomKind.WORD and is_participle(verb.lower) and verb.key not in _BEING


def _is_done_to(atoms: Sequence[Atom], first: int) -> bool:
    """Whether the first does something to the last of the atoms, or is taken for it: "plays a judge", "for a ship"."""
    between, last = atoms[first + 1 : -1], atoms[-1]
    if not between:
        governor = atoms[first - 1].key if first else ""
        return not _TAKEN_FOR.isdisjoint(last.before) and governor not in _BEING
    verb = between[0]
    is_object = not (_OWN_OR_ARTICLE | _TAKEN_FOR).isdisjoint(last.before)
    return len(between) == 1 and is_object and not verb.before and verb.key not in _BEING
