"""A claim is supported when every thing that it says stands in the sentences that it cites, said the same way.

No model: the claim's words, names, numbers and dates are looked up in the evidence, and what turns a true sentence
into a false one is compared piece by piece: another number or name in the same place, a negation more or less, roles
exchanged, another speaker, invented quoted words, a fact added. Words are compared by stem and by short explicit
tables, so a paraphrase in words that no table knows is "unsupported", never guessed.

Only sentences that state something in English count: what a document asks, orders or puts into code supports nothing
but a copy of itself. A part of a sentence counts only with what governs it: "Kyiv would cede territory" does not follow
from "He denied that Kyiv would cede territory".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.checking.alignment import Alignment, align
from rag.checking.assertion import Around, frame_findings, withdrawn
from rag.checking.atoms import Atom, AtomKind, Sentence, is_derived, normalised, sentences_of
from rag.checking.attributed import claim_sentences, quotation_findings, sentences_said_by, speakers_of
from rag.checking.findings import Finding, FindingKind, conflict, missing, of_kind
from rag.checking.form import form_reason, is_statement, unstated_findings
from rag.checking.joined import (
    conjunction_findings,
    count_findings,
    date_findings,
    fragment_findings,
    joining_findings,
    reason_findings,
)
from rag.checking.lexicon import LIGHT_WORDS, base_form
from rag.checking.omission import omission_findings
from rag.checking.polarity import polarity_findings
from rag.checking.resolved import resolved
from rag.checking.roles import (
    owner_findings,
    place_findings,
    preposition_findings,
    pronoun_findings,
    swap_findings,
    uncleft,
    voice_findings,
)
from rag.checking.sequence import exchanged_sides_findings, particle_findings
from rag.checking.slots import (
    bound_findings,
    exchange_findings,
    name_findings,
    opposite_findings,
    opposite_of,
    repetition_findings,
    replacement_findings,
    rival_of,
    slot_findings,
)
from rag.checking.speakers import named_speaker, report_findings, speaker_atoms, speaker_findings
from rag.language.english import word_set
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import Verdict, VerdictLabel

__all__ = ["RULES_ID", "Examined", "examine"]

RULES_ID = "rules"
"""Who judged, in verdicts; stored with answers."""
MAX_CLAIM_CHARACTERS = 4_000
"""A longer claim is no statement that a person could check against a few sentences."""
MOST_WORDS_LEFT_OPEN = 5
"""With more new words a claim is another statement, whatever a model makes of it."""
N_CANDIDATES = 4
"""Evidence sentences that are laid beside a claim sentence, those with the most atoms in common."""
MAX_UNCOVERED = 0.0
"""Share of a claim's weight that may be missing from the evidence. Tuned on the tune half of the public sets."""
MIN_CONTRADICTED = 0.6
"""Quality from which a conflict is one: below it claim and evidence speak of different things."""
_WEIGHT = {AtomKind.WORD: 1.0, AtomKind.NAME: 2.0, AtomKind.QUANTITY: 2.0, AtomKind.DATE: 2.0}
_KIND = {
    AtomKind.NAME: FindingKind.NAME,
    AtomKind.QUANTITY: FindingKind.NUMBER,
    AtomKind.DATE: FindingKind.DATE,
}
_FRAME = re.compile(
    r"^(?:according to (?:the |this )?(?:article|document|source|evidence|text|passage)s?,\s*"
    r"|(?:the |this )?(?:article|document|source|evidence|text|passage)s? (?:says?|states?|mentions?|notes?|reports?)"
    r"(?: that)?,?\s+)",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r'"[^"]+"[.,]?')
_UNITS = frozenset(
    map(
        base_form,
        word_set(
            """second minute hour day night week month year decade century metre kilometre centimetre millimetre mile
            inch foot yard acre hectare litre gallon pint barrel bushel cup gram kilogram tonne ton pound ounce stone
            degree celsius fahrenheit kelvin watt kilowatt megawatt gigawatt volt ampere joule calorie hertz byte
            megabyte gigabyte terabyte knot percent point dollar euro franc crown peso rupee ruble yuan million
            billion trillion thousand dozen square cubic"""
        ),
    )
)
_STRUCK = re.compile(r"~~[^~]+~~")
"""Text with a line through it."""
_SPEECH = re.compile(r'"([A-Z][^"]*[.,!?])"')
"""Whole sentences of direct speech, which may be quoted without their speaker; any other part may not."""
_HOLDS = word_set("held hold holds holding had")
_TALKS = frozenset({"talk", "discuss", "negoti", "convers"})
_HELD = word_set("in during")
_RULES: Mapping[FindingKind, Sequence[Callable[[Alignment], Iterable[Finding]]]] = {
    FindingKind.UNSTATED: (unstated_findings,),
    FindingKind.MODALITY: (polarity_findings,),
    FindingKind.NUMBER: (bound_findings,),
    FindingKind.REPLACED: (
        slot_findings, exchange_findings, repetition_findings, opposite_findings, replacement_findings
    ),
    FindingKind.ROLES: (
        swap_findings, voice_findings, owner_findings, place_findings, pronoun_findings, preposition_findings,
        exchanged_sides_findings, particle_findings,
    ),
    FindingKind.JOINED: (conjunction_findings, reason_findings),
}  # fmt: skip
"""What is looked for where a claim's sentence lies beside one of the evidence."""
_N_REASONS = 3
_NAMED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


class Examined(NamedTuple):
    """A verdict of the rules with what it rests on.

    is_final: decided by form: verbatim, or nothing that could be compared. The rest was compared piece by piece.
    findings: all that speaks against the claim.
    share_missing: plain words of the claim that the evidence does not have; in its worst sentence, as a share, 0 to 1.
    is_exchanged: a word of the claim stands where the evidence has another one, and all around it is the same.
    """

    verdict: Verdict
    is_final: bool
    findings: tuple[Finding, ...] = ()
    share_missing: float = 1.0
    is_exchanged: bool = False

    def is_left_open(self) -> bool:
        """Whether all that speaks against the claim is that a few plain words of it are not in the evidence.

        Every other kind of finding is a veto, so that a new rule is one from its first day. So is a word with a capital
        letter or a digit: the rules cannot tell every name from another word.
        """
        if self.verdict.label is not VerdictLabel.UNSUPPORTED or len(self.verdict.reasons) != 1:
            return False
        telling = next((each for each in self.findings if each.reason in self.verdict.reasons), None)
        if telling is None or telling.kind is not FindingKind.WORDS:
            return False
        return len(telling.words) <= MOST_WORDS_LEFT_OPEN and all(map(_is_plain, telling.words))


def examine(pair: ClaimWithEvidence) -> Examined:
    """The verdict, and what a judge who weighs it against others needs to know.

    No model; about a millisecond a claim. 1 is the score of what is verbatim.
    """
    claim = _FRAME.sub("", " ".join(pair.claim.split()))
    if not any(letter.isalnum() for letter in claim):
        return _refused("the claim is empty")
    if not any(quote.strip() for quote in pair.evidence):
        return _refused("the claim cites nothing")
    pair = pair._replace(evidence=tuple(_STRUCK.sub(" ", quote) for quote in pair.evidence))
    taken_back = _taken_back(pair)
    if reason := taken_back.get(_bare_text(claim)):
        return _refused(f"the source takes it back: {reason!r}")
    if _is_verbatim(claim, pair.evidence):
        return Examined(
            Verdict(
                label=VerdictLabel.SUPPORTED, score=1.0, verifier_id=RULES_ID, reasons=("verbatim in the evidence",)
            ),
            is_final=True,
        )
    if len(claim) > MAX_CLAIM_CHARACTERS:
        return _refused(f"the claim is longer than {MAX_CLAIM_CHARACTERS:,} characters")
    return _compared(uncleft(claim), pair, taken_back)


def _taken_back(pair: ClaimWithEvidence) -> dict[str, str]:
    """Bare sentence → what around it takes it back, for the sentences of the evidence that the source disowns."""
    found: dict[str, str] = {}
    known = (
        pair.surroundings if len(pair.surroundings) == len(pair.evidence) else (Surroundings(),) * len(pair.evidence)
    )
    for quote, around in zip(pair.evidence, known, strict=True):
        sentences = sentences_of(quote)
        texts = [" ".join(around.before), *map(_text, sentences), " ".join(around.after)]
        for place, sentence in enumerate(sentences, start=1):
            reason = withdrawn(Around(texts[place - 1], texts[place + 1]), around.heading)
            if reason:
                found[_bare(sentence)] = found[_bare_text(quote)] = reason
    return found


def _compared(claim: str, pair: ClaimWithEvidence, taken_back: Mapping[str, str]) -> Examined:
    quotes = pair.evidence
    speakers = speakers_of(pair)
    whole = resolved(quotes) if not any(speakers) else quotes
    cited = [sentences_said_by(quote, speaker) for quote, speaker in zip(whole, speakers, strict=True)]
    known = {_bare(sentence) for said in cited for sentence in said} | {""}
    known |= {_bare(sentence) for quote in quotes for sentence in sentences_of(quote)}
    if _QUOTATION.fullmatch(normalised(claim)):
        known |= {_bare_text(found[1].rstrip(",")) for quote in quotes for found in _SPEECH.finditer(normalised(quote))}
    known -= taken_back.keys()
    claimed = claim_sentences(claim, named_speaker) if any(speakers) else sentences_of(claim)
    claimed = tuple(each for each in claimed if _bare(each) not in known)
    for each in claimed:
        if reason := form_reason(_text(each)):
            return _refused(reason)
    stating = [[each for each in said if each.atoms and is_statement(_text(each), claim)] for said in cited]
    stating = [[each for each in said if _bare(each) not in taken_back] for said in stating]
    judged = [_judge(each, [said for said in stating if said], is_attributed=any(speakers)) for each in claimed]
    quoted = of_kind(FindingKind.QUOTATION, quotation_findings(claim, quotes))
    findings = (*quoted, *(finding for each in judged for finding in each.findings))
    quality = min((each.quality for each in judged), default=1.0)
    share_missing = max((each.share_missing for each in judged), default=0.0)
    is_exchanged = any(each.is_exchanged for each in judged)
    return Examined(_weighed(findings, quality), not claimed, findings, share_missing, is_exchanged)


def _weighed(findings: Sequence[Finding], quality: float) -> Verdict:
    is_contradicted = quality >= MIN_CONTRADICTED and any(finding.is_conflict for finding in findings)
    reasons = _most_telling(findings, conflicts_first=is_contradicted)
    if is_contradicted:
        return Verdict(label=VerdictLabel.CONTRADICTED, score=0.15 * quality, verifier_id=RULES_ID, reasons=reasons)
    if findings:
        return _unsupported(*reasons, score=0.45 * quality**2)
    return Verdict(
        label=VerdictLabel.SUPPORTED,
        score=0.5 + 0.45 * quality,
        verifier_id=RULES_ID,
        reasons=("all of it is in the evidence",),
    )


def _refused(reason: str) -> Examined:
    return Examined(_unsupported(reason), is_final=True)


def _unsupported(*reasons: str, score: float = 0.0) -> Verdict:
    return Verdict(label=VerdictLabel.UNSUPPORTED, score=score, verifier_id=RULES_ID, reasons=reasons)


def _is_plain(word: str) -> bool:
    return word.islower() and not any(map(str.isdigit, word))


def _most_telling(findings: Sequence[Finding], *, conflicts_first: bool) -> tuple[str, ...]:
    """What decides first, and no reason about a part of what an earlier one names."""
    ordered = sorted(findings, key=lambda each: (not each.is_about_speaker, each.is_conflict is not conflicts_first))
    chosen: list[str] = []
    for reason in dict.fromkeys(each.reason for each in ordered):
        named = set(re.findall(r"\w+", " ".join("".join(each) for each in _NAMED.findall(reason)).lower()))
        if not named or not any(named <= set(re.findall(r"\w+", other.lower())) for other in chosen):
            chosen.append(reason)
    return tuple(chosen[:_N_REASONS])


def _is_verbatim(claim: str, quotes: Sequence[str]) -> bool:
    wanted = _bare_text(claim)
    return any(len(claim) <= 2 * len(quote) + 8 and wanted == _bare_text(quote) for quote in quotes)


def _bare_text(text: str) -> str:
    """The text without what may differ between two copies: case, quotation marks, spacing, the last full stop."""
    plain = re.sub(r"[\"']", "", normalised(text)).strip()
    return re.sub(r"\s+(?=[.,;:!?%)])|(?<=\()\s+", "", plain).rstrip(".").casefold()


def _text(sentence: Sentence) -> str:
    return sentence.text or " ".join(sentence.tokens)


def _bare(sentence: Sentence) -> str:
    """The sentence to compare with others as a whole; empty when nothing is said in it."""
    return _bare_text(sentence.text) if sentence.text else " ".join(sentence.tokens)


class _Judged(NamedTuple):
    """What speaks against one sentence of a claim.

    quality: how much of it is in the evidence, in order, 0 to 1. share_missing: of its plain words, 0 to 1.
    """

    findings: list[Finding]
    quality: float
    share_missing: float
    is_exchanged: bool = False


def _judge(claim: Sentence, cited: Sequence[Sequence[Sentence]], *, is_attributed: bool) -> _Judged:
    """The sentence beside those that are cited, which are together with the others of their quote."""
    evidence = [sentence for said in cited for sentence in said]
    if not claim.atoms:
        return _Judged([missing(f"{claim.text!r} says nothing that can be compared")], 0.0, 1.0)
    candidates = _candidates(claim, evidence)
    if not candidates:
        return _Judged([missing("the evidence does not mention it")], 0.0, 1.0)
    alignments = [align(claim, evidence[index]) for index in candidates]
    speaking = speaker_atoms(claim)
    best = max(range(len(alignments)), key=lambda i: _covered_weight(alignments[i], speaking))
    ordered = [alignments[best], *(each for i, each in enumerate(alignments) if i != best)]
    findings: list[Finding] = []
    open_atoms = set(range(len(claim.atoms)))
    for alignment in ordered:
        is_best = alignment is ordered[0]
        usable = {i for i in open_atoms if alignment.places[i] is not None and (is_best or _is_anchored(alignment, i))}
        if usable:
            places = tuple(place if i in usable else None for i, place in enumerate(alignment.places))
            findings += _against(replace(alignment, places=places))
            open_atoms -= usable
        if is_best:
            findings += _rivals(claim, open_atoms, alignment)
    spoken = list(speaker_findings(claim, evidence, candidates[best], is_attributed=is_attributed))
    if any(finding.is_conflict for finding in spoken):  # whether the rest is there decides if it is a contradiction
        open_atoms -= speaking
    findings += of_kind(FindingKind.SPEAKER, spoken)
    findings += of_kind(FindingKind.NAME, name_findings(claim, evidence))
    findings += of_kind(FindingKind.NUMBER, count_findings(claim, evidence))
    findings += of_kind(FindingKind.DATE, date_findings(claim, evidence))
    findings += of_kind(FindingKind.SPEAKER, report_findings(ordered[0]))
    findings += of_kind(FindingKind.FRAMED, frame_findings(ordered[0]))
    findings += of_kind(FindingKind.NARROWED, omission_findings(ordered[0]))
    findings += of_kind(FindingKind.JOINED, joining_findings(claim, [[sentence] for sentence in evidence], speaking))
    findings += of_kind(FindingKind.JOINED, fragment_findings(claim, evidence))
    uncovered, weight, n_words = _uncovered(claim, evidence, open_atoms)
    findings += uncovered
    total = sum(_WEIGHT[atom.kind] for atom in claim.atoms) or 1.0
    n_in_order = sum(ordered[0].in_order)
    order = n_in_order / max(1, sum(place is not None for place in ordered[0].places))
    share_missing = n_words / max(1, sum(atom.kind is AtomKind.WORD for atom in claim.atoms))
    return _Judged(
        findings, max(0.0, 1 - weight / total) * (0.7 + 0.3 * order), share_missing, _has_exchanged(ordered[0])
    )


def _has_exchanged(best: Alignment) -> bool:
    """Whether a single word of the claim is not in the evidence, which has another single word between the same two."""
    places, n_theirs = best.places, len(best.evidence.atoms)
    for index, place in enumerate(places):
        if place is not None or not index or best.claim.atoms[index].kind is not AtomKind.WORD:
            continue
        left = places[index - 1]
        right = places[index + 1] if index + 1 < len(places) else n_theirs
        if left is not None and right == left + 2:
            return True
    return False


def _candidates(claim: Sentence, evidence: Sequence[Sentence]) -> list[int]:
    """Indexes of the evidence sentences with the most in common with the claim, most first.

    What is said counts before who says it: all sentences of one speaker have the latter in common.
    """
    speaking = speaker_atoms(claim)
    said = _keys(atom for index, atom in enumerate(claim.atoms) if index not in speaking)
    every = _keys(claim.atoms)
    counts = [(_n_of(said, sentence), _n_of(every, sentence)) for sentence in evidence]
    order = sorted(range(len(evidence)), key=lambda index: (counts[index], -index), reverse=True)
    return [index for index in order if counts[index][1]][:N_CANDIDATES]


def _keys(atoms: Iterable[Atom]) -> set[str]:
    return {key for atom in atoms for key in (atom.key, atom.lower)}


def _n_of(keys: set[str], sentence: Sentence) -> int:
    return sum(atom.key in keys or atom.lower in keys for atom in sentence.atoms)


def _covered_weight(alignment: Alignment, speaking: set[int]) -> tuple[float, float]:
    """What the evidence has of what is said, and of all the claim."""
    covered = [
        (_WEIGHT[atom.kind] * (1.0 if in_order else 0.9), index not in speaking)
        for index, (atom, place, in_order) in enumerate(
            zip(alignment.claim.atoms, alignment.places, alignment.in_order, strict=True)
        )
        if place is not None
    ]
    return sum(weight for weight, is_said in covered if is_said), sum(weight for weight, _ in covered)


def _is_anchored(alignment: Alignment, index: int) -> bool:
    """Whether a neighbour of the claim's atom stands near it in the evidence too, so that the two belong together."""
    place = alignment.places[index]
    neighbours = (alignment.places[i] for i in (index - 1, index + 1) if 0 <= i < len(alignment.places))
    return place is not None and any(other is not None and abs(other - place) <= 3 for other in neighbours)


def _rivals(claim: Sentence, open_atoms: set[int], best: Alignment) -> Iterator[Finding]:
    """What the best sentence has in the place of something that it does not have at all."""
    theirs = best.evidence.atoms
    for index in sorted(open_atoms):
        atom = claim.atoms[index]
        if atom.kind is AtomKind.WORD:
            opposite = opposite_of(claim, index, theirs)
            if opposite is not None:
                against = conflict(f"the evidence says {opposite.text!r}, not {atom.text!r}")
                yield against._replace(kind=FindingKind.REPLACED)
            continue
        rival = rival_of(claim, index, theirs)
        if rival is not None:
            kind = _KIND[atom.kind]
            against = conflict(f"the {kind} {atom.text!r} is not in the evidence, which has {rival.text!r} there")
            yield against._replace(kind=kind)


def _against(alignment: Alignment) -> Iterator[Finding]:
    for kind, rules in _RULES.items():
        for rule in rules:
            yield from of_kind(kind, rule(alignment))


def _uncovered(claim: Sentence, evidence: Sequence[Sentence], open_atoms: set[int]) -> tuple[list[Finding], float, int]:
    """What the evidence does not have at all, its weight, and how many of it are plain words."""
    findings: list[Finding] = []
    words: list[str] = []
    names: list[list[int]] = []
    weight = 0.0
    keys = {atom.key for sentence in evidence for atom in sentence.atoms}
    for index in sorted(open_atoms):
        atom = claim.atoms[index]
        if atom.kind is AtomKind.WORD and (atom.lower in LIGHT_WORDS or is_derived(atom, keys)):
            continue
        if atom.lower in _HOLDS and _are_held(claim.atoms[index + 1 : index + 3], evidence):
            continue
        weight += _WEIGHT[atom.kind]
        if atom.kind is AtomKind.WORD and _is_unit(claim, index):
            against = missing(f"the unit {atom.text!r} is not in the evidence")
            findings.append(against._replace(kind=FindingKind.NUMBER))
        elif atom.kind is AtomKind.WORD:
            words.append(atom.text)
        elif atom.kind is AtomKind.NAME and names and names[-1][-1] == index - 1 and not atom.before:
            names[-1].append(index)
        elif atom.kind is AtomKind.NAME:
            names.append([index])
        elif atom.lower != "one":
            kind = _KIND[atom.kind]
            findings.append(missing(f"the {kind} {atom.text!r} is not in the evidence")._replace(kind=kind))
    for parts in names:
        name = " ".join(claim.atoms[index].text for index in parts)
        findings.append(missing(f"the name {name!r} is not in the evidence")._replace(kind=FindingKind.NAME))
    total = sum(_WEIGHT[atom.kind] for atom in claim.atoms) or 1.0
    if words and len(words) / total > MAX_UNCOVERED:
        against = missing(f"not in the evidence: {', '.join(map(repr, words[:6]))}")
        findings.append(against._replace(kind=FindingKind.WORDS, words=tuple(words)))
    return findings, weight, len(words)


def _is_unit(claim: Sentence, index: int) -> bool:
    """Whether the word is a unit of measure behind its number."""
    is_counted = index > 0 and claim.atoms[index - 1].kind is AtomKind.QUANTITY and not claim.atoms[index].before
    return is_counted and base_form(claim.atoms[index].lower) in _UNITS


def _are_held(following: Sequence[Atom], evidence: Sequence[Sentence]) -> bool:
    """Whether talks follow that somebody is "in" in the evidence: "held talks" for "spent the day in talks"."""
    return any(
        atom.key in _TALKS and not _HELD.isdisjoint(other.before) and atom.fits(other)
        for atom in following
        for sentence in evidence
        for other in sentence.atoms
    )
