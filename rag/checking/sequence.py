"""The course of events: what comes before or causes what, which way it goes, and whether it has come at all.

"Bruno was arrested after he had called the press" has every word of "Bruno called the press after he had been
arrested", and the same connective; only the sides are exchanged. "The bank is to close a branch", "Tickets go on sale
on Monday" and "The council approved the construction of a lock" have the words of "closed", "went" and "constructed";
the form of the verb, and what stands before it, tell them apart. So a date may be only the bound of a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.checking.alignment import Alignment, Finding, FindingKind, conflict, missing
from rag.checking.assertion import stems_of
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind, is_derived
from rag.checking.lexicon import base_form, is_past_form
from rag.language import saying
from rag.language.english import ARTICLES, BE, DETERMINERS, MODALS, NEGATIONS, POSSESSIVES, word_set

__all__ = [
    "GERUND_BEFORE",
    "exchanged_sides_findings",
    "governing_words",
    "is_episodic",
    "particle_findings",
    "time_bound_findings",
    "unrealised_findings",
]

_CONNECTIVES = word_set("after before because until if unless when once while")
_COUNTED = frozenset({AtomKind.DATE, AtomKind.QUANTITY})
_PARTICLES = {
    frozenset(("up", "down")),
    frozenset(("in", "out")),
    frozenset(("on", "off")),
    frozenset(("by", "after")),
    frozenset(("in", "after")),
    frozenset(("until", "after")),
    frozenset(("in", "before")),
    frozenset(("on", "after")),
    frozenset(("on", "before")),
    frozenset(("at", "after")),
    frozenset(("at", "before")),
}


def exchanged_sides_findings(alignment: Alignment) -> Iterator[Finding]:
    """A connective that both have, between sides that the claim exchanges.

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("He sang after he ate."), sentences_of("He ate after he sang.")
    >>> [finding.reason for finding in exchanged_sides_findings(align(claim, evidence))]
    ["the claim exchanges what stands before and after 'after'"]
    """
    claim, evidence = alignment.claim, alignment.evidence
    for word in _CONNECTIVES.intersection(claim.tokens, evidence.tokens):
        if claim.tokens.count(word) != 1 or evidence.tokens.count(word) != 1:
            continue
        mine, theirs = _second_side(claim, word), _second_side(evidence, word)
        if not mine or not theirs:
            continue
        words = [
            (index in mine, place in theirs)
            for index, place in enumerate(alignment.places)
            if place is not None and claim.atoms[index].kind is AtomKind.WORD
        ]
        n_exchanged = sum(one is not other for one, other in words)
        if words and n_exchanged > len(words) / 2 and n_exchanged > 1:
            yield conflict(f"the claim exchanges what stands before and after {word!r}")


def _second_side(sentence: AtomisedSentence, word: str) -> set[int]:
    """Indexes of the atoms that the connective opens: to the end, or to the comma when it opens the sentence.

    None when it opens one without a comma, whose sides cannot be told apart.
    """
    position = sentence.tokens.index(word)
    end = len(sentence.tokens)
    ahead = sentence.tokens[:position]
    is_opening = not any(is_past_form(other) or other in BE or other in MODALS for other in ahead)
    if position < 2 or (is_opening and "," in sentence.tokens[position:]):
        end = sentence.tokens.index(",", position) if "," in sentence.tokens[position:] else position
    elif is_opening:  # "in the decade before 1914 the port doubled": only what follows next is opened for certain
        end = next((atom.end for atom in sentence.atoms if atom.position > position), position)
    return {index for index, atom in enumerate(sentence.atoms) if position < atom.position < end}


def particle_findings(alignment: Alignment) -> Iterator[Finding]:
    """A verb with another particle, or a date with another preposition: "went up" for "went down"."""
    claim, evidence = alignment.claim, alignment.evidence
    for index, place in enumerate(alignment.places):
        if place is None:
            continue
        mine, theirs = claim.atoms[index], evidence.atoms[place]
        behind = frozenset((*claim.tokens[mine.end : mine.end + 1], *evidence.tokens[theirs.end : theirs.end + 1]))
        if mine.kind is AtomKind.WORD and behind in _PARTICLES:
            yield missing(f"the claim exchanges {' and '.join(sorted(behind))!r} after {mine.text!r}")
        before = frozenset((*mine.before[-1:], *theirs.before[-1:]))
        if mine.kind in _COUNTED | {AtomKind.NAME} and before in _PARTICLES:
            yield missing(f"the claim exchanges {' and '.join(sorted(before))!r} before {mine.text!r}")


_RANGE = word_set("between from to until till")
_ABOUT = word_set("around about circa approximately roughly")
_OF_NUMBERS = word_set("between before after until till")
_BOUNDS = _OF_NUMBERS | word_set("by around about circa within")
_ALIKE = {**dict.fromkeys(_ABOUT, _ABOUT), **dict.fromkeys(_RANGE, _RANGE)}
"""Word → those that bound a time as it does."""


def time_bound_findings(alignment: Alignment) -> Iterator[Finding]:
    """A date that the evidence gives only as a bound of a time: "in 1702" for "between 1702 and 1709"."""
    claim, evidence = alignment.claim, alignment.evidence
    mine = {family for word in claim.tokens for family in _ALIKE.get(word, {word})}
    for index, place in enumerate(alignment.places):
        if place is None or claim.atoms[index].kind not in _COUNTED:
            continue
        theirs = evidence.atoms[place]
        bounds = _BOUNDS if _is_time(theirs) else _OF_NUMBERS
        before = theirs.before
        if {"and", "to", "-"}.intersection(before) and place and evidence.atoms[place - 1].kind is theirs.kind:
            bounds |= {"from"}
            before = evidence.atoms[place - 1].before
        found = bounds.intersection(before) - mine
        if found:
            yield missing(
                f"the evidence says {min(found)!r} before {theirs.text!r}, the claim does not",
                lacking=(claim.atoms[index].text,),
                against=(f"{min(found)} {theirs.text}",),
            )
            return


def _is_time(atom: Atom) -> bool:
    """Whether it is a date, or a number that looks like a year."""
    return atom.kind is AtomKind.DATE or (not atom.unit and len(atom.text) == 4 and atom.text.isdigit())


_PRESENT_BE = word_set("is are am")
_STILL_BE = BE - {"been"}
_STILL_TO = BE | word_set("has have yet still") | {"s"}
_NOUN_OPENERS = DETERMINERS | ARTICLES | POSSESSIVES | {"s"}
_LASTING = stems_of(
    saying.FACTIVE
    | word_set(
        """be have own contain include need cost live stand lie hold bear remain belong consist depend matter know like
        love hate want seem resemble deserve lack run serve feature face call name say tell write speak play star
        support oppose represent reach cover"""
    )
)
_SPOKEN = stems_of(saying.CUE_FORMS)
_PENDING = stems_of(
    saying.UNREALISED
    | word_set(
        "approve apply await prepare cancel postpone delay call schedule seek talk ballot vote decide favour support"
    )
)
_PENDING_BEFORE = word_set("under for against")
_DOUBTS = saying.DOUBTFUL | word_set("may might could would will said to")
_SUFFIXES = ("tion", "sion", "ment", "al", "ance", "ence", "ure", "ing", "er")


def unrealised_findings(alignment: Alignment) -> Iterator[Finding]:
    """A past event of the claim that the evidence does not tell as one.

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("The bank closed."), sentences_of("The bank is to close.")
    >>> [finding.reason for finding in unrealised_findings(align(claim, evidence))]
    ["the claim tells 'closed' as done, the evidence has 'is to close'"]
    """
    claim, evidence = alignment.claim, alignment.evidence
    if not _DOUBTS.isdisjoint(claim.tokens):
        return
    for index, place in enumerate(alignment.places):
        mine = claim.atoms[index]
        if not _is_done(mine):
            continue
        if place is None:
            place = next((i for i, atom in enumerate(evidence.atoms) if _is_derived(mine, atom)), None)
        if place is None and (pending := _set_for(evidence)):
            against = missing(
                f"the claim tells {mine.text!r} as done, the evidence has {pending!r}", against=(pending,)
            )
            yield against._replace(kind=FindingKind.MODALITY)
            return
        if place is None:
            continue
        theirs = evidence.atoms[place]
        if theirs.kind is not AtomKind.WORD:
            continue
        if _is_to_come(evidence.atoms, place, mine) and not _is_claimed(claim, evidence.atoms, place):
            first = max(0, theirs.position - len(theirs.before))
            words = " ".join(evidence.tokens[first : theirs.end])
            against = missing(
                f"the claim tells {mine.text!r} as done, the evidence has {words!r}",
                lacking=(mine.text,),
                against=(words,),
            )
            yield against._replace(kind=FindingKind.MODALITY)
            return


_SET = word_set("set due scheduled slated planned expected booked fixed timed announced pencilled")
_SET_FOR = word_set("for on in to at by before after next this")


def _set_for(evidence: AtomisedSentence) -> str:
    """The words by which a thing is set for some time to come: "is now set for"; empty for none."""
    for position, word in enumerate(evidence.tokens):
        near = evidence.tokens[max(0, position - 3) : position]
        following = evidence.tokens[position + 1 : position + 2]
        is_set = word in _SET or (word.endswith("ed") and _is_for_a_date(evidence, position + 1))
        if is_set and following and following[0] in _SET_FOR and not _STILL_BE.isdisjoint(near):
            return " ".join(evidence.tokens[position : position + 2])
    return ""


def _is_for_a_date(evidence: AtomisedSentence, position: int) -> bool:
    is_date = any(atom.position == position + 1 and atom.kind is AtomKind.DATE for atom in evidence.atoms)
    return is_date and evidence.tokens[position : position + 1] == ("for",)


def _is_derived(mine: Atom, theirs: Atom) -> bool:
    return is_derived(mine, {theirs.key}) or (len(mine.key) > 3 and theirs.key == f"{mine.key}er")  # merge, merger


def _is_done(atom: Atom) -> bool:
    """Whether the word is the verb of a past event: "sold", "has sold", "was sold", and not "is sold", "the sold"."""
    if atom.kind is not AtomKind.WORD or not is_past_form(atom.lower) or base_form(atom.lower) in _SPOKEN:
        return False
    return atom.before[-1:] == () or atom.before[-1] not in _NOUN_OPENERS


def _is_to_come(atoms: Sequence[Atom], place: int, mine: Atom) -> bool:
    theirs = atoms[place]
    before = theirs.before
    condition = before[-1] if before else atoms[place - 1].lower if place else ""
    if condition in _ONLY_ONCE and is_past_form(theirs.lower):  # "the merger, once approved"
        return condition not in mine.before
    if "to" in before:
        ahead = before[: before.index("to")]
        behind = before[before.index("to") + 1 :]
        if "have" in behind:
            return not place or base_form(atoms[place - 1].lower) not in _KNOWN
        if behind[:1] == ("be",) and is_past_form(theirs.lower):  # "a wing to be built"
            return not place or base_form(atoms[place - 1].lower) not in _TO_BE
        return not _STILL_TO.isdisjoint(ahead) and "had" not in ahead and theirs.lower not in ("become", "be")
    is_present = not _PRESENT_BE.isdisjoint(mine.before) and "been" not in mine.before
    if _is_noun(theirs):
        return _is_pending(atoms, place)
    if is_past_form(theirs.lower):
        return False
    if theirs.lower.endswith("ing"):
        return not _PRESENT_BE.isdisjoint(before) and not is_present
    if is_present or "did" in before or not MODALS.isdisjoint(before) or mine.key in _LASTING:
        return False
    governor = atoms[place - 1] if place else None
    return governor is None or base_form(governor.lower) not in _BARE


def _is_claimed(claim: AtomisedSentence, atoms: Sequence[Atom], place: int) -> bool:
    """Whether the claim too has it as somebody's word: "claims that he did it" for "claims to have done it"."""
    is_perfect = atoms[place].before[-2:] == ("to", "have")
    return is_perfect and place > 0 and any(atom.key == atoms[place - 1].key for atom in claim.atoms)


_ONLY_ONCE = word_set("once if unless until when")
_KNOWN = stems_of(saying.FACTIVE | word_set("turn proud happy glad first only last"))
_TO_BE = _KNOWN | stems_of(
    saying.IMPLICATIVE | saying.NAMING | word_set("second third youngest oldest latest appear seem happen need")
)
"""Before "to be": what follows was so, or the claim is asked for it elsewhere."""
_BARE = stems_of(word_set("make let see hear watch help do have"))


def _is_noun(atom: Atom) -> bool:
    """Whether the word, of the same stem as a verb, is a noun: by its ending, or by an article before it."""
    if atom.lower.endswith("ing"):
        return not {"the", "s", "its", "their", "his", "her"}.isdisjoint(atom.before[-1:])
    return atom.lower.endswith(_SUFFIXES) or not _NOUN_OPENERS.isdisjoint(atom.before[-1:])


def _is_pending(atoms: Sequence[Atom], place: int) -> bool:
    """Whether the event that a noun names is only planned, allowed, awaited or called off."""
    if not _PENDING_BEFORE.isdisjoint(atoms[place].before[-2:]) or "to" in atoms[place].before:
        return True
    return any(base_form(atom.lower) in _PENDING for atom in atoms[max(0, place - 3) : place + 4])


_IMPLICATIVE = stems_of(saying.IMPLICATIVE)
_ASPECTUAL = stems_of(saying.ASPECTUAL)
_UNREALISED = stems_of(saying.UNREALISED)
_SAYING = stems_of(saying.VERBS_OF_SAYING | saying.ALLEGED | word_set("believe think assume fear allege"))
_NEGATIVE = stems_of(word_set("fail refuse decline neglect omit forget avoid unable"))
_NO_GOVERNORS = word_set("owing due thanks according next prior subject")
_THING_OPENERS = ARTICLES | POSSESSIVES | word_set("this that these those s")
GERUND_BEFORE = word_set("of from for in at against to without about on into")
"""Prepositions that a gerund follows."""


def governing_words(alignment: Alignment) -> tuple[str, ...]:
    """What makes an infinitive or a gerund of the claim's verb in the evidence, without saying that it was done."""
    evidence, kept = alignment.evidence, {place for place in alignment.places if place is not None}
    is_denied = not NEGATIONS.isdisjoint(alignment.claim.tokens)
    for index, place in enumerate(alignment.places):
        if place is None or not place:
            continue
        mine, theirs, governor = alignment.claim.atoms[index], evidence.atoms[place], evidence.atoms[place - 1]
        if theirs.kind is not AtomKind.WORD or place - 1 in kept or governor.lower in _NO_GOVERNORS:
            continue
        if "to" in mine.before or (not is_denied and mine.lower.endswith("ing")):
            continue
        if is_denied and base_form(governor.lower) in _NEGATIVE:
            continue
        if base_form(governor.lower) in _SAYING and not saying.DOUBTFUL.isdisjoint(alignment.claim.tokens):
            continue
        is_infinitive = "to" in theirs.before and "to" not in mine.before and not _is_thing(theirs)
        before = [word for word in theirs.before if word in GERUND_BEFORE]
        is_gerund = theirs.lower.endswith("ing") and not mine.lower.endswith("ing") and "," not in theirs.before
        is_gerund = is_gerund and (bool(before) or base_form(governor.lower) in _UNREALISED | _ASPECTUAL)
        if not is_infinitive and not is_gerund:
            continue
        near = evidence.atoms[max(0, place - 3) : place]
        if is_infinitive and any(base_form(atom.lower) in _IMPLICATIVE for atom in near):
            continue
        if is_infinitive and not {"had", "has", "have"}.isdisjoint(theirs.before[: theirs.before.index("to")]):
            continue
        return evidence.tokens[governor.position : theirs.end]
    return ()


def _is_thing(atom: Atom) -> bool:
    """Whether an article stands before the word, so that "to" is no sign of an infinitive."""
    return not _THING_OPENERS.isdisjoint(atom.before) or atom.lower.endswith("ing")


_PRESENT = word_set("is are am has have does do ca wo 'll") | MODALS
_PAST = word_set("was were had did")


def is_episodic(sentence: AtomisedSentence) -> bool:
    """Whether the sentence tells of something that happened, and not of a rule, a habit, a state or a plan.

    >>> from rag.checking.atoms import sentences_of
    >>> [is_episodic(sentences_of(text)[0]) for text in ("He sold two boats.", "He sells boats.", "He will go.")]
    [True, False, False]
    """
    named = {atom.position for atom in sentence.atoms if atom.kind in (AtomKind.DATE, AtomKind.NAME)}
    for position, word in enumerate(sentence.tokens):
        if position in named or (not position and word in MODALS):
            continue
        if word in _PAST:
            return True
        if word in _PRESENT:
            return word in ("has", "have") and any(is_past_form(other) for other in sentence.tokens)
        if is_past_form(word):
            return True
    return False
