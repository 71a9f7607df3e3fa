"""Who says it: the subject of the verb of saying in claim and evidence.

Read without a grammar: the name next to the verb, over an apposition between commas; "said NAME"; "according to NAME".
A pronoun in the evidence is nobody: then the claim's speaker must be the first name of a sentence cited before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.checking.alignment import Alignment, Finding
from rag.checking.atoms import Atom, AtomisedSentence, AtomKind
from rag.language.english import BESIDE_VERBS, HAVE, PRONOUNS, word_set
from rag.language.people import ROLES
from rag.language.saying import ALSO_NOUNS, REPORTED, SAID_OR_THOUGHT, STATED, VERBS_OF_SAYING

__all__ = [
    "SKIPPED",
    "Saying",
    "named_speaker",
    "report_findings",
    "sayings_of",
    "speaker_atoms",
    "speaker_findings",
]

_STRONG = (REPORTED - {"insisted", "claimed", "argued", "suggested", "stressed"}) | word_set(
    "say tell tells add adds according warn"
)
SKIPPED = HAVE | BESIDE_VERBS

_TAKES_OBJECT = word_set("tell tells told telling urge urges urged")
_TAKES_THINGS = word_set("add adds added write writes wrote")
_BEHIND_SPEAKER = word_set(", . in on after at")

_SAYS = word_set("say says said saying tell tells told according quoted reported reportedly allegedly alleged allege")
_REPORTS = SAID_OR_THOUGHT | word_set("according deny denied denies warns")
_REPORTS_CLAUSES = VERBS_OF_SAYING - _REPORTS
"""Verbs that report words only with a clause or a quotation: "he added 20 seats" reports nothing."""
_ARTICLES = word_set("a an the its his her their")
_CONFIRMED = word_set("confirm confirms confirmed")
"""What is confirmed is so, whoever does it."""
_N_OF = 7
_N_ADJUNCT = 3
"""Atoms that may follow "…, NAME said" without being what he said: "on Monday", "in Paris"."""


class Saying(NamedTuple):
    """A verb of saying and the atoms that name its subject; none for a pronoun.

    apposition: what stands between commas behind the subject ("Rubio, the minister, said").
    """

    verb: str
    position: int
    speaker: tuple[Atom, ...]
    apposition: tuple[Atom, ...] = ()


def sayings_of(sentence: AtomisedSentence) -> list[Saying]:
    """Who says something in the sentence, from left to right.

    >>> from rag.checking.atoms import sentences_of
    >>> (sentence,) = sentences_of("Marco Rubio, who met Lavrov, said it was over, according to Reuters.")
    >>> [(saying.verb, [atom.text for atom in saying.speaker]) for saying in sayings_of(sentence)]
    [('said', ['Marco', 'Rubio']), ('according', ['Reuters'])]
    """
    found: list[Saying] = []
    named = {i for atom in sentence.atoms if atom.kind is AtomKind.NAME for i in range(atom.position, atom.end)}
    for position, word in enumerate(sentence.tokens):
        if word == "according" and sentence.tokens[position + 1 : position + 2] == ("to",):
            found.append(Saying("according", position, _phrase_after(sentence, position + 1)))
        elif word in VERBS_OF_SAYING and position and position not in named and _is_verb(sentence.tokens, position):
            if word.endswith("ing") and sentence.tokens[position - 1] == ",":  # "she warned, adding that …"
                found.append(Saying(word, position, found[-1].speaker if found else ()))
                continue
            saying = _with_subject(sentence, position)
            if saying is not None:
                found.append(saying)
    return found


def _is_verb(tokens: Sequence[str], position: int) -> bool:
    """Whether the word is a verb of saying here; "states" and "claims" are when a clause or a quotation follows.

    "Added" and "wrote" are not with a thing behind them, or by somebody.
    """
    if tokens[position] in _TAKES_THINGS and '"' not in tokens and "," not in tokens[:position]:
        return not {"that", ":"}.isdisjoint(tokens[position + 1 : position + 4])
    if tokens[position] == "called" and _is_call(tokens[position + 1 :]):
        return False
    return tokens[position] not in ALSO_NOUNS or tokens[position + 1 : position + 2] in (
        ("that",),
        ('"',),
        (":",),
        (",",),
    )


def _is_call(following: Sequence[str]) -> bool:
    """Whether somebody is called, and not called something: "called the surgeon, who came"."""
    n_determiners = int(following[:1] != () and following[0] in _ARTICLES)
    behind = following[n_determiners + 1 : n_determiners + 2]
    return n_determiners == 1 and behind in ((".",), (",",), ("who",), ("and",), ("when",), ("to",), ("in",), ())


def _with_subject(sentence: AtomisedSentence, position: int) -> Saying | None:
    tokens = sentence.tokens
    before = position - 1
    while before >= 0 and (tokens[before] in SKIPPED or tokens[before].endswith("ly")):
        before -= 1
    if before < 0:
        return None
    if tokens[position + 1 : position + 2] == ("by",):
        return Saying(tokens[position], position, _phrase_after(sentence, position + 1))
    if tokens[before] in PRONOUNS:
        return Saying(tokens[position], position, ())
    is_invertible = tokens[position] not in _TAKES_OBJECT or tokens[before] == '"'
    if tokens[before] in ('"', ",") and is_invertible and (inverted := _phrase_after(sentence, position)):
        follows_quote = tokens[before] == '"' or tokens[before - 1 : before] == ('"',)
        behind = tokens[inverted[-1].end : inverted[-1].end + 1]
        is_person = tokens[position] not in STATED or any(_can_speak(atom) for atom in inverted)
        if follows_quote or (before == position - 1 and is_person and (not behind or behind[0] in _BEHIND_SPEAKER)):
            comma = inverted[-1].end
            if behind == ("of",) and "," in tokens[comma : comma + _N_OF]:  # "said the head of the council, Ute Brandt"
                comma = tokens.index(",", comma)
            named = _phrase_after(sentence, comma, opener=",") if tokens[comma : comma + 1] == (",",) else ()
            is_name = bool(named) and named[0].kind is AtomKind.NAME
            return Saying(tokens[position], position, inverted, named if is_name else ())
    apposition: tuple[Atom, ...] = ()
    if tokens[before] == ",":
        opening = max((i for i in range(before) if tokens[i] == ","), default=-1)
        apposition = tuple(atom for atom in sentence.atoms if opening < atom.position < before)
        if tokens[opening + 1] in ("who", "which", "whose", "whom"):
            apposition = ()
        before = opening - 1
    speaker = _phrase_before(sentence, before)
    return Saying(tokens[position], position, speaker, apposition) if speaker else None


def _can_speak(atom: Atom) -> bool:
    return atom.kind is AtomKind.NAME or atom.lower in ROLES


def _phrase_before(sentence: AtomisedSentence, last: int) -> tuple[Atom, ...]:
    """The names that end at a token, with the noun in front of "for" or "of"."""
    atoms = [atom for atom in sentence.atoms if atom.position <= last]
    phrase: list[Atom] = []
    while atoms and (
        not phrase
        or not phrase[-1].before
        or phrase[-1].before in ((".",), ("for",), ("of",), ("of", "the"), ("for", "the"))
    ):
        if atoms[-1].kind not in (AtomKind.NAME, AtomKind.WORD) or len(phrase) == 6:
            break
        if atoms[-1].kind is AtomKind.WORD and not phrase and atoms[-1].position < last - 1:
            break
        phrase.append(atoms.pop())
    return tuple(reversed(phrase))


def _phrase_after(sentence: AtomisedSentence, position: int, *, opener: str = "by") -> tuple[Atom, ...]:
    atoms = [atom for atom in sentence.atoms if atom.position > position]
    phrase: list[Atom] = []
    for atom in atoms[:8]:
        is_near = set(atom.before) <= {"to", "the", "a", "an", "by", opener} if not phrase else not atom.before
        if not is_near or atom.kind not in (AtomKind.NAME, AtomKind.WORD):
            break
        phrase.append(atom)
    return tuple(phrase)


def speaker_findings(
    claim: AtomisedSentence, evidence: Sequence[AtomisedSentence], best: int, *, is_attributed: bool
) -> Iterator[Finding]:
    """Speakers of the claim to whom the evidence gives no words, or gives those of somebody else.

    best: index of the evidence sentence that has the claim's words. is_attributed: every speaker that is known is
    written into the evidence, so that nobody speaks where nobody is named.
    """
    theirs = sayings_of(evidence[best])
    for saying in sayings_of(claim):
        names = [atom for atom in saying.speaker if atom.kind is AtomKind.NAME or _is_name(atom, evidence)]
        is_named = bool(names)
        names = names or list(saying.speaker)
        if not names:
            continue
        if not theirs and saying.verb not in _STRONG:
            continue
        named = [other for other in theirs if other.speaker]
        if any(_agree(saying, names, other) for other in named):
            continue
        elsewhere = (other for i, each in enumerate(evidence) if i != best for other in sayings_of(each))
        if not (named or is_attributed) and any(_agree(saying, names, other) for other in elsewhere):
            continue
        wanted = " ".join(atom.text for atom in names)
        if named:
            speaker = " ".join(atom.text for atom in named[0].speaker)
            is_conflict = is_named and any(atom.kind is AtomKind.NAME for other in named for atom in other.speaker)
            yield Finding(f"the evidence is said by {speaker!r}, not by {wanted!r}", is_conflict, True)
        elif is_named and not _introduced(names, evidence, best, others=not is_attributed):
            yield Finding(f"the evidence does not say that {wanted!r} said it", False, True)


def named_speaker(sentence: AtomisedSentence) -> str:
    """The first speaker that the sentence names; empty for none.

    >>> from rag.checking.atoms import sentences_of
    >>> named_speaker(sentences_of("According to Marta Okafor, it rained.")[0])
    'Marta Okafor'
    """
    for saying in sayings_of(sentence):
        names = [atom.text for atom in saying.speaker if atom.kind is AtomKind.NAME or atom.is_first]
        if names:
            return " ".join(names)
    return ""


def speaker_atoms(sentence: AtomisedSentence) -> set[int]:
    """Indexes of the atoms that name who speaks."""
    places = {atom.position for saying in sayings_of(sentence) for atom in saying.speaker}
    return {i for i, atom in enumerate(sentence.atoms) if atom.position in places}


def report_findings(alignment: Alignment) -> Iterator[Finding]:
    """What the evidence only reports somebody to have said, while the claim says it as a fact."""
    claim, evidence = alignment.claim, alignment.evidence
    if sayings_of(claim) or not _SAYS.isdisjoint(claim.tokens):
        return
    placed = {place for place in alignment.places if place is not None}
    for saying in sayings_of(evidence):
        is_kept = any(evidence.atoms[place].position == saying.position for place in placed)
        if is_kept or saying.verb in _CONFIRMED or not _is_report(evidence.tokens, saying):
            continue
        inside = _reported(evidence, saying)
        if any(evidence.atoms[place].kind is AtomKind.WORD for place in placed & inside):
            who = " ".join(atom.text for atom in saying.speaker)
            yield Finding(f"the claim leaves out that {repr(who) if who else 'somebody'} said it", False, True)
            return


def _is_report(tokens: Sequence[str], saying: Saying) -> bool:
    """Whether the verb reports words: always for "said", for "added" when words or a clause follow or stand before."""
    if saying.verb in _REPORTS:
        return bool(saying.speaker) or saying.verb != "according"
    behind = tokens[saying.position + 1 : saying.position + 3]
    is_after_quote = '"' in tokens[max(0, saying.position - 8) : saying.position]
    return saying.verb in _REPORTS_CLAUSES and (is_after_quote or behind[:1] in (("that",), (":",)) or '"' in behind)


def _reported(sentence: AtomisedSentence, saying: Saying) -> set[int]:
    """The atoms that the saying reports: before it when a quotation or a comma leads to it, otherwise behind it."""
    tokens = sentence.tokens
    spoken = {atom.position for atom in (*saying.speaker, *saying.apposition)}
    start = min((place for place in spoken if place < saying.position), default=saying.position)
    while start and tokens[start - 1] in _ARTICLES:
        start -= 1
    before = {i for i, atom in enumerate(sentence.atoms) if atom.position < start and atom.position not in spoken}
    behind = {
        i for i, atom in enumerate(sentence.atoms) if atom.position > saying.position and atom.position not in spoken
    }
    if saying.verb == "according":
        return before | behind
    if saying.verb.endswith("ing"):
        return behind
    if start and tokens[start - 1] == '"':
        return before
    follows = tokens[saying.position + 1 : saying.position + 2]
    if follows and follows[0] in ("that", ":", '"'):
        return behind
    if start and tokens[start - 1] == "," and len(behind) <= _N_ADJUNCT:
        return before
    if start and tokens[start - 1] in ("who", "which"):
        closing = next((i for i in range(saying.position, len(tokens)) if tokens[i] == ","), len(tokens))
        return {i for i in behind if sentence.atoms[i].position < closing}
    return behind


def _is_name(atom: Atom, evidence: Sequence[AtomisedSentence]) -> bool:
    return atom.is_first and any(
        other.kind is AtomKind.NAME and other.lower == atom.lower for sentence in evidence for other in sentence.atoms
    )


def _agree(mine: Saying, names: Sequence[Atom], theirs: Saying) -> bool:
    """Whether the claim's speaker is the evidence's: the same last name, outside "a spokesman for NAME"."""
    for index, atom in enumerate(theirs.speaker):
        if names[-1].fits(atom):
            is_owner = index and atom.before and not any(theirs.speaker[0].fits(other) for other in mine.speaker)
            return not is_owner
    if not theirs.apposition:
        return False
    is_described = not any(atom.kind is AtomKind.NAME for atom in theirs.speaker)
    wanted = names if is_described else [*names, *(atom for atom in mine.speaker if atom.kind is AtomKind.WORD)]
    has_noun = is_described or any(atom.kind is AtomKind.WORD for atom in mine.speaker)
    return has_noun and all(any(atom.fits(other) for other in theirs.apposition) for atom in wanted)


def _introduced(names: Sequence[Atom], evidence: Sequence[AtomisedSentence], best: int, *, others: bool) -> bool:
    """Whether the first name of the words' own sentence, or of one of the others, is the claim's speaker."""
    for index in [best, *(i for i in range(len(evidence)) if others and i != best)]:
        first = [atom for atom in evidence[index].atoms if atom.kind is AtomKind.NAME or atom.is_first][:4]
        if any(names[-1].fits(atom) for atom in first):
            return True
    return False
