"""The closed classes of English words that reading a conversation looks up. Data only.

A word that is missing here costs a replacement, never a wrong one: what is not recognised is left as it is.
"""

from __future__ import annotations

from rag.language.english import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    DO,
    HAVE,
    LEADING,
    MODALS,
    MONTHS,
    OBJECTS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SUBORDINATORS,
    UNITS,
    UNIVERSALS,
    WEEKDAYS,
    word_set,
)
from rag.language.people import BODIES, ROLES, WRITINGS
from rag.language.saying import CUE_FORMS

__all__ = [
    "CONTENTLESS",
    "DO_OR_MODAL",
    "MOTION",
    "NOBODY",
    "NOT_A_NAME",
    "NOT_FINITE",
    "PERSON_ROLES",
    "PHRASE_ENDS",
    "PREDICATES",
    "SPOKEN",
    "THINGS",
    "TIMES",
]

DO_OR_MODAL = DO | MODALS
NOT_FINITE = HAVE | (MODALS - {"shall", "should"})
SPOKEN = CUE_FORMS | word_set("think mean want believe feel thinks wants")
PERSON_ROLES = (
    ROLES
    - BODIES
    - WRITINGS
    - word_set(
        """company companies firm firms governments ministries department departments agencies authorities party union
        body watchdog charity paper media military"""
    )
)
# Capitalised where a name could stand, and nobody's: "Nobody wants to close a library".
NOBODY = (
    frozenset(UNITS[2:])
    | {"twenty"}
    | (UNIVERSALS - {"every", "any", "no", "never"})
    | word_set(
        """somebody anybody something someone noone people others many most some few neither either several more less
        plenty hundreds thousands dozens millions men women children parents pupils families locals households readers
        viewers visitors customers users"""
    )
)
# With `STOP_WORDS`, what a question may be made of that says nothing of what it asks about.
CONTENTLESS = word_set(
    "really thanks thank please ok okay yes sure more else tell show give go continue again right exactly well now hm"
)
MOTION = word_set(
    "go goes went gone going travel travels travelled fly flew come came get got move moved return returned"
)
NOT_A_NAME = (
    LEADING
    | QUESTION_WORDS
    | (MODALS - {"may"})
    | word_set(
        """tell describe explain summarise summarize list give quote show find name define compare please am ok okay
        thanks yes no i also well so not there any"""
    )
)
PHRASE_ENDS = (
    (PREPOSITIONS - {"of"})
    | SUBORDINATORS
    | AUXILIARIES
    | DETERMINERS
    | PRONOUNS
    | ADVERBS
    | QUESTION_WORDS
    | DO_OR_MODAL
    | SPOKEN
    | word_set("any every each no more else")
    | OBJECTS
    | POSSESSIVES
    | word_set("and or but so not really happen happened end ended")
)
# What may follow a subject after a form of "be": "was the bridge built", "is the deal dead".
PREDICATES = word_set(
    """built made held sold sent lost won known seen taken given found shot hit cut put set paid born begun broken
    written drawn thrown struck left led fought brought bought caught safe open shut ready dead alive true false
    over legal illegal right wrong new old big large small long high tall deep wide heavy important successful
    popular famous real possible likely good bad about like different"""
)
THINGS = word_set(
    """bridge dam tunnel tower river lake canal strait pipeline plant station treaty agreement accord accords deal
    plan pact act bill law resolution declaration protocol convention summit conference war battle operation
    project programme program prize award awards cup festival film album song book novel report constitution budget
    crisis referendum election elections prison castle palace cathedral bay island mountain mount volcano hurricane
    storm earthquake festival games olympics championship"""
)
TIMES = frozenset(WEEKDAYS) | frozenset(MONTHS) | {"yesterday", "today", "tonight", "now"}
