"""Who says a sentence, where only the document around it says so, and as what the document says it.

A quote such as "He added that it was over." or the middle of a long quotation names nobody. When the speaker is known,
the sentence is read as if it named him: "John Healey added that it was over.". Only what is compared changes, never
what is shown. Inside quotation marks nothing is replaced: there "he" is somebody else; and words in quotation marks
have to stand in the evidence as they are, whatever marks are around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from rag.checking.alignment import Finding, missing
from rag.checking.assertion import Frame, cues_of
from rag.checking.atoms import AtomisedSentence, normalised, sentences_of
from rag.checking.lexicon import TITLES, is_past_form
from rag.checking.polarity import OperatorKind, operators_of
from rag.checking.speakers import SKIPPED, Saying, sayings_of
from rag.checking.withdrawal import MOCKING, Around, contradicted, withdrawn
from rag.language.english import one_of, word_set
from rag.language.saying import REPORTED, VERBS_OF_SAYING
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import Assertion

__all__ = [
    "Said",
    "assertion_of",
    "claim_sentences",
    "clauses_of",
    "quotation_findings",
    "said_by",
    "sentences_said_by",
    "speakers_of",
]

SpeakerOf: TypeAlias = Callable[[AtomisedSentence], str]

MAX_SPEAKER_CHARACTERS = 120
"""A longer speaker is no name; it would make every sentence long."""

_QUOTED = re.compile(r'"[^"]*(?:"|$)')
_VERB = "|".join(sorted(VERBS_OF_SAYING))
_BETWEEN = "|".join(sorted(SKIPPED))
_SUBJECT = re.compile(rf"\b(?:he|she|they)\b(?= (?:(?:{_BETWEEN}|\w+ly) ){{0,4}}(?:{_VERB})\b)", re.IGNORECASE)
_INVERTED = re.compile(r"(?<=\b(?:said|says) )(?:he|she|they)\b")
_NEXT_SPEAKER = re.compile(
    rf",? (?:and|but|while|whereas) (?=(?:the (?:[\w']+ ){{1,3}}|(?:[A-Z][\w']* ){{1,4}})(?:(?:{_BETWEEN}) ){{0,3}}"
    rf"{one_of(REPORTED)}\b)"
)
_OPENING = re.compile(r'"(?! |$)')


@lru_cache(maxsize=512)
def sentences_said_by(quote: str, speaker: str) -> tuple[AtomisedSentence, ...]:
    """The sentences of a quote, each naming its speaker; as they are when nobody is known.

    >>> [sentence.text for sentence in sentences_said_by("“Come now. It is late,” she said.", "Ana Kovac")]
    ['Ana Kovac said: "Come now.', 'It is late," Ana Kovac said.']
    """
    sentences = sentences_of(quote)
    name = " ".join(normalised(speaker).replace('"', "").split())
    if not name or len(name) > MAX_SPEAKER_CHARACTERS:
        return tuple(clauses_of(quote))
    found: list[AtomisedSentence] = []
    is_open = False
    for index, sentence in enumerate(sentences):
        starts_open = is_open or _closes_first(sentence.text)
        text = _naming(sentence.text, name, is_open=starts_open, is_alone=index == 0)
        is_open = starts_open is not (sentence.text.count('"') % 2 == 1)
        found += clauses_of(text) if text != sentence.text else clauses_of(sentence.text) if text else (sentence,)
    return tuple(found)


def claim_sentences(claim: str, speaker_in: SpeakerOf) -> tuple[AtomisedSentence, ...]:
    """The sentences of a claim; one that goes on with a quotation, or with "he said", names its speaker again.

    >>> from rag.checking.speakers import named_speaker
    >>> [
    ...     sentence.text
    ...     for sentence in claim_sentences("Ann Lee said it was over. She added it was late.", named_speaker)
    ... ]
    ['Ann Lee said it was over.', 'Ann Lee added it was late.']
    """
    found: list[AtomisedSentence] = []
    speaker = ""
    is_open = False
    for sentence in clauses_of(claim):
        named = speaker_in(sentence)
        text = sentence.text
        if speaker and not named and text:
            if is_open:
                text = _naming(text, speaker, is_open=True, is_alone=False)
            else:
                text = _replaced(_SUBJECT, text, _narration(text, is_open=False), speaker)
        is_open = is_open is not (sentence.text.count('"') % 2 == 1)
        speaker = named or speaker
        found += sentences_of(text) if text != sentence.text else (sentence,)
    return tuple(found)


def clauses_of(text: str) -> Iterator[AtomisedSentence]:
    """The sentences of a text, cut where "and NAME said" begins the words of another speaker."""
    for sentence in sentences_of(text):
        starts = [match.span() for match in _NEXT_SPEAKER.finditer(_narration(sentence.text, is_open=False))]
        start = 0
        for end, following in [*starts, (len(sentence.text), 0)] if starts else ():
            yield from sentences_of(sentence.text[start:end])
            start = following
        if not starts:
            yield sentence


def _naming(text: str, name: str, *, is_open: bool, is_alone: bool) -> str:
    """The sentence with the speaker's whole name in it, where it is certain that it belongs there."""
    if not text:
        return text
    narration = _narration(text, is_open=is_open)
    last = name.split()[-1]
    short = re.compile(rf"\b(?:[Tt]he )?{re.escape(last)}\b")
    if match := short.search(narration):
        before = narration[: match.start()].split()[-1:]
        is_title = bool(before) and before[0].lower() in TITLES
        is_other = bool(before) and before[0][:1].isupper() and not is_title and match.start() > len(before[0])
        if name not in text and not is_other:
            text = text[: match.start()] + name + text[match.end() :]
        is_subject = any(last.lower() in (atom.lower for atom in saying.speaker) for saying in _sayings(text))
        return text if is_subject else _replaced(_SUBJECT, text, _narration(text, is_open=is_open), name)
    for pattern in (_SUBJECT, _INVERTED):
        if (replaced := _replaced(pattern, text, narration, name)) != text:
            return replaced
    is_speech = is_open or is_alone or _OPENING.match(text) is not None
    return f"{name} said: {text}" if is_speech else text


def _sayings(text: str) -> list[Saying]:
    return [saying for sentence in sentences_of(text) for saying in sayings_of(sentence)]


def _replaced(pattern: re.Pattern[str], text: str, narration: str, name: str) -> str:
    match = pattern.search(narration)
    return text[: match.start()] + name + text[match.end() :] if match else text


def _narration(text: str, *, is_open: bool) -> str:
    """The text with blanks in place of what stands in quotation marks, so that positions stay."""
    marked = '"' + text if is_open else text
    blank = _QUOTED.sub(lambda match: " " * len(match[0]), marked)
    return blank[1:] if is_open else blank


def _closes_first(text: str) -> bool:
    """Whether the first quotation mark ends a quotation that began in an earlier sentence."""
    first = text.find('"')
    return first > 0 and not text[first - 1].isspace() and text[first - 1] not in "([-"


class Said(NamedTuple):
    """A quote and who says it; empty for nobody."""

    speaker: str
    quote: str


def said_by(pair: ClaimWithEvidence) -> list[Said]:
    """Every quote in order, on one line; speakers that are not one for each quote are nobody's.

    >>> said_by(ClaimWithEvidence(("Rain fell.", "It  poured."), "It rained.", ("", "Ana Gil")))
    [Said(speaker='', quote='Rain fell.'), Said(speaker='Ana Gil', quote='It poured.')]
    """
    return [
        Said(" ".join(speaker.split()), " ".join(quote.split()))
        for speaker, quote in zip(speakers_of(pair), pair.evidence, strict=True)
    ]


def speakers_of(pair: ClaimWithEvidence) -> tuple[str, ...]:
    """Who says each quote, in order; nobody, where there is not one speaker for each.

    >>> speakers_of(ClaimWithEvidence(("Rain fell.", "It poured."), "It rained.", ("Ana Gil",)))
    ('', '')
    """
    return pair.speakers if len(pair.speakers) == len(pair.evidence) else ("",) * len(pair.evidence)


_QUOTED_WORDS = re.compile(r'"([^"]+)"')
_SINGLE = re.compile(r"(?<!\w)'([^']{3,}(?:'\w[^']*)*)'(?!\w)")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_NOT_WORDS = re.compile(r"[^\w]+")


def quotation_findings(claim: str, evidence: Sequence[str]) -> Iterator[Finding]:
    """Quoted words of the claim that the evidence does not have; sentences may be cited one by one.

    >>> [found.reason for found in quotation_findings("He called it “bad”.", ["He called it very poor."])]
    ["the quoted words 'bad' are not in the evidence"]
    """
    text = normalised(claim)
    quoted = [match[1] for pattern in (_QUOTED_WORDS, _SINGLE) for match in pattern.finditer(text)]
    if not quoted:
        return
    bare = [f" {_bare(normalised(each))} " for each in evidence]
    for words in quoted:
        wanted = _bare(words)
        if not wanted or any(f" {wanted} " in each for each in bare):
            continue
        pieces = [f" {_bare(sentence.text)} " for sentence in sentences_of(words)]
        if len(pieces) == 1 or not all(any(piece in each for each in bare) for piece in pieces):
            quoted_words = _EDGE.sub("", words)
            yield missing(f"the quoted words {quoted_words!r} are not in the evidence", lacking=(quoted_words,))


def _bare(text: str) -> str:
    return _NOT_WORDS.sub(" ", text).strip().lower()


_BY_FRAME = {
    Frame.WITHDRAWN: Assertion.WITHDRAWN,
    Frame.FICTIONAL: Assertion.FICTIONAL,
    Frame.MOCKED: Assertion.JOKING,
    Frame.CONDITIONAL: Assertion.CONDITIONAL,
}
_BY_OPERATOR = {
    OperatorKind.BELIEF: Assertion.ALLEGED,
    OperatorKind.FUTURE: Assertion.PLANNED,
    OperatorKind.INTENTION: Assertion.PLANNED,
    OperatorKind.POSSIBILITY: Assertion.POSSIBLE,
}
_DENYING = word_set("deny denies denied denying")
_ACCUSING = word_set("accuse accuses accused accusing alleges alleged allege allegedly reportedly supposedly rumoured")
_THINKING = word_set("believe believes believed think thinks thought claim claims claimed")
_WEIGHTIEST = (
    Assertion.WITHDRAWN,
    Assertion.JOKING,
    Assertion.FICTIONAL,
    Assertion.ASKED,
    Assertion.DENIED,
    Assertion.ALLEGED,
    Assertion.REPORTED,
    Assertion.CONDITIONAL,
    Assertion.PLANNED,
    Assertion.POSSIBLE,
)
"""What outweighs what: of a plan that somebody tells, that it is told."""


def assertion_of(quote: str, around: Surroundings, *, speaker: str = "") -> Assertion:
    """As what a document says a quote; of several that hold, the weightiest.

    speaker: who says it, as far as that is known.

    >>> assertion_of("The firm plans to close its mill.", Surroundings())
    <Assertion.PLANNED: 'planned'>
    >>> assertion_of("The firm closed its mill.", Surroundings(after=("That was a hoax.",)))
    <Assertion.WITHDRAWN: 'withdrawn'>
    """
    found = {Assertion.REPORTED} if speaker else set[Assertion]()
    sentences = sentences_of(quote)
    texts = (" ".join(around.before), *(each.text for each in sentences), " ".join(around.after))
    for place, sentence in enumerate(sentences, start=1):
        beside = Around(texts[place - 1], texts[place + 1])
        if withdrawn(beside, around.heading) or contradicted(sentence, beside.after):
            found.add(Assertion.WITHDRAWN)
        found.update(_told_as(sentence))
    return next((each for each in _WEIGHTIEST if each in found), Assertion.STATED)


def _told_as(sentence: AtomisedSentence) -> Iterator[Assertion]:
    """As what the words of the sentence itself say it."""
    tokens = sentence.tokens
    if MOCKING.search(sentence.text):
        yield Assertion.JOKING
    if sentence.text.rstrip("\"')]").endswith("?"):
        yield Assertion.ASKED
    said = [saying.position for saying in sayings_of(sentence)]
    if said:
        verbs = {tokens[place] for place in said}
        yield Assertion.DENIED if verbs & _DENYING else Assertion.ALLEGED if verbs <= _THINKING else Assertion.REPORTED
    elif any(one in ("is", "are") and other == "to" for one, other in pairwise(tokens)):
        yield Assertion.PLANNED
    if not _ACCUSING.isdisjoint(tokens):
        yield Assertion.ALLEGED
    opening = next((atom.position for atom in sentence.atoms if is_past_form(atom.lower)), len(tokens))
    for cue in cues_of(sentence):
        is_open = cue.word != "whether" and cue.position <= opening and not said
        if cue.kind in _BY_FRAME and (cue.kind is not Frame.CONDITIONAL or is_open):
            yield _BY_FRAME[cue.kind]
    for operator in operators_of(sentence):
        if operator.kind in _BY_OPERATOR and operator.position <= opening and not said:
            yield _BY_OPERATOR[operator.kind]
