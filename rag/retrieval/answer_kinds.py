"""What kind of thing a question asks for, and whether a sentence holds one.

Surface patterns for English, on purpose wide: what answers must hold its kind of thing, what holds it need not answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import lru_cache

from rag.language.countries import COUNTRIES
from rag.language.english import (
    ADVERBS,
    DETERMINERS,
    DO,
    FINITE_BE,
    HELPING,
    MEASURES,
    MONTHS,
    NUMBERS,
    PHRASAL_VERBS,
    POSSESSIVES,
    PREPOSITIONS,
    QUESTION_WORDS,
    STOP_WORDS,
    SUBJECTS,
    TIMES_OF_DAY,
    TO_NAMES,
    WEEKDAYS,
    WORDS_OF_ASKING,
    one_of,
    word_set,
)
from rag.language.saying import CUE_FORMS
from rag.language.words import content_stems, content_words, distinct_content_words

__all__ = [
    "Expected",
    "adds_name_or_number",
    "asked_deed",
    "asked_words",
    "expected_by",
    "has_kind",
    "is_of_asked_kind",
    "measure_of",
    "without_request",
]


class Expected(StrEnum):
    """The kind of thing that would answer a question."""

    AGE = "age"
    YEAR = "year"
    COUNT = "count"
    MONEY = "money"
    QUANTITY = "quantity"
    TIME = "time"
    PLACE = "place"
    REASON = "reason"
    ROLE = "role"
    NAME = "name"
    PERSON = "person"
    ANYTHING = "anything"


_WORD = re.compile(r"\w+")
_BY_LETTERS = {
    (word[0], *sorted(word)): word for word in sorted((QUESTION_WORDS - {"whom"}) | {"many", "much", "year"})
}
_AUXILIARY = one_of((HELPING - {"do", "does"}) | {"may", "might"})
_ASKS = {
    Expected.AGE: rf"how (?:old|young) {_AUXILIARY}|(?:at|of) (?:what|which) age",
    Expected.YEAR: r"(?:what|which) (?:calendar )?year",
    Expected.COUNT: r"how many|number of",
    Expected.MONEY: r"how much (?:money|cash)|how much (?=.*\b(?:pay|paid|cost|earn|spen[dt]|worth))"
    r"|what (?:price|salary|fee)|what(?= (?:does|do|did|will|would) [^?]*(?<!the )(?<!its )cost\b)"
    r"|what(?= (?:is|was|are|were) the (?:\w+ )?(?:prices?|costs?|fees?|fares?|tolls?|salary|rent|budget)\b)",
    Expected.QUANTITY: r"how (?:much|long|far|large|big|tall|high|deep|wide|heavy|often|fast|hot|cold)"
    r"|what (?:percentage|percent|proportion|share|number|amount|fraction)"
    r"|what(?= (?:is|was|are|were) (?:the|its|his|her|their) (?:[a-z]+ )?(?:height|width|depth|weight|speed)\b)"
    r"|what(?= (?:is|was) the length of\b)|(?:what|which) colou?r",
    Expected.TIME: rf"when {_AUXILIARY}|(?:what|which) (?:day|date|month|time|week|night|decade|century)|how soon",
    Expected.PLACE: rf"where (?:{_AUXILIARY}|do|does)|(?:what|which) (?:city|town|village|country|nation|place|region|"
    r"state|capital|river|continent|venue|street)",
    Expected.REASON: r"why|what (?:caused|led to|prompted)|what (?:is|was) the (?:reason|cause)",
    Expected.ROLE: r"(?:what|which) (?:post|job|position|office|rank)(?= (?:is|was|do|does|did|has|had|have|held)\b)"
    r"|who(?:'s|’s| is| was)(?= (?!(?:the|an?|it|this|that)\b)\w[^\s'’]*(?: \w[^\s'’]*){0,2}\W*$)",
    Expected.NAME: r"names? of",
    Expected.PERSON: r"who|whom|whose"
    r"|(?:what|which) (?:person|man|woman|actor|actress|singer|player|author|king|queen)",
}
_ASKED = {kind: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for kind, pattern in _ASKS.items()}

_HELD = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        Expected.AGE: r"\bage[ds]?\b|\b[\w-]+\s?-?\s?(?:year|month)s?\s?-?\s?old\b|, \d{1,3},|\b(?:born|birthday)\b",
        Expected.YEAR: r"\b1\d{3}s?\b|\b20\d\d\b",
        Expected.MONEY: r"[$€£¥₽₴]\s?\d|\b(?:(?:dollar|euro|pound|rouble|ruble|rupee|cent)s?|yen|yuan|USD|EUR|GBP)\b"
        rf"|{NUMBERS} ?(?:(?:hundred|thousand|million|billion|bn|m) )?(?:crown|franc|shilling|peso|dinar|guilder)s?\b"
        r"|\b(?:prices?|fares?|fees?|costs?|tolls?|rent|salary|budget)\b[^:;]*: \d",
        Expected.QUANTITY: NUMBERS,
        Expected.TIME: rf"\b(?:{'|'.join((*WEEKDAYS, *MONTHS))}|\d{{3,4}}s?|"
        r"today|tomorrow|yesterday|tonight|century|centuries|"
        r"(?:this|last|next) (?:week|month|year|night)|morning|afternoon|evening|spring|summer|autumn|winter|"
        rf"\d+ ?(?:BC|BCE|AD|CE|am|pm))\b|{NUMBERS} ?(?:second|minute|hour|day|week|month|year|decade)s?\b",
        Expected.REASON: r"\b(?:because|since|due|so that|in order|in response|owing|thanks to|after|as a result|"
        r"for fear|reasons?|caused?|therefore|led to|over)\b|\bto [a-z]+\b",
    }.items()
}
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_NO_NAMES = frozenset(country.names[0] for country in COUNTRIES) | content_stems(
    " ".join((*WEEKDAYS, *MONTHS, "europe", "european"))
)
_ENDS_A_NOUN = (
    TO_NAMES
    | FINITE_BE
    | (DO - {"do"})
    | {"on", "by", "between", "that"}
    | (QUESTION_WORDS & {"which", "who", "whose"})
)
_NAMED = re.compile(
    r"\bnames? of (?:the |an? )?(?:[\w’'-]+ )*?([\w’'-]+)"
    rf"(?=\W*$| {one_of(_ENDS_A_NOUN)}\b)",
    re.IGNORECASE,
)
_N_CLOSE = 7
_OF_ASKING = content_stems(WORDS_OF_ASKING)
_ANYBODY = content_stems("person people man men woman women someone somebody guy lady character")
_COUNTED = re.compile(r"\b(?:how many|number of) ((?:[\w’'-]+ ?){1,4})", re.IGNORECASE)
_COUNT = re.compile(rf"(?<![\w.]){NUMBERS}(?!%)((?:\W+[\w’'-]+){{1,4}})", re.IGNORECASE)
_ROW = re.compile(r"[^:;\n]{1,60}: [^;\n]+; ")
_NUMBER_IN_CELL = re.compile(r"([^:;]+): \d[\d,.]*(?=;|\.?$)")
_INTRODUCED = re.compile(
    r"(?P<before>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*), [^,]{3,80}[,.]"
    r"|\b[A-Z][\w’'-]* (?P<after>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+)"
)


def expected_by(question: str) -> Expected:
    """The kind of thing that `question` asks for, by its first question word.

    >>> expected_by("how many countries joined?").value, expected_by("did it rain?").value
    ('count', 'anything')
    """
    return _request(question)[0]


def without_request(question: str) -> str:
    """The question without the words that say what kind of thing it asks for: an answer need not repeat them.

    >>> without_request("In which city did they meet?")
    'In  did they meet?'
    """
    match = _request(question)[1]
    return question[: match.start()] + question[match.end() :] if match else question


def asked_words(question: str) -> list[str]:
    """The content words that an answer may be looked for by, each once and in order: not those of the request.

    >>> asked_words("In which city did they say that they meet?"), asked_words("Who said what?")
    (['meet'], ['said'])
    """
    words = list(dict.fromkeys(content_words(without_request(question))))
    return [word for word in words if not content_stems(word) <= _OF_ASKING] or words


@lru_cache(maxsize=64)
def _request(question: str) -> tuple[Expected, re.Match[str] | None]:
    """The first request of the question, question words with swapped letters read as meant, and where it stands."""
    spelt = _WORD.sub(lambda word: _BY_LETTERS.get(_letters(word[0].lower()), word[0]), question)
    matches = [(kind, match) for kind, pattern in _ASKED.items() if (match := pattern.search(spelt))]
    return min(matches, key=lambda found: found[1].start(), default=(Expected.ANYTHING, None))


def _letters(word: str) -> tuple[str, ...]:
    """What a word keeps when letters after the first change places: "mcuh" and "much" are equal here."""
    return (word[:1], *sorted(word))


def has_kind(kind: Expected, sentence: str, question: str) -> bool:
    """Whether `sentence` holds something of that kind which the question does not name already.

    >>> [has_kind(Expected.COUNT, text, "How many days?") for text in ("Two days passed.", "Two hours passed.")]
    [True, False]
    """
    if kind is Expected.ANYTHING:
        return True
    if kind in (Expected.QUANTITY, Expected.TIME):
        for asks, held, _ in _MEASURES if kind is Expected.QUANTITY else _TIMES_OF_DAY:
            if asks.search(question):
                return held.search(sentence) is not None
    if kind in _HELD:
        return _HELD[kind].search(sentence) is not None
    return _HOLDS[kind](sentence, question)


def measure_of(question: str) -> str:
    """What is to be measured where that needs units of its own: "height", "speed"; "" where any number will do.

    >>> measure_of("How wide is it?"), measure_of("How much is it?")
    ('size', '')
    """
    if expected_by(question) is not Expected.QUANTITY:
        return ""
    return next((name for asks, _, name in _MEASURES if asks.search(question)), "")


def is_of_asked_kind(question: str, sentence: str) -> bool:
    """Whether `sentence` holds the kind of thing that `question` asks for; a sum of money is no length.

    >>> [is_of_asked_kind("How long is it?", text) for text in ("It is 900 metres long.", "It cost £2.87 million.")]
    [True, False]
    """
    kind = expected_by(question)
    is_measure = kind is Expected.QUANTITY and not _HELD[Expected.MONEY].search(question)
    return has_kind(kind, _SUM.sub(" ", sentence) if is_measure else sentence, question)


_MEASURES, _TIMES_OF_DAY = (
    [
        (re.compile(rf"\b(?:{asks})\b", re.IGNORECASE), re.compile(held, re.IGNORECASE), name)
        for asks, held, name in each
    ]
    for each in (MEASURES, TIMES_OF_DAY)
)
_SUM = re.compile(r"[$€£¥₽₴]\s?\d[\d,.]*(?:\s?(?:m|bn|thousand|million|billion|trillion)\b)?")


def asked_deed(question: str) -> str | None:
    """The verb of the deed that a question presumes, as it stands there; None where there is none, or none is found.

    >>> asked_deed("Why did the council ban dogs?"), asked_deed("How many people did Ann Lee's firm hire?")
    ('ban', None)
    >>> asked_deed("When did Ann Lee pull out of the talks?"), asked_deed("What did Ann say?")
    ('pull out', None)
    """
    match = _DONE.match(question)
    words: list[str] = re.findall(r"[\w’'-]+", match[1]) if match else []
    at = _after_the_subject(words)
    while at < len(words) and (words[at].lower() in _BESIDE_DEEDS or words[at].endswith("ly")):
        at += 1
    if at >= len(words) or not words[at].islower() or words[at] in _NO_DEEDS:
        return None
    if at + 1 < len(words) and words[at + 1] in _VERB_PARTICLES:
        phrase = f"{words[at]} {words[at + 1]}"
        return phrase if phrase in PHRASAL_VERBS else None
    return words[at]


def _after_the_subject(words: Sequence[str]) -> int:
    """Where a subject that opens the words ends: a name, a pronoun, or an article with one noun; else their number."""
    at = 0
    while at < len(words) and (words[at][0].isupper() or (at and words[at] in ("of", "and"))):
        at += 1
    if at or not words:
        return len(words) if at and _ENDS_AS_OWNER.search(words[at - 1]) else at
    if words[0] in SUBJECTS:
        return 1
    if words[0] not in DETERMINERS | POSSESSIVES:
        return len(words)
    at = 1
    while at < len(words) and words[at][0].isupper():
        at += 1
    at = max(at, 2)
    is_longer = at < len(words) and words[at] in _JOIN_NOUNS
    return len(words) if is_longer or any(map(_ENDS_AS_OWNER.search, words[:at])) else at


def adds_name_or_number(kind: Expected, sentence: str, question: str) -> bool:
    """Whether `sentence` holds a number, for a person, a place or a name a name, that the question lacks.

    False for a kind that is neither.

    >>> adds_name_or_number(Expected.YEAR, "It opened in 1932.", "In what year, 1931 or later, did it open?")
    True
    >>> [adds_name_or_number(Expected.PERSON, text, "Who slept?") for text in ("There Anna slept.", "He slept.")]
    [True, False]
    """
    if kind in _NUMERIC:
        return not _numbers(sentence) <= _numbers(question)
    if kind in _NAMED_KINDS:
        asked = _words_of(question)
        return any(
            not asked.issuperset(distinct_content_words(name[0]))
            for name in _NAME.finditer(sentence)
            if name.start() > 1 or " " in name[0]
        )
    return False


def _numbers(text: str) -> frozenset[str]:
    return frozenset(number.rstrip(".,") for number in _DIGITS.findall(text))


_DIGITS = re.compile(r"\d[\d.,]*")
_NUMERIC = (Expected.AGE, Expected.YEAR, Expected.COUNT, Expected.MONEY, Expected.QUANTITY, Expected.TIME)
_NAMED_KINDS = (Expected.PERSON, Expected.PLACE, Expected.NAME)


def _new_capital(sentence: str, question: str) -> bool:
    """Whether a word with a capital in the sentence, be it only the first one, is not in the question."""
    asked = _words_of(question)
    return any(not asked.issuperset(distinct_content_words(name[0])) for name in _NAME.finditer(sentence))


def _new_name(sentence: str, question: str) -> bool:
    """Whether a name, of no country, day or month and not in the question, stands close to the word for what has it.

    A word that opens the sentence is no name alone: it may owe its capital to its place.
    """
    bearer = _stems_in(_NAMED, question) - _ANYBODY
    known = _NO_NAMES | content_stems(question)
    for name in _NAME.finditer(sentence):
        is_opening = name.start() < 2 and " " not in name[0]
        if is_opening or content_stems(name[0]) <= known:
            continue
        around = sentence[: name.end()].split()[-_N_CLOSE:] + sentence[name.start() :].split()[:_N_CLOSE]
        if bearer <= content_stems(" ".join(around)):
            return True
    return False


def _counts(sentence: str, question: str) -> bool:
    """Whether a number stands shortly before the word for what the question counts.

    In a row of a table it stands in a column of that name, or of a year, as in a table of one thing over the years.
    """
    wanted = _stems_in(_COUNTED, question)
    if _ROW.match(sentence):
        columns = [match[1].strip() for match in _NUMBER_IN_CELL.finditer(sentence)]
        return any(column.isdigit() or not wanted or content_stems(column) & wanted for column in columns)
    return any(not wanted or content_stems(match[1]) & wanted for match in _COUNT.finditer(sentence))


def _introduces(sentence: str, question: str) -> bool:
    """Whether somebody whom the question names has a description beside the name."""
    asked = _words_of(question)
    names = (match["before"] or match["after"] for match in _INTRODUCED.finditer(sentence))
    return any(not asked.isdisjoint(distinct_content_words(name)) for name in names)


@lru_cache(maxsize=64)
def _words_of(question: str) -> frozenset[str]:
    """Kept, like the next one, because every sentence of a ranking is held against the same question."""
    return frozenset(content_words(question))


@lru_cache(maxsize=64)
def _stems_in(pattern: re.Pattern[str], question: str) -> frozenset[str]:
    match = pattern.search(question)
    return content_stems(match[1]) if match else frozenset()


_DONE = re.compile(
    r"\W*(?:why|when|where|how|what|which|who|whom|for|in|to|from)\b.*?\b(?:did|does|do|was|were|has|have|had) (.+)",
    re.IGNORECASE,
)
_ENDS_AS_OWNER = re.compile(r"(?:[’']s|s[’'])$")
_VERB_PARTICLES = frozenset(phrase.split()[1] for phrase in PHRASAL_VERBS) | word_set(
    "over away back in on into apart aside through for with"
)
_JOIN_NOUNS = PREPOSITIONS | {"of", "and", "or", "that", "which", "who", "whose"}
_BESIDE_DEEDS = ADVERBS | word_set("not been be first also originally has had have will would ever never all")
_NO_DEEDS = (
    CUE_FORMS
    | STOP_WORDS
    | frozenset(WORDS_OF_ASKING.split())
    | word_set(
        """make made get got hold held act gave take took go went come came happen happened fit want wanted mean
        meant use used work worked become became begin began need like play see saw look feel find found live
        lived serve served belong cost pay paid earn last compare differ put set let keep kept run ran stand stood
        leave left lie absent present able due old likely responsible involved expected based going doing know
        known seen"""
    )
)
"""Words of so many meanings that an answer says them in others."""

_HOLDS: dict[Expected, Callable[[str, str], bool]] = {
    Expected.COUNT: _counts,
    Expected.PLACE: _new_capital,
    Expected.PERSON: _new_capital,
    Expected.NAME: _new_name,
    Expected.ROLE: _introduces,
}
