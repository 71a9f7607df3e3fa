"""Questions that leave out what the last one said ("And Poland?", "Why?"), completed from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.attribution import asked_speaker
from rag.attribution.names import fold
from rag.conversation.lexicon import DO_OR_MODAL, NOT_FINITE, PERSON_ROLES, PHRASE_ENDS, SPOKEN, TIMES
from rag.conversation.memory import Memory, Said
from rag.conversation.names import Kind, NamedThing, kind_of, names_in, phrases_in
from rag.language.english import (
    BE,
    DO,
    FINITE_BE,
    HAVE,
    HELPING,
    MODALS,
    PREPOSITIONS,
    QUESTION_WORDS,
    STOP_WORDS,
    SUBJECTS,
    TO_NAMES,
    one_of,
    word_set,
)
from rag.language.people import BODIES, ROLES, TITLES

__all__ = ["completed"]

_WHAT_ABOUT = re.compile(r"(?:and )?(?:what|how) about (?P<x>.+)", re.IGNORECASE)
_SAME = re.compile(r"(?:(?:and )?the )?same (?:question )?(?:for|about|with) (?P<x>.+)", re.IGNORECASE)
_AND_ABOUT = re.compile(r"(?:and |but |or )?(?:about|on|regarding) (?P<x>.+)", re.IGNORECASE)
_AND = re.compile(r"(?:and|but|or) (?P<x>.+)", re.IGNORECASE)
_IN = re.compile(r"(?P<preposition>in|for|from|since|during|before|after|at) (?P<x>.+)", re.IGNORECASE)
_BARE = re.compile(
    r"(?:and |but |so )?(?P<asks>(?:since |until |by |with |for )?(?:why(?: not)?|when|where|who|whom|how|what for"
    r"|how (?:many|much|long|often|far|come|so)|which(?: ones?)?)|says who|who says(?: so| that)?)"
    r"(?: exactly| (?:is|was) (?:that|this))?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:and )?(?:(?:please )?(?:(?:tell|give|show) (?:me|us) )?(?:some )?more(?: about (?:this|that))?(?: please)?"
    r"|please (?:go on|continue)|go on|continue|(?:and )?what (?:else|more)|anything else)",
    re.IGNORECASE,
)
_TELL = re.compile(r"(?:please )?(?:tell|give|show|describe|explain|summari[sz]e|list)\b", re.IGNORECASE)
_AUXILIARY = re.compile(rf"{one_of(HELPING | MODALS - {'shall'})}\b", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:(?P<what>what)|when|where|why|how|how (?:long|often|far|much|many times))(?: else| exactly)?"
    rf" (?P<clause>{one_of(HELPING - FINITE_BE)}\b .+)",
    re.IGNORECASE,
)
_HAPPENED = re.compile(r"what (?:else )?(?:has |had )?happen(?:ed|s)(?P<rest>(?: .+)?)", re.IGNORECASE)
_WHO_DID = re.compile(
    rf"whom? (?P<aux>{one_of(DO)}|{one_of(HELPING - DO - FINITE_BE - {'should'})}(?= (?-i:[A-Z]))) (?P<clause>.+ .+)",
    re.IGNORECASE,
)
_WHO_IS = re.compile(r"who (?P<be>is|was) (?P<rest>.+)", re.IGNORECASE)
_WHO = re.compile(r"who (?P<clause>.+)", re.IGNORECASE)
_COUNTED = re.compile(
    rf"how (?:many|much) (?P<noun>(?:(?!{one_of(HELPING - {'should'})} )\S+ )+?)"
    rf"(?P<aux>{one_of(DO | FINITE_BE)}) (?P<clause>.+)",
    re.IGNORECASE,
)
_COUNTED_SUBJECT = re.compile(r"how (?:many|much) (?P<clause>\S+ \S.*)", re.IGNORECASE)
_ABOUT_IT = re.compile(r" about (?:that|this|it)$", re.IGNORECASE)
_IS = re.compile(rf"(?:when|where|why|how)(?: else| exactly)? (?P<clause>{one_of(FINITE_BE)}\b .+)", re.IGNORECASE)
_OBJECT_GONE = re.compile(
    r"(?<= )(?P<verb>say|said|do|done|propose|proposed|want|announce|announced|suggest|promise|demand|mean|claim|think)"
    rf"(?=$| {one_of((TO_NAMES - {'from', 'with'}) | {'about', 'on', 'after', 'before', 'during', 'when'})}\b)",
    re.IGNORECASE,
)
_INVERTS = frozenset(["why", "when", "where", "how", "since when", "how long", "how often", "until when", "how come"])
_ABOUT = re.compile(r"(?<=\babout )(?P<topic>.+)", re.IGNORECASE)
_TOPIC_END = re.compile(
    r",| (?:yesterday|today|last|this (?:week|month|year)|when|after|before|during"
    rf"|(?:on|in) (?:\d|{one_of(TIMES)}))\b.*",
    re.IGNORECASE,
)
_OF = re.compile(r"(?P<lead>(?:what|who|how) (?:is|was|are|were) )(?P<slot>the [\w' -]+?)(?= of )", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NO_NOUN_PHRASE = (
    DO_OR_MODAL
    | BE
    | QUESTION_WORDS
    | HAVE
    | (SUBJECTS - {"we"})
    | word_set("him his her them their its there then this that")
)
_OWNER = re.compile(r"(?P<name>[^\W\d_a-z][\w .-]*)['’]s(?: (?P<owned>[\w ]+))?")
_WHEN = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|now|(?:last|this|next) (?:year|month|week|night))\b", re.IGNORECASE
)
_N_NEW = 6
_PLACES = (Kind.COUNTRY, Kind.PLACE)
_PERSONS = (Kind.PERSON, Kind.UNKNOWN)


def completed(question: str, memory: Memory) -> str | None:
    """The question with what it leaves out; None when it leaves nothing out, or nobody can tell what."""
    last = next((turn for turn in memory if turn.question), None)
    if last is None:
        return None
    text = question.strip().rstrip("?!. ")
    bare = _BARE.fullmatch(text)
    if bare is not None:
        asked = next((turn for turn in memory if turn.question and not _TELL.match(turn.question)), None)
        return None if asked is None else _asked_of_last(bare["asks"], asked)
    if _MORE.fullmatch(text):
        return _more_of_last(last)
    for pattern in (_WHAT_ABOUT, _SAME, _AND_ABOUT, _AND, _IN):
        found = pattern.fullmatch(text)
        if found is not None:
            return _replaced(found, pattern, last, memory)
    new = _new_name(text, memory)
    if new is not None and new.kind is not Kind.UNKNOWN and len(text.split()) <= _N_NEW:
        return _for_name(new, last, is_alone=True)
    return None


def _asked_of_last(asks: str, last: Said) -> str:
    """The interrogative with the last question's clause: "Why did Rubio say that about trust?".

    >>> _asked_of_last("When", Said(question="Did Rubio go?", answer="", asked=(), answered=(), phrases=()))
    'When did Rubio go?'
    """
    before = last.question.rstrip("?!. ")
    if asks.lower() in _INVERTS:
        if _AUXILIARY.match(before):
            return f"{asks} {_lowered(before)}?"
        clause = _asked_clause(before) or _counted_clause(before) or _clause_with_answer(before, last, asks)
        if clause:
            return f"{asks} {clause}?"
    return f"{asks}: {_lowered(before)}?"


def _asked_clause(before: str) -> str:
    """What a question asks about, to stand behind "why": "did Rubio say that about trust", "did that happen to him"."""
    happened = _HAPPENED.fullmatch(before)
    if happened is not None:
        return f"did that happen{happened['rest']}"
    asked = _ASKED.fullmatch(before) or _IS.fullmatch(before)
    if asked is None:
        return ""
    clause = asked["clause"]
    if asked.groupdict().get("what"):
        clause, n_put = _OBJECT_GONE.subn(r"\g<verb> that", _ABOUT_IT.sub("", clause), count=1)
        clause = clause if n_put else f"{clause} that"
    return clause


def _counted_clause(before: str) -> str:
    """The same for what was counted: "did Poland send soldiers", "is it that people died"."""
    counted = _COUNTED.fullmatch(before)
    if counted is not None:
        noun, aux, clause = counted["noun"].strip(), counted["aux"], counted["clause"]
        return f"{aux} {clause} {noun}" if aux.lower().startswith("d") else f"{aux} {noun} {clause}"
    subject = _COUNTED_SUBJECT.fullmatch(before)
    if subject is None or NOT_FINITE.intersection(subject["clause"].lower().split()):
        return ""
    return f"is it that {subject['clause']}"


def _clause_with_answer(before: str, last: Said, asks: str) -> str:
    """The same for "who", whose place the one person takes whom the answer names: "is it that Paul Renner resigned"."""
    persons = {name.text for name in last.answered if name.kind is Kind.PERSON}
    if len(persons) != 1:
        return ""
    name = persons.pop()
    did = _WHO_DID.fullmatch(before)
    if did is not None:
        return f"{did['aux']} {did['clause']} {name}"
    who_is = _WHO_IS.fullmatch(before)
    if who_is is not None:
        return f"{who_is['be']} {name} {who_is['rest']}"
    who = _WHO.fullmatch(before)
    be = "was" if asks.lower() in ("when", "where") else "is"
    return f"{be} it that {name} {who['clause']}" if who is not None else ""


def _more_of_last(last: Said) -> str:
    """The last question, for what it was not told yet.

    >>> _more_of_last(Said(question="What did Rubio say?", answer="", asked=(), answered=(), phrases=()))
    'What else did Rubio say?'
    """
    first, _, rest = last.question.partition(" ")
    if first.lower() == "what" and _AUXILIARY.match(rest):
        return f"{first} else {rest}"
    return last.question if rest.startswith("else ") else f"What else: {_lowered(last.question)}"


def _lowered(text: str) -> str:
    """The text with a small first letter, unless a name begins it."""
    first = text.partition(" ")[0]
    is_word = first.lower() in STOP_WORDS or first.lower() in QUESTION_WORDS or first.lower() in PHRASE_ENDS
    return text[:1].lower() + text[1:] if is_word else text


def _replaced(found: re.Match[str], pattern: re.Pattern[str], last: Said, memory: Memory) -> str | None:
    new = found["x"].strip(" ,")
    words = new.lower().split()
    if _WHEN.fullmatch(new):
        return _at_another_time(new, last)
    if not words or len(words) > _N_NEW or not _is_noun_phrase(words):
        return None
    if pattern is _IN:
        return _elsewhere(found["preposition"].lower(), new, last, memory)
    owner = _OWNER.fullmatch(new)
    if owner is not None:
        return _for_owner(owner["name"], owner["owned"] or "", last)
    inner = _IN.fullmatch(new)
    if inner is not None:
        return _elsewhere(inner["preposition"].lower(), inner["x"], last, memory)
    if pattern is _AND_ABOUT:
        return _for_topic(new, last)
    name = _new_name(new, memory)
    if name is not None:
        return _for_name(name, last, is_topic=pattern is not _AND)
    head = _head(words)
    if PREPOSITIONS.intersection(words) and head not in PERSON_ROLES:
        return None
    speaker = _described_speaker(last.question)
    is_speaker = pattern is _AND or head in ROLES | BODIES
    if speaker is not None and words[0] == "the" and is_speaker:
        return _put(new, replace(speaker, kind=Kind.THING), last.question)
    if head in PERSON_ROLES or (pattern is _AND and head in ROLES | BODIES):
        return _for_role(new, last)
    return _for_topic(new, last)


def _head(words: Sequence[str]) -> str:
    """The noun that the phrase is about: "secretary" of "the union secretary of the docks"."""
    end = next((position for position, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return words[max(end - 1, 0)]


def _for_role(new: str, last: Said) -> str:
    """The last question about somebody who is described instead of named: "And the union secretary?"."""
    persons = [name for name in last.asked if name.kind is Kind.PERSON or name.speaks]
    described = [phrase for phrase in last.phrases if phrase.kind is Kind.THING and _head(phrase.text.split()) in ROLES]
    slots = persons or described
    return _put(new, slots[0], last.question) if slots else _beside(new, last)


def _for_owner(name: str, owned: str, last: Said) -> str | None:
    """The last question with another owner: "And Macron's?" after "What was Starmer's reaction?"."""
    for slot in last.asked:
        rest = last.question[slot.end :].replace("’", "'")
        if rest.startswith(f"'s {owned}".rstrip()):
            return last.question[: slot.start] + name + last.question[slot.end :]
    return None


def _at_another_time(new: str, last: Said) -> str:
    before = last.question.rstrip("?!. ")
    times = list(_WHEN.finditer(before))
    if len(times) == 1:
        return f"{before[: times[0].start()]}{new}{before[times[0].end() :]}?"
    return f"{before} {new}?"


def _is_noun_phrase(words: list[str]) -> bool:
    """Whether the words are no clause: "when he left" is one, and so is "did she"."""
    if words[0] in QUESTION_WORDS or words[0] in ("if", "because", "that", "not", "so", "then", "also"):
        return False
    return not any(word.strip(",") in _NO_NOUN_PHRASE for word in words)


def _new_name(text: str, memory: Memory) -> NamedThing | None:
    """The name that is all of the text; in lower case only one that is known."""
    plain = text.removeprefix("the ").removeprefix("The ")
    if plain.isupper() and " " in plain:
        return None
    names = names_in(f"on {plain}")
    before = f"on {plain}"[len("on ") : names[0].start].lower().split() if names else []
    is_all = len(names) == 1 and names[0].end == len(plain) + len("on ") and all(word in TITLES for word in before)
    if is_all and names[0].text != names[0].text.lower():
        known = _known(names[0].text, memory)
        name = names[0]
        if known is not None and name.kind is Kind.UNKNOWN:
            name = known
        return NamedThing(text=text, start=0, end=len(text), kind=name.kind, gender=name.gender)
    words = fold(plain).split() or ["-"]
    kind, gender = kind_of(words, plain)
    if STOP_WORDS.intersection(words) or not _is_noun_phrase(words):
        return None
    if kind is Kind.COUNTRY or (kind is Kind.PERSON and not TITLES.intersection(words)):
        return NamedThing(text=text, start=0, end=len(text), kind=kind, gender=gender)
    known = _known(plain, memory)
    return (
        None if known is None else NamedThing(text=text, start=0, end=len(text), kind=known.kind, gender=known.gender)
    )


def _known(text: str, memory: Memory) -> NamedThing | None:
    """The name of the last turns that ends with these words."""
    for turn in memory:
        for name in (*turn.asked, *turn.answered):
            if fold(name.text) == fold(text) or fold(name.text).endswith(f" {fold(text)}"):
                return name
    return None


def _for_name(new: NamedThing, last: Said, *, is_topic: bool = False, is_alone: bool = False) -> str | None:
    """The last question about `new`, in the place of a name of the same kind, or of who speaks.

    is_topic: it may be the topic too, as after "what about". is_alone: nothing but the name was written.
    """
    if any(fold(name.text) == fold(new.text) for name in last.asked):
        return None
    if new.kind in _PERSONS:
        slots = [name for name in last.asked if name.kind in _PERSONS] or [name for name in last.asked if name.speaks]
    elif new.kind in _PLACES:
        slots = [name for name in last.asked if name.kind in _PLACES and name.kind is new.kind]
        slots = slots or [name for name in last.asked if name.kind in _PLACES]
    else:
        slots = [name for name in last.asked if name.kind is new.kind]
        slots = slots or [name for name in last.asked if name.kind in (*_PLACES, Kind.BODY) and name.speaks]
    if slots:
        return _put(new.text, slots[0], last.question)
    if new.kind in _PERSONS:
        speaker = _described_speaker(last.question)
        if speaker is not None:
            return _put(new.text, speaker, last.question)
    if is_topic and new.kind not in _PERSONS:
        return _for_topic(new.text, last)
    return None if is_alone else _beside(new.text, last)


def _described_speaker(question: str) -> NamedThing | None:
    """Who is asked for in other words than a name, as in "What did the minister say?"."""
    asked = asked_speaker(question, ())
    if asked is None or not asked.mention:
        return None
    phrases = [each for each in phrases_in(question) if each.text.lower().endswith(asked.mention.lower())]
    return phrases[0] if phrases else None


def _put(new: str, slot: NamedThing, question: str) -> str:
    """The question with `new` in the place of the name; an article before it goes or stays with the name."""
    start = slot.start
    if question[max(0, start - 4) : start].lower() == "the " and slot.kind is not Kind.THING:
        start -= 4
    return question[:start] + new + question[slot.end :]


def _for_topic(new: str, last: Said) -> str | None:
    """The last question with another topic: what stands after "about", before "of", or is its one noun phrase."""
    question = last.question
    about = _ABOUT.search(question)
    if about is not None:
        end = _TOPIC_END.search(question, about.start())
        stop = end.start() if end is not None else len(question.rstrip("?!. "))
        return question[: about.start()] + new + question[stop:]
    has_article = new.lower().startswith("the ")
    of = _OF.match(question)
    if of is not None and has_article:
        return question[: of.start("slot")] + new + question[of.end("slot") :]
    if has_article and len(last.phrases) == 1 and not _is_counted(last):
        return question[: last.phrases[0].start] + new + question[last.phrases[0].end :]
    return _object_replaced(new, last) or (_beside(new, last) if last.asked else None)


def _is_counted(last: Said) -> bool:
    """Whether the one phrase of the question is what it counts, as in "how many people"."""
    return last.question[: last.phrases[0].start].lower().endswith(("many ", "much ", "which ", "what "))


def _object_replaced(new: str, last: Said) -> str | None:
    """ "Did Rubio mention trade?" with another object; only where a name is the subject and nothing else follows."""
    for name in last.asked[:1]:
        lead = last.question[: name.start].lower().split()
        rest = last.question[name.end :].rstrip("?!. ").split()
        is_clause = bool(lead) and lead[-1] in DO_OR_MODAL | {"has", "have", "had"}
        if is_clause and len(rest) > 1 and rest[0] in SPOKEN | {"mention", "support", "back", "oppose", "reject"}:
            tail = rest[1:]
            if not any(word.lower() in PHRASE_ENDS for word in tail[1:]) and len(tail) <= 3:
                return f"{last.question[: name.end]} {rest[0]} {new}?"
    return None


def _elsewhere(preposition: str, new: str, last: Said, memory: Memory) -> str | None:
    """The last question for another place or time: "And in Poland?", "And in 2019?"."""
    question = last.question
    if _YEAR.fullmatch(new):
        years = list(_YEAR.finditer(question))
        if len(years) == 1:
            return question[: years[0].start()] + new + question[years[0].end() :]
        return None if years else f"{question.rstrip('?!. ')} {preposition} {new}?"
    name = _new_name(new, memory)
    if name is None or name.kind not in (*_PLACES, Kind.UNKNOWN):
        return None
    slots = [each for each in last.asked if each.kind in _PLACES]
    if slots:
        return _put(new, slots[-1], question)
    return f"{question.rstrip('?!. ')} {preposition} {new}?"


def _beside(new: str, last: Said) -> str:
    """Both, where nothing in the last question can give way."""
    return f"What about {new}: {_lowered(last.question.rstrip('?!. '))}?"
