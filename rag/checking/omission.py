"""What a claim may leave out of the sentence that it rests on: a closed list of what leaves the rest as it was.

The claim's words are laid over the evidence; what lies before, between and behind them is left out. A past event stays
one without its time and place; a rule, a habit and a plan do not ("Schools in the north are closed"). A clause behind
"that" stays a fact only under a verb that says it is known; what follows "to" only under one that says it was done.
Whatever is not known to be harmless is a reason not to show the claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.checking.alignment import Alignment, Finding, FindingKind, missing, replaced_gaps
from rag.checking.assertion import stems_of
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind
from rag.checking.lexicon import LIGHT_WORDS, TITLES, base_form, is_past_form
from rag.checking.roles import tells_which
from rag.checking.sequence import GERUND_BEFORE, governing_words, is_episodic
from rag.checking.speakers import sayings_of
from rag.language import saying
from rag.language.english import (
    ARTICLES,
    BE,
    CLAUSE_OPENERS,
    COUNTED_IN,
    MODALS,
    NEGATIONS,
    POSSESSIVES,
    SO_CALLED,
    SUBJECTS,
    UNIVERSALS,
    one_of,
    word_set,
)

__all__ = ["omission_findings"]

_FACTIVE = stems_of(saying.FACTIVE)
_UNREALISED = stems_of(saying.UNREALISED)
_TIME_NOUNS = saying.TIME_NOUNS | {f"{noun}s" for noun in saying.TIME_NOUNS}
_CERTAIN = word_set("fact true clear certain known secret confirmed undisputed evident obvious proven proved")
_DETERMINING = ARTICLES | POSSESSIVES | word_set("this that these those s")
_JOINING = word_set("and but so yet ; then")
_RELATIVE = word_set("who which where whose whom")
_LINKING = (CLAUSE_OPENERS - {"before", "which"}) | {"since", "once"}
_NARROWING = word_set("without than unlike except until only")
_EVERY = UNIVERSALS | word_set("most few only")
_SAYING = stems_of(saying.VERBS_OF_SAYING | saying.ALLEGED | word_set("believe think assume fear allege"))
_NEGATIVE = stems_of(word_set("fail refuse decline neglect omit forget avoid unable"))
_LABELS = word_set("correction clarification update note news answer fact result breaking summary background")
_OCCASIONS = word_set("response reaction result wake light because aftermath")
_COMPARED = word_set("more less fewer least most over under than")
_TIGHT = word_set("that to if whether , who which")
_OPENS_ALL_THE_SAME = re.compile(
    r"(?:(?:instead of|contrary to|rather than|unlike|far from) [^;:]+ ,"
    r"|without (?:a single |any )?exceptions? ,"
    r"|(?:just kidding|only joking|no|seriously|joking apart|wrong|actually) [,;:-]"
    r"|(?:who would have thought(?: it)?|believe it or not|as it (?:happens|happened|turned out)|guess what|surprise"
    r"|strange as it (?:sounds|seems)|to (?:nobody|no one) s surprise|as (?:expected|feared|announced|planned|promised)"
    r"|what an? [^:!]{1,40}|needless to say|in the end|after all|of course|to be sure|no doubt|in short"
    r"|in other words) [,:!-])(?: \w+)?$"
)
"""What opens a sentence and leaves all that follows standing."""
_OF_THE_SAME = re.compile(
    rf"(?:a |an |the )?(?:{one_of(COUNTED_IN | SO_CALLED | {'all', 'each', 'both'})} of"
    r"|(?:dozen|hundred|thousand|million|score)s of)"
)
"""Before a thing: it is that thing, or some of its kind."""
_MOST_REPLACED = 2
_MOST_OF_A_VIEW = 3
_OPINION = stems_of(word_set("believe think assume fear suspect suppose reckon guess hope feel claim allege imagine"))
_PLANNED_FOR = word_set("in on next this at by")
_UNTIL = word_set("to until till")
_IF = saying.CONDITIONAL | {"if"}
_CONDITION = _IF | _DETERMINING | word_set("as long so in case on condition event of")
_TO_COME = frozenset((one, "to") for one in ("is", "are", "plans", "plan", "due", "set", "going", "wants", "want"))
_SOME_PREPOSITIONS = GERUND_BEFORE | word_set("with under like than via per as")


class _Gap(NamedTuple):
    """Tokens that the claim leaves out, half-open, with the atoms among them."""

    first: int
    end: int
    atoms: tuple[Atom, ...]


class _Keeps(NamedTuple):
    """What the claim says in words of its own, so that those of the evidence may be missing.

    is_past: it tells of an event. is_said: it names who says it.
    is_attributed: by "according to". is_denied: it has a negation. words: all of it.
    """

    is_past: bool
    is_said: bool
    is_attributed: bool
    is_denied: bool
    words: frozenset[str]

    def has(self, gap: _Gap, tokens: Sequence[str]) -> bool:
        """Whether the gap is what the claim says so."""
        bases = {base_form(word) for word in tokens[gap.first : gap.end] if word.isalpha()} - _DETERMINING - {"to"}
        first, last = tokens[gap.first], tokens[gap.end - 1]
        is_condition = not _IF.isdisjoint(self.words) and _CONDITION.issuperset(tokens[gap.first : gap.end])
        is_range = first == "from" and last in _UNTIL and not _UNTIL.isdisjoint(self.words)  # "from March to June"
        if is_condition or is_range or (self.is_denied and first == "nor"):
            return True
        is_saying = not bases.isdisjoint(_SAYING) and bases.isdisjoint(_UNREALISED - _SAYING)
        return (self.is_attributed and is_saying) or (self.is_denied and bool(bases) and bases <= _NEGATIVE)


def omission_findings(alignment: Alignment) -> Iterator[Finding]:
    """A part of the evidence that the claim leaves out, and may not.

    >>> from rag.checking.alignment import align
    >>> from rag.checking.atoms import sentences_of
    >>> (claim,), (evidence,) = sentences_of("Shops closed."), sentences_of("It is feared that shops closed.")
    >>> [finding.reason for finding in omission_findings(align(claim, evidence))]
    ["the claim leaves out 'it is feared that'"]
    """
    evidence = alignment.evidence
    kept = sorted({place for place in alignment.places if place is not None})
    is_bare = all(evidence.atoms[place].kind in (AtomKind.DATE, AtomKind.QUANTITY) for place in kept)
    if len(kept) < min(2, len(alignment.claim.atoms)) or not kept or is_bare:
        return
    left_out = governing_words(alignment) or next(_gaps_left_out(alignment, _in_one_clause(evidence, kept)), ())
    if left_out:
        reason = f"the claim leaves out {' '.join(left_out)!r}"
        yield missing(reason, against=(" ".join(left_out),))._replace(kind=FindingKind.NARROWED)


def _gaps_left_out(alignment: Alignment, kept: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """The parts of the evidence before, between and behind the kept atoms that may not be missing."""
    claim, evidence = alignment.claim, alignment.evidence
    tokens, atoms = evidence.tokens, evidence.atoms
    keeps = _keeps(claim)
    is_reported = keeps.is_said and bool(sayings_of(evidence))
    lead = _Gap(0, _opening(alignment, kept[0]), _telling(atoms[: kept[0]]))
    trail = _Gap(atoms[kept[-1]].end, len(tokens), _telling(atoms[kept[-1] + 1 :]))
    is_aside = tokens[atoms[kept[0]].end : atoms[kept[0]].end + 2] in ((",", "which"), (",", "who"))
    is_aside = is_aside and (_is_time_or_place(lead) or _is_plain(lead, tokens))
    is_title = tokens[0] in TITLES and atoms[kept[0]].kind is AtomKind.NAME
    is_aside = is_aside or (is_title and all(atom.lower in TITLES for atom in lead.atoms))
    is_aside = is_aside or _is_agent_of_a_passive(alignment, lead, kept[0])
    may_lead = not lead.atoms or is_reported or keeps.has(lead, tokens) or is_aside
    if not may_lead and not _may_lead(tokens, lead, atoms[kept[0]], is_past=keeps.is_past):
        yield tokens[: lead.end]
    replaced = replaced_gaps(alignment)
    for one, other in pairwise(kept):
        gap = _Gap(atoms[one].end, atoms[other].position, _telling(atoms[one + 1 : other]))
        words = tokens[gap.first : gap.end]
        is_replaced = (one, other) in replaced and len(gap.atoms) <= _MOST_REPLACED and _TIGHT.isdisjoint(words)
        is_plan = any(base_form(atom.lower) in _UNREALISED for atom in gap.atoms)
        is_replaced = is_replaced and not is_plan
        is_told = is_reported and ("that" not in words or any(base_form(word) in _SAYING for word in words))
        if not words or not gap.atoms or is_replaced or is_told or keeps.has(gap, tokens):
            continue
        is_another = _is_time_of_another(tokens, gap, atoms[other]) or _is_narrowed(evidence, gap, one)
        if is_another or not _may_stand_between(tokens, gap, atoms[one], is_past=keeps.is_past):
            yield words
    is_harmless = _is_of_a_plan(claim, trail, tokens) or _is_of_one(tokens, trail, atoms[kept[-1]])
    if not trail.atoms or is_reported or is_harmless:
        return
    if not _may_trail(tokens, trail, is_past=keeps.is_past) or _is_narrowed(evidence, trail, kept[-1]):
        yield tokens[trail.first :]


def _opening(alignment: Alignment, place: int) -> int:
    """Where the claim begins in the evidence: at its first atom, or at the pronoun that both have before it."""
    first = alignment.evidence.atoms[place].position
    index = alignment.claim_index_by_place[place]
    for word in reversed(alignment.claim.atoms[index].before):
        if not first or word not in SUBJECTS or alignment.evidence.tokens[first - 1] != word:
            break
        first -= 1
    return first


def _keeps(claim: AtomisedSentence) -> _Keeps:
    is_said = bool(sayings_of(claim)) or "according" in claim.tokens
    is_denied = not NEGATIONS.isdisjoint(claim.tokens)
    is_event = is_episodic(claim) and _EVERY.isdisjoint(claim.tokens) and not is_denied
    return _Keeps(
        is_past=is_event or (is_said and any(map(is_past_form, claim.tokens))),
        is_said=is_said,
        is_attributed="according" in claim.tokens,
        is_denied=is_denied,
        words=frozenset(claim.tokens),
    )


def _is_agent_of_a_passive(alignment: Alignment, lead: _Gap, verb: int) -> bool:
    """Whether the lead is who did what the claim has in the passive: "[A court] sentenced" for "was sentenced"."""
    index = alignment.claim_index_by_place[verb]
    mine, theirs = alignment.claim.atoms[index], alignment.evidence.atoms[verb]
    is_turned = not BE.isdisjoint(mine.before) and BE.isdisjoint(theirs.before) and is_past_form(theirs.lower)
    is_moved = index > 0 and (alignment.places[index - 1] or 0) > verb
    first = alignment.evidence.tokens[0]
    return is_turned and is_moved and first not in _EVERY and _is_plain(lead, alignment.evidence.tokens)


def _is_plain(lead: _Gap, tokens: Sequence[str]) -> bool:
    """Whether nothing there is said, thought, wished or denied, so that an aside behind it is the document's own."""
    words = tokens[: lead.end]
    bases = {base_form(word) for word in words}
    is_own = bases.isdisjoint(_SAYING | _OPINION | _UNREALISED) and MODALS.isdisjoint(words)
    return is_own and NEGATIONS.isdisjoint(words) and "that" not in words


def _telling(atoms: Sequence[Atom]) -> tuple[Atom, ...]:
    """The atoms without those that say nothing by themselves."""
    return tuple(atom for atom in atoms if atom.lower not in LIGHT_WORDS and atom.lower not in _COMPARED)


def _in_one_clause(evidence: AtomisedSentence, kept: Sequence[int]) -> list[int]:
    """The places in the clause that has most of them, the later of equals: the others only name what it is about."""
    tokens = evidence.tokens
    breaks = [
        position
        for position, word in enumerate(tokens)
        if (word == ";" and "(" not in tokens[:position])
        or (word == "," and tokens[position + 1 : position + 2] in (("and",), ("but",), ("so",)))
    ]
    by_clause: dict[int, list[int]] = {}
    for place in kept:
        clause = sum(position < evidence.atoms[place].position for position in breaks)
        by_clause.setdefault(clause, []).append(place)
    return max(by_clause.values(), key=lambda places: (len(places), places[0]))


def _may_lead(tokens: Sequence[str], gap: _Gap, following: Atom, *, is_past: bool) -> bool:
    words = list(tokens[: gap.end])
    while words and words[-1] in _DETERMINING and words[-1] != "that":
        words.pop()
    while words and words[-1] in ('"', "("):
        words.pop()
    if not words or (words[0] == "not" and words[-1] == "but") or _OPENS_ALL_THE_SAME.match(" ".join(words)):
        return True
    if words[-1] == ":":
        return len(words) <= 2 and words[0] in _LABELS
    if words[-1] == "that" and len(words) > 1:
        return _is_factive(words[:-1])
    if _OF_THE_SAME.fullmatch(" ".join(words)):
        return True
    if words[-1] == "," and following.kind is AtomKind.NAME and _is_modifying(words[:-1], gap, following):
        return True
    if _is_modifying(words, gap, following):
        return is_past or words[0] in _DETERMINING or following.kind is AtomKind.NAME
    first, last = words[0], words[-1]
    if any(word in _JOINING for word in words[-2:]):
        return len(gap.atoms) >= 2 and first not in ("if", "oh", "sure", "right", "yeah")
    if any(word == "," and other in _RELATIVE for word, other in pairwise(words[-4:])):
        return True
    if last in ("to", "of") and not _OCCASIONS.isdisjoint(words[-3:]):
        return is_past
    if last in _LINKING or (len(words) > 1 and words[-2] in _LINKING):
        return is_past and first not in ("it", "there")
    if last == ",":
        return _is_circumstance(words[:-1], gap, is_past=is_past)
    if last in ("later", "earlier", "ago"):
        return is_past
    return _is_factive(words) if last in ("shows", "show") else _is_adverbial(words, gap, is_past=is_past)


def _is_modifying(words: Sequence[str], gap: _Gap, following: Atom) -> bool:
    """Whether what is left out stands before a noun or a name as part of its phrase: "the physicist Ana Gil"."""
    inner = [word for word in words if word not in _DETERMINING and word not in ('"', "then")]
    return len(inner) == len(gap.atoms) <= 4 and all(
        atom.kind in (AtomKind.WORD, AtomKind.NAME) and _is_nominal(atom, following) for atom in gap.atoms
    )


def _is_nominal(atom: Atom, following: Atom) -> bool:
    """Whether the word may be part of a noun phrase: before a name any that is no verb; else an adjective or noun."""
    base = base_form(atom.lower)
    return base not in _UNREALISED and base not in _FACTIVE and (following.kind is AtomKind.NAME or not atom.is_first)


def _is_factive(words: Sequence[str]) -> bool:
    """Whether the words before "that" say that what follows is so."""
    if not NEGATIONS.isdisjoint(words) or not MODALS.isdisjoint(words) or not {"if", "to", "whether"}.isdisjoint(words):
        return False
    if words[:1] and words[0] in ("it", "this") and not _CERTAIN.isdisjoint(words[1:4]):
        return True
    return "it" not in words[-2:] and any(base_form(word) in _FACTIVE for word in words[-3:])


def _is_circumstance(words: Sequence[str], gap: _Gap, *, is_past: bool) -> bool:
    """Whether the words before a comma tell when, where or in spite of what, and nothing else."""
    first = words[0] if words else ""
    if first == "as":
        return any(base_form(word) in _FACTIVE for word in words)
    if not {"if", "unless", "that"}.isdisjoint(words):
        return False
    if first in _LINKING:
        return is_past
    if first == "in":
        return is_past and _is_time_or_place(gap)
    if _is_time(words, gap):
        return is_past
    return _is_adverbial(words, gap, is_past=is_past)


def _is_adverbial(words: Sequence[str], gap: _Gap, *, is_past: bool) -> bool:
    first = words[0]
    if first == "in":
        return is_past and _is_time_or_place(gap)
    if first in saying.CIRCUMSTANCE:
        return is_past and first not in ("by", "through", "across", "from")
    return is_past and all(word in saying.DROPPED_AT_WILL or word == "," for word in words)


def _is_time_or_place(gap: _Gap) -> bool:
    return (
        all(
            atom.kind in (AtomKind.DATE, AtomKind.NAME, AtomKind.QUANTITY) or atom.lower in _TIME_NOUNS
            for atom in gap.atoms
        )
        or any(atom.lower in _TIME_NOUNS or atom.kind is AtomKind.DATE for atom in gap.atoms[:2])
        or (bool(gap.atoms) and gap.atoms[0].text.isdigit() and len(gap.atoms[0].text) == 4)
    )


def _is_time(words: Sequence[str], gap: _Gap) -> bool:
    """Whether it is a time: "three weeks later", "the next morning", "early in the morning"."""
    return (
        len(gap.atoms) <= 4
        and any(atom.kind is AtomKind.DATE or atom.lower in _TIME_NOUNS for atom in gap.atoms)
        and all(
            atom.kind in (AtomKind.DATE, AtomKind.QUANTITY)
            or atom.lower in _TIME_NOUNS
            or atom.lower in saying.DROPPED_AT_WILL
            for atom in gap.atoms
        )
    ) or (bool(words) and words[-1] in ("later", "earlier", "ago"))


def _may_stand_between(tokens: Sequence[str], gap: _Gap, before: Atom, *, is_past: bool) -> bool:
    words = tokens[gap.first : gap.end]
    first, last = words[0], words[-1]
    is_aside = first in (",", "(", "-") and (last in (",", ")", "-") or words[-2:-1] in ((",",), (")",)))
    if is_aside or (first == "," and not _JOINING.isdisjoint(words)):
        return True
    if "that" in words:
        is_told = base_form(before.lower) in _SAYING and _is_time_or_place(gap)
        return is_told or _is_factive(words[: words.index("that")])
    if not _RELATIVE.isdisjoint(words) and "," not in words:
        return False
    if not _JOINING.isdisjoint(words) or "," in words:
        return "or" not in words
    if first in _SOME_PREPOSITIONS or first in saying.CIRCUMSTANCE:
        return is_past and first not in _NARROWING and _is_definite(tokens, before)
    if len(gap.atoms) == len([word for word in words if word not in _DETERMINING]):
        return all(base_form(atom.lower) not in _UNREALISED for atom in gap.atoms)
    return is_past


def _is_time_of_another(tokens: Sequence[str], gap: _Gap, following: Atom) -> bool:
    """Whether what follows is the time or number of a second verb: "was signed [and is kept since] 1950"."""
    words = tokens[gap.first : gap.end]
    if following.kind not in (AtomKind.DATE, AtomKind.QUANTITY) or _JOINING.isdisjoint(words):
        return False
    joint = next(place for place, word in enumerate(words) if word in _JOINING)
    return any(word in BE or is_past_form(word) for word in words[joint + 1 :])


def _is_narrowed(evidence: AtomisedSentence, gap: _Gap, head: int) -> bool:
    return tells_which(evidence, head, range(gap.first, gap.end), is_time=bool(gap.atoms) and _is_time_or_place(gap))


def _is_definite(tokens: Sequence[str], head: Atom) -> bool:
    """Whether a noun is of one thing: a name, a verb's object, or with an article before it."""
    if head.kind is not AtomKind.WORD or is_past_form(head.lower):
        return True
    near = tokens[max(0, head.position - 3) : head.position]
    verb = next((place for place in range(len(near) - 1, -1, -1) if is_past_form(near[place])), -1)
    return not _DETERMINING.isdisjoint(near[verb + 1 :]) or not head.lower.endswith("s")


def _is_of_a_plan(claim: AtomisedSentence, trail: _Gap, tokens: Sequence[str]) -> bool:
    """Whether only the time of something to come is left out: a plan stays one without it."""
    is_plan = any(pair in _TO_COME or pair[0] == "will" for pair in pairwise(claim.tokens))
    is_time = all(atom.kind is AtomKind.DATE or atom.lower in _TIME_NOUNS for atom in trail.atoms)
    return is_plan and is_time and not _PLANNED_FOR.isdisjoint(tokens[trail.first : trail.first + 1])


def _is_of_one(tokens: Sequence[str], trail: _Gap, head: Atom) -> bool:
    """Whether a clause about one thing among others is left out: "a judge [who …]" is a judge."""
    is_one = not {"a", "an"}.isdisjoint(tokens[max(0, head.position - 3) : head.position])
    return is_one and tokens[trail.first : trail.first + 1] in (("who",), ("which",))


def _may_trail(tokens: Sequence[str], gap: _Gap, *, is_past: bool) -> bool:
    words = tokens[gap.first :]
    first = words[0]
    if first == "," and len(gap.atoms) <= _MOST_OF_A_VIEW and base_form(gap.atoms[-1].lower) in _OPINION:
        return False
    if first in (",", ";", "and", "(", ")", ".", '"', "that") or first in _JOINING:
        return True
    if first == "-":
        return len(words) > 1 and words[1] in ARTICLES
    if first in ("from", "since") and gap.atoms[0].kind is AtomKind.DATE:
        return True
    return is_past and first not in _NARROWING and first != "or"
