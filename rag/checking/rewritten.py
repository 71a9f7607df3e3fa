"""Sentences written as plain ones: pronouns made names in evidence, claims taken apart into parts.

"Karin Holm joined the firm. She led it." says that Karin Holm led it, and no single sentence of it does. Only the
subject of the sentence right before is written in, or its only person or thing, where number and gender allow it and
nobody else is named there; and a name in full for the initials that stand behind it in brackets. What is shown stays as
it is.

"The bridge that Anton Weiss designed opened in 1911" says two things, that he designed it and that it opened in 1911.
Each may stand in a sentence of its own; the claim holds when each of its parts does. So evidence that is about nothing
of the claim cannot help it: a part is judged as any claim is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.checking.atoms import Atom, AtomKind, normalised, sentences_of
from rag.checking.lexicon import SYMMETRIC, base_form, is_participle, is_past_form
from rag.language.english import (
    ARTICLES,
    BE,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    MONTHS,
    POSSESSIVES,
    PREPOSITIONS,
    SUBJECTS,
    word_set,
)
from rag.language.people import BODIES, FEMALE, FEMALE_NAMES, GROUPS, MALE, MALE_NAMES, ROLES
from rag.language.saying import DROPPED_AT_WILL, TIME_NOUNS

__all__ = ["parts_of", "resolved", "uncleft"]

_PRONOUN = re.compile(
    r"^(?P<lead>(?:[\w'-]+,? ){0,4}?)(?P<pronoun>He|She|It|They|he|she|it|they|His|Her|Its|Their)\b(?! was \w+ that)"
)
_INITIALS = re.compile(r"\b((?:[A-Z][\w'-]+ (?:of |for |the |and )*){1,5}[A-Z][\w'-]+) \(([A-Z]{2,6})\)")
_WORD = re.compile(r"[\w'\"“”-]+")
_MOST_WORDS = 7
"""A longer subject is no subject."""
_IN_PLACES = frozenset({"in", "at", "from", "to", "of", "near", "through", "by"})


def resolved(quotes: Sequence[str], stand_behind: Sequence[str] = ()) -> tuple[str, ...]:
    """The quotes with their leaning sentences made whole, in the same order.

    stand_behind: for each quote the sentence before it in its document, "" for none, where that is known: what it leans
    on must be cited too, wherever. Without it a quote leans on the one before.

    >>> resolved(["The bridge was drawn by Anton Weiss.", "It opened in 1911."])[1]
    'The bridge opened in 1911.'
    >>> resolved(["The Green Canal Trust (GCT) owns it.", "The GCT sold one."])[1]
    'The Green Canal Trust sold one.'
    """
    full = dict[str, str]()
    for quote in quotes:
        for name, initials in _INITIALS.findall(quote):
            if whole := _spelt_out(name.split(), initials):
                full[initials] = whole
    before = ""
    found = list[str]()
    last_of = dict[str, str]()
    for number, quote in enumerate(quotes):
        pieces = []
        if stand_behind:
            known = stand_behind[number]
            before = last_of.get(_plain(known), "") or _cited(known, quotes)
        for sentence in sentences_of(quote):
            text = sentence.text
            named = _named(text, full)
            whole = _with_subject(named, before) if before else named
            pieces.append(whole)
            before = whole
        found.append(" ".join(pieces) if all(pieces) else quote)
        if sentences := sentences_of(quote):
            last_of[_plain(sentences[-1].text)] = before
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(normalised(text).split()).casefold()


def _cited(sentence: str, quotes: Sequence[str]) -> str:
    """The sentence when a quote ends with it; empty when it is cited by none."""
    return sentence if sentence and any(_plain(quote).endswith(_plain(sentence)) for quote in quotes) else ""


def _spelt_out(words: Sequence[str], initials: str) -> str:
    """The last of the words whose capitals are the initials; empty for none."""
    for first in range(len(words) - 1, -1, -1):
        if "".join(word[0] for word in words[first:] if word[0].isupper()) == initials:
            return " ".join(words[first:])
    return ""


def _named(text: str, full: dict[str, str]) -> str:
    for initials, name in full.items():
        if f"({initials})" not in text:
            text = re.sub(rf"\b{initials}\b", name, text)
    return text


def _with_subject(text: str, before: str) -> str:
    """The sentence with the subject of the one before it in place of the pronoun that it opens with."""
    match = _PRONOUN.match(text)
    if match is None or not _is_lead(match["lead"]):
        return text
    subject = _subject(before)
    pronoun = match["pronoun"].lower()
    thing = ""
    if subject and pronoun in _PERSONAL and subject.split()[0].lower() in ARTICLES and (one := _only_person(before)):
        subject, thing = one, subject
    elif pronoun in _PERSONAL:
        thing = _only_thing(before)
    elif pronoun in ("it", "its") and subject and subject.split()[0].lower() not in ARTICLES:
        things = _A_THING.findall(before)
        subject = f"The {things[0]}" if len(things) == 1 and _PERSONS.isdisjoint(things) else subject
    if not subject or not _agree(pronoun, subject, before if not thing else ""):
        return text
    owned = subject if pronoun in ("he", "she", "it", "they") else f"{subject}'s"
    if match["lead"] and subject.split()[0].lower() in ARTICLES:
        owned = owned[0].lower() + owned[1:]
    rest = text[match.end() :]
    if thing:
        own = f"{thing[0].lower()}{thing[1:]}"
        rest = re.sub(r"\bits\b", f"{own}'s", rest, count=1)
        rest = _OBJECT_IT.sub(own, rest, count=1)
    return f"{match['lead']}{owned}{rest}"


_PERSONAL = word_set("he she his her")
_PERSONS = ROLES - BODIES - GROUPS
_OBJECT_IT = re.compile(rf"\bit\b(?= (?:{'|'.join(sorted(PREPOSITIONS | {'and', 'again'}))}) |[,.;]|$)")
_A_THING = re.compile(r"\b(?:the|an?) ([a-z]+)\b")
_THING = re.compile(r"\bthe [a-z]+\b")


def _only_thing(text: str) -> str:
    """The one thing of a sentence that "its" of the next can stand for; empty for none or several."""
    things = [thing for thing in _THING.findall(text) if _PERSONS.isdisjoint(thing.split())]
    return things[0] if len(things) == 1 else ""


def _only_person(text: str) -> str:
    """The one name of a sentence, where it is no place; empty for none or several."""
    (sentence, *_) = sentences_of(text)
    names: list[list[Atom]] = []
    for atom in sentence.atoms:
        if atom.kind is AtomKind.NAME and names and not atom.before and names[-1][-1].end == atom.position:
            names[-1].append(atom)
        elif atom.kind is AtomKind.NAME:
            names.append([atom])
    persons = [name for name in names if _IN_PLACES.isdisjoint(name[0].before)]
    return " ".join(atom.text for atom in persons[0]) if len(names) == len(persons) == 1 else ""


def _is_lead(lead: str) -> bool:
    words = [word.lower() for word in _WORD.findall(lead)]
    singular = [word.removesuffix("s") for word in words]
    return all(
        word in DROPPED_AT_WILL
        or one in TIME_NOUNS
        or word in ("in", "on", "two", "three", "four", "five", "ten", "the", "a")
        or word.isdigit()
        or word in MONTHS
        for word, one in zip(words, singular, strict=True)
    )


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    """The words before the first finite verb; empty where that is not certain.

    >>> _subject("The bridge was drawn by Anton Weiss."), _subject("In May they left.")
    ('The bridge', '')
    """
    words = text.split()[: _MOST_WORDS + 1]
    for place, word in enumerate(words[1:], start=1):
        plain = word.lower().strip(",.")
        if word.endswith(",") or (plain in _IN_PLACES and place == 1):
            return ""
        following = words[place + 1].lower() if place + 1 < len(words) else ""
        is_present = plain.endswith("s") and not word[0].isupper() and following in ARTICLES | {"its", "in", "at"}
        if plain in BE | HAVE | DO | MODALS or is_past_form(plain) or is_present:
            subject = re.sub(r" \([^)]*\)", "", " ".join(words[:place]))
            return subject if subject[0].isupper() and words[0].lower() not in _NO_SUBJECTS else ""
    return ""


_NO_SUBJECTS = SUBJECTS | POSSESSIVES | word_set("this that there in on at after before")


def _agree(pronoun: str, subject: str, before: str) -> bool:
    """Whether the pronoun can stand for the subject, and for nobody else in its sentence."""
    words = [word.lower() for word in _WORD.findall(subject)]
    is_female = not FEMALE_NAMES.isdisjoint(words) or not FEMALE.isdisjoint(words)
    is_male = not MALE_NAMES.isdisjoint(words) or not MALE.isdisjoint(words)
    is_thing = words[0] in ARTICLES and _PERSONS.isdisjoint(words)
    if pronoun in ("he", "his"):
        return not is_female and not is_thing and _is_alone(subject, before)
    if pronoun in ("she", "her"):
        return not is_male and not is_thing and _is_alone(subject, before)
    if pronoun in ("it", "its"):
        is_other = not is_thing and _A_THING.search(before) is not None
        return not is_female and not is_male and not is_other and not words[-1].endswith("s")
    return words[-1].endswith("s") or "and" in words


def _is_alone(subject: str, before: str) -> bool:
    """Whether the sentence names no other person: no other name but where a place stands."""
    if not before:
        return True
    (sentence, *_) = sentences_of(before)
    own = {word.lower() for word in _WORD.findall(subject)}
    others = [atom for atom in sentence.atoms if atom.kind is AtomKind.NAME and atom.lower not in own]
    return all(not _IN_PLACES.isdisjoint(atom.before) for atom in others[:1]) and len(others) <= 2


_ASIDE = re.compile(r"^(?P<who>[^,;:]+), (?P<what>[^,;:]+), (?P<rest>[^;:]+)$")
_ENDS_ASIDE = re.compile(
    r"^(?P<rest>[^;:]*?)(?P<who>(?:\b(?:the|a|an|his|her|its|their) [^,;: ]+(?: [a-z]+)?"
    r"|[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)), (?P<what>(?:who|which) [^,;:]+)$"
)
_OPENS_ASIDE = re.compile(r"^(?P<what>[A-Z]\w+ (?:by|in|at|from|on) [^,;:]+), (?P<rest>[^,;:]+)$")
_RELATIVE = word_set("who which that")
_TOGETHER = word_set("both between together jointly each other another apart either neither nor or not")
_SHARED = PREPOSITIONS - {"of"}
_FINITE = BE | HAVE | DO | MODALS
_MOST_PARTS = 4


def parts_of(claim: str) -> Iterator[tuple[str, ...]]:
    """The ways to take a claim apart into plain sentences that together say what it says; often none.

    >>> list(parts_of("The bridge that Anton Weiss designed opened in 1911."))
    [('Anton Weiss designed the bridge.', 'The bridge opened in 1911.')]
    >>> list(parts_of("The club lost its tents and its radio."))
    [('The club lost its tents.', 'The club lost its radio.')]
    """
    text = normalised(claim).strip().rstrip(".")
    if any(mark in text for mark in '?"!()') or len(text.split()) > 40:
        return
    for found in (*_asides(text), *_relatives(text), *_coordinated(text)):
        if len(found) > 1 and all(len(part.split()) > 1 for part in found):
            yield tuple(f"{part[0].upper()}{part[1:]}." for part in found)


def _asides(text: str) -> Iterator[tuple[str, ...]]:
    """What stands between commas, or before one, about the thing beside it."""
    if (match := _ASIDE.match(text)) and _is_predicate(match["rest"].split()[0]):
        who, what, rest = match["who"], match["what"].split(), match["rest"]
        if what[0] in ("who", "which"):
            yield f"{who} {' '.join(what[1:])}", f"{who} {rest}"
        elif is_participle(what[0]) or what[0] in ARTICLES:
            yield f"{who} {'is' if what[0] in ARTICLES else 'was'} {' '.join(what)}", f"{who} {rest}"
    if match := _ENDS_ASIDE.match(text):
        what = match["what"].split(maxsplit=1)[1]
        if _is_predicate(what.split()[0]):
            yield match["rest"] + match["who"], f"{match['who']} {what}"
    if (match := _OPENS_ASIDE.match(text)) and is_participle(match["what"].split()[0].lower()):
        who = _subject_of(match["rest"])
        if who:
            yield f"{who} was {match['what'][0].lower()}{match['what'][1:]}", match["rest"]


def _relatives(text: str) -> Iterator[tuple[str, ...]]:
    """A clause without commas about the subject: "the bridge that … designed", "the bridge designed by …"."""
    words = text.split()
    for place, word in enumerate(words[1:8], start=1):
        who, behind = " ".join(words[:place]), words[place + 1 :]
        if "," in who:
            return
        if word in _RELATIVE and behind and _is_predicate(behind[0]):
            end = next((i for i in range(1, len(behind)) if _is_main_verb(behind, i)), 0)
            if end:
                yield f"{who} {' '.join(behind[:end])}", f"{who} {' '.join(behind[end:])}"
            return
        if word == "that" and (verb := next((i for i in range(len(behind)) if _is_main_verb(behind, i)), 0)):
            if behind[verb + 1 : verb + 2] and _is_predicate(behind[verb + 1]):
                thing = f"{who[0].lower()}{who[1:]}" if words[0].lower() in ARTICLES else who
                yield f"{' '.join(behind[: verb + 1])} {thing}", f"{who} {' '.join(behind[verb + 1 :])}"
            return
        if is_participle(word) and behind[:1] == ["by"] and words[place - 1] not in _FINITE:
            end = next((i for i in range(2, len(behind)) if _is_main_verb(behind, i)), 0)
            if end:
                yield f"{who} was {word} {' '.join(behind[:end])}", f"{who} {' '.join(behind[end:])}"
            return
        if _is_predicate(word):
            return


def _coordinated(text: str) -> Iterator[tuple[str, ...]]:
    """What "and" joins: clauses, predicates of one subject, objects of one verb, subjects of one predicate."""
    words = text.replace(", and ", " and ").split()
    lower = [word.lower() for word in words]
    who = _subject_of(text)
    if not _TOGETHER.isdisjoint(lower) or lower.count("and") != 1:
        return
    joint = lower.index("and")
    before, behind = words[:joint], words[joint + 1 :]
    if not before or not behind:
        return
    verb = next((i for i in range(1, len(words)) if _is_main_verb(words, i)), 0)
    if not verb or words[verb - 1].endswith(","):
        return
    if verb < joint and who:
        if _is_predicate(behind[0]):
            yield " ".join(before), f"{who} {' '.join(behind)}"
        elif lower[joint + 1] in SUBJECTS and behind[1:] and _is_predicate(behind[1]):
            yield " ".join(before), f"{who} {' '.join(behind[1:])}"
        elif any(_is_main_verb(behind, i) for i in range(1, len(behind))):
            yield " ".join(before), " ".join(behind)
        elif _may_be_shared(words, verb) and (start := _object_start(words, verb, joint)):
            yield " ".join(before), " ".join((*words[:start], *behind))
    elif verb > joint and base_form(lower[verb]) not in SYMMETRIC and "," not in " ".join(words[:verb]):
        yield f"{' '.join(before)} {' '.join(words[verb:])}", " ".join(behind)


def _object_start(words: Sequence[str], verb: int, joint: int) -> int:
    """Where the object before "and" begins: behind the verb, or behind its auxiliaries; 0 where that is not certain."""
    start = verb + 1
    while start < joint and (words[start].lower() in _FINITE or is_past_form(words[start].lower())):
        start += 1
    is_alike = _opens_noun(words[start]) and _opens_noun(words[joint + 1])
    return start if start < joint and is_alike else 0


def _may_be_shared(words: Sequence[str], verb: int) -> bool:
    """Whether the verb can be said of each thing alone, and no time or place behind belongs to both."""
    rest = {word.lower() for word in words[verb + 1 :]}
    return base_form(words[verb].lower()) not in SYMMETRIC and _SHARED.isdisjoint(rest)


def _opens_noun(word: str) -> bool:
    lower = word.lower()
    return lower in DETERMINERS | POSSESSIVES | ARTICLES or word[0].isupper() or word[0].isdigit()


def _subject_of(text: str) -> str:
    """The words before the first finite verb, with a capital; empty where there is a comma or a clause in them."""
    words = text.split()
    verb = next((i for i in range(1, len(words)) if _is_main_verb(words, i)), 0)
    who = words[:verb]
    if not who or any(word.endswith(",") for word in who) or not _RELATIVE.isdisjoint(who):
        return ""
    return f"{who[0][0].upper()}{who[0][1:]} {' '.join(who[1:])}".strip()


def _is_main_verb(words: Sequence[str], place: int) -> bool:
    """Whether a finite verb stands here: an auxiliary, a past form, a present one with what follows it."""
    word, before = words[place], words[place - 1].lower() if place else ""
    if not word[0].islower() or before in DETERMINERS | ARTICLES | POSSESSIVES | {"to", "and"} or before in _FINITE:
        return False
    following = words[place + 1].lower() if place + 1 < len(words) else ""
    if word in _FINITE:
        return True
    if is_past_form(word):
        return following != "by" or before in _FINITE
    return word.endswith("s") and following in ARTICLES | POSSESSIVES | _SHARED


def _is_predicate(word: str) -> bool:
    return word in _FINITE or (word.islower() and (is_past_form(word) or (word.endswith("s") and len(word) > 3)))


_WHO = r"(?P<who>(?:(?:[Tt]he|an?) |(?=[A-Z]))[^,;:\"]+?)"
_CLEFTS = (
    re.compile(
        rf"^The (?:person|people|one|ones|country|party) (?:who|that|which) (?P<what>.+) (?:was|is|were|are) {_WHO}\.?$"
    ),
    re.compile(rf"^It (?:was|is) {_WHO} (?:who|that|which) (?P<what>[^,;:\"]+?)\.?$"),
)


def uncleft(claim: str) -> str:
    """The claim in the order of a plain sentence: "The person who left was Ann." is "Ann left."."""
    for pattern in _CLEFTS:
        if match := pattern.match(claim):
            who, what = match["who"], match["what"]
            return f"{who[0].upper()}{who[1:]} {what}."
    return claim
