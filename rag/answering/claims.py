"""A draft cut into claims, with every marker resolved to the evidence that it names, and what supports each claim.

A draft that is still being written is read claim by claim: each comes out as soon as nothing can change it. A claim is
supported by what it cites, if that is enough; else by a sentence that says it; else by nothing. A citation is moved
only to a sentence that the verifier accepts on its own, so nothing is ever forced: a claim that no sentence supports
stays unsupported.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from rag.language.sentences import sentence_spans
from rag.protocols import ClaimWithEvidence, Generator, Surroundings, Verifier
from rag.retrieval.answer_kinds import is_of_asked_kind
from rag.retrieval.retriever import leans_back
from rag.types import Draft, Evidence, Span, Verdict, VerdictLabel

__all__ = ["CheckedClaim", "CitedClaim", "DraftReader", "Replacement", "check_claim", "claims_of_draft", "replacements"]

# Blanks, but no line break: a marker stands on one line.
_MARKER = re.compile(r"[\[【][ \t]*(\d+(?:[ \t]*[,;–-][ \t]*\d+)*)[ \t]*[\]】]")
_MARKERS = re.compile(rf" ?(?:{_MARKER.pattern} ?)+")
_LINE_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_LIST_MARK = re.compile(r"(?:\d{1,3}[.)])?[\W_]*")
_MOST_IN_A_RANGE = 20
_STOPS = frozenset(".,;:!?")


Replacement: TypeAlias = tuple[Evidence, ...]
"""A sentence that answers, behind the one that it cannot be understood without."""


class CitedClaim(NamedTuple):
    """A claim and the evidence that it names, before numbers are given.

    text: the statement without its markers; for a marker alone the quote itself.
    span: where it stands in the draft.
    """

    text: str
    span: Span
    evidence: tuple[Evidence, ...]
    invalid_markers: tuple[str, ...]


def claims_of_draft(draft: Draft, evidence: Sequence[Evidence]) -> list[CitedClaim]:
    """The claims of `draft`, in order.

    A line of markers alone makes one claim for each sentence that it names, whose text is that sentence; a sentence is
    quoted once. Markers behind a full stop belong to the sentence before it, those at the start of a line to the
    sentence after them. A marker of which a number names no evidence is invalid; its other numbers count.
    A claim that is one of the sentences that it names cites that one alone.

    >>> sentence = Evidence(
    ...     number=1, document_id="d", source="s", title="t", span=Span(start=0, end=5), quote="It is", score=1.0
    ... )
    >>> draft = Draft(text="[1]\\nIt was. [9]", generator_id="g", prompt_id="")
    >>> [(claim.text, len(claim.evidence), claim.invalid_markers) for claim in claims_of_draft(draft, [sentence])]
    [('It is', 1, ()), ('It was.', 0, ('[9]',))]
    """
    by_number = {sentence.number: sentence for sentence in evidence}
    claims: list[CitedClaim] = []
    quoted: set[int] = set()
    for span in _statements(draft.text):
        written = span.slice(draft.text)
        named, invalid = _resolve(written, by_number)
        text = _without_markers(written)
        if not _LIST_MARK.fullmatch(text):
            own = tuple(sentence for sentence in named if " ".join(sentence.quote.split()) == text)
            claims.append(CitedClaim(text, span, own or named, invalid))
            continue
        claims += [
            CitedClaim(sentence.quote, span, (sentence,), ()) for sentence in named if sentence.number not in quoted
        ]
        quoted.update(sentence.number for sentence in named)
        if invalid:
            claims.append(CitedClaim("", span, (), invalid))
    return claims


def _statements(text: str) -> Iterator[Span]:
    """Sentences of a draft, each with its markers, and the markers that stand on a line alone.

    Sentences are found in a copy with blanks in place of markers, so that a marker neither hides the end of a sentence
    nor is cut by one.
    """
    sentences = sentence_spans(_MARKER.sub(lambda marker: " " * len(marker[0]), text))
    pending: Span | None = None
    has_words = False
    for span, is_sentence in _in_order(sentences, text):
        if pending is not None and _LINE_BREAK.search(text, pending.end, span.start):
            yield pending
            pending = None
        if pending is None:
            pending, has_words = span, is_sentence
        elif is_sentence and has_words:
            yield pending
            pending = span
        else:
            pending, has_words = Span(start=pending.start, end=span.end), has_words or is_sentence
    if pending is not None:
        yield pending


def _in_order(sentences: Sequence[Span], text: str) -> Iterator[tuple[Span, bool]]:
    """The sentences, and the markers outside of them, as they follow each other; True for a sentence."""
    remaining = deque(sentences)
    for match in _MARKER.finditer(text):
        while remaining and remaining[0].end <= match.start():
            yield remaining.popleft(), True
        if not remaining or match.end() <= remaining[0].start:
            yield Span(start=match.start(), end=match.end()), False
    for span in remaining:
        yield span, True


def _resolve(written: str, by_number: Mapping[int, Evidence]) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    named: dict[int, Evidence] = {}
    invalid: list[str] = []
    for match in _MARKER.finditer(written):
        numbers = _numbers(match[1])
        known = [number for number in numbers if number in by_number]
        named.update((number, by_number[number]) for number in known)
        if not numbers or known != numbers:
            invalid.append(match[0])
    return tuple(named.values()), tuple(invalid)


def _numbers(inside: str) -> list[int]:
    """The numbers of a marker: `1`, `1, 2` or `1-3`; none when a range makes no sense.

    >>> _numbers("1, 3-5"), _numbers("5-3")
    ([1, 3, 4, 5], [])
    """
    numbers: list[int] = []
    for part in re.split(r"[,;]", inside):
        ends = [int(end[:9]) for end in re.split(r"[–-]", part)]
        if len(ends) > 2 or ends[-1] - ends[0] not in range(_MOST_IN_A_RANGE):
            return []
        numbers += range(ends[0], ends[-1] + 1)
    return numbers


def _without_markers(written: str) -> str:
    """The words, with one blank between them.

    >>> _without_markers("It was [1], they  said [2] [3] .")
    'It was, they said.'
    """
    once = " ".join(written.split())
    return _MARKERS.sub(lambda found: "" if once[found.end() : found.end() + 1] in _STOPS else " ", once).strip()


class DraftReader:
    """Takes the pieces of one draft and gives its claims, each once, in order.

    A claim is finished when the next one has begun: until then a marker, or the rest of an abbreviation, may follow.
    The claims are those that `claims_of_draft` finds in the whole text.

    max_characters: what is read of the draft; a claim that is not finished by then is none. None for all of it.

    >>> reader = DraftReader((), generator_id="g", prompt_id="")
    >>> [claim.text for claim in reader.read("It rained. It")]
    ['It rained.']
    >>> [claim.text for claim in reader.finish()]
    ['It']
    """

    def __init__(
        self, evidence: Sequence[Evidence], *, generator_id: str, prompt_id: str, max_characters: int | None = None
    ) -> None:
        self._evidence = evidence
        self._generator_id = generator_id
        self._prompt_id = prompt_id
        self._max_characters = max_characters
        self._n_given = 0
        self.is_cut = False
        self.text = ""

    def read(self, piece: str) -> list[CitedClaim]:
        """The claims that this piece of the draft finishes."""
        room = len(piece) if self._max_characters is None else self._max_characters - len(self.text)
        self.is_cut = self.is_cut or len(piece) > room
        self.text += piece[:room]
        open_bracket = max(self.text.rfind("["), self.text.rfind("【"))
        is_in_marker = open_bracket > max(self.text.rfind("]"), self.text.rfind("】"))
        claims = self._claims(self.text[:open_bracket] if is_in_marker else self.text)
        last_start = claims[-1].span.start if claims else 0
        return self._new([claim for claim in claims if claim.span.start < last_start])

    def finish(self) -> list[CitedClaim]:
        """The claims that are left when the draft has ended."""
        return self._new(self._claims(self.text))

    def _claims(self, text: str) -> list[CitedClaim]:
        return claims_of_draft(
            Draft(text=text, generator_id=self._generator_id, prompt_id=self._prompt_id), self._evidence
        )

    def _new(self, claims: list[CitedClaim]) -> list[CitedClaim]:
        new = claims[self._n_given :]
        self._n_given = max(self._n_given, len(claims))
        return new


Around: TypeAlias = Callable[[Evidence], Surroundings]


class CheckedClaim(NamedTuple):
    """A claim with the verdict on it; when that is supported, the claim names exactly the evidence that it needs."""

    claim: CitedClaim
    verdict: Verdict

    @property
    def is_supported(self) -> bool:
        """Whether the claim may be shown."""
        return self.verdict.label is VerdictLabel.SUPPORTED and bool(self.claim.evidence)


def _unknown(_: Evidence) -> Surroundings:
    return Surroundings()


def check_claim(
    cited: CitedClaim, evidence: Sequence[Evidence], verifier: Verifier, *, around: Around = _unknown
) -> CheckedClaim:
    """The claim with its verdict, attached to another sentence of `evidence` where what it cites is not enough.

    around: what stands around a sentence in its document, which may take it back.
    """
    (verdict,) = verifier.verify([_pair(cited.text, cited.evidence, around)])
    checked = CheckedClaim(cited, verdict)
    if checked.is_supported:
        return _with_what_it_needs(checked, verifier, around)
    if not cited.text:
        return checked
    return _attached(cited, evidence, verifier, around) or checked


def _with_what_it_needs(checked: CheckedClaim, verifier: Verifier, around: Around) -> CheckedClaim:
    """Without the citations that the claim is supported without, later ones first."""
    claim, verdict = checked
    for sentence in reversed(claim.evidence):
        fewer = tuple(each for each in claim.evidence if each is not sentence)
        if not fewer:
            break
        (without,) = verifier.verify([_pair(claim.text, fewer, around)])
        if without.label is VerdictLabel.SUPPORTED and without.score >= verdict.score:
            claim, verdict = claim._replace(evidence=fewer), without
    return CheckedClaim(claim, verdict)


def _attached(
    cited: CitedClaim, evidence: Sequence[Evidence], verifier: Verifier, around: Around
) -> CheckedClaim | None:
    """The claim with the one sentence that supports it best; None when none does."""
    others = [sentence for sentence in evidence if sentence not in cited.evidence]
    verdicts = verifier.verify([_pair(cited.text, (sentence,), around) for sentence in others])
    supporting = [
        (verdict.score, -sentence.number, sentence, verdict)
        for sentence, verdict in zip(others, verdicts, strict=True)
        if verdict.label is VerdictLabel.SUPPORTED
    ]
    if not supporting:
        return None
    _, _, sentence, verdict = max(supporting, key=lambda each: each[:2])
    reason = "attached to a sentence that says it" + (", not to the one it named" if cited.evidence else "")
    return CheckedClaim(cited._replace(evidence=(sentence,)), replace(verdict, reasons=(*verdict.reasons, reason)))


def replacements(
    cited: CitedClaim,
    question: str,
    evidence: Sequence[Evidence],
    extractive: Generator,
    *,
    is_shown: Callable[[Evidence], bool],
) -> list[Replacement]:
    """Of the sentences that a dropped claim names, those that answer, each with the one that must stand before it.

    A sentence answers when an extractive answer would quote it, and it has the kind of thing that is asked for. One
    that opens with a pronoun answers nothing without the sentence that says who or what it is about.

    is_shown: whether the answer quotes a sentence already.
    """
    reader = DraftReader(evidence, generator_id=extractive.id, prompt_id="")
    read = [claim for piece in extractive.generate(question, evidence, ()) for claim in reader.read(piece)]
    picked = [sentence for claim in (*read, *reader.finish()) for sentence in claim.evidence]
    by_number = {sentence.number: sentence for sentence in evidence}
    found: list[Replacement] = []
    for sentence in picked:
        is_answer = sentence in cited.evidence and is_of_asked_kind(question, sentence.quote)
        if not is_answer or is_shown(sentence):
            continue
        before = by_number.get(sentence.needs)
        if before is not None or not leans_back(sentence.quote):
            found.append((sentence,) if before is None or is_shown(before) else (before, sentence))
    return found


def _pair(text: str, evidence: Sequence[Evidence], around: Around) -> ClaimWithEvidence:
    return ClaimWithEvidence(
        evidence=tuple(sentence.quote for sentence in evidence),
        claim=text,
        speakers=tuple(sentence.speaker for sentence in evidence),
        surroundings=tuple(around(sentence) for sentence in evidence),
    )
