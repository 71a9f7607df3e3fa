"""Pronouns and other words that point back, replaced by what they mean; nothing is replaced that may mean another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.attribution.names import fold
from rag.conversation.lexicon import DO_OR_MODAL, MOTION, NOT_FINITE, PERSON_ROLES, PHRASE_ENDS, PREDICATES, SPOKEN
from rag.conversation.memory import Memory, Said, is_bound, may_be
from rag.conversation.names import Kind, NamedThing, names_in
from rag.language.english import ADVERBS, BE, PREPOSITIONS, QUESTION_WORDS, STOP_WORDS
from rag.language.people import FEMALE, MALE, TITLES

__all__ = ["open_pronoun", "with_meanings"]

_PRONOUN = re.compile(
    r"\b(?P<he>he|him|his|himself)\b|\b(?P<she>she|her|hers|herself)\b"
    r"|\b(?P<they>they|them|their|theirs)\b"
    r"|\b(?P<it>it|its)\b|\b(?P<there>there)\b|\b(?P<then>(?:back )?then|at (?:that|the) time)\b"
    r"|(?<=\babout )(?P<topic>that|this)(?=\W*$)"
    r"|\b(?P<definite>the|this|that|these|those) (?P<head>[a-z]+)\b",
    re.IGNORECASE,
)
_NEVER_BOUND = frozenset(["definite", "topic"])
_N_TOPIC = 8
_POSSESSIVES = frozenset(["his", "their", "its"])
_ENDING = re.compile(r"['’](s|re|ve|ll|d|m)\b", re.IGNORECASE)
_FULL = {"re": " are", "ve": " have", "ll": " will"}
_WORD = re.compile(r"[^\W\d_]+")
_EXISTS = BE | NOT_FINITE
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_GOES_ON = PHRASE_ENDS | STOP_WORDS | QUESTION_WORDS | DO_OR_MODAL | PREDICATES
_HELPED = [[word] for word in sorted(DO_OR_MODAL | {"has", "have", "had"})]
_INDEFINITE_PHRASE = re.compile(r"\b(?:an?|some|this|these) \w+", re.IGNORECASE)
_COUNTRY_HEADS = frozenset(["country", "nation"])
_CITY_HEADS = frozenset(["city", "town", "capital"])


def with_meanings(question: str, memory: Memory) -> str:
    """The question with the first pronoun of each kind replaced, where the conversation shows what it means."""
    named = [*names_in(question), *_known_in_lower(question, memory)]
    parts: list[str] = []
    position = 0
    done: set[str] = set()
    for match in _PRONOUN.finditer(question):
        sort = next(key for key in _MEANINGS if match[key])
        if sort in done or (sort not in _NEVER_BOUND and is_bound(sort, question, match, named)):
            continue
        meant = _MEANINGS[sort](question, match, memory)
        if meant is None or (sort not in _NEVER_BOUND and meant[0] in parts):
            continue
        done.add(sort)
        text, end = meant
        parts += [question[position : match.start()], text]
        position = end
    found = "".join([*parts, question[position:]])
    return found[:1].upper() + found[1:] if question[:1].isupper() else found


def open_pronoun(question: str, memory: Memory) -> str:
    """The first "he" or "she" of the question of which neither the question nor the conversation says whom it means.

    Empty when there is none.
    """
    named = [*names_in(question), *_known_in_lower(question, memory)]
    for match in _PRONOUN.finditer(question):
        sort = "he" if match["he"] else "she" if match["she"] else ""
        is_reflexive = match.group().lower().endswith("self")  # whom it means stands before it
        if (
            sort
            and not is_reflexive
            and not is_bound(sort, question, match, named)
            and _MEANINGS[sort](question, match, memory) is None
        ):
            return match.group()
    return ""


def _known_in_lower(question: str, memory: Memory) -> Iterator[NamedThing]:
    """The names of the last turns that the question has in lower case."""
    if question != question.lower():
        return
    words = {match.group(): match for match in _WORD.finditer(question)}
    for turn in memory[:2]:
        for name in (*turn.asked, *turn.answered):
            found = words.get(name.text.rpartition(" ")[2].lower())
            if found is not None:
                yield NamedThing(
                    text=name.text, start=found.start(), end=found.end(), kind=name.kind, gender=name.gender
                )


def _person(gender: int, memory: Memory) -> NamedThing | None:
    """Whom "he" (1) or "she" (-1) means: the last question's person, then the answer's, then further back."""
    others = [name for turn in memory for name in (*turn.asked, *turn.answered) if name.gender * gender < 0]
    certain = any(_asked_person(gender, turn, is_certain=True) for turn in memory)
    asked_before = [name for turn in memory if (name := _asked_person(gender, turn, is_certain=certain)) is not None]
    for turn in memory:
        asked = _asked_person(gender, turn, is_certain=certain)
        if asked is not None:
            return asked
        answered = [
            name for name in turn.answered if may_be(name, gender) and not any(_same(name, other) for other in others)
        ]
        if any(_same(name, asked_before[0]) for name in answered if asked_before):
            return asked_before[0]
        speakers = [name for name in answered if name.speaks]
        is_who = turn.question.lower().startswith("who")
        persons = [name for name in answered if name.kind is Kind.PERSON or (is_who and not name.start)]
        is_answer = turn is memory[0] and (speakers or is_who)
        if (speakers or persons) and (is_answer or not asked_before):
            return (speakers or persons)[0]
        described = _described_person(gender, turn)
        if described is not None and not asked_before:
            return described
    return None


def _described_person(gender: int, turn: Said) -> NamedThing | None:
    """The one person whom the question describes instead of naming: "the mayor"."""
    if any(name.gender * gender < 0 for name in turn.answered):
        return None
    other = FEMALE if gender > 0 else MALE
    found = [phrase for phrase in turn.phrases if phrase.kind is Kind.THING and _names_person(phrase)]
    found = [phrase for phrase in found if not other.intersection(phrase.text.split())]
    return found[0] if len(found) == 1 else None


def _asked_person(gender: int, turn: Said, *, is_certain: bool) -> NamedThing | None:
    """The person whom the question names; a name that may be anything counts when no person is certain."""
    persons = [name for name in turn.asked if may_be(name, gender)]
    certain = [name for name in persons if name.kind is Kind.PERSON or name.speaks or name.acts or turn.topic is name]
    if is_certain or certain:
        return next((name for name in certain if name.gender == gender == -1), certain[0] if certain else None)
    return persons[0] if len(persons) == 1 else None


def _same(name: NamedThing, other: NamedThing) -> bool:
    return fold(name.text.rpartition(" ")[2]) == fold(other.text.rpartition(" ")[2])


def _full(name: NamedThing, memory: Memory) -> str:
    """The longest way in which the last turns write the person: "Marco Rubio" for "rubio"."""
    last = fold(name.text.rpartition(" ")[2])
    longer = {
        other.text
        for turn in memory
        for other in (*turn.asked, *turn.answered)
        if other.kind in (Kind.PERSON, Kind.UNKNOWN)
        and fold(other.text.rpartition(" ")[2]) == last
        and other.text.count(" ") <= 3
        and len(other.text.split()) >= len(name.text.split())
    }
    if len({fold(text) for text in longer if " " in text}) > 1:
        return name.text
    return max(longer, key=lambda text: (len(text), text), default=name.text)


def _mean_person(gender: int) -> Callable[[str, re.Match[str], Memory], tuple[str, int] | None]:
    def mean(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
        name = _person(gender, memory)
        if name is None or match.group().lower().endswith("self"):
            return None
        return _put(_full(name, memory), question, match)

    return mean


def _put(text: str, question: str, match: re.Match[str]) -> tuple[str, int] | None:
    """The replacement and where the question goes on; possessives get their ending."""
    word = match.group().lower()
    if word in ("hers", "theirs"):
        return f"{text}{_genitive(text)}", match.end()
    if word in _POSSESSIVES or (word == "her" and _is_possessive(question, match.end())):
        return f"{text}{_genitive(text)}", match.end()
    ending = _ENDING.match(question, match.end())
    if ending is None:
        return text, match.end()
    short = ending.group(1).lower()
    if short == "s":
        return text, match.end()
    return (text + _FULL[short], ending.end()) if short in _FULL else None


def _genitive(text: str) -> str:
    return "’" if text.endswith("s") and text.startswith("the ") else "'s"


def _is_possessive(question: str, position: int) -> bool:
    following = _WORD.match(question, position + 1)
    return following is not None and following.group().lower() not in PHRASE_ENDS | STOP_WORDS


def _mean_thing(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    """What "it" means: the one thing, body, country or phrase that the last turn is about."""
    is_subject = _WORD.match(question, match.end() + 1) is not None
    for turn in _near(memory):
        if turn.topic is not None:
            return _put(turn.topic.text, question, match) if _is_thing(turn.topic) else None
        names = [name for name in turn.asked if name.kind in (Kind.THING, Kind.BODY, Kind.COUNTRY, Kind.PLACE)]
        phrases = [phrase for phrase in turn.phrases if phrase.kind is Kind.THING and not _names_person(phrase)]
        names = [name for name in names if not any(each.start <= name.start < each.end for each in phrases)]
        found = sorted({each.text: each for each in (*names, *phrases)}.values(), key=lambda each: each.start)
        found = [each for each in found if not (each.acts or each.speaks)] or found
        if found:
            return _put(_described(found[0 if is_subject else -1], turn, match), question, match)
    return None


def _described(thing: NamedThing, turn: Said, match: re.Match[str]) -> str:
    """The thing with what the question adds to it, "the ceasefire in Gaza"; not before an ending, as in "its"."""
    further = _described_further(thing.text.removeprefix("the "), turn)
    return further.pop() if len(further) == 1 and match.group().lower() == "it" else thing.with_article


def _names_person(phrase: NamedThing) -> bool:
    return phrase.text.partition(" of ")[0].rpartition(" ")[2] in PERSON_ROLES


def _mean_group(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    """Whom "they" means: two people side by side, a people, a body, a country or a plural phrase."""
    for turn in _near(memory):
        if turn.topic is not None:
            return _put(turn.topic.text, question, match) if turn.topic.kind is not Kind.PERSON else None
        pair = _pair(turn)
        if pair:
            return _put(pair, question, match)
        plural = [phrase for phrase in turn.phrases if phrase.kind is Kind.PEOPLE]
        groups = [
            name
            for name in turn.asked
            if (name.kind is Kind.PEOPLE or _is_acting(name, turn.question))
            and not any(phrase.start <= name.start < phrase.end for phrase in turn.phrases)
        ]
        found = sorted((*plural, *groups), key=lambda each: each.start)
        if found:
            return _put(found[0].with_article, question, match)
    return None


def _near(memory: Memory) -> Iterator[Said]:
    """The last turn whose question names or describes something, and the topic of the conversation."""
    for turn in memory:
        if turn.topic is not None:
            yield turn
            return
        if turn.asked or turn.phrases or _INDEFINITE_PHRASE.search(turn.question):
            yield turn
            yield from (each for each in memory if each.topic is not None)
            return


def _is_thing(topic: NamedThing) -> bool:
    """Whether a topic may be "it": two capitalised words that nothing is known of may be a person."""
    return topic.kind not in (Kind.PERSON, Kind.UNKNOWN) or not topic.text.istitle() or " " not in topic.text


def _is_acting(name: NamedThing, question: str) -> bool:
    """Whether a body or country stands where the one who does something stands."""
    before = question[: name.start].lower().removesuffix("the ").split()
    is_subject = name.speaks or name.acts or not before or before[-1] in _EXISTS
    return name.kind in (Kind.BODY, Kind.COUNTRY) and is_subject


def _pair(turn: Said) -> str:
    for first, second in zip(turn.asked, turn.asked[1:], strict=False):
        if turn.question[first.end : second.start] == " and ":
            return f"{first.text} and {second.text}"
    return ""


def _mean_place(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    before = question[: match.start()].lower().split()
    following = _WORD.match(question, match.end() + 1)
    is_last = following is None or following.group().lower() in PREPOSITIONS | ADVERBS | {"and", "or"}
    if not before or not is_last or before[-1] in _EXISTS or before[-1].endswith(("n't", "n’t")):
        return None
    for turn in memory[:2]:
        for names in (turn.asked, turn.answered):
            places = [name for name in names if name.kind in (Kind.PLACE, Kind.COUNTRY)]
            if names is turn.answered and len({name.text for name in places}) > 1:
                return None
            if places:
                preposition = "" if before[-1] in PREPOSITIONS else "to " if before[-1] in MOTION else "in "
                return preposition + places[-1].text, match.end()
    return None


def _mean_time(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    before = question[: match.start()].lower().split()
    if not before or question[match.end() :].strip(" ?.!") or before[-1] in PREPOSITIONS or not memory:
        return None
    for text in (memory[0].question, memory[0].answer):
        years = set(_YEAR.findall(text))
        if years:
            return (f"in {years.pop()}", match.end()) if len(years) == 1 else None
    return None


def _mean_phrase(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    """The name for which "the minister", "this country" or "the bridge" stands, when the last turn has only one."""
    if not memory or question[match.end() :].startswith((" of ", "'", "’", "-")) or _is_modified(question, match):
        return None
    turn, head = memory[0], match["head"].lower()
    names = (*turn.asked, *turn.answered)
    if head in TITLES:
        found = _titled(head, turn)
    elif head in _COUNTRY_HEADS:
        found = {name.with_article for name in turn.asked if name.kind is Kind.COUNTRY}
    elif head in _CITY_HEADS:
        found = {name.text for name in turn.asked if name.kind is Kind.PLACE}
    else:
        found = {name.with_article for name in names if name.text.lower().endswith(f" {head}")}
        found = found or _described_further(head, turn)
    if len(found) != 1:
        return None
    text = found.pop()
    return None if text.lower() in question.lower() else (text, match.end())


def _titled(head: str, turn: Said) -> set[str]:
    """The one person of the turn, if this title stands before the name."""
    persons = {name.text: name for name in (*turn.asked, *turn.answered) if name.kind is Kind.PERSON}
    if len(persons) != 1:
        return set()
    text = next(iter(persons))
    said = f"{turn.question} {turn.answer}".lower()
    is_titled = head in text.lower().split() or f"{head} {text.lower()}" in said
    return {text} if is_titled else set()


def _described_further(head: str, turn: Said) -> set[str]:
    """The phrase with the name that the last question adds to it: "the talks in Jeddah"."""
    found = set()
    for name in turn.asked:
        before = re.search(
            rf"\bthe {re.escape(head)} (?:in|on|with|over|at|near) (?:the )?$", turn.question[: name.start]
        )
        if before is not None:
            found.add(turn.question[before.start() : name.end])
    return found


def _is_modified(question: str, match: re.Match[str]) -> bool:
    """Whether the phrase goes on, as "the minister" does in "the minister president"."""
    following = _WORD.match(question, match.end() + 1)
    if following is None:
        return False
    word, after = following.group().lower(), _WORD.match(question, following.end() + 1)
    is_verb = after is None or after.group() != after.group().lower() or after.group() in _GOES_ON
    if is_verb and question[: match.start()].lower().split()[-1:] in _HELPED:
        return False
    return word in PREPOSITIONS or word not in _GOES_ON


def _mean_topic(question: str, match: re.Match[str], memory: Memory) -> tuple[str, int] | None:
    """What somebody said something about, when the last question has asked that."""
    asked = question[: match.start()].lower().split()
    topic = memory[0].question.rpartition(" about ")[2].rstrip("?!. ") if memory else ""
    is_said = len(asked) > 1 and asked[-2] in SPOKEN
    is_known = topic != "" and " about " in memory[0].question and topic.lower() not in ("that", "this", "it")
    return (topic, match.end()) if is_said and is_known and len(topic.split()) <= _N_TOPIC else None


_MEANINGS: dict[str, Callable[[str, re.Match[str], Memory], tuple[str, int] | None]] = {
    "he": _mean_person(1),
    "she": _mean_person(-1),
    "they": _mean_group,
    "it": _mean_thing,
    "there": _mean_place,
    "then": _mean_time,
    "topic": _mean_topic,
    "definite": _mean_phrase,
}
