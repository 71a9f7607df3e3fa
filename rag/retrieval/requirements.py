"""What an answer cannot do without, and the best sentences lack: the person, the year, the thing asked for.

A near miss is about somebody else of the same name, another year, another row of the table, or what would have been.
Where the question names such a thing in plain words and neither the best sentences nor what stands around them has it,
they do not answer, however well they fit. Each test is narrow: what it does not understand it lets pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher

from rag.attribution import AskedSpeaker
from rag.attribution.names import fold, name_words
from rag.language.countries import COUNTRIES
from rag.language.english import (
    LEADING,
    MONTHS,
    PHRASAL_VERBS,
    POINTING_BACK,
    QUESTION_WORDS,
    WEEKDAYS,
    one_of,
    word_set,
)
from rag.language.people import FEMALE_NAMES, MALE_NAMES, ROLES, TITLE_TAILS, TITLES
from rag.language.saying import SAID_OR_THOUGHT, UNREALISED
from rag.language.words import content_stems, content_words, stem
from rag.retrieval.answer_kinds import Expected, asked_deed, asked_words, expected_by, has_kind, measure_of
from rag.retrieval.participants import lacks_acted_upon, lacks_counted, lacks_measured, lacks_recipient
from rag.retrieval.ranking import Candidate, Ranked, likeness
from rag.retrieval.rows import lacks_column, lacks_number, lacks_superlative

__all__ = ["unmet_requirements"]


def unmet_requirements(question: str, near: Sequence[Ranked], asked: AskedSpeaker | None) -> tuple[str, ...]:
    """What the question demands in so many words and the sentences lack; "" where they have it and say it is not so.

    near: those that would be shown, the best first; at least one.
    """
    candidates = [place.candidate for place in near]
    found = [*_speaker(asked, question, candidates), *_topic(asked, question, candidates)]
    for requirement in _REQUIREMENTS:
        found += requirement(question, candidates)
    return tuple(dict.fromkeys(found))


def _speaker(asked: AskedSpeaker | None, question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """Whoever is asked for words and is quoted by nobody: some sentence must have the name, and words beside it.

    A country or its capital speaks by its ministers, so none is looked for; a single name may be a body's.
    """
    if asked is None or not asked.is_absent or not _NAME.fullmatch(asked.mention):
        return
    if not _SAYS.intersection(name_words(question)):
        return
    if content_stems(asked.mention) & _COUNTRY_STEMS:
        return
    name = name_words(asked.mention)
    words = [set(name_words(candidate.quote)) for candidate in near]
    naming = [each for each in words if name[-1] in each]
    if not naming or (len(name) > 1 and not any(_SAYS & each for each in naming)):
        yield asked.mention


def _topic(asked: AskedSpeaker | None, question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """What somebody is asked to have said something about: some of it has to be near his or her words."""
    match = _ABOUT.search(question)
    if match is None or asked is None or not asked.speaker or _LEANS.match(near[0].quote):
        return
    words = [word for word in content_words(match[1]) if not content_stems(word) <= content_stems(asked.speaker)]
    said = " ".join(map(_beside, near)) + " ".join(each.before for each in near)
    if words and float(likeness(words, [said]).max(initial=0)) < _LEAST_ALIKE:
        yield match[1].strip(" ?.")


def _person(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """Somebody of that first and last name: the best sentence may not be about another first name alone."""
    best = near[0]
    beside = set(name_words(f"{best.quote} {best.before} {best.sentence.speaker} {best.passage.title}"))
    names = _full_names(question)
    for given, surname in names if len(names) == 1 else ():
        others = {fold(each) for each in _bearers(f"{best.quote} {best.sentence.speaker}", surname)}
        if not others or beside.issuperset(name_words(given)) or "" in others or others & _NO_NAMES:
            continue
        if not any(_may_be_one_name(fold(given), other) for other in others):
            yield f"{given} {surname}"


def _opened(question: str) -> str:
    """The question without the word that opens it, unless that is a first name: its capital says nothing."""
    opening = re.match(r"\W*(\w+)", question)
    return question if opening is None or fold(opening[1]) in _FIRST_NAMES else question[opening.end() :]


def _beside(candidate: Candidate) -> str:
    """The sentence with its speaker and heading, and with the one before it where it leans on that."""
    before = candidate.before if _LEANS.match(candidate.quote) else ""
    return f"{before} {candidate.quote} {candidate.sentence.speaker} {candidate.passage.heading}"


def _around(candidate: Candidate) -> str:
    """The sentence with its speaker and all that is known to stand around it."""
    passage = candidate.passage
    return f"{candidate.before} {candidate.quote} {candidate.sentence.speaker} {passage.heading} {passage.text}"


def _may_be_one_name(given: str, other: str) -> bool:
    """Whether two first names, folded, may be forms or spellings of one.

    >>> (
    ...     _may_be_one_name("sebastian", "sebastien"),
    ...     _may_be_one_name("radoslaw", "radek"),
    ...     _may_be_one_name("ann", "eva"),
    ... )
    (True, True, False)
    """
    if given[:1] != other[:1]:
        return False
    return given[:_N_OF_SHORT_FORM] == other[:_N_OF_SHORT_FORM] or SequenceMatcher(None, given, other).ratio() >= _ALIKE


def _full_names(question: str) -> list[tuple[str, str]]:
    """First and last word of each name of several words; what somebody is, or is of, is no first name.

    Nor is the word that opens the question, if it is not one as a rule: "Describe Rubio's offer".

    >>> _full_names("Did Secretary of State Rubio or Poland's Foreign Minister Sikorski meet Ann Lee?")
    [('Ann', 'Lee')]
    """
    names = [match[0].split() for match in _NAME.finditer(_POSSESSIVE.sub(",", _opened(question)))]
    names = [[word for word in name if fold(word) not in _NO_NAMES] for name in names]
    return [(name[0], name[-1]) for name in names if len(name) > 1]


def _bearers(quote: str, surname: str) -> list[str]:
    """The word with a capital before each mention of the surname; empty where there is none."""
    return [match[1] or "" for match in re.finditer(rf"(?:\b([A-Z][\w’'-]*) )?(?<![\w-]){re.escape(surname)}\b", quote)]


def _year(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """A year: some sentence has to speak of it, or leave open of which year it speaks."""
    for year in dict.fromkeys(_YEAR.findall(question)):
        if not any(_may_be_about(year, candidate) for candidate in near):
            yield year


def _may_be_about(year: str, candidate: Candidate) -> bool:
    passage = candidate.passage
    own = _YEAR.findall(candidate.quote)
    if year in own or year in passage.title:
        return True
    if own:
        return _SPAN_OF_YEARS.search(candidate.quote) is not None
    if passage.published.startswith(year):
        return True
    if passage.published and _PRESENT.search(candidate.quote):
        return False
    return year in passage.text or year in candidate.before


def _condition(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """What would be if something were: some sentence has to speak of that condition."""
    match = _IF.search(question)
    if match is None:
        return
    asked = content_stems(match[1])
    for candidate in near:
        shared = asked & content_stems(candidate.quote)
        if _CONDITIONAL.search(candidate.quote) and len(shared) * 2 >= len(asked):
            return
    yield match[1].strip(" ?.")


def _amount(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """An age, a year, a sum of money, a number: some sentence has to hold one, an age that of who is named."""
    kind = expected_by(question)
    if measure := measure_of(question):
        if not any(has_kind(kind, f"{each.before} {each.quote}", question) for each in near):
            yield measure
        return
    if kind not in _SAID_AS:
        return
    stated = [each for each in near if has_kind(kind, each.quote, question) or _AMOUNT[kind].search(each.quote)]
    if kind is Expected.MONEY:
        named = {stem for name in _NAME.findall(_opened(question)) for stem in content_stems(name)}
        about = named | content_stems(" ".join(word for word in asked_words(question) if word not in _OF_MONEY))
        stated = [each for each in stated if not named or about & content_stems(_beside(each))]
    if kind is Expected.AGE:
        names = {fold(surname) for _, surname in _full_names(question)}
        stated = [each for each in stated if not names or names & set(name_words(f"{each.quote} {each.before}"))]
    if not stated:
        yield _SAID_AS[kind]


def _event(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """Why, when, where or how something happened: the best sentences may not say that it did not."""
    match = _PRESUMED.match(question)
    if match is None or _DENIED.search(question):
        return
    asked = content_stems(match[1])
    for candidate in near[:_N_FIRST]:
        for denial in _DENIED.finditer(candidate.quote):
            verbs = [content_stems(word) for word in candidate.quote[denial.end() :].split()[:_N_DENIED]]
            if any(stems and stems <= asked for stems in verbs):
                yield ""
                return


def _deed(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """What somebody is said to have done: what is near has to speak of it in some words, and not only as a plan.

    Who it was, and when, people ask in words of their own too often: there only what is planned counts. A sentence that
    gives a reason in so many words may call the deed something else.
    """
    deed = asked_deed(question)
    if deed is None:
        return
    around = " ".join(map(_around, near))
    is_missing = float(likeness(PHRASAL_VERBS.get(deed, [deed]), [around]).max(initial=0)) < _LEAST_ALIKE
    is_planned = any(_PLAN.search(each.quote) for each in near[:_N_FIRST])
    has_reason = any(_REASON.search(each.quote) for each in near[:_N_FIRST])
    if is_missing and (is_planned or (_PRESUMES.match(question) and not has_reason)):
        yield deed
    elif not is_missing and " " not in deed and _PRESUMED.match(question) and _is_only_planned(deed, near[:_N_FIRST]):
        yield ""


def _is_only_planned(verb: str, near: Sequence[Candidate]) -> bool:
    """Whether the sentences have the verb, and only as what is planned, asked or proposed."""
    verb = stem(verb).rstrip("e")
    found = False
    for candidate in near:
        words = [stem(word).rstrip("e") for word in re.findall(r"[\w’'-]+", candidate.quote.lower())]
        for at in (at for at, word in enumerate(words) if word == verb):
            found = True
            before = words[max(0, at - _N_BEFORE) : at]
            is_aim = before[-1:] == ["to"] and not _PLANNED.isdisjoint(before[-4:-1])
            if not is_aim and not {"whether", "if"} & set(before):
                return False
    return found


def _date(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """A month or a day of the week: the passages have to name it, or be of it."""
    for match in _DAY.finditer(question):
        word = match[1].lower()
        if not any(_is_of(word, each) for each in near):
            yield match[1]


def _is_of(word: str, candidate: Candidate) -> bool:
    passage = candidate.passage
    if re.search(rf"\b{word[:3]}\w*", f"{candidate.before} {passage.heading} {passage.text}", re.IGNORECASE):
        return True
    try:
        day = date.fromisoformat(passage.published[:10])
    except ValueError:
        return not passage.published and _DAY.search(passage.text) is None
    return word in (MONTHS[day.month - 1], WEEKDAYS[day.weekday()])


def _elsewhere(question: str, near: Sequence[Candidate]) -> Iterator[str]:
    """A thing at a place, or on a side: where the sentences have such a thing of another one, that is another thing."""
    around = " ".join(map(_around, near))
    for match in _AT_A_PLACE.finditer(question):
        if content_stems(match[2]) <= content_stems(around):
            continue
        things = content_stems(match[1])
        if any(things & content_stems(other[1]) for each in near for other in _AT_A_PLACE.finditer(each.quote)):
            yield match[2]
    for match in _SIDE.finditer(question):
        if re.search(rf"\b{match[1]}\b", around, re.IGNORECASE) is None:
            things = content_stems(match[2])
            if any(things & content_stems(other[2]) for each in near for other in _SIDE.finditer(each.quote)):
                yield match[0]


_REQUIREMENTS: tuple[Callable[[str, Sequence[Candidate]], Iterator[str]], ...] = (
    _person,
    _year,
    _condition,
    _amount,
    lacks_column,
    _event,
    _deed,
    lacks_superlative,
    lacks_number,
    _date,
    _elsewhere,
    lacks_counted,
    lacks_recipient,
    lacks_acted_upon,
    lacks_measured,
)
_SAID_AS = {
    Expected.AGE: "age",
    Expected.YEAR: "year",
    Expected.COUNT: "number",
    Expected.MONEY: "sum of money",
}
_LEANS = re.compile(rf"{one_of(POINTING_BACK)}\b", re.IGNORECASE)
_OF_MONEY = word_set("cost costs pay paid pays earn earns earned worth spend spent price charge charged money cash")
_COUNTRY_STEMS = frozenset(country.names[0] for country in COUNTRIES)
_SAYS = SAID_OR_THOUGHT | {"write", "wrote", "writes", "according", "announce", "announced"}
_OF_COUNTRIES = frozenset(
    word.lower()
    for country in COUNTRIES
    for name in (*country.names, *country.adjectives, *country.capitals)
    for word in name.split()
)
_NO_NAMES = (
    LEADING
    | QUESTION_WORDS
    | TITLES
    | TITLE_TAILS
    | ROLES
    | frozenset(MONTHS)
    | _OF_COUNTRIES
    | word_set("foreign deputy vice former acting home")
)
_FIRST_NAMES = FEMALE_NAMES | MALE_NAMES
_N_OF_SHORT_FORM = 3
"""Letters that a name and its short form begin with: "Rob" and "Robert"."""
_ALIKE = 0.7
"""Share of letters in common from which on two names may be spellings of one."""
_NAME = re.compile(r"(?<![\w-])[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_POSSESSIVE = re.compile(r"[’']s\b")
_ABOUT = re.compile(r"\b(?:about|regarding|concerning) (.+)", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[0-9]\d\d|20\d\d)\b")
_SPAN_OF_YEARS = re.compile(
    r"\b(?:from|between) \d{4} (?:to|and|until|till) \d{4}|\d{4} ?[-–] ?\d\d|\b(?:since|until|before|after|by) \d{4}",
    re.IGNORECASE,
)
_PRESENT = re.compile(r"\b(?:is|are|am|has|have)\b")
_IF = re.compile(r"\b(?:would|could|might)\b.*?\bif (.+)", re.IGNORECASE)
_CONDITIONAL = re.compile(r"\b(?:if|would|could|unless|should|had|were)\b", re.IGNORECASE)
_NO_AGE = re.compile(r"(?!)")
_NUMERAL = re.compile(
    r"\d|\b(?:free|nothing|no|none|nobody|one|dozens?|hundreds?|thousands?|millions?|billions?|half|all|most|many|few"
    r"|several|some|a|an)\b",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"%|\b(?:percent|per cent|free|nothing|millions?|billions?|crowns?|prices?|cents?|pence|shillings?|francs?|marks"
    r"|kron\w+|lira|pesos?|reais|rand|shekels?|dirhams?|zlot\w+|forints?|won|yuan|riyals?|dinars?|guilders?|pennies)\b",
    re.IGNORECASE,
)
_AMOUNT = {Expected.AGE: _NO_AGE, Expected.YEAR: _NUMERAL, Expected.COUNT: _NUMERAL, Expected.MONEY: _SUM}
_PRESUMED = re.compile(r"\W*(?:why|when|where|how) (?:did|has|have|had) (.+)", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|never|nobody|no one|(?:refused|declined|failed) to|denied)\b|n[’']t\b", re.IGNORECASE)
_PRESUMES = re.compile(
    r"\W*(?:why|how (?:much|many|come|did|has|have))\b|\W*what (?:did|does|do) [^?]*?\w+\W*$", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because|since(?! \d)|due to|owing to|thanks to|so that|in order to|in response|in protest|as a result)\b",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:(?:consider|prepar|plann|propos|discuss|debat|weigh|mull)(?:ed|ing)|proposes?|proposals?|plans?|drafts?"
    r"|no decision|put off|undecided|may|might|intends?|hopes? to|wants? to)\b",
    re.IGNORECASE,
)
_LEAST_ALIKE = 0.2
"""Nearness of words below which a deed is not spoken of."""
_PLANNED = frozenset(
    stem(word).rstrip("e")
    for word in UNREALISED - word_set("agree order authorise authorize allow permit about") | {"prepare", "ready"}
)
_DAY = re.compile(
    rf"(?<![\w-])({'|'.join(word.title() for word in (*MONTHS, *WEEKDAYS) if word not in ('may', 'march'))})\b"
)
_AT_A_PLACE = re.compile(r"\b([a-z][\w’'-]+) (?:at|in|of|from|near|for) (?:the )?([A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)")
_SIDE = re.compile(
    r"\b(east|west|north|south|eastern|western|northern|southern|left|right|upper|lower|first|second|third|fourth|fifth"
    r"|inner|outer) ([a-z][\w’'-]+)",
    re.IGNORECASE,
)
_N_BEFORE = 8
"""Words before a verb among which what makes a plan of it stands."""
_N_FIRST = 2
_N_DENIED = 4
"""Words after a "not" among which the verb stands."""
