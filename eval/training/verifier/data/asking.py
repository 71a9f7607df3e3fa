"""Questions made by rule out of sentences that state something: "Rome fell in 476." → "When did Rome fall?"

Each comes with the words of the sentence that answer it. The rules are crude, and one question in some dozens reads
badly; what the model is to learn from them is which sentence has the answer, not how people ask.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from random import Random
from typing import NamedTuple

from eval.mutations.lexicon import MONTHS, NUMBER_WORDS
from eval.mutations.names import NameKind, names_in

__all__ = ["Asked", "asked_of", "base_form"]


class Asked(NamedTuple):
    """A question, and what of the sentence answers it."""

    question: str
    answer: str


_PAST = {
    past: base
    for pair in [
        "became/become",
        "began/begin",
        "broke/break",
        "brought/bring",
        "built/build",
        "bought/buy",
        "caught/catch",
        "chose/choose",
        "came/come",
        "cut/cut",
        "did/do",
        "drew/draw",
        "drove/drive",
        "fell/fall",
        "felt/feel",
        "fought/fight",
        "found/find",
        "flew/fly",
        "gave/give",
        "got/get",
        "grew/grow",
        "had/have",
        "heard/hear",
        "held/hold",
        "hit/hit",
        "kept/keep",
        "knew/know",
        "led/lead",
        "left/leave",
        "lent/lend",
        "lost/lose",
        "made/make",
        "meant/mean",
        "met/meet",
        "overthrew/overthrow",
        "paid/pay",
        "put/put",
        "ran/run",
        "rose/rise",
        "said/say",
        "saw/see",
        "sold/sell",
        "sent/send",
        "set/set",
        "shot/shoot",
        "sang/sing",
        "sat/sit",
        "spoke/speak",
        "spent/spend",
        "stood/stand",
        "stole/steal",
        "struck/strike",
        "swam/swim",
        "took/take",
        "taught/teach",
        "told/tell",
        "thought/think",
        "threw/throw",
        "understood/understand",
        "went/go",
        "won/win",
        "wrote/write",
        "won/win",
        "wore/wear",
    ]
    for past, base in [pair.split("/")]
}
_BE = r"(?:is|are|was|were)"
_CAPITAL = r"[A-Z][\w.’'-]*"
_SUBJECT = (
    rf"(?P<subject>(?:(?:The|A|An) )?{_CAPITAL}(?: (?:{_CAPITAL}|of|the|de|von|van|and (?={_CAPITAL}))){{0,6}}"
    r"|(?:The|A|An|His|Her|Its|Their) (?!(?:is|was|are|were|has|had)\b)[a-z][\w-]*(?: [a-z][\w-]*){0,2}?"
    r"(?: of (?:the )?\w+)?)"
)
_MONTH = "|".join(MONTHS)
_DATE = (
    rf"(?:(?:the )?(?:early |late |mid-)?(?:(?:{_MONTH}) (?:\d{{1,2}}(?: ?, ?\d{{4}})?|\d{{4}})"
    rf"|\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?"
    rf"|1\d{{3}}s?|20[0-4]\ds?|{_MONTH}))"
)
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(word for word in NUMBER_WORDS if word != 'one')})"
_VERB = r"(?P<verb>\w+ed|" + "|".join(_PAST) + r")\b"
_COUNTED = rf"(?P<n>{_NUMBER}) (?P<what>(?:[a-z-]+ ){{0,2}}[a-z]{{3,}}s)\b"
_TAIL = r"(?P<rest>[^.;:]*?)"
_END = r" ?[.;,]?$"

_OF_SUBJECT = re.compile(rf"^{_SUBJECT} (?P<said>(?:{_BE}|has|had|can|will|{_VERB}) {_TAIL}){_END}")
_WHEN_BE = re.compile(
    rf"^{_SUBJECT} (?P<be>{_BE}) (?P<said>[^,.;]{{3,80}}?) (?:in|on|during|since|until) (?P<date>{_DATE})\b"
)
_WHEN = re.compile(rf"^{_SUBJECT} {_VERB}(?P<said> [^,.;]{{0,80}}?)? (?:in|on|during|since|until) (?P<date>{_DATE})\b")
_WHEN_FIRST = re.compile(
    rf"^(?:In|On|During|Since|By) (?P<date>{_DATE}) ?,? {_SUBJECT} {_VERB}(?P<said> [^,.;]{{0,80}}?)?{_END}"
)
_WHEN_FIRST_BE = re.compile(
    rf"^(?:In|On|During|Since|By) (?P<date>{_DATE}) ?,? {_SUBJECT} (?P<be>{_BE}) (?P<said>[^,.;]{{3,80}}?){_END}"
)
_WHERE = re.compile(
    rf"^{_SUBJECT} (?P<be>{_BE}) (?P<said>[^,.;]{{3,60}}?) (?:in|at) (?P<place>(?:the )?(?!(?:{_MONTH})\b){_CAPITAL}"
    rf"(?: {_CAPITAL})*)(?= ?[,.;]| and | in | on | by | from |$)"
)
_HOW_MANY = re.compile(rf"^{_SUBJECT} {_VERB}(?P<before> [^,.;]{{0,30}}?)? {_COUNTED}{_TAIL}{_END}")
_HOW_MANY_BE = re.compile(rf"(?:^|, )[Tt]here (?P<be>are|were) (?:about |over |some )?{_COUNTED}{_TAIL}{_END}")
_BY = re.compile(
    rf"^{_SUBJECT} (?P<be>{_BE}) (?P<said>(?:[a-z]+ly )?[a-z]+(?:ed|en|wn|lt|ught|ld|de)) by "
    rf"(?P<agent>(?:the )?{_CAPITAL}(?: {_CAPITAL})*)"
    rf"(?P<rest>[^,.;]{{0,60}}?)(?= ?[,.;]|$)"
)
_OBJECT = re.compile(
    rf"^{_SUBJECT} {_VERB} "
    rf"(?P<object>(?:the |an? |his |her |its |their )(?:[\w’'-]+ ){{0,3}}?[\w’'-]+|{_CAPITAL}(?: {_CAPITAL})*)"
    rf"(?P<rest> (?:in|on|at|for|from|with|during|to|as|after|before|by) [^,.;]{{3,60}})?{_END}"
)
_BRACKETS = re.compile(r" ?[(\[][^()\[\]]*[)\]]| -LRB-.*?-RRB-")
_ASIDE = re.compile(r" ?, (?:which|who|where|whose|including|such as|known|also|a|an|the) [^,.;]{3,90} ?,(?= )")
_CLAUSE = re.compile(r" ?[,;] .{4,}$")
_PHRASE = re.compile(
    r" (?:in|on|at|for|from|with|during|after|before|as|while|when) (?:the |a |an |his |her |its )?[^,.;]{3,40}$"
)
_BAD_START = re.compile(
    r"^(?:He|She|It|They|This|That|These|Those|There|Here|However|But|And|Or|So|I|We|You|His|Her|Its|Their|In|On|At|As|By"
    r"|When|While|After|Before|During|Since|For|If|Although|Though|Some|Many|Most|Such|Both|Each|One|Another|Other|Also"
    r"|According|Because|Despite|From|To|With|Under|Not|No|All)\b"
)
MAX_QUESTIONS = 3


def base_form(past: str, vocabulary: Collection[str]) -> str:
    """The verb that the past form belongs to; vocabulary: words that are known, to tell "moved" from "walked".

    >>> [base_form(word, {"move", "stop", "walk"}) for word in ("moved", "walked", "stopped", "carried", "won")]
    ['move', 'walk', 'stop', 'carry', 'win']
    """
    if past in _PAST:
        return _PAST[past]
    if past.endswith("ied"):
        return past[:-3] + "y"
    stem = past.removesuffix("ed")
    doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "ls"
    candidates = [stem + "e", stem, stem[:-1]] if not doubled else [stem[:-1], stem, stem + "e"]
    return next((word for word in candidates if word in vocabulary), stem[:-1] if doubled else stem)


def asked_of(sentence: str, vocabulary: Collection[str], random: Random, *, topic: str = "") -> list[Asked]:
    """Up to `MAX_QUESTIONS` about the sentence, of different kinds; none where no rule applies.

    topic: what "he", "she" and "it" at the beginning stand for, when that is known.
    """
    text = _simple(sentence, topic, random)
    if not 4 <= len(text.split()) <= 32:
        return []
    made = [asked for rule in _RULES for asked in rule(text, vocabulary, random) if _is_good(asked, text)]
    made += [asked for asked in _in_place(text, random) if _is_good(asked, text)][:1]
    random.shuffle(made)
    by_answer = {answer: Asked(asked.question, answer) for asked in made for answer in [asked.answer.rstrip(" .,")]}
    return list(by_answer.values())[:MAX_QUESTIONS]


def _simple(sentence: str, topic: str, random: Random) -> str:
    """The sentence without brackets, and now and then without asides, later clauses and the last phrase."""
    text = _BRACKETS.sub("", sentence)
    if topic:
        text = re.sub(r"^(?:He|She|It|They)\b(?! ?[’'])", lambda _: topic, text, count=1)
        text = re.sub(r"^(?:His|Her|Its|Their)\b", lambda _: f"{topic}’s", text, count=1)
    if random.random() < 0.8:
        text = _ASIDE.sub("", text)
    if random.random() < 0.6:
        text = _CLAUSE.sub("", text.rstrip(" ."))
    if random.random() < 0.4 and len(text.split()) > 10:
        text = _PHRASE.sub("", text.rstrip(" ."))
    text = re.sub(r"^(?:However|Moreover|Also|Thus|Therefore|Later|Today|Additionally) ?, ", "", text)
    return text.rstrip(" .,;") + "."


def _is_good(asked: Asked, text: str) -> bool:
    n_words = len(asked.question.split())
    return 4 <= n_words <= 26 and asked.answer in text and '"' not in asked.question


def _inside(subject: str) -> str:
    """The subject as it stands inside a sentence."""
    return re.sub(r"^(?:The|A|An|His|Her|Its|Their)\b", lambda found: found[0].lower(), subject)


def _is_person(text: str) -> bool:
    return any(name.kind is NameKind.PERSON and text.endswith(name.text) for name in names_in(text))


def _of_subject(text: str, _: Collection[str], random: Random) -> Iterator[Asked]:
    found = _OF_SUBJECT.match(text)
    if found and not _BAD_START.match(text):
        is_bare_name = not re.match(r"(?:The|An?|His|Her|Its|Their) ", found["subject"])
        word = "Who" if _is_person(found["subject"]) or (is_bare_name and random.random() < 0.4) else "What"
        yield Asked(f"{word} {found['said'].strip()}?", found["subject"])


def _when(text: str, vocabulary: Collection[str], random: Random) -> Iterator[Asked]:
    asks = random.choice(["When", "When", "In what year", "In which year"])
    for form in (_WHEN_BE, _WHEN_FIRST_BE):
        found = form.match(text)
        if found:
            asks = asks if re.fullmatch(r"\d{4}", found["date"]) else "When"
            yield Asked(f"{asks} {found['be']} {_inside(found['subject'])} {found['said']}?", found["date"])
            return
    for form in (_WHEN, _WHEN_FIRST):
        found = form.match(text)
        if found and found["verb"] != "had":
            asks = asks if re.fullmatch(r"\d{4}", found["date"]) else "When"
            verb = base_form(found["verb"], vocabulary)
            yield Asked(f"{asks} did {_inside(found['subject'])} {verb}{found['said'] or ''}?", found["date"])
            return


def _where(text: str, _: Collection[str], random: Random) -> Iterator[Asked]:
    found = _WHERE.match(text)
    if found:
        asks = random.choice(["Where", "Where", "In what place"])
        yield Asked(f"{asks} {found['be']} {_inside(found['subject'])} {found['said']}?", found["place"])


def _how_many(text: str, vocabulary: Collection[str], _: Random) -> Iterator[Asked]:
    found = _HOW_MANY_BE.search(text)
    if found:
        yield Asked(f"How many {found['what']} {found['be']} there{found['rest']}?", found["n"])
        return
    found = _HOW_MANY.match(text)
    if found:
        did = f"did {_inside(found['subject'])} {base_form(found['verb'], vocabulary)}"
        yield Asked(f"How many {found['what']} {did}{found['before'] or ''}{found['rest']}?", found["n"])


def _by(text: str, _: Collection[str], random: Random) -> Iterator[Asked]:
    found = _BY.match(text)
    if found:
        who = "Who" if _is_person(found["agent"]) else random.choice(["Who", "What"])
        be, said, subject = found["be"], found["said"], _inside(found["subject"])
        if random.random() < 0.5:
            yield Asked(f"{who} {be} {subject} {said} by{found['rest']}?", found["agent"])
        elif said.endswith("ed") and be in ("was", "were"):
            yield Asked(f"{who} {said} {subject}{found['rest']}?", found["agent"])


def _object(text: str, vocabulary: Collection[str], _: Random) -> Iterator[Asked]:
    found = _OBJECT.match(text)
    if found and not _BAD_START.match(text):
        what = "Who" if _is_person(found["object"]) else "What"
        did = f"did {_inside(found['subject'])} {base_form(found['verb'], vocabulary)}"
        yield Asked(f"{what} {did}{found['rest'] or ''}?", found["object"])


_RULES = (_of_subject, _when, _where, _how_many, _by, _object)
_GAPS = {
    NameKind.PERSON: ("who", "which person"),
    NameKind.COUNTRY: ("which country", "what country"),
    NameKind.CITY: ("which city", "what city"),
    NameKind.OTHER: ("what",),
}
_DATE_GAP = re.compile(r"(?<=\bin )(?:1\d{3}|20[0-4]\d)\b")


def _in_place(text: str, random: Random) -> Iterator[Asked]:
    """The statement with a question word where something stood: "Rome fell in what year?"."""
    stem = text.rstrip(".")
    gaps = [(found.start(), found[0], "what year") for found in _DATE_GAP.finditer(stem)]
    gaps += [
        (name.span.start, name.text, random.choice(_GAPS[name.kind]))
        for name in names_in(stem)
        if name.span.start > 0 and name.kind in _GAPS and not re.match(r"[’']|-", stem[name.span.end :])
    ]
    random.shuffle(gaps)
    if _BAD_START.match(text):
        return
    for start, answer, word in gaps:
        yield Asked(f"{stem[:start]}{word}{stem[start + len(answer) :]}?", answer)
