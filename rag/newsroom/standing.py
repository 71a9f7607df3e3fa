"""What supports a standing question now, laid beside what supported it before.

A sentence that only lost its rank is no change: what was quoted counts as gone when its source does not say it any
more, and what is quoted now as new when its document came since. Else every document that is added would be news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.newsroom.alignment import align
from rag.types import ChangeKind, SupportChange, SupportingSentence

__all__ = ["support_changes"]


def support_changes(
    before: Sequence[SupportingSentence],
    after: Sequence[SupportingSentence],
    *,
    is_said: Callable[[SupportingSentence], bool],
    is_new: Callable[[SupportingSentence], bool],
) -> tuple[SupportChange, ...]:
    """What is new, gone or changed; a sentence that stands elsewhere now is none of these.

    is_said: whether the source of an earlier sentence still says it. is_new: whether a sentence came since.
    """
    quotes_before, quotes_after = {each.quote for each in before}, {each.quote for each in after}
    left = [each for each in before if each.quote not in quotes_after and not is_said(each)]
    came = [each for each in after if each.quote not in quotes_before and (is_new(each) or not before)]
    return tuple(_changes(left, came))


def _changes(left: Sequence[SupportingSentence], came: Sequence[SupportingSentence]) -> Iterator[SupportChange]:
    for source in sorted({each.source for each in (*left, *came)}):
        mine = [each for each in left if each.source == source]
        theirs = [each for each in came if each.source == source]
        for match in align([each.quote for each in mine], [each.quote for each in theirs]):
            if match.old and match.new:
                yield SupportChange(kind=ChangeKind.CHANGED, before=mine[match.old[0]], after=theirs[match.new[0]])
            for i in match.old[1:] if match.new else match.old:
                yield SupportChange(kind=ChangeKind.GONE, before=mine[i], after=None)
            for j in match.new[1:] if match.old else match.new:
                yield SupportChange(kind=ChangeKind.NEW, before=None, after=theirs[j])
