"""What changed between two versions of a document, sentence by sentence, and which recorded answers cite that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rag.types.documents import Span

__all__ = [
    "Aspect",
    "ChangeKind",
    "DocumentEdit",
    "DocumentVersion",
    "SentenceChange",
    "StaleAnswer",
    "VersionDiff",
    "VersionSentence",
    "WordChange",
]


class ChangeKind(StrEnum):
    """What became of a sentence."""

    KEPT = "kept"
    MOVED = "moved"
    """Word for word, in another place."""
    CHANGED = "changed"
    SPLIT = "split"
    """One sentence became several."""
    JOINED = "joined"
    """Several sentences became one."""
    NEW = "new"
    GONE = "gone"


class Aspect(StrEnum):
    """What differs in a sentence that changed, the weightiest first."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    WORDING = "wording"
    FORM = "form"
    """Marks, blanks or capitals alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSentence:
    """A sentence of one version. ordinal: from 0, in reading order. text: the slice of that version at `span`."""

    ordinal: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChange:
    """A stretch of a changed sentence that differs; in the place of `old` stands what is at `new`.

    old, new: in the text of the older and the newer version; empty where nothing stood there, or stands any more.
    """

    old: Span
    new: Span
    before: str
    after: str
    aspect: Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """What became of a sentence, or of several that were joined.

    old, new: the sentences of either version, in reading order; none of the older one for a new sentence, none of the
        newer one for one that is gone; several where one was split, or several were joined.
    words: where they differ, in reading order; none but for those changed, split or joined.
    aspects: what differs in it, the weightiest first.
    is_moved: it stands in another place as well.
    """

    kind: ChangeKind
    old: tuple[VersionSentence, ...]
    new: tuple[VersionSentence, ...]
    words: tuple[WordChange, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    is_moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVersion:
    """A version of a source.

    number: from 1, the oldest that is kept first. added_at: when it came into the store, ISO 8601 in UTC.
    superseded_at: when another version took its place, or its file was gone; empty for the one that is searched.
    """

    number: int
    document_id: str
    source: str
    title: str
    added_at: str
    superseded_at: str = ""
    published: str = ""

    @property
    def is_current(self) -> bool:
        """Whether it is the one that is searched."""
        return not self.superseded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleAnswer:
    """A recorded answer that cites what has changed, or is gone.

    citations: numbers of those citations. refreshed_as: id of the answer that was given when it was asked again; empty
        when it was not.
    """

    id: str
    asked_at: str
    question: str
    citations: tuple[int, ...]
    refreshed_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Two versions of a document, sentence by sentence.

    versions: all that are kept of the source, the oldest first.
    sentences: what became of every sentence, kept ones too, in the order of the newer version; what is gone stands
        behind what stood before it. Every sentence of either version is in exactly one of them.
    answers: recorded answers that cite a sentence of the older version that is not in the newer one as it was.
    """

    old: DocumentVersion
    new: DocumentVersion
    versions: tuple[DocumentVersion, ...]
    sentences: tuple[SentenceChange, ...]
    answers: tuple[StaleAnswer, ...] = ()

    @property
    def changes(self) -> tuple[SentenceChange, ...]:
        """All but the sentences that were kept."""
        return tuple(change for change in self.sentences if change.kind is not ChangeKind.KEPT)

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """How many there are of each kind."""
        found = Counter(change.kind for change in self.sentences)
        return {kind: found[kind] for kind in ChangeKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEdit:
    """How much of a document changed when its newer version was added; `diff` says what.

    old_id, new_id: of the two versions. is_announced: a sentence that came with it says that the text was corrected
        or updated. n_numbers: how many of the changed sentences differ in a number. n_stale: recorded answers that
        cite what changed.
    """

    source: str
    old_id: str
    new_id: str
    n_changed: int
    n_moved: int
    n_new: int
    n_gone: int
    n_numbers: int = 0
    n_stale: int = 0
    is_announced: bool = False
