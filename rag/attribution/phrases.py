"""Noun phrases that can name a speaker, read off the words around a verb.

A small grammar in place of a parser: pronouns, proper names with titles ("Admiral Sir Tony Radakin"), and descriptions
("a Foreign Office spokesman", "the head of the agency"). Both directions are needed: English puts the speaker before
the verb ("Rubio said") or after it ("said Rubio"), or further away, before what comes between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rag.attribution.names import fold, title_length
from rag.attribution.quotations import QUOTATION, Token, is_capital, is_possessive
from rag.language.english import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    LEADING,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SUBORDINATORS,
    TO_NAMES,
)
from rag.language.people import BODIES, NAME_LINKS, ROLES
from rag.language.saying import CUE_FORMS, NOUNS_TOO

__all__ = [
    "CONJUNCTIONS",
    "Mention",
    "MentionKind",
    "phrase_before_apposition",
    "phrase_from",
    "phrase_until",
    "subject_of",
]

CONJUNCTIONS = frozenset({"and", "but", "then", "or", "yet"})
_N_LOOK = 60
_N_COMMAS = 4


def phrase_before_apposition(text: str, tokens: list[Token], closing: int) -> Mention | None:
    """The noun phrase before "…, the Kremlin spokesman," when its closing comma is at `closing`."""
    opener = {")": "(", ",": ","}.get(tokens[closing].lower, tokens[closing].lower)
    n_commas = 0
    for position in range(closing - 1, max(0, closing - _N_LOOK), -1):
        lower = tokens[position].lower
        if lower == QUOTATION and tokens[closing - 1].lower == QUOTATION:
            return None
        if lower != opener:
            continue
        n_commas += 1
        if n_commas > _N_COMMAS:
            return None
        if tokens[position + 1].lower in CONJUNCTIONS:
            return None
        subject = phrase_until(text, tokens, position - 1, any_noun=False)
        if subject is not None and _opens_clause(tokens, subject.first):
            return subject
    return None


def _opens_clause(tokens: list[Token], first: int) -> bool:
    """Whether a subject may begin here: at the start, after a sign, a quotation or a conjunction, not after a
    preposition."""
    if first == 0:
        return True
    before = tokens[first - 1].lower
    return not before[0].isalpha() or before in ("and", "but", "that", "meanwhile", "while", "when", "as") or first <= 2


def subject_of(text: str, tokens: list[Token]) -> Mention | None:
    """The noun phrase that is the subject of a sentence's first main clause, as far as its place shows."""
    first = 0
    while first < len(tokens) and tokens[first].lower in (
        "but",
        "and",
        "so",
        "yet",
        "meanwhile",
        "however",
        "then",
        ",",
    ):
        first += 1
    if first >= len(tokens) or tokens[first].word == QUOTATION:
        return None
    lower = tokens[first].lower
    is_adverbial = lower in PREPOSITIONS or lower in SUBORDINATORS or lower in ADVERBS
    if is_adverbial or (
        lower.endswith(("ing", "ed")) and tokens[first].word[1:].islower() and not _is_name_start(tokens, first)
    ):
        for position in range(first, min(len(tokens), first + _N_LOOK)):
            if tokens[position].lower == ",":
                return phrase_from(text, tokens, position + 1)
        return None
    return phrase_from(text, tokens, first)


def _is_name_start(tokens: list[Token], first: int) -> bool:
    return first + 1 < len(tokens) and (tokens[first + 1].word[0].isupper() or tokens[first + 1].lower in ("said", ","))


_STOPS = (
    PREPOSITIONS
    | SUBORDINATORS
    | AUXILIARIES
    | QUESTION_WORDS
    | {"and", "or", "but", "so", "yet", "not", "can", "could", "may"}
)
_ADJECTIVES = frozenset({"familiar", "close", "loyal", "briefed", "involved", "working", "based", "living"})
_N_WORDS = 9


class MentionKind(Enum):
    """What sort of noun phrase names the speaker."""

    NAME = "name"
    DESCRIPTION = "description"
    PRONOUN = "pronoun"
    JOINT = "joint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A noun phrase that may name a speaker.

    start, end: where it stands in the text; first, last: the same in the tokens of its sentence, both included.
    name: for a NAME the words without title; otherwise the whole phrase.
    title: the words before the name, "" without.
    """

    kind: MentionKind
    start: int
    end: int
    first: int
    last: int
    name: str
    title: str = ""


def _mention(text: str, tokens: list[Token], kind: MentionKind, first: int, last: int, *, name_at: int = -1) -> Mention:
    start, end = tokens[first].start, tokens[last].end
    name_start = tokens[name_at].start if name_at >= 0 else start
    return Mention(
        kind=kind,
        start=start,
        end=end,
        first=first,
        last=last,
        name=text[name_start:end],
        title=text[start:name_start].strip(),
    )


def _named(text: str, tokens: list[Token], first: int, last: int) -> Mention:
    """The mention for a run of capitalised words: its title is cut off; a title alone is a description."""
    while first < last and tokens[first].lower in LEADING and not tokens[first].word.isupper():
        first += 1
    folded = [fold(token.lower).rstrip(".") for token in tokens[first : last + 1]]
    length = title_length(folded)
    is_common = folded[-1] in ROLES and (length == len(folded) - 1 or len(folded) == 1 or folded[-1] not in BODIES)
    if length == len(folded) or is_common:
        return _with_determiner(text, tokens, MentionKind.DESCRIPTION, first, last)
    if "of" in folded[length + 2 :] and not BODIES.intersection(folded[length : folded.index("of", length)]):
        last = first + folded.index("of", length) - 1  # "Jane Doe of Oxford University"
    if length:
        return _mention(text, tokens, MentionKind.NAME, first, last, name_at=first + length)
    return _with_determiner(text, tokens, MentionKind.NAME, first, last)


def _with_determiner(text: str, tokens: list[Token], kind: MentionKind, first: int, last: int) -> Mention:
    if first and (
        tokens[first - 1].lower in DETERMINERS or (kind is MentionKind.DESCRIPTION and is_possessive(tokens[first - 1]))
    ):
        first -= 1
    return _mention(text, tokens, kind, first, last)


def phrase_until(text: str, tokens: list[Token], last: int, *, any_noun: bool) -> Mention | None:
    """The noun phrase whose last word is `tokens[last]`; None when none that can speak ends there.

    any_noun: whether a thing may speak ("the letter said"), which only strong verbs of saying allow.
    """
    if last < 0:
        return None
    token = tokens[last]
    if token.lower in PRONOUNS:
        return _mention(text, tokens, MentionKind.PRONOUN, last, last)
    if not token.word[0].isalpha() or is_possessive(token) or token.word in _STOPS:
        return None
    if is_capital(tokens, last):
        mention: Mention | None = _named(text, tokens, _run_start(tokens, last), last)
    else:
        mention = _described_until(text, tokens, last, any_noun=any_noun)
    whole = None if mention is None else _with_tail_before(text, tokens, mention)
    return None if whole is None else _joined(text, tokens, whole)


def _run_start(tokens: list[Token], last: int) -> int:
    """Where the capitalised run that ends at `last` begins; "of" and "van" may stand inside."""
    first = last
    while first > 0 and last - first < _N_WORDS:
        before = first - 1
        if is_capital(tokens, before) and not is_possessive(tokens[before]):
            first = before
        elif tokens[before].lower in NAME_LINKS and before > 0 and is_capital(tokens, before - 1):
            first = before - 1
        elif (
            tokens[before].lower == "the"
            and before > 1
            and tokens[before - 1].lower == "of"
            and is_capital(tokens, before - 2)
        ):
            first = before - 2
        else:
            break
    return first


def _described_until(text: str, tokens: list[Token], last: int, *, any_noun: bool) -> Mention | None:
    """A description that ends in a common noun: "a senior defence source", "Ukrainian officials", "police"."""
    head = tokens[last].lower
    if head in CUE_FORMS and head not in ROLES:
        return None
    first = last
    has_determiner = head in DETERMINERS and head not in ("the", "a", "an")
    while first > 0 and last - first < _N_WORDS:
        before = tokens[first - 1]
        if before.lower in DETERMINERS or before.lower in ("his", "her", "their", "its", "my", "our"):
            first -= 1
            has_determiner = True
            break
        if before.lower in _STOPS or before.lower in PRONOUNS or not before.word[0].isalnum():
            break
        if before.lower in CUE_FORMS and before.lower not in NOUNS_TOO:
            break
        if first == 1 and before.lower in LEADING:
            break
        first -= 1
        has_determiner = has_determiner or is_possessive(before)
    if head in ROLES or (any_noun and has_determiner):
        return _mention(text, tokens, MentionKind.DESCRIPTION, first, last)
    return None


def _with_tail_before(text: str, tokens: list[Token], mention: Mention) -> Mention | None:
    """Reads "the Foreign Office" in "a spokesman for the Foreign Office" as the tail of the description before it."""
    preposition = mention.first - 1
    if preposition < 1 or tokens[preposition].lower not in TO_NAMES or mention.kind is MentionKind.PRONOUN:
        return mention
    if tokens[preposition - 1].lower in _ADJECTIVES:
        preposition -= 1  # "officials familiar with the matter"
    head = tokens[preposition - 1]
    if head.lower in ROLES or head.lower in DETERMINERS - {"the", "a", "an"}:
        described = _described_until(text, tokens, preposition - 1, any_noun=True)
        if described is not None and mention.last - described.first < 2 * _N_WORDS:
            return _mention(text, tokens, MentionKind.DESCRIPTION, described.first, mention.last)
    elif preposition > 1 and is_capital(tokens, preposition - 1) and not is_possessive(head):
        first = _run_start(tokens, preposition - 1)
        if first < preposition - 1:
            return _named(text, tokens, first, preposition - 1)
    is_thing = mention.kind is MentionKind.DESCRIPTION and tokens[mention.last].lower not in ROLES
    return None if is_thing else mention


def _joined(text: str, tokens: list[Token], mention: Mention) -> Mention:
    """Reads "Rubio and Lavrov" at the start of a clause as one joint speaker."""
    before = mention.first - 2
    if (
        before < 0
        or tokens[mention.first - 1].lower != "and"
        or not is_capital(tokens, before)
        or is_possessive(tokens[before])
    ):
        return mention
    first = _run_start(tokens, before)
    while first < before and tokens[first].lower in LEADING:
        first += 1
    if (
        first == 0
        or tokens[first - 1].lower in (QUOTATION, ",", ":", "that", "both", "the")
        or tokens[first - 1].lower in LEADING
    ):
        return _mention(text, tokens, MentionKind.JOINT, first, mention.last)
    return mention


def phrase_from(text: str, tokens: list[Token], first: int) -> Mention | None:
    """The noun phrase whose first word is `tokens[first]`; None when none that can speak begins there."""
    if first >= len(tokens):
        return None
    token = tokens[first]
    if token.lower in PRONOUNS:
        return _mention(text, tokens, MentionKind.PRONOUN, first, first)
    position = first
    while position < len(tokens) and position - first < 2 and tokens[position].lower in DETERMINERS:
        position += 1
    limit = min(len(tokens), position + _N_WORDS)
    last_role = -1
    while position < limit and tokens[position].word[0].isalpha():
        if is_capital(tokens, position) and not is_possessive(tokens[position]):
            end = _run_end(tokens, position, limit)
            after = tokens[end + 1].lower if end + 1 < len(tokens) else ""
            if after not in ROLES or tokens[end + 1].lower in NOUNS_TOO:
                is_whole = position == first or tokens[position - 1].lower in DETERMINERS
                mention = _named(text, tokens, position, end)
                if is_whole or last_role == position - 1 or (mention.kind is MentionKind.NAME and last_role >= 0):
                    return _joint_from(text, tokens, mention)
                return _mention(text, tokens, MentionKind.DESCRIPTION, first, last_role) if last_role >= 0 else mention
            position = end + 1
            continue
        lower = tokens[position].lower
        if lower in ROLES and not is_possessive(tokens[position]):
            last_role = position
        elif lower in _STOPS or last_role >= 0 or (lower in CUE_FORMS and lower not in NOUNS_TOO):
            break
        position += 1
    if last_role < 0:
        return None
    return _mention(text, tokens, MentionKind.DESCRIPTION, first, _tail_end(tokens, last_role))


def _run_end(tokens: list[Token], position: int, limit: int) -> int:
    end = position
    while end + 1 < limit:
        if is_capital(tokens, end + 1) and not is_possessive(tokens[end + 1]):
            end += 1
        elif tokens[end + 1].lower in NAME_LINKS and end + 2 < limit and is_capital(tokens, end + 2):
            end += 2
        else:
            break
    return end


def _joint_from(text: str, tokens: list[Token], mention: Mention) -> Mention:
    after = mention.last + 2
    if (
        after < len(tokens)
        and tokens[after - 1].lower == "and"
        and is_capital(tokens, after)
        and not is_possessive(tokens[after])
    ):
        end = _run_end(tokens, after, min(len(tokens), after + _N_WORDS))
        return _mention(text, tokens, MentionKind.JOINT, mention.first, end)
    return mention


def _tail_end(tokens: list[Token], head: int) -> int:
    """Where a description ends with its "for the Foreign Office", if one follows its head."""
    position = head + 1
    if position >= len(tokens) or tokens[position].lower not in TO_NAMES - {"in", "at", "with", "to"}:
        return head
    position += 1
    if position < len(tokens) and tokens[position].lower in DETERMINERS:
        position += 1
    if position < len(tokens) and tokens[position].lower in ROLES:
        return position
    if position >= len(tokens) or not is_capital(tokens, position):
        return head
    return _run_end(tokens, position, min(len(tokens), position + _N_WORDS))
