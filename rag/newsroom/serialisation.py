"""What a newsroom asks for, as plain values for JSON; positions are code points, the end excluded."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.types import SentenceChange, VersionDiff, VersionSentence, WordChange

__all__ = ["diff_to_dict"]


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
