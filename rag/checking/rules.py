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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from rag.checking.alignment import Finding, FindingKind, of_kind
from rag.checking.atoms import AtomisedSentence, normalised, sentences_of
from rag.checking.attributed import claim_sentences, quotation_findings, sentences_said_by, speakers_of
from rag.checking.comparison import compare
from rag.checking.form import form_reason, is_statement
from rag.checking.joined import summed
from rag.checking.rewritten import parts_of, resolved, uncleft
from rag.checking.speakers import named_speaker, sayings_of
from rag.checking.withdrawal import Around, contradicted, withdrawn
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import Verdict, VerdictLabel

__all__ = ["RULES_ID", "Examined", "examine", "judged_in_parts", "named_once"]

RULES_ID = "rules"
"""Who judged, in verdicts; stored with answers."""
MAX_CLAIM_CHARACTERS = 4_000
"""A longer claim is no statement that a person could check against a few sentences."""
MOST_WORDS_LEFT_OPEN = 5
"""With more new words a claim is another statement, whatever a model makes of it."""
MIN_CONTRADICTED = 0.6
"""Quality from which a conflict is one: below it claim and evidence speak of different things."""
_FRAME = re.compile(
    r"^(?:according to (?:the |this )?(?:article|document|source|evidence|text|passage)s?,\s*"
    r"|(?:the |this )?(?:article|document|source|evidence|text|passage)s? (?:says?|states?|mentions?|notes?|reports?)"
    r"(?: that)?,?\s+)",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r'"[^"]+"[.,]?')
_SCARE_QUOTED = re.compile(r'(?<=[^",:] )"([a-z]+(?: [a-z]+)?)"(?= [^"]*$)')
"""One or two words in quotation marks inside a sentence: the source does not call it so itself."""
_BY_ANOTHER = re.compile(
    r"^[^.;]{0,60}\b(?:reject|den(?:y|ies|ied)|dismiss|disput|contradict|doubt|disagree|question|challeng|refut|criticis)\w*"
    r" (?:with )?(?:this|that|it|(?:this|that|the|these|his|her|its|their) \w+)\b",
    re.IGNORECASE,
)
"""Somebody contests what was said; that it was said stands."""
_STRUCK = re.compile(r"~~[^~]+~~")
"""Text with a line through it."""
_SPEECH = re.compile(r'"([A-Z][^"]*[.,!?])"')
"""Whole sentences of direct speech, which may be quoted without their speaker; any other part may not."""
_N_REASONS = 3
_N_NAMED = 8
"""Words that a verdict names of claim and evidence, at most."""
_NAMED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


Judge: TypeAlias = Callable[[Sequence[ClaimWithEvidence]], list[Verdict]]
"""One verdict for each pair, in order."""


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


def judged_in_parts(
    pairs: Sequence[ClaimWithEvidence],
    judge: Judge,
    *,
    n_deep: int = 2,
) -> list[Verdict]:
    """The judge's verdicts; a claim that it refuses is asked again part by part, and holds when each part does.

    n_deep: how often a part may be taken apart again.
    """
    return [_joined(pair, verdict, judge, n_deep) for pair, verdict in zip(pairs, judge(pairs), strict=True)]


def _joined(
    pair: ClaimWithEvidence,
    verdict: Verdict,
    judge: Judge,
    n_deep: int,
) -> Verdict:
    if verdict.label is VerdictLabel.SUPPORTED or not n_deep:
        return verdict
    ways = [[pair._replace(claim=part) for part in parts] for parts in parts_of(pair.claim)]
    if counted := summed(pair.claim, resolved(pair.evidence, _befores(pair))):
        ways.append([ClaimWithEvidence((quote,), part) for quote, part in counted])
    for parts in ways:
        if _are_of_several(parts):
            continue
        of_parts = judged_in_parts(parts, judge, n_deep=n_deep - 1)
        if all(each.label is VerdictLabel.SUPPORTED for each in of_parts):
            said = "; ".join(repr(part.claim) for part in parts)
            return replace(
                verdict,
                label=VerdictLabel.SUPPORTED,
                score=min(each.score for each in of_parts),
                reasons=(f"each part is supported: {said}",),
                lacking=(),
                against=(),
            )
    return verdict


def _are_of_several(parts: Sequence[ClaimWithEvidence]) -> bool:
    """Whether what the parts share may be two things in the evidence: "the town hall", where one is old and one new."""
    one, other = parts[0].claim.split(), parts[-1].claim.split()
    if one[0] != "The" or one[:2] != other[:2]:
        return False
    thing = re.compile(rf"\b[Tt]he\s+(\w+)\s+{re.escape(one[1])}\b")
    return len({which for quote in parts[0].evidence for which in thing.findall(quote)}) > 1


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
            reason = _taking_back(sentence, Around(texts[place - 1], texts[place + 1]), around.heading)
            if not reason:
                continue
            found[_bare(sentence)] = reason
            outside = Around(texts[0] if place == 1 else "", texts[-1] if place == len(sentences) else "")
            if _taking_back(sentence, outside, around.heading):  # else the quote itself says that it is taken back
                found[_bare_text(quote)] = reason
    return found


def _taking_back(sentence: AtomisedSentence, around: Around, heading: str) -> str:
    reason = withdrawn(around, heading) or (around.after if contradicted(sentence, around.after) else "")
    is_speech = bool(reason) and reason != heading and ('"' in sentence.text or bool(sayings_of(sentence)))
    return "" if is_speech and _BY_ANOTHER.match(reason) else reason


def _befores(pair: ClaimWithEvidence) -> tuple[str, ...]:
    """For each quote the sentence before it; none where the surroundings are not known."""
    before = tuple(" ".join(around.before[-1:]) for around in pair.surroundings)
    return before if len(before) == len(pair.evidence) and any(before) else ()


def _behind(
    pair: ClaimWithEvidence, cited: Sequence[Sequence[AtomisedSentence]], whole: Sequence[str]
) -> dict[AtomisedSentence, frozenset[str]]:
    """For each sentence the words before it in its document, those of a cited one with its pronouns read.

    Empty where the surroundings are not known.
    """
    found = dict[AtomisedSentence, frozenset[str]]()
    for sentences, before in zip(cited, _befores(pair), strict=False):
        bare = _bare_text(before)
        read = [text for text, quote in zip(whole, pair.evidence, strict=True) if bare and _ends(quote, bare)]
        words = frozenset(re.findall(r"\w+", " ".join([before, *read]).lower()))
        for sentence in sentences:
            found[sentence] = words | found.get(sentence, frozenset())
            words = frozenset(sentence.tokens)
    return found


def _ends(quote: str, bare: str) -> bool:
    return _bare_text(quote).endswith(bare)


def _compared(claim: str, pair: ClaimWithEvidence, taken_back: Mapping[str, str]) -> Examined:
    quotes = pair.evidence
    speakers = speakers_of(pair)
    whole = resolved(quotes, _befores(pair)) if not any(speakers) else quotes
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
    behind = _behind(pair, cited, whole)
    stated = [sentences for sentences in stating if sentences]
    comparisons = [compare(each, stated, is_attributed=any(speakers), behind=behind) for each in claimed]
    quoted = of_kind(FindingKind.QUOTATION, quotation_findings(claim, quotes))
    findings = (*quoted, *(finding for each in comparisons for finding in each.findings))
    quality = min((each.quality for each in comparisons), default=1.0)
    share_missing = max((each.share_missing for each in comparisons), default=0.0)
    is_exchanged = any(each.is_exchanged for each in comparisons)
    return Examined(_weighed(findings, quality), not claimed, findings, share_missing, is_exchanged)


def _weighed(findings: Sequence[Finding], quality: float) -> Verdict:
    is_contradicted = quality >= MIN_CONTRADICTED and any(finding.is_conflict for finding in findings)
    reasons = _most_telling(findings, conflicts_first=is_contradicted)
    if findings:
        label = VerdictLabel.CONTRADICTED if is_contradicted else VerdictLabel.UNSUPPORTED
        score = 0.15 * quality if is_contradicted else 0.45 * quality**2
        ordered = _by_weight(findings, conflicts_first=is_contradicted)
        return Verdict(
            label=label,
            score=score,
            verifier_id=RULES_ID,
            reasons=reasons,
            lacking=named_once(word for each in ordered for word in each.lacking),
            against=named_once(word for each in ordered for word in each.against),
        )
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


def _by_weight(findings: Sequence[Finding], *, conflicts_first: bool) -> list[Finding]:
    return sorted(findings, key=lambda each: (not each.is_about_speaker, each.is_conflict is not conflicts_first))


def named_once(words: Iterable[str]) -> tuple[str, ...]:
    """The first words, each once, without those that share it with an earlier one.

    >>> named_once(["Ann Lee", "Lee", "1990"])
    ('Ann Lee', '1990')
    """
    chosen: list[str] = []
    for word in words:
        padded = [(f" {word} ".casefold(), f" {other} ".casefold()) for other in chosen]
        if word and not any(one in other or other in one for one, other in padded):
            chosen.append(word)
    return tuple(chosen[:_N_NAMED])


def _most_telling(findings: Sequence[Finding], *, conflicts_first: bool) -> tuple[str, ...]:
    """What decides first, and no reason about a part of what an earlier one names."""
    ordered = _by_weight(findings, conflicts_first=conflicts_first)
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
    plain = _SCARE_QUOTED.sub(r"‹\1›", normalised(text))
    plain = re.sub(r"[\"']", "", plain).strip()
    return re.sub(r"\s+(?=[.,;:!?%)])|(?<=\()\s+", "", plain).rstrip(".").casefold()


def _text(sentence: AtomisedSentence) -> str:
    return sentence.text or " ".join(sentence.tokens)


def _bare(sentence: AtomisedSentence) -> str:
    """The sentence to compare with others as a whole; empty when nothing is said in it."""
    return _bare_text(sentence.text) if sentence.text else " ".join(sentence.tokens)
