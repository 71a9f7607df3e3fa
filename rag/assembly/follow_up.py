"""What an assistant does after the documents changed: what changed, and which answers cite that."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.answering.serialisation import from_json
from rag.assembly.arguments import checking_arguments
from rag.assembly.standing import StandingQuestions
from rag.errors import NotFoundError, RagError, SettingsError, StoreError
from rag.newsroom.changes import changes_between, is_announcement, sentences_in
from rag.newsroom.dates import is_period
from rag.newsroom.staleness import Staleness
from rag.newsroom.timeline import MOST_SENTENCES, about, timeline_of
from rag.storage.filters import scope_again
from rag.types import (
    AddReport,
    Answer,
    Aspect,
    ChangeKind,
    DocumentEdit,
    DocumentVersion,
    Done,
    Timeline,
    VersionDiff,
)

__all__ = ["FollowUp"]

_LOST = frozenset({ChangeKind.CHANGED, ChangeKind.SPLIT, ChangeKind.JOINED, ChangeKind.GONE})
"""What became of a sentence that is not in the newer version as it was."""
_MOST_COMPARED = 1_000
"""Documents whose edits are counted after one run."""
_LEAST_OF_AN_ID = 4


class FollowUp(StandingQuestions):
    """The part of the newsroom's desk that looks back; `Assistant` is one."""

    def _record(self, answer: Answer) -> None:
        raise NotImplementedError

    @checking_arguments
    def versions(self, source: str | Path) -> tuple[DocumentVersion, ...]:
        """All versions that are kept of a document, by id, source or path; the oldest first.

        Raises:
            NotFoundError: there is no such document. SettingsError: several are meant.
        """
        return tuple(self._library.versions(source))

    @checking_arguments
    def diff(self, source: str | Path, *, older: str = "", newer: str = "") -> VersionDiff:
        """Two versions of a document, sentence by sentence: the newest that is kept and the one before it.

        source: id, source or path; with the id of an older version that one is compared with the newest.
        older, newer: which versions instead: their numbers in `versions`, "1" the oldest; ids, or how these begin;
            or days such as "2025-03-01", for the version that was the newest at the end of that day.

        Raises:
            NotFoundError: there is no such document or version, or only one that is kept.
            SettingsError: several documents are meant, or both versions are the same.
        """
        versions = self._library.versions(source)
        name = versions[0].source
        if len(versions) < 2:
            raise NotFoundError(
                f"cannot compare versions of {name!r}: the store keeps one, added {versions[0].added_at} - it changed "
                "never, or `rag prune` deleted the older ones"
            )
        new = _chosen(versions, newer) if newer else versions[-1]
        named = next((each for each in versions[:-1] if each.document_id == str(source)), None)
        before = versions[max(0, new.number - 2)]
        old = _chosen(versions, older) if older else named or before
        if old == new:
            raise SettingsError(f"cannot compare version {old.number} of {name!r} with itself - choose another")
        return self._diff(versions, old, new)

    def _diff(self, versions: Sequence[DocumentVersion], old: DocumentVersion, new: DocumentVersion) -> VersionDiff:
        store = self._library.store
        sentences = changes_between(
            sentences_in(store.documents.get(old.document_id)), sentences_in(store.documents.get(new.document_id))
        )
        gone = [sentence.span for change in sentences if change.kind in _LOST for sentence in change.old]
        answers = Staleness(store).citing(old.document_id, gone)
        return VersionDiff(old=old, new=new, versions=tuple(versions), sentences=sentences, answers=answers)

    def last_edits(self) -> tuple[DocumentEdit, ...]:
        """How much of each document changed when the store last took in a change, numbers first; `diff` says what."""
        return self._edits(self._library.store.versions.last_edits().pairs)

    def last_edited_at(self) -> str:
        """When the store last took in a change of a document that it had, ISO 8601 in UTC; empty when it never did."""
        return self._library.store.versions.last_edits().made_at

    @checking_arguments
    def refresh_answer(self, answer_id: str) -> Answer:
        """Ask the question of a recorded answer again, and record what is answered now; the older answer stays.

        It is asked as it was understood, of the documents that were searched then, with the settings of now.

        Raises:
            NotFoundError: it was not recorded, or a document that it quotes was removed since.
        """
        recorded = self._library.store.answers.get(answer_id)
        if recorded is None:
            raise NotFoundError(f"no answer has the id {answer_id!r}: it was not recorded, or a source was removed")
        old = from_json(recorded.answer)
        scope = scope_again(old.searched)
        answering = self._answerer.answering.stream(
            old.standalone_question, (), where=scope.filter, searched=scope.text
        )
        with closing(answering) as events:
            new = next(event.answer for event in events if isinstance(event, Done))
        new = replace(new, refreshes=old.id)
        self._record(new)
        return new

    def refresh_answers(self) -> tuple[Answer, ...]:
        """Ask every recorded answer that is stale again, and record what is answered now; the oldest first."""
        stale = [each.id for each in Staleness(self._library.store).answers() if each.is_stale]
        return tuple(self.refresh_answer(answer_id) for answer_id in reversed(stale))

    @checking_arguments
    def timeline(
        self, subject: str, *, since: str = "", until: str = "", where: str = "", sources: Sequence[str] = ()
    ) -> Timeline:
        """The sentences about a subject in the order of their dates, and where two say different numbers of one thing.

        A date is that which the sentence names, as it is written or as a day of the week, or else that of its document.
        Of the sentences that retrieval ranks first those are kept that are about the subject, see `newsroom.timeline`.

        since, until: only rows that may be of these days, months or years, both included, such as "2025-03".
        where, sources: which documents, see `stream`.

        Raises:
            SettingsError: `since` or `until` is none of these, or they leave nothing between them.
            FilterError: `where` cannot be read. QuestionError: the subject is empty or too long.
        """
        for name, value in (("since", since), ("until", until)):
            if value and not is_period(value):
                raise SettingsError(
                    f"cannot use {name} = {value!r}: it is no day, month or year - write one such as 2025-03-01 or 2025"
                )
        if since and until and until < since[: len(until)]:
            raise SettingsError(f"nothing lies between {since!r} and {until!r} - exchange since and until")
        scope = self._scope(where, sources)
        found = self._answerer.surveying.retrieve(subject, MOST_SENTENCES, where=scope.filter)
        return timeline_of(
            subject,
            about(subject, found),
            document_of=self._library.document,
            since=since,
            until=until,
            searched=scope.text,
        )

    def _followed(self, report: AddReport) -> AddReport:
        """The report of a run with what it changed in documents; noted, so that it can be asked for later."""
        if not (report.added or report.superseded or report.removed):
            return report
        return self._with_questions(self._with_edits(report))

    def _with_edits(self, report: AddReport) -> AddReport:
        store = self._library.store
        pairs = [*report.replaced]
        for source in report.removed:
            versions = store.versions.of(source)
            if versions and not versions[-1].is_current:
                pairs.append((versions[-1].document_id, ""))
        if not pairs:
            return report
        try:
            store.versions.note_edits(pairs)
            return replace(report, edits=self._edits(pairs))
        except StoreError as error:  # the documents are in the store; what changed in them can be asked for later
            return replace(report, notices=(*report.notices, f"What changed was not noted: {error}."))

    def _with_questions(self, report: AddReport) -> AddReport:
        try:
            return replace(report, questions=self.check_standing_questions())
        except RagError as error:
            return replace(report, notices=(*report.notices, f"Standing questions were not asked: {error}."))

    def _edits(self, pairs: Sequence[tuple[str, str]]) -> tuple[DocumentEdit, ...]:
        edits = [edit for pair in pairs[:_MOST_COMPARED] if (edit := self._edit(*pair)) is not None]
        edits.sort(key=lambda edit: (-edit.n_numbers, -edit.n_gone - edit.n_changed, edit.source))
        return tuple(edits)

    def _edit(self, old_id: str, new_id: str) -> DocumentEdit | None:
        """None where no sentence changed, or where a version is damaged or was removed meanwhile."""
        store = self._library.store
        old, new = store.documents.find(old_id), store.documents.find(new_id) if new_id else None
        if old is None or (new_id and new is None):
            return None
        changes = changes_between(sentences_in(old), sentences_in(new) if new else [])
        if all(change.kind is ChangeKind.KEPT for change in changes):
            return None
        n_of = {kind: sum(change.kind is kind for change in changes) for kind in ChangeKind}
        gone = [sentence.span for change in changes if change.kind in _LOST for sentence in change.old]
        return DocumentEdit(
            source=old.source,
            old_id=old_id,
            new_id=new_id,
            n_changed=n_of[ChangeKind.CHANGED] + n_of[ChangeKind.SPLIT] + n_of[ChangeKind.JOINED],
            n_moved=n_of[ChangeKind.MOVED],
            n_new=n_of[ChangeKind.NEW],
            n_gone=n_of[ChangeKind.GONE],
            n_numbers=sum(Aspect.NUMBER in change.aspects for change in changes),
            n_stale=len(Staleness(store).citing(old_id, gone)),
            is_announced=any(
                is_announcement(sentence.text)
                for change in changes
                if change.kind in (ChangeKind.NEW, ChangeKind.CHANGED)
                for sentence in change.new
            ),
        )


def _chosen(versions: Sequence[DocumentVersion], name: str) -> DocumentVersion:
    """The version of that number, of that id, or that was the newest at the end of that day.

    Raises:
        NotFoundError: there is none.
    """
    found: list[DocumentVersion] = []
    if name.isdecimal() and len(name) <= len(str(len(versions))):
        found = [each for each in versions if each.number == int(name)]
    elif (day := _day(name)) is not None:
        found = [each for each in versions if each.added_at[:10] <= day.isoformat()][-1:]
    elif len(name) >= _LEAST_OF_AN_ID:
        found = [each for each in versions if each.document_id.startswith(name)]
    if len(found) != 1:
        kept = "; ".join(f"{each.number} (added {each.added_at[:10]})" for each in versions[-_MOST_NAMED:])
        raise NotFoundError(f"no version of {versions[0].source!r} is {name!r} - choose one of {kept}")
    return found[0]


_MOST_NAMED = 12


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
