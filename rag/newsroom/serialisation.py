"""What a newsroom asks for, as plain values for JSON; positions are code points, the end excluded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.types import SentenceChange, Timeline, TimelineRow, VersionDiff, VersionSentence, WordChange

__all__ = ["diff_to_dict", "timeline_to_dict"]


def diff_to_dict(diff: VersionDiff) -> dict[str, Any]:
    """Two versions and their changes; of what was kept only how much it is."""
    return {
        "source": diff.new.source,
        "old": asdict(diff.old),
        "new": asdict(diff.new),
        "versions": [asdict(version) for version in diff.versions],
        "counts": {kind.value: n for kind, n in diff.counts.items()},
        "changes": [_change(change) for change in diff.changes],
        "answers": [asdict(answer) for answer in diff.answers],
    }


def _change(change: SentenceChange) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "is_moved": change.is_moved,
        "aspects": [aspect.value for aspect in change.aspects],
        "old": [_sentence(sentence) for sentence in change.old],
        "new": [_sentence(sentence) for sentence in change.new],
        "words": [_word(word) for word in change.words],
    }


def _sentence(sentence: VersionSentence) -> dict[str, Any]:
    return {
        "ordinal": sentence.ordinal,
        "start": sentence.span.start,
        "end": sentence.span.end,
        "text": sentence.text,
    }


def _word(word: WordChange) -> dict[str, Any]:
    return {
        "aspect": word.aspect.value,
        "before": word.before,
        "after": word.after,
        "old_start": word.old.start,
        "old_end": word.old.end,
        "new_start": word.new.start,
        "new_end": word.new.end,
    }


def timeline_to_dict(timeline: Timeline) -> dict[str, Any]:
    """The rows in their order, and the pairs of them that say different numbers."""
    return {
        "subject": timeline.subject,
        "searched": timeline.searched,
        "rows": [_row(row) for row in timeline.rows],
        "conflicts": [{"rows": list(conflict.rows), "reason": conflict.reason} for conflict in timeline.conflicts],
        "n_undated": timeline.n_undated,
        "n_outside": timeline.n_outside,
    }


def _row(row: TimelineRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "date": row.date,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "origin": row.origin.value,
        "words": row.words,
        "quote": row.quote,
        "document_id": row.document_id,
        "source": row.source,
        "title": row.title,
        "start": row.span.start,
        "end": row.span.end,
        "score": round(row.score, 4),
        "published": row.published,
        "speaker": row.speaker,
        "also_in": list(row.also_in),
        "assertion": row.assertion.value,
        "conflicts": list(row.conflicts),
    }
