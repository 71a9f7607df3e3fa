"""Who said what: quotations and reported speech in documents, and what a store answers when it is asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.types.documents import Span

__all__ = ["FoundQuote", "QuotesReport", "SourceKind", "SpeakerCount", "SpeakerQuotes", "Speech", "Stance", "Utterance"]


class Speech(StrEnum):
    """How somebody's words are given: in quotation marks, told with some words in marks, or told."""

    DIRECT = "direct"
    PARTIAL = "partial"
    REPORTED = "reported"


class Stance(StrEnum):
    """How the speaker stands to what is said, by its cue."""

    SAID = "said"
    ADMITTED = "admitted"
    ALLEGED = "alleged"
    ASKED = "asked"
    CRITICISED = "criticised"
    DEMANDED = "demanded"
    DENIED = "denied"
    PRAISED = "praised"
    PREDICTED = "predicted"
    PROMISED = "promised"
    THOUGHT = "thought"
    WARNED = "warned"


class SourceKind(StrEnum):
    """Who speaks: somebody with a name, somebody described only ("a senior official"), or nobody knows who."""

    NAMED = "named"
    UNNAMED = "unnamed"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What somebody says in a document: verbatim spans of it, with the words that say so.

    spans: in reading order, at least one: where the words stand, quotation marks included; the words of “A,” he said,
        “B.” are two.
    quoted: those of the words that stand inside quotation marks, without the marks.
    cue: the words that say that it is said; None for a quotation that only goes on, or that nobody introduces.
    source: who is named beside the cue, as written: a name, a title, "he"; None where `cue` is None.
    speaker: the fullest name by which the document calls who speaks, or the description where it names nobody; empty
        when it is not known who it is.
    """

    spans: tuple[Span, ...]
    quoted: tuple[Span, ...]
    speech: Speech
    stance: Stance
    cue: Span | None
    source: Span | None
    speaker: str
    source_kind: SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuote:
    """An utterance in a document of a store.

    source: of the document; published: as it says itself (ISO 8601), empty when it does not say.
    line: where it begins, counted from 1.
    texts: the words, verbatim, one text for each of the utterance's spans.
    cue: the words of the cue; named: those that stand for the speaker beside it. Empty without.
    """

    document_id: str
    source: str
    title: str
    published: str
    line: int
    texts: tuple[str, ...]
    cue: str
    named: str
    utterance: Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerQuotes:
    """What one speaker said, newest document first, then in reading order.

    names: all by which the documents call the speaker, the fullest first.
    """

    speaker: str
    names: tuple[str, ...]
    quotes: tuple[FoundQuote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesReport:
    """The quotations of everybody whom the asked name fits, by speaker, most quotations first.

    names: all names in the store that the asked one fits, also of those who said nothing of what was asked for.
    nearest: when nobody fits: the speakers whose names are most like it.
    """

    asked: str
    speakers: tuple[SpeakerQuotes, ...]
    names: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether the asked name fits several people."""
        return len(self.speakers) > 1

    @property
    def n_quotes(self) -> int:
        """How many quotations there are of all of them."""
        return sum(len(speaker.quotes) for speaker in self.speakers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerCount:
    """Somebody who speaks in the documents, with the number of quotations and of documents that have one.

    speaker: empty for what nobody is known to have said.
    """

    speaker: str
    names: tuple[str, ...]
    kind: SourceKind
    n_quotes: int
    n_documents: int
