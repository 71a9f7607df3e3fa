"""Whose words a question asks for ("what did rubio say about territory": Marco Rubio's), and whose a sentence reports.

Questions are read without case and without punctuation. A question that asks for a speaker ("who said …", "whose view
is …") or for no one's words gives None, and so does one about a pronoun: what "he" means is for the conversation to
say. Speakers are named as documents introduce them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rag.attribution.names import fold, is_description, name_words, names_same
from rag.attribution.registry import Speakers
from rag.language.english import (
    BE,
    DEMONSTRATIVES,
    DETERMINERS,
    DO,
    FINITE_BE,
    HAVE,
    MODALS,
    OBJECTS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SUBJECTS,
    one_of,
    word_set,
)
from rag.language.saying import CUE_FORMS, QUOTED_ONLY, REPORTED
from rag.language.words import content_stems
from rag.types import Sentence

__all__ = [
    "AskedSpeaker",
    "asked_speaker",
    "describes",
    "introduction_of",
    "introductions_of",
    "is_introduced_as",
    "speaker_fits",
    "voice_of",
]

_MIND = (
    "think thinks thought thinking believe believes believed feel feels felt want wants wanted hope hopes "
    "hoped expect expects expected react reacts reacted fear fears feared mean means meant consider propose "
    "proposed proposes support discuss mention mentions mentioned talk quoted speak spoke express "
    "expressed justify characterise characterize label offer threaten threatened threatens"
)
_NOUN_VERBS = word_set("""post posts note notes state states report reports""")
_VERBS = (CUE_FORMS | frozenset(_MIND.split())) - _NOUN_VERBS
_PLACED = frozenset(["speak", "spoke", "speaks", "talk", "talks", "discuss"])
_OPENING = re.compile(
    r"\b(?:what|how|why|when|where|which|whether|if)?(?:(?:'s| is| else| exactly| \w+){0,3}?) ?\b"
    rf"{one_of(FINITE_BE | DO | HAVE | {'will', 'would'})} (?P<rest>.+)"
)
_WHAT_CLAUSE = re.compile(
    r"\b(?:what|how|why|everything|anything|things|something) (?P<rest>(?!is\b|are\b|was\b|were\b).+)"
)
_NOUNS = (
    r"(?:views?|opinions?|positions?|stances?|messages?|comments?|statements?|reactions?|responses?|warnings?|claims?|demands?|"
    r"words|quotes?|remarks?|answers?|explanations?|arguments?|assessments?|predictions?|take|description|criticisms?|accusations?)"
)
_REPORTED_BY = (REPORTED - {"says", "insisted", "denied", "argued", "stressed"}) | {"stated", "described"}
_ACCORDING = re.compile(
    r"\b(?:according to|in the (?:words|view|opinion|eyes) of|quoted? (?:from|by)|"
    rf"{one_of(_REPORTED_BY)} by) (?P<rest>.+)"
)
_QUOTE = re.compile(r"^(?:please )?quote (?P<rest>.+)")
_GIVEN = re.compile(
    rf"\b{_NOUNS} (?:did|does|has|have) (?P<rest>.+?) "
    r"(?:give|gave|given|make|made|offer|issue|issued|have|express|expressed)\b"
)
_POSSESSED = re.compile(rf"(?P<rest>.+?)(?:'s|s'|') (?:\w+ ){{0,2}}?{_NOUNS}\b")
_OF = re.compile(rf"\b{_NOUNS} (?:of|from|by) (?P<rest>.+)")
_LEAD = re.compile(
    r"^.*\b(?:what|how|is|was|are|were|in|about|on|describe|summarise|"
    r"summarize|explain|give me|tell me|me|of|to|and|find|show) "
)
_SIGNS = re.compile(r"[?!.,;:\"“”()]+(?=\s|$)|[?!;\"“”()]")
_ADVERBS = word_set(
    """also exactly actually ever really then later previously specifically publicly recently once again not just
    have"""
)
_NOBODY = (
    SUBJECTS
    | (OBJECTS - {"me"})
    | DEMONSTRATIVES
    | word_set(
        """his their its people anyone anybody someone somebody everyone everybody who whom whose what there article
        articles document documents text story author question passage"""
    )
)
# Less than the classes: the lists became one without moving an answer, and this one never had "must", "shall", "be".
_ENDS = (
    (PREPOSITIONS - {"of", "for"})
    | QUESTION_WORDS
    | (BE - {"be", "been", "being"})
    | DO
    | HAVE
    | (MODALS - {"must", "shall"})
    | word_set("said says that if whether or but because while")
)
_N_MENTION = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSpeaker:
    """The person or body whose words a question asks for.

    mention: as the question names them, without articles.
    speaker: the one of the given speakers whom it names; "" when none, or more than one, fits.
    is_absent: the question asks what a person or body of this proper name said, and none of the speakers bears it.
    Never true
        for a description ("the foreign minister" may mean one of them) nor for what is not plainly speech ("want",
        "believe").
    """

    mention: str
    speaker: str
    is_absent: bool


def asked_speaker(question: str, speakers: Collection[str]) -> AskedSpeaker | None:
    """Whose words a question asks for, None when it asks for nobody's.

    speakers: as `Speakers` where they are many and more than one question is asked.

    >>> asked_speaker("what did rubio say about territory", ["Marco Rubio", "John Healey"])
    AskedSpeaker(mention='rubio', speaker='Marco Rubio', is_absent=False)
    >>> asked_speaker("What did Macron say about Starlink?", ["Marco Rubio"])
    AskedSpeaker(mention='Macron', speaker='', is_absent=True)
    >>> asked_speaker("Who said that the giant is awakening?", ["Marco Rubio"]) is None
    True
    """
    words = _SIGNS.sub(lambda sign: " , " if "," in sign.group() else " ", question.replace("’", "'")).split()[:80]
    if not words or fold(words[0]) in ("who", "whose", "whom"):
        return None
    mention, is_speech = _mention(words)
    bare = [word for word in mention if fold(word) not in DETERMINERS]
    if not bare:
        return _without_apostrophe(words, speakers)
    if fold(bare[-1]) in _NOBODY and bare[-1] != "US":
        return None
    name = " ".join(bare)
    fitting = _first_two_fitting(name, mention, speakers)
    speaker = fitting[0] if len(fitting) == 1 else ""
    return AskedSpeaker(mention=name, speaker=speaker, is_absent=is_speech and not fitting and not is_description(name))


def _first_two_fitting(name: str, mention: list[str], speakers: Collection[str]) -> list[str]:
    """The speakers that a mention names, shorter forms of the same name merged; for "Rubio and Healey" those of
    either. Of many the first two: nobody asks for more."""
    known = speakers if isinstance(speakers, Speakers) else Speakers(speakers)
    fitting = known.same_as(name)
    if not fitting and "and" in [word.lower() for word in mention]:
        parts = [part.strip() for part in re.split(r"\band\b", name, flags=re.IGNORECASE)]
        fitting = list(dict.fromkeys(speaker for part in parts for speaker in known.same_as(part)))
    asked_words = name_words(name)
    words_of = {speaker: name_words(speaker) for speaker in fitting}
    exact = [speaker for speaker in fitting if words_of[speaker] == asked_words]
    distinct: list[str] = []
    for speaker in sorted(exact or fitting, key=lambda one: (-len(words_of[one]), one)):
        if not any(names_same(speaker, other) for other in distinct):
            distinct.append(speaker)
        if len(distinct) == 2:
            break
    return distinct


def _without_apostrophe(words: list[str], speakers: Collection[str]) -> AskedSpeaker | None:
    """Reads "healeys message" as Healey's, when Healey is among the speakers."""
    for word, following in pairwise(words):
        stem = fold(word).removesuffix("s")
        if stem != fold(word) and len(stem) > 2 and re.fullmatch(_NOUNS, fold(following)):
            fitting = _first_two_fitting(stem, [stem], speakers)
            if len(fitting) == 1:
                return AskedSpeaker(mention=word[: len(stem)], speaker=fitting[0], is_absent=False)
    return None


def _mention(words: list[str]) -> tuple[list[str], bool]:
    """The words of the question that name whose words it asks for, as written, and whether it plainly asks for
    speech."""
    folded = [fold(word) for word in words]
    line = " ".join(folded)
    is_placed = folded[0] in ("when", "where")
    for pattern, cut in _READERS:
        match = pattern.search(line)
        if match is None:
            continue
        first = line[: match.start("rest")].count(" ")
        rest = match.group("rest").split(" ")
        found = cut(rest)
        if found is None or not 0 < found[1] - found[0] <= _N_MENTION:
            continue
        if rest[found[1] - 1] in PREPOSITIONS or all(word in DETERMINERS for word in rest[found[0] : found[1]]):
            continue
        verb = next((word for word in rest[found[1] :] if word in _VERBS or word in _NOUN_VERBS), "")
        if cut is _until_verb and is_placed and verb in _PLACED:
            continue
        span = words[first + found[0] : first + found[1]]
        if pattern is _POSSESSED:
            span = [*span[:-1], re.sub(r"'s?$", "", span[-1])]
        is_speech = pattern in (_ACCORDING, _QUOTE) or (cut is _until_verb and verb in CUE_FORMS - QUOTED_ONLY)
        return span, is_speech
    return [], False


def _until_verb(rest: list[str]) -> tuple[int, int] | None:
    """The words before the first verb of saying or thinking: "rubio" of "rubio say about territory".

    "State" and "report" are nouns as long as another such verb follows: "the secretary of state say".
    """
    for verbs in (_VERBS, _NOUN_VERBS):
        for position, word in enumerate(rest[: _N_MENTION + 2]):
            if word in verbs:
                end = position
                while end and rest[end - 1] in _ADVERBS | {"has", "have", "had", "is", "was", "did"}:
                    end -= 1
                return (0, end) if end else None
            if word in _ENDS or word == ",":
                break
    return None


def _all_of_it(rest: list[str]) -> tuple[int, int] | None:
    return 0, len(rest)


def _until_end(rest: list[str]) -> tuple[int, int] | None:
    """The words up to a comma, a preposition or a question word: "healey" of "healey what is decisive"."""
    for position, word in enumerate(rest):
        if (
            word in _ENDS
            or word == ","
            or (position and word in DETERMINERS and rest[position - 1] not in PREPOSITIONS)
        ):
            return 0, position
    return 0, len(rest)


def _possessor(rest: list[str]) -> tuple[int, int] | None:
    """The last words before the possessive ending: "healey" of "what is healey"."""
    lead = _LEAD.match(" ".join(rest))
    start = lead.group().count(" ") if lead else 0
    return start, len(rest)


_READERS = (
    (_ACCORDING, _until_end),
    (_QUOTE, _until_end),
    (_GIVEN, _all_of_it),
    (_OPENING, _until_verb),
    (_WHAT_CLAUSE, _until_verb),
    (_OF, _until_end),
    (_POSSESSED, _possessor),
)


_APPOSITION = re.compile(r",\s+([^,;:.()“”\"]{3,80})(?=[,.)])")
_TITLE = re.compile(r"((?:(?:[A-Z][\w’'-]*|of|the|for)\s+){1,6})\Z")
_EDGE = re.compile(r"\b")


def introduction_of(speaker: str, sentences: Iterable[str]) -> str:
    """The words with which the first of `sentences` that introduces `speaker` does so; empty when none does.

    >>> introduction_of("John Healey", ["On Wednesday, John Healey, Britain’s Defence Secretary, spoke."])
    'Britain’s Defence Secretary'
    >>> introduction_of("Marco Rubio", ["US Secretary of State Marco Rubio spoke."])
    'US Secretary of State'
    """
    for sentence in sentences if speaker else ():
        words = _introduction_in(sentence, speaker)
        if words:
            return words.strip()
    return ""


def _introduction_in(sentence: str, speaker: str) -> str:
    """What begins first, before the name or after it, wherever it stands; of two that begin together, the longer.

    One regular expression that holds the name would say the same, but to compile it for each speaker of a ranking
    takes longer than to rank.
    """
    found = []
    start = sentence.find(speaker)
    while start >= 0:
        end = start + len(speaker)
        after = _APPOSITION.match(sentence, end) if _EDGE.match(sentence, start) else None
        before = _TITLE.search(sentence, 0, start) if _EDGE.match(sentence, end) else None
        found += [(start, 0, 0, after[1])] if after else []
        found += [(before.start(), 1, -start, before[1])] if before else []
        start = sentence.find(speaker, start + 1)
    return min(found)[-1] if found else ""


def is_introduced_as(mention: str, speaker: str, introduction: str) -> bool:
    """Whether `mention` describes the speaker as the introduction does, in part or in whole.

    A mention without a role ("London") is no description: it may stand for anybody of the place. A head of state or
    government is also a "leader".

    >>> is_introduced_as("Warsaw's minister", "Radek Sikorski", "Poland’s Foreign Minister")
    True
    >>> is_introduced_as("the French minister", "Radek Sikorski", "Poland’s Foreign Minister")
    False
    """
    if not introduction or not is_description(mention):
        return False
    words = content_stems(introduction)
    return content_stems(mention) <= words | _as_leader(words) | content_stems(speaker)


def describes(question: str, introduction: str) -> bool:
    """Whether the question holds all words of an introduction of at least two words, or calls the person a leader.

    >>> describes("List all the points the French defence minister made", "the French Defence Minister")
    True
    >>> describes("List all the points the minister made", "the French Defence Minister")
    False
    """
    words, asked = content_stems(introduction), content_stems(question)
    return len(words) > 1 and (words <= asked or _as_leader(words) <= asked)


def _as_leader(words: frozenset[str]) -> frozenset[str]:
    """The words with "leader" in the place of the office of who heads a state or government."""
    return words - _HEADS | {"leader"} if words & _HEADS else words


_HEADS = content_stems("president premier prime minister chancellor") - content_stems("minister")


class Voice(NamedTuple):
    """A speaker of one document; an empty name stands for nobody."""

    document_id: str
    speaker: str


class _Wanted(NamedTuple):
    """The voices that a question is about; when it asks for their words, everybody else's are beside the point."""

    voices: frozenset[Voice]
    is_exclusive: bool


def voice_of(sentence: Sentence) -> Voice:
    """Who says the sentence, in its document."""
    return Voice(sentence.document_id, sentence.speaker)


def introductions_of(sentences: Sequence[Sentence], quotes: Sequence[str]) -> dict[Voice, str]:
    """How each voice of the sentences, whose texts are `quotes`, is introduced by its own document."""
    quotes_of: dict[str, list[str]] = {}
    for sentence, quote in zip(sentences, quotes, strict=True):
        quotes_of.setdefault(sentence.document_id, []).append(quote)
    voices = dict.fromkeys(map(voice_of, sentences))
    return {voice: introduction_of(voice.speaker, quotes_of[voice.document_id]) for voice in voices}


def speaker_fits(question: str, introductions: Mapping[Voice, str], asked: AskedSpeaker | None) -> dict[Voice, float]:
    """For each introduced voice 1 when the question is about it, -1 when it asks for another's words, else 0."""
    wanted = _wanted(question, introductions, asked)
    return {
        voice: 1.0 if voice in wanted.voices else -1.0 if wanted.is_exclusive and voice.speaker else 0.0
        for voice in introductions
    }


def _wanted(question: str, introductions: Mapping[Voice, str], asked: AskedSpeaker | None) -> _Wanted:
    """Those whose words are asked for, by name or by description; else those whom the question describes in full.

    A name that no speaker bears bars nobody: it may be a short form ("AAA") or, after all, no speaker.
    """
    if asked and asked.speaker:
        named = {voice for voice in introductions if voice.speaker and names_same(voice.speaker, asked.speaker)}
        return _Wanted(frozenset(named), True)
    introduced = introductions.items()
    if asked:
        described = {voice for voice, words in introduced if is_introduced_as(asked.mention, voice.speaker, words)}
        if described:
            return _Wanted(frozenset(described), True)
    return _Wanted(frozenset(voice for voice, words in introduced if describes(question, words)), False)
