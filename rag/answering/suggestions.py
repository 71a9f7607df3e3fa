"""Questions that are proposed: with the name that one may have meant, and for somebody who does not know what to ask.

A name of a question that no document has is set beside those that are spelt like it. It is never changed on the way:
another name than the one that was asked for gives another answer. Whoever asked is told which name there is.

Examples are made by rules from sentences that say who said what about something, who somebody is, when something was
done, or how many there were; whoever shows them proves first that the documents answer them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from itertools import islice, zip_longest
from typing import NamedTuple

from rag.attribution import Speakers
from rag.attribution.names import fold
from rag.attribution.questions import introduction_of
from rag.checking.lexicon import is_participle
from rag.conversation.lexicon import PERSON_ROLES, PHRASE_ENDS
from rag.conversation.names import names_in
from rag.language.countries import COUNTRIES
from rag.language.english import MONTHS, STOP_WORDS, WEEKDAYS, word_set
from rag.language.people import FEMALE_NAMES, MALE_NAMES
from rag.types import Evidence

__all__ = ["Example", "Kind", "did_you_mean", "make_examples"]

_WORD = re.compile(r"[^\W\d_]+")
_N_LETTERS = 4
_N_LETTERS_LOWER = 5
_LIKENESS = 0.8  # one letter of five, none of four: "Robio" is like "Rubio", "Iran" is not like "Ivan"
_KNOWN = (
    FEMALE_NAMES
    | MALE_NAMES
    | PERSON_ROLES
    | PHRASE_ENDS
    | STOP_WORDS
    | {
        part
        for country in COUNTRIES
        for name in (*country.names, *country.adjectives, *country.capitals)
        for part in name.split()
    }
)
"""Words that are spelt so, whether or not a document has them."""


def did_you_mean(
    question: str,
    evidence: Sequence[Evidence],
    *,
    speakers: Speakers,
    n_passages_with: Callable[[Sequence[str]], Sequence[int]],
) -> str:
    """A sentence for each name of the question that no document has, and that a name of the documents is like.

    evidence: what was found; the names in it, and the speakers, are those that may be meant.
    n_passages_with: in how many passages each of some words occurs.
    """
    there = {fold(word) for sentence in evidence for word in _WORD.findall(f"{sentence.quote} {sentence.title}")}
    missing = {fold(word): word for word in _asked_words(question) if fold(word) not in there | _KNOWN}
    missing = {folded: word for folded, word in missing.items() if not speakers.same_as(folded)}
    counts = n_passages_with(list(missing.values())) if missing else []
    unknown = [folded for folded, count in zip(missing, counts, strict=True) if not count]
    if not unknown:
        return ""
    names = {fold(word): word for word in _names(evidence, speakers)}
    sentences = []
    for folded in unknown:
        for meant in get_close_matches(folded, [name for name in names if name[0] == folded[0]], 1, _LIKENESS):
            sentences.append(f"No document has “{missing[folded]}”. Did you mean {names[meant]}?")
    return " ".join(sentences)


def _asked_words(question: str) -> Iterator[str]:
    """The words of the names in a question; all long words of one without capitals, since any may be a name there."""
    if question == question.lower():
        yield from (word for word in _WORD.findall(question) if len(word) >= _N_LETTERS_LOWER)
        return
    for name in names_in(question):
        yield from (word for word in _WORD.findall(name.text) if len(word) >= _N_LETTERS and word[0].isupper())


def _names(evidence: Sequence[Evidence], speakers: Collection[str]) -> Iterator[str]:
    texts = [*speakers, *(name.text for sentence in evidence for name in names_in(sentence.quote))]
    texts += [name.text for sentence in evidence for name in names_in(sentence.title)]
    for text in texts:
        yield from (word for word in _WORD.findall(text) if len(word) >= _N_LETTERS and word[0].isupper())


_THING = r"(?: (?:the|a|an|any|its|their|his|her))?(?: (?!(?:this|that|these|those)\b)[a-z][a-z-]{3,}){1,2}"
_NAME = r"(?: the)?(?: [A-Z][\w-]{3,}){1,3}"
_TOPICS = (
    re.compile(rf"\b(?:about|regarding|concerning)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:on|over|against|of)({_THING}|{_NAME})\b"),
    re.compile(rf"\b(?:with|to|for|in|from|towards?)({_NAME})\b"),
)
"""Best first: "talked about X" names a subject, "in X" often only a place or a time."""
_DETERMINER = re.compile(r"^ ?(?:a|an|any|its|their|his|her) ")
_NAMED = re.compile(r"(?!(?:A|An|One|Some|The|Two) )[A-Z]")
_NOT_TOPICS = re.compile(r"(?:ly|ing|ed)$|^[A-Z]\w+(?:ean|ese|ian|ish)$")
_N_LEAST_WORDS, _N_MOST_WORDS = 8, 45
_N_CANDIDATES = 40
_VAGUE = (
    frozenset(WEEKDAYS)
    | (frozenset(MONTHS) - {"may"})
    | word_set(
        """again also case claims course days deal end fact first form half hours kind last least line list lot middle
        minutes month months morning night number order others part past people person place point rest same side
        sort state such telephone terms them these thing things those time times today tomorrow total view way week
        weeks world year years yesterday"""
    )
)


_WHAT = r"(?:In [A-Z][\w’'-]+, )?(?P<what>[Tt]he (?:[\w’'-]+ ){0,3}?[\w’'-]{3,})"
_DATE = rf"in (?:(?:{'|'.join(map(str.capitalize, MONTHS))}) )?(?:1[4-9]|20)\d\d\b"
_DONE = re.compile(rf"{_WHAT} (?P<was>was|were) (?P<done>[a-z]{{3,}})(?P<rest>(?: [a-z]+){{0,4}}?) {_DATE}")
_COUNTED = re.compile(rf"{_WHAT} had (?:about |some |over |almost |nearly )?\d[\d,.]*\d (?P<things>[a-z]{{3,}}s)\b")


class Kind(Enum):
    """What is asked for."""

    SAID = "what somebody said"
    WHO = "who somebody is"
    WHEN = "when something was done"
    HOW_MANY = "how many of them something had"


class Example(NamedTuple):
    """A question, and the sentence, by its position, that it was made from."""

    question: str
    position: int
    kind: Kind = Kind.SAID


class _Topic(NamedTuple):
    """What a sentence is about; a lower rank makes a better question."""

    rank: int
    words: str


def make_examples(sentences: Iterable[tuple[str, str]]) -> Iterator[Example]:
    """Questions from sentences with their speakers ("" for nobody), in turns one of each kind that there are.

    Of what was said at most one a sentence and two a speaker: the first of each before the second, subjects
    ("territory") before names, which are mostly places.

    >>> said = "Mr Rubio said that there had been conversations about territory with Kyiv."
    >>> [(example.question, example.position) for example in make_examples([(said, "Marco Rubio")])]
    [('What did Marco Rubio say about territory?', 0)]
    """
    given = list(sentences)
    by_kind = [_said(given), *(_others(given, kind) for kind in (Kind.WHO, Kind.WHEN, Kind.HOW_MANY))]
    yield from (example for row in zip_longest(*by_kind) for example in row if example is not None)


def _others(sentences: Iterable[tuple[str, str]], kind: Kind) -> Iterator[Example]:
    """The questions of one kind, each once."""
    asked: set[str] = set()
    for position, (text, speaker) in enumerate(sentences):
        question = _question(text, speaker, kind) if len(text.split()) <= _N_MOST_WORDS else ""
        if question and question not in asked and len(asked) < _N_CANDIDATES:
            asked.add(question)
            yield Example(question, position, kind)


def _question(text: str, speaker: str, kind: Kind) -> str:
    """The question of that kind that the sentence answers; empty where it answers none.

    >>> _question("The iron bridge was opened to traffic in May 1932.", "", Kind.WHEN)
    'When was the iron bridge opened to traffic?'
    >>> _question("In Brekke, the ferry had 41,200 passengers last year.", "", Kind.HOW_MANY)
    'How many passengers did the ferry have?'
    """
    if kind is Kind.WHO:
        is_introduced = _NAMED.match(speaker) and " " in speaker and introduction_of(speaker, [text])
        return f"Who is {speaker}?" if is_introduced else ""
    match = (_DONE if kind is Kind.WHEN else _COUNTED).match(text)
    if match is None or _is_vague(match["what"].split()[-1]):
        return ""
    what = match["what"][0].lower() + match["what"][1:]
    if kind is Kind.HOW_MANY:
        return f"How many {match['things']} did {what} have?"
    return f"When {match['was']} {what} {match['done']}{match['rest']}?" if is_participle(match["done"]) else ""


def _said(sentences: Iterable[tuple[str, str]]) -> Iterator[Example]:
    found = islice(_candidates(sentences), _N_CANDIDATES)
    n_by_speaker: dict[str, int] = {}
    ordered: list[tuple[int, int, Example]] = []
    for rank, speaker, example in sorted(found, key=lambda candidate: candidate[0]):
        nth = n_by_speaker[speaker] = n_by_speaker.get(speaker, 0) + 1
        if nth <= 2:
            ordered.append((nth, rank, example))
    yield from (example for _, _, example in sorted(ordered))


def _candidates(sentences: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str, Example]]:
    """The rank, the speaker and the question of each sentence that makes one which no sentence before it made."""
    asked: set[str] = set()
    for position, (text, speaker) in enumerate(sentences):
        topic = _topic(text, speaker) if _NAMED.match(speaker) else None
        if topic is None:
            continue
        question = f"What did {speaker} say about {topic.words}?"
        if question not in asked:
            asked.add(question)
            yield topic.rank, speaker, Example(question, position)


def _topic(text: str, speaker: str) -> _Topic | None:
    """What the sentence is about, as a few of its words after a preposition; None when nothing offers itself."""
    if not _N_LEAST_WORDS <= len(text.split()) <= _N_MOST_WORDS:
        return None
    found = []
    for rank, topics in enumerate(_TOPICS):
        for match in topics.finditer(text):
            words = _DETERMINER.sub("", match[1]).split()
            while words and _is_vague(words[-1]):
                words.pop()
            meaningful = [word for word in words if word.lower() not in STOP_WORDS]
            if meaningful and not any(_is_vague(word) or word in speaker for word in meaningful):
                is_name = any(word[0].isupper() for word in meaningful)
                found.append(_Topic(rank + len(_TOPICS) * is_name, " ".join(words)))
    return min(found, key=lambda topic: topic.rank, default=None)


def _is_vague(word: str) -> bool:
    return word.lower() in STOP_WORDS or word.lower() in _VAGUE or _NOT_TOPICS.search(word) is not None
