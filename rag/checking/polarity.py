"""What turns a statement into another one without changing its matter: negation, modality, hedges, conditions.

An operator ("not", "could", "reportedly", "if") governs what follows it in its clause. A claim agrees with its
evidence when what stands first in each operator's scope on one side stands in the scope of an operator of the same
kind on the other. So "Kyiv would cede territory" does not follow from "He denied that Kyiv would cede territory".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from rag.checking.alignment import Alignment, Finding, FindingKind, conflict
from rag.checking.atoms import AtomisedSentence, AtomKind
from rag.language.english import ARTICLES, BE, NEGATING, POSSESSIVES, word_list, word_set
from rag.language.saying import ACCUSED, ALLEGED, SAID_OR_THOUGHT, STATED

__all__ = ["Operator", "OperatorKind", "operators_of", "polarity_findings"]


class OperatorKind(Enum):
    """What an operator does to what it governs."""

    NEGATION = "not"
    FUTURE = "will"
    POSSIBILITY = "may"
    DUTY = "must"
    INTENTION = "a wish or plan"
    HEDGE = "a hedge"
    BELIEF = "a belief"
    CONDITION = "a condition"
    PART = "a part"
    ALONE = "only"
    LIMIT = "not only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """`word`, the token at `position`, governs the atoms from index `first` to `end`, excluded."""

    kind: OperatorKind
    word: str
    position: int
    first: int
    end: int


_NEEDS_COMPLEMENT = word_set(
    """fail fails failed failing failure decline declines declined declining stop stopped stops dismiss dismissed
    forget forgets forgot forgetting neglect neglects neglected omit omits omitted"""
)
_DENIALS = _NEEDS_COMPLEMENT | word_set(
    """deny denies denied denying denial refuse refuses refused refusing refusal reject rejects rejected rejecting
    rejection rebuff rebuffed rebuffs dismisses dismissing refute refuted refutes dispute disputed disputes
    disputing disavow disavowed prevent prevents prevented preventing avoid avoids avoided avoiding unable
    impossible untrue false falsely ban bans banned prohibit prohibited prohibits forbid forbidden forbids forbade
    unlikely doubt doubts doubted doubted ruled-out rule-out rules-out ruling-out abandon abandoned scrap scrapped
    cancel cancelled canceled"""
)
_MODALS = {
    **dict.fromkeys(word_list("will would shall wo"), OperatorKind.FUTURE),
    **dict.fromkeys(word_list("may might could"), OperatorKind.POSSIBILITY),
    **dict.fromkeys(word_list("must should ought"), OperatorKind.DUTY),
}
_INTENTIONS = word_set(
    """plan plans planned planning want wants wanted wanting hope hopes hoped hoping intend intends intended intending
    expect expects expected expecting propose proposes proposed proposing threaten threatens threatened threatening
    promise promises promised promising vow vows vowed vowing offer offers offered offering urge urges urged urging ask
    asks asked asking demand demands demanded demanding try tries tried trying attempt attempts attempted attempting
    agree agrees agreed order orders ordered aim aims aimed aiming seek seeks sought seeking consider considers
    considered considering prepare prepares prepared preparing invite invites invited encourage encourages encouraged
    pressure pressured persuade need needs needed have has had due set ready willing likely able going wish wishes
    wished call calls called calling recommend recommended recommends pledge pledged pledges
    decide decides decided deciding decision plan proposal proposals threat threats attempt effort efforts bid offer
    promise pledge agreement willingness readiness invitation order orders call calls about"""
)
_DISPUTED = word_set("that the this whether claims reports it")
_BRINKS = word_set("cusp verge brink")
_IMPERSONAL = word_set("understood reported believed thought feared rumoured rumored claimed said alleged expected")
"""After "it is": what follows is nobody's certain knowledge."""
_NO_VERBS = frozenset((word,) for word in ARTICLES | POSSESSIVES)
_NEXT_TO = word_set(
    """have has had due set ready willing likely able going need needs needed agree agrees agreed about order orders
    call calls"""
)
_HEDGES = word_set(
    """reportedly allegedly alleged apparently possibly perhaps maybe probably supposedly purportedly purported
    seemingly presumably suspected likely potentially potential attempted would-be so-called fake bogus rumoured rumored
    unconfirmed proposed planned"""
)
_BELIEFS = word_set(
    """claim claims claimed claiming allege alleges alleging believe believes believed think thinks thought suspect
    suspects fear fears feared suggest suggests suggested speculate speculated hope hopes hoped accuse accuses accused
    accusing rumours rumors rumour rumor"""
)
_RUMOURS = word_set("rumours rumors rumour rumor")
_CONDITIONS = word_set("if unless whether provided")
_PARTS = word_set("some several few most many half partly partially majority minority almost nearly hardly")
_ALONE = word_set("only solely exclusively")
_WIDE = _DENIALS | word_set("understood reported")
_SAYINGS = (
    SAID_OR_THOUGHT
    | STATED
    | ACCUSED
    | ALLEGED
    | word_set(
        """maintain maintains maintained accuses accusing feared suspect suspects suspected hoped rumoured rumored
        supposedly apparently"""
    )
)
_VAGUE = word_set("many several")
_WEAK_PARTS = word_set("some several")
_DETERMINERS = word_set("some several few most many")
_OPENERS = word_set(', " that and but ; : ( only')
_AFTER_NOT = word_set("only just merely solely exclusively necessarily simply")
_CLAUSE_ENDS = word_set("; : — - but although though while whereas because ) ( however")
_QUOTE_ENDS = word_set(", . ? !")
_QUESTION_BEFORE = word_set("asked asks ask wonder wondered wonders know knows knew unclear see decide decided")


def operators_of(sentence: AtomisedSentence) -> tuple[Operator, ...]:
    """The operators of a sentence, from left to right.

    >>> from rag.checking.atoms import sentences_of
    >>> [(found.kind.value, found.word) for found in operators_of(sentences_of("He could not reportedly fly.")[0])]
    [('may', 'could'), ('not', 'not'), ('a hedge', 'reportedly')]
    """
    return tuple(_operators(sentence))


def _operators(sentence: AtomisedSentence) -> Iterator[Operator]:
    tokens = sentence.tokens
    positions = [atom.position for atom in sentence.atoms]
    kinds = {atom.position: atom.kind for atom in sentence.atoms}
    fixed = {
        place
        for atom in sentence.atoms
        if atom.kind in (AtomKind.DATE, AtomKind.NAME)
        for place in range(atom.position, atom.end)
    }
    for position, word in enumerate(tokens):
        kind = _kind_at(tokens, position)
        is_bound = kind is OperatorKind.PART and kinds.get(position + 1) is AtomKind.QUANTITY
        if kind is None or position in fixed or is_bound:
            continue
        is_infinitive = kind is OperatorKind.INTENTION and "to" in tokens[position + 1 : position + 5]
        governing = tokens.index("to", position + 1) if is_infinitive else position  # "urged Ann to leave"
        first = next((i for i, place in enumerate(positions) if place > governing), len(positions))
        if kind is OperatorKind.PART and tokens[position + 2 : position + 3] in (("which",), ("whom",)):
            end_position = position + 6
        elif kind in (OperatorKind.PART, OperatorKind.ALONE):
            end_position = position + 4
        elif kind is OperatorKind.LIMIT:
            end_position = position + 3
        elif kind is OperatorKind.CONDITION and _QUESTION_BEFORE.isdisjoint(tokens[max(0, position - 3) : position]):
            first, end_position = 0, len(tokens)
        else:
            end_position = _clause_end(tokens, position, is_wide=word in _WIDE or kind is OperatorKind.BELIEF)
        end = next((i for i, place in enumerate(positions) if place >= end_position), len(positions))
        if is_infinitive:  # the verb alone: what else is planned may be told by itself
            end = min(end, first + 1 + (first < len(positions) and sentence.atoms[first].lower.endswith("ly")))
        if first >= end:  # nothing follows: "he said it would not"
            first = max(0, first - 1)
            end = first + 1
        yield Operator(kind=kind, word=word, position=position, first=first, end=min(end, len(positions)))


def _kind_at(tokens: tuple[str, ...], position: int) -> OperatorKind | None:
    word = tokens[position]
    following = tokens[position + 1 : position + 5]
    pair = f"{word}-{following[0]}" if following else word
    if word == "not" and following and following[0] in _AFTER_NOT:
        return OperatorKind.LIMIT
    if pair in ("rather-than", "instead-of"):
        return OperatorKind.NEGATION
    if word in ("rule", "rules", "ruled", "ruling") and "out" in following[:2]:
        return OperatorKind.NEGATION
    if word in NEGATING:
        is_bound = word == "no" and following[1:2] == ("than",)
        if (word == "no" and following[:1] == (",",)) or (word == "without" and "exception" in following[:3]):
            return None
        return (
            None
            if is_bound or (word == "no" and following[:1] and following[0][0].isdigit())
            else OperatorKind.NEGATION
        )
    if word in ("dispute", "disputes") and not (following and following[0] in _DISPUTED):  # a quarrel
        return None
    if word in _DENIALS:
        needs = word in _NEEDS_COMPLEMENT
        if word.startswith("dismiss") and position and tokens[position - 1] in BE:  # people are dismissed too
            return None
        return OperatorKind.NEGATION if not needs or "to" in following[:2] or word.startswith("dismiss") else None
    if word in _MODALS:
        return _MODALS[word]
    if word in _HEDGES or _is_impersonal(tokens, position):
        return OperatorKind.HEDGE
    reach = 1 if word in _NEXT_TO else 4
    if word in _INTENTIONS and "to" in following[:reach] and _opens_infinitive(tokens[position + 1 : position + 6]):
        return OperatorKind.INTENTION
    if word in ("call", "calls", "called", "calling") and following[:1] == ("for",):
        return OperatorKind.INTENTION
    if word in _BRINKS and following[:1] == ("of",):
        return OperatorKind.INTENTION
    if word in _BELIEFS:
        return OperatorKind.BELIEF
    if word in _CONDITIONS:
        return OperatorKind.CONDITION
    if word in _PARTS and not (following and following[0][0].isdigit()):
        opens = not position or tokens[position - 1] in _OPENERS
        return OperatorKind.PART if opens or following[:1] == ("of",) or word not in _DETERMINERS else None
    return OperatorKind.ALONE if word in _ALONE else None


def _opens_infinitive(following: tuple[str, ...]) -> bool:
    """Whether a verb follows "to", and no place: "plans a cable car to the castle" plans no deed."""
    place = following.index("to")
    return "," not in following[:place] and following[place + 1 : place + 2] not in _NO_VERBS


def _is_impersonal(tokens: tuple[str, ...], position: int) -> bool:
    """Whether the word is the verb of "it is understood", "it was reported"."""
    return tokens[position] in _IMPERSONAL and tokens[max(0, position - 2) : position] in (("it", "is"), ("it", "was"))


def _clause_end(tokens: tuple[str, ...], position: int, *, is_wide: bool) -> int:
    """Where the clause ends that goes on at `position`; a wide one goes over commas, but for one in an aside."""
    is_wide = is_wide and tokens[max(0, position - 2) : position] not in ((",", "who"), (",", "which"))
    for end in range(position + 1, len(tokens)):
        if tokens[end] == '"' and tokens[end - 1] in _QUOTE_ENDS:
            return end - 1
        if tokens[end] in _CLAUSE_ENDS and end > position + 1:
            return end
        if is_wide and tokens[end : end + 2] == (",", "and") and tokens[position] in _RUMOURS:
            return end
        if tokens[end] == "," and not is_wide and end > position + 2:
            return end
    return len(tokens)


def polarity_findings(alignment: Alignment) -> Iterator[Finding]:
    """Where claim and evidence differ in an operator over what they share."""
    mine, theirs = operators_of(alignment.claim), operators_of(alignment.evidence)
    mine, theirs = _without_turned(mine, theirs, alignment)
    by_place = alignment.claim_index_by_place
    if _is_denial_told(mine, theirs, alignment) or _is_neither_told(mine, theirs):
        return
    for operator in theirs:
        shared = next((i for i in range(operator.first, operator.end) if i in by_place), None)
        if shared is None:
            continue
        if operator.kind is OperatorKind.HEDGE and operator.word in alignment.claim.tokens:
            continue
        count = _count(theirs, operator.kind, shared)
        if _is_lost(operator, _count(mine, operator.kind, by_place[shared]), count, alignment):
            word = alignment.evidence.atoms[shared].text
            yield _against(
                operator, f"the claim leaves out {operator.word!r} before {word!r}", against=(operator.word,)
            )
    for operator in mine:
        place = next(
            (alignment.places[i] for i in range(operator.first, operator.end) if alignment.places[i] is not None), None
        )
        index = next((i for i in range(operator.first, operator.end) if alignment.places[i] is not None), None)
        if place is None or index is None:
            continue
        count = _count(mine, operator.kind, index)
        if _is_added(operator, count, _count(theirs, operator.kind, place)):
            word = alignment.claim.atoms[index].text
            yield _against(operator, f"the claim adds {operator.word!r} before {word!r}", lacking=(operator.word,))


def _is_denial_told(mine: tuple[Operator, ...], theirs: tuple[Operator, ...], alignment: Alignment) -> bool:
    """Whether "denied that it was" is told as "said that it was not", and no other word governs anything."""
    if len(mine) != 1 or len(theirs) != 1 or _SAYINGS.isdisjoint(alignment.claim.tokens):
        return False
    is_denied = theirs[0].word.startswith("den") and "that" in alignment.evidence.tokens[theirs[0].position :][1:2]
    return is_denied and mine[0].word == "not"


def _is_neither_told(mine: tuple[Operator, ...], theirs: tuple[Operator, ...]) -> bool:
    """Whether "neither Ann nor Bob came" is told of one of them as "did not come", and no other word governs."""
    return [each.word for each in theirs] == ["neither", "nor"] and [each.word for each in mine] in (["not"], ["never"])


def _without_turned(
    mine: tuple[Operator, ...], theirs: tuple[Operator, ...], alignment: Alignment
) -> tuple[tuple[Operator, ...], tuple[Operator, ...]]:
    """The operators without the verbs that are passive on one side alone: "was rejected by" governs what is before."""
    claim, evidence = alignment.claim, alignment.evidence
    by_place = alignment.claim_index_by_place
    turned = set()
    for place, atom in enumerate(evidence.atoms):
        index = by_place.get(place)
        if index is not None and _is_by(claim, claim.atoms[index].end) is not _is_by(evidence, atom.end):
            turned.add((claim.atoms[index].position, atom.position))
    verbs = _DENIALS | _INTENTIONS | _HEDGES
    return (
        tuple(each for each in mine if each.word not in verbs or all(each.position != one for one, _ in turned)),
        tuple(each for each in theirs if each.word not in verbs or all(each.position != one for _, one in turned)),
    )


def _is_by(sentence: AtomisedSentence, position: int) -> bool:
    return sentence.tokens[position : position + 1] == ("by",)


def _against(
    operator: Operator, reason: str, *, lacking: tuple[str, ...] = (), against: tuple[str, ...] = ()
) -> Finding:
    kind = FindingKind.NEGATION if operator.kind is OperatorKind.NEGATION else FindingKind.MODALITY
    return conflict(reason, lacking=lacking, against=against)._replace(kind=kind)


def _count(operators: tuple[Operator, ...], kind: OperatorKind, index: int) -> int:
    return sum(operator.kind is kind and operator.first <= index < operator.end for operator in operators)


def _is_lost(operator: Operator, mine: int, theirs: int, alignment: Alignment) -> bool:
    """Whether the claim may not do without what the evidence says."""
    kind = operator.kind
    if operator.word in _VAGUE:
        return False
    if kind is OperatorKind.BELIEF:
        return not mine and not _SAYINGS.intersection(alignment.claim.tokens)
    if kind is OperatorKind.NEGATION:
        return mine != theirs
    return not mine


def _is_added(operator: Operator, mine: int, theirs: int) -> bool:
    """Whether the claim says more than the evidence."""
    kind = operator.kind
    if operator.word in _WEAK_PARTS:
        return False
    if kind is OperatorKind.NEGATION:
        return mine != theirs
    if kind in (OperatorKind.BELIEF, OperatorKind.HEDGE):
        return False
    return not theirs
