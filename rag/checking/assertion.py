"""Whether a source asserts what a claim takes from it: frames that take a fact back, and what a claim may leave out.

A fact stands in a sentence, and the sentence in a document. "In her novel, …", "It was feared that …", "… (false)" and
"This is a lie." after it hold every word of the fact and do not state it. Two looks, both without a grammar:

- cues: words of doubt, fiction, condition, exception and correction that the evidence has and the claim has not;
- what is left out: a part of the sentence before, between or behind the claim's words may be missing from the claim
  only when it is known to leave the rest as it was, see `rag.checking.omission`.

`rag.checking.withdrawal` looks at the sentences around. The kinds of `Frame` are told in the reasons; those of
`rag.types.Assertion`, which a citation shows, are made from them in `rag.checking.attributed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rag.checking.alignment import Alignment, Finding, FindingKind, missing
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, normalised
from rag.checking.lexicon import base_form
from rag.checking.withdrawal import MOCKING, Around, withdrawn
from rag.language import saying
from rag.language.english import (
    ARTICLES,
    BE,
    DETERMINERS,
    NEGATING,
    NEGATIONS,
    POSSESSIVES,
    SUBJECTS,
    UNIVERSALS,
    word_set,
)

__all__ = ["Cue", "Frame", "cues_of", "frame_findings", "stems_of"]


class Frame(StrEnum):
    """What keeps a sentence from stating what it says."""

    DOUBTED = "doubted"
    FICTIONAL = "fictional"
    WITHDRAWN = "withdrawn"
    CONDITIONAL = "conditional"
    EXCEPTED = "with an exception"
    DENIED = "denied"
    MOCKED = "a joke"
    FORMER = "not, or no longer, what it is called"
    POSSIBLE = "what can be"
    NAMED = "what somebody calls it"


class Cue(NamedTuple):
    """A cue and the tokens that it is about, half-open."""

    kind: Frame
    word: str
    position: int
    first: int
    end: int


@lru_cache(maxsize=64)
def stems_of(words: frozenset[str]) -> frozenset[str]:
    """The base forms of words, as `base_form` makes them, and the words themselves."""
    return words | frozenset(map(base_form, words))


_DOUBT = saying.DOUBTFUL | saying.APPROXIMATE | word_set("rumours rumors")
_FICTIVE_ROLES = stems_of(
    word_set("hero heroine villain protagonist antagonist narrator character plot scene storyline ending detective")
)
_FICTION = stems_of(saying.FICTION)
_FICTION_VERBS = stems_of(saying.FICTION_VERBS)
_PLAYING = stems_of(word_set("play portray star impersonate"))
_DISOWNING = stems_of(saying.DISOWNING)
_NAMING = stems_of(saying.NAMING)
_NOT = NEGATIONS | NEGATING | {"rarely", "seldom"}
_CLAUSE_MARKS = word_set("; : but while whereas although though")
_OPENING = word_set("in of from during for to by into per")
_PRIZES = word_set("prize award medal grant")
_DEPICTING = word_set("tell tells told show shows open opens imagine imagines depict depicts describe describes begin")
_WHOLE = UNIVERSALS - {"both", "never"}
_INVERTED = word_set("had were should")
_INVERTED_SUBJECTS = ARTICLES | POSSESSIVES | SUBJECTS
_PHRASES = {
    ("as", "long", "as"): Frame.CONDITIONAL,
    ("so", "long", "as"): Frame.CONDITIONAL,
    ("in", "case"): Frame.CONDITIONAL,
    ("in", "the", "event"): Frame.CONDITIONAL,
    ("the", "case", "of"): Frame.CONDITIONAL,
    ("on", "condition"): Frame.CONDITIONAL,
    ("only", "when"): Frame.CONDITIONAL,
    ("on", "the", "assumption"): Frame.CONDITIONAL,
    ("apart", "from"): Frame.EXCEPTED,
    ("aside", "from"): Frame.EXCEPTED,
    ("other", "than"): Frame.EXCEPTED,
    ("save", "for"): Frame.EXCEPTED,
    ("save", "the"): Frame.EXCEPTED,
    ("but", "for"): Frame.EXCEPTED,
    ("so", "called"): Frame.FORMER,
    ("self", "styled"): Frame.FORMER,
    ("self", "proclaimed"): Frame.FORMER,
    ("one", "time"): Frame.FORMER,
    ("the", "would", "be"): Frame.FORMER,
    ("a", "would", "be"): Frame.FORMER,
    ("used", "to"): Frame.FORMER,
    ("once", "a"): Frame.FORMER,
    ("once", "an"): Frame.FORMER,
    ("once", "the"): Frame.FORMER,
    ("no", "longer"): Frame.DENIED,
    ("far", "from"): Frame.DENIED,
    ("free", "of"): Frame.DENIED,
    ("april", "fool"): Frame.WITHDRAWN,
    ("april", "fools"): Frame.WITHDRAWN,
    ("in", "error"): Frame.WITHDRAWN,
    ("by", "mistake"): Frame.WITHDRAWN,
    ("took", "back"): Frame.WITHDRAWN,
    ("takes", "back"): Frame.WITHDRAWN,
    ("made", "up"): Frame.WITHDRAWN,
    ("in", "vain"): Frame.DENIED,
    ("all", "but"): Frame.EXCEPTED,
    ("short", "of"): Frame.DENIED,
    ("close", "to"): Frame.DENIED,
    ("in", "principle"): Frame.DOUBTED,
    ("in", "theory"): Frame.DOUBTED,
    ("on", "paper"): Frame.DOUBTED,
    ("in", "part"): Frame.DOUBTED,
    ("as", "good", "as"): Frame.DOUBTED,
    ("in", "name"): Frame.DOUBTED,
    ("more", "or", "less"): Frame.DOUBTED,
    ("up", "to", "a", "point"): Frame.DOUBTED,
    ("to", "some", "extent"): Frame.DOUBTED,
    ("subject", "to"): Frame.CONDITIONAL,
}
_PHRASES_BY_FIRST = {
    first: [(phrase, kind) for phrase, kind in _PHRASES.items() if phrase[0] == first] for first, *_ in _PHRASES
}
_SAME = {
    Frame.CONDITIONAL: saying.CONDITIONAL | word_set("long case event condition subject when once should had"),
    Frame.EXCEPTED: saying.EXCEPTIVE | word_set("but apart aside other save only not nothing"),
    Frame.DENIED: _NOT | word_set("failed fail refused unable vain longer far deny denied free tried attempted"),
    Frame.POSSIBLE: word_set("can could may might able possible possibly capable"),
    Frame.FORMER: saying.PRIVATIVE | word_set("used once was were formerly"),
}
"""Kind → words of which one in the claim keeps it."""

_VERBS_TOO = word_set("designate elect pretend draft")


def cues_of(sentence: AtomisedSentence) -> Iterator[Cue]:
    """What in the sentence keeps it from stating what it says, from left to right.

    >>> from rag.checking.atoms import sentences_of
    >>> [(cue.kind.value, cue.word) for cue in cues_of(sentences_of("In her novel, he leaves, allegedly.")[0])]
    [('fictional', 'novel'), ('doubted', 'allegedly')]
    """
    tokens = sentence.tokens
    for position in range(len(tokens)):
        kind, length = _kind_at(tokens, position)
        if kind is None:
            continue
        first, end = _scope(sentence, kind, position, position + length)
        yield Cue(kind, " ".join(tokens[position : position + length]), position, first, end)


def _kind_at(tokens: Sequence[str], position: int) -> tuple[Frame | None, int]:
    """The kind of the cue that begins here, and how many tokens it has."""
    word, base = tokens[position], base_form(tokens[position])
    for phrase, kind in _PHRASES_BY_FIRST.get(word, ()):
        if tuple(tokens[position : position + len(phrase)]) == phrase:
            return kind, len(phrase)
    before = tokens[max(0, position - 4) : position]
    if word in saying.CONDITIONAL:
        return Frame.CONDITIONAL, 1
    is_inverted = tokens[position + 1 : position + 2] != () and tokens[position + 1] in _INVERTED_SUBJECTS
    if word in _INVERTED and "?" not in tokens and (not position or (before[-1:] == (",",) and is_inverted)):
        return Frame.CONDITIONAL, 1
    if word in saying.EXCEPTIVE:
        return (None if "without" in before else Frame.EXCEPTED), 1
    if word == "but" and position and before[-1] != "," and not _WHOLE.isdisjoint(before):
        return Frame.EXCEPTED, 1
    if word in _DOUBT:
        return Frame.DOUBTED, 1
    if (word in _DISOWNING or base in _DISOWNING) and before[-1:] != ("no",):  # "make no mistake"
        return Frame.WITHDRAWN, 1
    if base in _FICTION_VERBS:
        return Frame.FICTIONAL, 1
    near = before[len(before) - before[::-1].index(",") :] if "," in before else before
    if "for" in near and not _PRIZES.isdisjoint(before):  # "the prize for fiction"
        return None, 1
    is_told = not _OPENING.isdisjoint(near) or _is_telling(tokens, position) or _has_role(tokens, position)
    if base in _FICTION and is_told:
        return Frame.FICTIONAL, 1
    if word == "then" and before[-1:] == ("the",):
        return Frame.FORMER, 1
    if word in saying.PRIVATIVE and _is_before_noun(tokens, position):
        return Frame.FORMER, 1
    if word == "can" and tokens[position + 1 : position + 2] != ("not",):
        return Frame.POSSIBLE, 1
    following = tokens[position + 1 : position + 7]
    if base in _PLAYING and following[:1] in (("a",), ("an",)) and "who" in following:
        return Frame.FICTIONAL, 1
    if base in _NAMING and tokens[position + 1 : position + 2] not in (("for",), ("on",), ("off",), ("upon",)):
        return Frame.NAMED, 1
    is_second = tokens[position + 1 : position + 2] in (("only",), ("just",), ("merely",), ("necessarily",))
    if word in _NOT and not is_second and tokens[position - 1 : position] != (",",):
        return Frame.DENIED, 1
    return None, 1


def _is_before_noun(tokens: Sequence[str], position: int) -> bool:
    """Whether a word that may be a verb too ("failed", "planned") stands as an adjective here."""
    if not tokens[position].endswith(("ed", "ing")) and tokens[position] not in _VERBS_TOO:
        return True
    before = tokens[position - 1] if position else ""
    following = tokens[position + 1 : position + 2]
    is_adjective = not before or before in DETERMINERS | POSSESSIVES | {"s", "by", "of", "for"}
    return is_adjective and following not in (("to",), ("that",), ("by",))


def _has_role(tokens: Sequence[str], position: int) -> bool:
    """Whether a hero or a scene stands beside: "the film's hero", "the villain of the series"."""
    near = (*tokens[max(0, position - 3) : position], *tokens[position + 1 : position + 3])
    return any(base_form(word) in _FICTIVE_ROLES for word in near)


def _is_telling(tokens: Sequence[str], position: int) -> bool:
    return any(base_form(word) in _DEPICTING or word == "'s" for word in tokens[position + 1 : position + 3])


def _scope(sentence: AtomisedSentence, kind: Frame, position: int, behind: int) -> tuple[int, int]:
    """The tokens that the cue is about: the next word of a name, its clause, or the whole sentence."""
    tokens = sentence.tokens
    if kind is Frame.FORMER and tokens[position] != "used":
        following = next((atom for atom in sentence.atoms if atom.position >= behind), None)
        if tokens[position] == "then":  # "the then minister": the whole title
            title = [atom for atom in sentence.atoms if position < atom.position < _comma(tokens, position)]
            following = title[-1] if title else following
        end = following.end if following is not None else position + 1
        if following is not None and tokens[position] in ("elect", "designate"):
            end = position
        return behind, end
    if kind is Frame.DOUBTED:
        return _clause(tokens, position)
    is_opening = not position - ("just" in tokens[:1])
    if kind is Frame.DENIED and is_opening and tokens[position] == "far":
        return 0, _comma(tokens, position)
    if kind is Frame.WITHDRAWN and (tokens[position] == "contrary" or is_opening):
        return 0, _comma(tokens, position)
    if kind is Frame.WITHDRAWN:
        first = max((i + 1 for i in range(position) if tokens[i] == ";"), default=0)
        return first, next((i for i in range(position + 1, len(tokens)) if tokens[i] == ";"), len(tokens))
    if kind in (Frame.DENIED, Frame.FORMER, Frame.POSSIBLE):
        first = max((i + 1 for i in range(position) if tokens[i] in _CLAUSE_MARKS), default=0)
        end = next((i for i in range(position + 1, len(tokens)) if tokens[i] in _CLAUSE_MARKS), len(tokens))
        joined = (i for i in range(position + 1, end) if tokens[i] == "," and tokens[i + 1 : i + 2] in _JOINTS)
        return first, next(joined, end)
    return 0, len(tokens)


def _clause(tokens: Sequence[str], position: int) -> tuple[int, int]:
    """The clause of a position, between full breaks: ";", "but", ", and"."""
    breaks = [
        i
        for i, word in enumerate(tokens)
        if word in (";", "but", "whereas") or (word == "," and tokens[i + 1 : i + 2] in (("and",), ("so",), ("yet",)))
    ]
    first = max((i + 1 for i in breaks if i < position), default=0)
    return first, min((i for i in breaks if i > position), default=len(tokens))


def _comma(tokens: Sequence[str], position: int) -> int:
    return next((i for i in range(position, len(tokens)) if tokens[i] == ","), position + 4)


_OVER_CLAUSES = frozenset({Frame.DOUBTED, Frame.WITHDRAWN})
_JOINTS = (("and",), ("which",), ("who",), ("where",), ("so",), ("yet",))


def frame_findings(alignment: Alignment) -> Iterator[Finding]:
    """Cues of the evidence about the claim's words that the claim leaves out."""
    claim, evidence = alignment.claim, alignment.evidence
    placed = [evidence.atoms[place] for place in alignment.places if place is not None]
    kept = {position for atom in placed for position in range(atom.position, atom.end)}
    mine = set(claim.tokens)
    for cue in cues_of(evidence):
        if cue.position in kept or _is_kept(cue, mine, evidence.tokens):
            continue
        n_inside = sum(cue.first <= atom.position < cue.end for atom in placed)
        is_wide = cue.kind in _OVER_CLAUSES
        if n_inside and (not is_wide or 2 * n_inside > len(placed)) and _counts(cue, claim):
            yield framed(f"{cue.kind}: {cue.word!r}", cue.word)
            return
    text = evidence.text or " ".join(evidence.tokens)
    if MOCKING.search(text) or _is_of_an_exclamation(evidence, placed, claim):
        yield framed(str(Frame.MOCKED))
    elif tail := _taken_back_behind(text, placed):
        yield framed(f"{Frame.WITHDRAWN}: {tail!r}", tail)
    elif scare := _scare_quoted(evidence, kept, claim):
        yield framed(f"the source says {scare!r} in quotation marks", scare)


_CLAUSE = re.compile(r"; | - | \(")


def _is_of_an_exclamation(evidence: AtomisedSentence, placed: Sequence[Atom], claim: AtomisedSentence) -> bool:
    """Whether the claim takes for a fact what the source only exclaims: "What a triumph: the machines broke down."."""
    tokens = evidence.tokens
    if tokens[:2] not in (("what", "a"), ("what", "an")) or "what" in claim.tokens:
        return False
    end = next((i for i, word in enumerate(tokens) if word in (":", "!", ",", "-")), 0)
    return any(atom.position < end for atom in placed)


def _taken_back_behind(text: str, placed: Sequence[Atom]) -> str:
    """What stands in the same sentence, behind what the claim has of it, and takes it back; empty for nothing."""
    clauses = _CLAUSE.split(normalised(text))
    for clause in clauses[1:]:
        words = set(re.findall(r"\w+", clause.lower()))
        if withdrawn(Around(after=clause.rstrip(" )."))) and not any(atom.lower in words for atom in placed):
            return clause
    return ""


def framed(why: str, *against: str) -> Finding:
    """The evidence has the words and does not stand behind them."""
    return missing(f"the evidence does not assert it: {why}", against=against)._replace(kind=FindingKind.FRAMED)


def _is_kept(cue: Cue, mine: set[str], theirs: Sequence[str]) -> bool:
    """Whether the claim has the cue, or another of its kind that serves as well."""
    words = cue.word.split()
    has = mine | {base_form(word) for word in mine}
    if any(word in has or base_form(word) in has for word in words if len(word) > 3 or len(words) == 1):
        return True
    serving = _SAME.get(cue.kind, frozenset())
    if cue.kind is Frame.EXCEPTED:  # "nothing but a rake": the same "nothing" keeps no exception
        serving -= set(theirs) & {"nothing", "not", "only"}
    return not mine.isdisjoint(serving) or (
        cue.kind is Frame.DOUBTED and not mine.isdisjoint(_DOUBT | word_set("may might could said some few many"))
    )


def _counts(cue: Cue, claim: AtomisedSentence) -> bool:
    """A name for a thing counts only where the claim says that it is one, a death only where it says what is now."""
    if cue.kind is Frame.NAMED:
        return not (BE | {"has", "had", "have"}).isdisjoint(claim.tokens)
    return cue.word != "late" or {"was", "were", "had"}.isdisjoint(claim.tokens)


def _scare_quoted(evidence: AtomisedSentence, kept: set[int], claim: AtomisedSentence) -> str:
    """A word of the claim that the evidence has alone in quotation marks; empty for none."""
    if '"' in claim.tokens:
        return ""
    marks = [position for position, word in enumerate(evidence.tokens) if word == '"']
    for first, end in zip(marks[::2], marks[1::2], strict=False):
        inside = [atom for atom in evidence.atoms if first < atom.position < end and atom.position in kept]
        if 0 < end - first <= 3 and inside and inside[0].kind is AtomKind.WORD and inside[0].text.islower():
            return inside[0].text
    return ""
