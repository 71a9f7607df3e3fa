"""What is answered: evidence, claims, verdicts, answers, and the events on the way."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from rag.errors import SettingsError
from rag.types.documents import PlaceOnPage, Span, page_in_words
from rag.types.elsewhere import SaidElsewhere

__all__ = [
    "SURE_RECOGNITION",
    "Answer",
    "AnswerStatus",
    "Assertion",
    "Citation",
    "Claim",
    "ClaimVerified",
    "Done",
    "Draft",
    "Event",
    "EventStream",
    "Evidence",
    "Rating",
    "RecordedAnswer",
    "Retrieved",
    "Step",
    "Tokens",
    "Trace",
    "Turn",
    "Verdict",
    "VerdictLabel",
    "VerifiedClaim",
]

SURE_RECOGNITION = 0.8
"""A quote is called doubtful whose least certain word was recognised with less confidence."""

_LIKE_A_MARKER = re.compile(r"[\[【]([ \t]*\d[\d \t,;–-]*)[\]】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence offered to the generator; `quote` is always the slice of the document at `span`.

    number: position in the ranking, from 1; the `[n]` of a draft refers to it.
    score: how well the sentence fits the question, 0 (not at all) to 1 (best).
    published: when the document was published, as it says itself (ISO 8601); empty when it does not say.
    speaker: who says what is quoted in the sentence, as the document names them; empty when nobody is quoted.
    needs: number of the evidence without which the sentence cannot be understood ("He added …"); 0 for none.
    also_in: sources of other documents that are copies of this one and hold the sentence too.
    """

    number: int
    document_id: str
    source: str
    title: str
    span: Span
    quote: str
    score: float
    published: str = ""
    speaker: str = ""
    needs: int = 0
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a generator wrote, before any check. A draft is not an answer and is never shown as one."""

    text: str
    generator_id: str
    prompt_id: str


class Assertion(StrEnum):
    """As what a document says a sentence, as far as its English and what stands beside it tell."""

    STATED = "stated"
    REPORTED = "reported"
    """Somebody says it."""
    ALLEGED = "alleged"
    """Somebody only thinks, fears or accuses so, or it is called a rumour."""
    DENIED = "denied"
    PLANNED = "planned"
    POSSIBLE = "possible"
    CONDITIONAL = "conditional"
    FICTIONAL = "fictional"
    JOKING = "joking"
    WITHDRAWN = "withdrawn"
    """The document takes it back, there or in the sentence beside it."""
    ASKED = "asked"

    @property
    def in_words(self) -> str:
        """What a person is told of it; empty for what is plainly stated."""
        return "" if self is Assertion.STATED else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The place that proves a claim. `quote` is always the slice of the document at `span`.

    number: from 1, one number per distinct span of an answer, in the order of first use.
    line: line of `Document.text` on which the span starts, from 1.
    page: page on which the span starts, from 1; 0 when the format has no pages.
    page_label: what is printed on that page ("iv", "A-3"), where the file says so and it is not its number.
    published: when the document was published, as it says itself (ISO 8601); empty when it does not say.
    also_in: sources of other documents that are copies of this one and hold the sentence too.
    url: where the place is shown on the web, http or https; empty when its document has no address there.
    places: the lines on which the quote stands, where it was recognised in a picture of its page (OCR); else none.
    confidence: how sure the recognition was of the least certain word on these lines, 0 to 1; 1 where there are none.
    assertion: as what the document says the sentence, where that can be told.
    speaker: who says what is quoted or reported in it, as the document names them; empty for nobody, and nobody known.
    said_elsewhere: places in other documents, copies apart, that say the same, of those found for the question.
    """

    number: int
    document_id: str
    source: str
    title: str
    span: Span
    quote: str
    line: int
    page: int = 0
    page_label: str = ""
    published: str = ""
    also_in: tuple[str, ...] = ()
    url: str = ""
    places: tuple[PlaceOnPage, ...] = ()
    confidence: float = 1.0
    assertion: Assertion = Assertion.STATED
    speaker: str = ""
    said_elsewhere: tuple[SaidElsewhere, ...] = ()

    @property
    def n_sources(self) -> int:
        """How many documents say it, this one and all copies included."""
        others = {source for each in self.said_elsewhere for source in (each.source, *each.also_in)}
        return len({self.source, *self.also_in} | others)

    @property
    def n_independent(self) -> int:
        """How many of them know it by themselves, this one included: one of each origin."""
        return len({1} | {each.origin for each in self.said_elsewhere})

    @property
    def corroboration_in_words(self) -> str:
        """Such as "3 sources, 2 independent"; empty where no other document is known to say it by itself."""
        return f"{self.n_sources} sources, {self.n_independent} independent" if self.said_elsewhere else ""

    @property
    def recognition_in_words(self) -> str:
        """That the quote was recognised, and where on its page, with a warning where that is doubtful; else empty."""
        if not self.places:
            return ""
        place = f"recognised (OCR) {round(100 * self.places[0].top)} % down the page"
        if self.confidence >= SURE_RECOGNITION:
            return place
        return f"{place}, with doubt ({round(100 * self.confidence)} %): compare it with the page"

    @property
    def page_in_words(self) -> str:
        """Such as "page 4", or "page iv (4 in the file)"; empty when the format has no pages."""
        return page_in_words(self.page, self.page_label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of a draft with the places that it cites.

    text: the statement without its markers.
    span: where it stands in `Draft.text`.
    invalid_markers: markers that name no evidence, kept as written.
    """

    text: str
    span: Span
    citations: tuple[Citation, ...]
    invalid_markers: tuple[str, ...] = ()

    @property
    def marked_text(self) -> str:
        """The statement, then the markers of its citations, which are the only ones: "[12]" of a source is "(12)".

        >>> Claim(text="It opened in 1932.[12]", span=Span(start=0, end=22), citations=()).marked_text
        'It opened in 1932.(12)'
        """
        text = _LIKE_A_MARKER.sub(r"(\1)", self.text)
        return " ".join([text, *(f"[{citation.number}]" for citation in self.citations)])


class VerdictLabel(StrEnum):
    """What the cited evidence says about a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verifier's judgement of one claim; `score` is its probability of support, 0 to 1.

    lacking: words of the claim that have no support. against: words of the evidence that say otherwise. Both as they
    are written there, in order of weight; none where the claim is supported, or refused as a whole.
    """

    label: VerdictLabel
    score: float
    verifier_id: str
    reasons: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedClaim:
    """A claim together with the verdict on it."""

    claim: Claim
    verdict: Verdict


class AnswerStatus(StrEnum):
    """How far the documents answer the question.

    Partial: part of what was drafted is not supported, or of several questions in one some are not answered.
    """

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"


class Tokens(NamedTuple):
    """How many tokens language models read and wrote."""

    read: int
    written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How an answer came about.

    standalone_question: what was searched for, which differs from the question when that leans on earlier turns.
    searched: the filter of the documents that were searched; empty for all of them.
    timings_ms: milliseconds by stage, in the order in which the stages ran, with `total` last.
    answerability: estimated probability that the documents answer the question, 0 to 1.
    draft: what the generator wrote, unchecked; empty when nothing was generated.
    dropped: claims of the draft that were left out, with the verdicts that excluded them.
    notice: what a person should know about how the answer was made, such as that the language model failed; empty
        when all went as the settings say.
    tokens: what it took of language models; None where one was asked that did not say.
    """

    generator_id: str
    prompt_id: str
    settings_fingerprint: str
    standalone_question: str
    timings_ms: Mapping[str, float]
    answerability: float
    draft: str = ""
    dropped: tuple[VerifiedClaim, ...] = ()
    notice: str = ""
    searched: str = ""
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person gets to see: only verified claims, each with the places that prove it.

    id: 32 hexadecimal digits, given anew to every answer.
    text: the claims with `[n]` markers, or the sentence that says that the documents do not answer, or that asks back
        what a question means which does not say it.
    citations: every place cited in `text`, by number; empty when the status is abstained.
    evidence: the sentences that were considered, best first; the nearest ones when the status is abstained.
    stale: numbers of citations whose sentence has changed since, or is gone: of an answer that is opened later.
    refreshes: id of the older answer to the same question that was asked again; empty when it was not.
    """

    id: str
    question: str
    status: AnswerStatus
    text: str
    claims: tuple[VerifiedClaim, ...]
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    trace: Trace
    stale: tuple[int, ...] = ()
    refreshes: str = ""

    @property
    def standalone_question(self) -> str:
        """What was searched for; see `Trace`, which has this and the rest of what the answer's JSON holds."""
        return self.trace.standalone_question

    @property
    def searched(self) -> str:
        """The filter of the documents that were searched; empty for all of them."""
        return self.trace.searched

    @property
    def generator(self) -> str:
        """What wrote the draft."""
        return self.trace.generator_id

    @property
    def prompt(self) -> str:
        """Name and hash of its prompt; empty when there is none."""
        return self.trace.prompt_id

    @property
    def notice(self) -> str:
        """What a person should know about how the answer was made; empty when all went as the settings say."""
        return self.trace.notice

    @property
    def tokens(self) -> Tokens | None:
        """What it took of language models; None where one was asked that did not say."""
        return self.trace.tokens

    @property
    def answerability(self) -> float:
        """Estimated probability that the documents answer the question, 0 to 1."""
        return self.trace.answerability

    @property
    def timings_ms(self) -> Mapping[str, float]:
        """Milliseconds by stage, with `total` last."""
        return self.trace.timings_ms


class Rating(StrEnum):
    """What a person thinks of an answer."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not-helpful"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """What is known of a recorded answer without opening it.

    asked_at: in UTC, to the second, such as "2026-11-29T06:25:00+00:00".
    stale: as in `Answer`. refreshes: id of the answer that this one was asked again for; refreshed_as: id of the one
        that was given, last, when this one was asked again. Both empty where that was not so.
    """

    id: str
    asked_at: str
    question: str
    rating: Rating
    stale: tuple[int, ...] = ()
    refreshes: str = ""
    refreshed_as: str = ""

    @property
    def is_stale(self) -> bool:
        """Whether a sentence that it cites has changed or is gone, and it was not asked again since."""
        return bool(self.stale) and not self.refreshed_as


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Event: the evidence is known, and nothing has been written yet.

    question: what was searched for: the question, made to stand alone. When a language model understands a follow-up
        question better than the rules did, the event comes a second time, and what it holds replaces the first.
    """

    question: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVerified:
    """Event: a claim has passed its check and belongs to the answer."""

    claim: VerifiedClaim


class Step(StrEnum):
    """What is being done for an answer, between its events."""

    SEARCHING = "searching"
    UNDERSTANDING = "understanding"
    """A language model makes a question of a conversation stand alone."""
    WRITING = "writing"
    CHECKING = "checking"
    """A claim is held against what it cites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Event: the answer is complete."""

    answer: Answer


Event: TypeAlias = Retrieved | ClaimVerified | Done
"""What happens while a question is answered, in this order."""

EventStream: TypeAlias = Generator[Event, None, None]
"""Events as they happen; closing it ends the request to a language model behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier exchange of a conversation; it helps to understand a question and is never evidence."""

    question: str
    answer: str

    def __post_init__(self) -> None:
        for name, value in (("question", self.question), ("answer", self.answer)):
            if isinstance(value, Answer):
                raise SettingsError(f"cannot use an Answer as the {name} of a turn: it is text - give answer.text")
            if not isinstance(value, str):
                raise SettingsError(f"cannot use {value!r} as the {name} of a turn: it is text - write what was said")
