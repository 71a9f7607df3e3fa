"""The small words of English by class, its calendar and its numbers: the one place where they are listed.

Data only, in lower case. Whoever needs more or fewer words than a class has says so where he needs them, as
`CLASS | {…}` or `CLASS - {…}`. Who can speak is in `people`, the verbs of saying are in `saying`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = [
    "ADVERBS",
    "ARTICLES",
    "AUXILIARIES",
    "BE",
    "BESIDE_VERBS",
    "CLAUSE_OPENERS",
    "COUNTED_IN",
    "DEMONSTRATIVES",
    "DETERMINERS",
    "DO",
    "FINITE_BE",
    "HAVE",
    "HELPING",
    "LEADING",
    "MEASURES",
    "MODALS",
    "MONTHS",
    "NEGATING",
    "NEGATIONS",
    "NUMBERS",
    "OBJECTS",
    "PHRASAL_VERBS",
    "PLURAL_PRONOUNS",
    "POINTING_BACK",
    "POSSESSIVES",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUESTION_WORDS",
    "REFLEXIVES",
    "SO_CALLED",
    "STOP_WORDS",
    "SUBJECTS",
    "SUBORDINATORS",
    "TENS",
    "THIRD_PERSON",
    "TIMES_OF_DAY",
    "TO_NAMES",
    "UNITS",
    "UNIVERSALS",
    "WEEKDAYS",
    "WORDS_OF_ASKING",
    "one_of",
    "word_list",
    "word_set",
]


def word_list(listing: str) -> list[str]:
    """The words of a listing that white space separates, in order."""
    return listing.split()


def word_set(listing: str) -> frozenset[str]:
    """The words of a listing that white space separates."""
    return frozenset(listing.split())


def one_of(words: Iterable[str]) -> str:
    """A regular expression that matches any of the words, the longest first.

    >>> one_of(["do", "does", "did"])
    '(?:does|did|do)'
    """
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))})"


ARTICLES = word_set("the a an")
DEMONSTRATIVES = word_set("this that these those")
DETERMINERS = (
    ARTICLES | DEMONSTRATIVES | word_set("one another some several many two three four both all most few other")
)

SUBJECTS = word_set("i we you he she it they")
OBJECTS = word_set("me us you him her it them")
POSSESSIVES = word_set("my our your his her its their")
REFLEXIVES = word_set("myself ourselves yourself yourselves himself herself itself themselves")
PRONOUNS = SUBJECTS | {"who"}
"""Those that can be the subject of a verb of saying."""
PLURAL_PRONOUNS = word_set("they we")
THIRD_PERSON = word_set("he she it they his her its their")
POINTING_BACK = THIRD_PERSON | DEMONSTRATIVES | {"both"}
"""First in a sentence, they stand for what was named before it."""
QUESTION_WORDS = word_set("who whom whose what which when where why how")

FINITE_BE = word_set("is are was were")
BE = FINITE_BE | word_set("be been being")
DO = word_set("do does did")
HAVE = word_set("has have had")
MODALS = word_set("will would can could should shall must may might")
HELPING = FINITE_BE | DO | HAVE | word_set("will would can could should")
"""Verbs that open a question, or stand behind its question word."""
AUXILIARIES = BE | DO | HAVE | word_set("will would")
NEGATIONS = word_set(
    "not never n't nobody didn't hasn't haven't hadn't wouldn't won't doesn't don't can't cannot nor neither no"
)

NEGATING = word_set(
    """not never no nobody none nothing nowhere neither nor without hardly scarcely barely cannot n't lack lacks lacked
    lacking """
)
"""What turns the sense of a clause, whatever it stands beside."""

UNIVERSALS = word_set(
    "all every each any no both everyone everybody everything nobody none nothing anything anyone never"
)
"""What speaks of a whole, so that a claim about a part of it says less or more."""

TO_NAMES = word_set("of for at in from with to")
"""Prepositions that join a noun to a name: "the minister of", "a spokesman for"."""
PREPOSITIONS = TO_NAMES | word_set(
    """on by into about over under against between through after before during since as than near within without
    towards toward upon despite among amid via per until"""
)
CLAUSE_OPENERS = word_set("after although as because before though when where which while")
SUBORDINATORS = CLAUSE_OPENERS | word_set("whether if since than until once that")
BESIDE_VERBS = word_set("also then later earlier again now repeatedly once previously himself herself")
"""What often stands between a speaker and his verb."""
COUNTED_IN = word_set("total group number pair couple handful crowd team series set")
"""Before "of" and things: some of them."""
SO_CALLED = word_set(
    "city town village state republic kingdom island province county district port canton region month"
)
"""Before "of" and a name: what the name is."""
ADVERBS = BESIDE_VERBS | word_set(
    """even only still soon already often today yesterday tonight recently long just first further since both always
    sometimes twice themselves too"""
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(
    word_list("january february march april may june july august september october november december"),
)
UNITS = tuple(
    word_list(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen"""
    )
)
"""The word for n is at index n."""
TENS = tuple(word_list("twenty thirty forty fifty sixty seventy eighty ninety"))

LEADING = (
    PREPOSITIONS
    | SUBORDINATORS
    | AUXILIARIES
    | DETERMINERS
    | ADVERBS
    | PRONOUNS
    | QUESTION_WORDS - {"whom", "whose"}
    | frozenset(WEEKDAYS)
    | (frozenset(MONTHS) - {"may"})
    | word_set(
        """but and or so yet meanwhile however his her their its our my your there here asked speaking writing
        according last next yes instead moreover separately elsewhere finally perhaps maybe additionally like
        unlike photo getty images image picture file"""
    )
)
"""Capitalised only because they open a sentence; never the first word of a name."""

STOP_WORDS = (
    ARTICLES
    | DEMONSTRATIVES
    | SUBJECTS
    | (OBJECTS - {"us"})  # the country
    | POSSESSIVES
    | REFLEXIVES
    | QUESTION_WORDS
    | BE
    | DO
    | HAVE
    | (MODALS - {"may"})  # the month
    | (PREPOSITIONS - {"amid"})
    | (SUBORDINATORS - {"once"})
    | word_set(
        """mine ours yours hers theirs one am doing done having above across along around behind below beneath beside
        beyond down except inside like off onto out outside throughout till up and but or nor so yet whereas unless
        not no there here then too also just very any some each every either neither both such same other another s
        t d m ll re ve don didn doesn isn aren wasn weren hasn haven hadn wouldn couldn shouldn"""
    )
)
"""Words that carry grammar and no matter, so that a search leaves them out: closed classes, and the pieces that an
apostrophe leaves behind ("Rubio's" → "s"). A verb such as "say" is matter here: who said what is what people ask. So
are words that news spells like another one: "us" (US), "may" (May), "won"."""

WORDS_OF_ASKING = (
    "say says said tell told talk talked speak spoke mention mentioned name named list quote describe explain give "
    "article document text author question everything anything please point know"
)
"""Words with which people ask; they are matter, but the answer has no need to repeat them."""

PHRASAL_VERBS = {
    "pull out": ["withdraw", "withdrew", "quit", "pulled"],
    "turn down": ["reject", "rejected", "refuse", "refused", "decline", "turned"],
    "rule out": ["exclude", "excluded", "ruled"],
    "call off": ["cancel", "cancelled", "called"],
    "put off": ["postpone", "postponed", "delay", "delayed", "put"],
    "set up": ["found", "founded", "establish", "established", "create", "created", "set"],
    "step down": ["resign", "resigned", "stepped"],
    "give up": ["abandon", "abandoned", "surrender", "cede", "gave"],
    "shut down": ["close", "closed", "shut"],
    "lay off": ["dismiss", "dismissed", "sack", "laid"],
    "hand over": ["deliver", "delivered", "surrender", "handed"],
    "break up": ["split", "separate", "broke", "dissolve"],
}
"""Verb with its particle → words of which one has to be near."""

NUMBERS = (
    rf"(?:\d[\d.,]*|\b(?:{'|'.join((*UNITS[1:], *TENS))}|hundred|thousand|million|billion|trillion|dozens?|half|third"
    r"|quarter|twice|both|several)\b)"
)
_LENGTHS = (
    rf"{NUMBERS}[\s-]?(?:(?:kilo|centi|milli)?met(?:re|er)s?|k?ms?|cm|mm|miles?|mi|feet|foot|ft|inch(?:es)?|yards?"
    r"|stor(?:ey|ie)s?|floors?|blocks?|leagues?|light[- ]years?)\b|[′″]|\d['’]|\b(?:knee|waist|ankle)[- ](?:deep|high)"
)
_SPANS_OF_TIME = "minute|hour|day|night|week|month|year|decade"
_DURATIONS = (
    rf"{NUMBERS}[\s-]?(?:\w+ )?(?:(?:{_SPANS_OF_TIME}|second|min|hr)s?|centur\w+)\b"
    r"|\b(?:since|until|till|from \d|between|permanent\w*|forever|indefinite\w*|overnight)\b|\d{4}|\d ?[-–] ?\d"
    rf"|\b(?:an?|the|all|this|whole|of) (?:\w+ )?(?:{_SPANS_OF_TIME}|century|lifetime)s?\b"
)
_WEIGHTS = rf"{NUMBERS}[\s-]?(?:tonn?es?|tons?|t|kilo\w*|kg|grams?|g|pounds?|lbs?|ounces?|oz|stone)\b"
_SPEEDS = (
    r"\b(?:knots?|mph|kph|km/h|m/s|mach|gbps|mbps|[gmk]hz|times)\b"
    r"|\b(?:an|per|a|each|every) (?:second|minute|hour|day|week|year)\b"
)
_COLOURS = (
    r"\b(?:red|orange|yellow|green|blue|purple|violet|pink|brown|black|white|gr[ae]y|gold(?:en)?|silver|beige|cream"
    r"|turquoise|crimson|scarlet|maroon|navy|colou?r\w*)\b"
)
MEASURES = (
    (r"how (?:tall|deep|wide)|height|width|depth", _LENGTHS, "size"),
    (r"how far", rf"{_LENGTHS}|{_DURATIONS}", "distance"),
    (r"how long|length of", rf"{_LENGTHS}|{_DURATIONS}", "length"),
    (r"how heavy|weight", _WEIGHTS, "weight"),
    (r"how fast|speed", _SPEEDS, "speed"),
    (r"how (?:hot|cold)", r"\b(?:degrees?|celsius|fahrenheit|kelvin)\b|°|\d ?[CF]\b", "temperature"),
    (r"(?:what|which) colou?r", _COLOURS, "colour"),
)
"""What a question asks to be measured, the units of one that answers, and its name: two patterns and a word."""
TIMES_OF_DAY = (
    (
        r"(?:what|which) (?:day|date)",
        (
            rf"\b(?:{'|'.join(WEEKDAYS)}|today|yesterday|tomorrow|tonight)\b|\d (?:{'|'.join(MONTHS)})\b"
            rf"|\b(?:{'|'.join(MONTHS)}) \d|\d[-/.]\d\d?[-/.]\d|\b(?:eve|christmas|easter|birthday)\b"
        ),
        "day",
    ),
    (r"what time", r"\d[:.]\d\d|\d ?(?:[ap]\.?m|o[’']clock|h)\b|\b(?:noon|midnight|dawn|dusk|sun\w+)\b", "time"),
)
"""The same for days and hours."""
