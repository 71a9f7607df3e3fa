"""The verdict on a quotation: the best place for it, and what is wrong with it there.

Words first, then who says them, then where, then what stands around them. Of many places that have the words the one is
taken that agrees with the draft; a few common words count only where speaker or sentence agree too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.attribution.names import name_words
from rag.language.saying import CUE_FORMS
from rag.language.words import content_stems
from rag.newsroom.draft.agreement import Agreement, agreement, is_of_outlet, is_outlet, outlet_in
from rag.newsroom.draft.context import turned_by
from rag.newsroom.draft.cutting import Part
from rag.newsroom.draft.differences import differences_of, is_join
from rag.newsroom.draft.laying import Laid, closest, lay_exactly, lay_on, longest_head, longest_tail
from rag.newsroom.draft.search import Found, Sources
from rag.newsroom.draft.source_text import SourceText
from rag.newsroom.draft.words import QuotedWords, read_quotation
from rag.types import DifferenceKind, DraftDifference, DraftVerdict, Span

__all__ = ["Judged", "judge_quotation"]

_SHORT = 4
"""Words up to which the place has to agree in more than the words."""
_CLOSE_FROM = ((8, 0.5), (5, 0.6), (4, 0.7), (3, 0.6), (2, 0.5))
"""Of a quotation of so many words or more, the share of them from which a place is the one that was meant."""
_N_NEAR = 8
_SPLICE_PIECE = 3
_ALL_BUT_SPLICED = 0.75
_NOT_HIS_WORDS = 3
"""Words from which quoting indirect speech as direct is more than taking over a term."""
_BY_KIND = {
    DifferenceKind.NEGATION: DraftVerdict.NEGATION_CHANGED,
    DifferenceKind.NUMBER: DraftVerdict.NUMBER_CHANGED,
    DifferenceKind.DATE: DraftVerdict.DATE_CHANGED,
    DifferenceKind.NAME: DraftVerdict.NAME_CHANGED,
}


class Judged(NamedTuple):
    """A verdict before it is put into words.

    laid: where; two of a splice; none where it is not found. turned: the source's words that turn it.
    """

    verdict: DraftVerdict
    is_wrong: bool
    spans: tuple[tuple[SourceText, Span], ...] = ()
    differences: tuple[DraftDifference, ...] = ()
    turned: str = ""
    outlet: str = ""
    reason: str = ""
    nearest: tuple[SourceText, Span] | None = None


class _Asked(NamedTuple):
    """A quotation with what the draft says of it."""

    text: str
    part: Part
    quoted: QuotedWords
    outlet: str
    context: frozenset[str]


def judge_quotation(text: str, found: Found, sources: Sources) -> Judged:
    """The verdict on one quotation of the draft `text`."""
    part = found.part
    asked = _asked(text, part, sources)
    if not len(asked.quoted):
        return Judged(DraftVerdict.UNCHECKED, False, reason="no words")
    exact = [laid for source in found.sources for laid in lay_exactly(asked.quoted, source)]
    if exact:
        best = max(exact, key=lambda laid: _agreeing(asked, laid))
        if not _is_chance(asked, best):
            return _verbatim(asked, best, sources)
    if judged := _changed(asked, found, sources):
        return judged
    if judged := _inner(asked, found, sources):
        return judged
    return _absent(asked, found)


def _asked(text: str, part: Part, sources: Sources) -> _Asked:
    quoted = read_quotation(text, part.span, sources.vocabulary)
    own = content_stems(part.span.slice(text))
    speaker = content_stems(part.speaker)
    context = frozenset(content_stems(part.sentence.slice(text))) - frozenset(own) - frozenset(speaker)
    narrative = text[part.sentence.start : part.span.start] + " “ ” " + text[part.span.end : part.sentence.end]
    return _Asked(text, part, quoted, outlet_in(narrative, part.speaker), context)


def _agreeing(asked: _Asked, laid: Laid) -> tuple[float, float]:
    """How well a place agrees with what the draft says; of equals the one that is laid closer."""
    score = {Agreement.SAME: 3.0, Agreement.OTHER: -2.0, Agreement.UNKNOWN: 0.0}[
        agreement(asked.part.speaker, laid.source, laid.span)
    ]
    if asked.outlet and is_of_outlet(asked.outlet, laid.source, laid.span):
        score += 1.5
    score += 0.5 * laid.source.is_quoted(laid.span) + 1.5 * _context_share(asked, laid)
    score -= 0.5 * bool(turned_by(laid, _before(asked)))
    return score, laid.fit + laid.share


def _context_share(asked: _Asked, laid: Laid) -> float:
    if not asked.context:
        return 0.0
    numbers = laid.source.numbers_at(laid.span)
    beside = range(max(0, numbers.start - 1), min(len(laid.source.sentences), numbers.stop + 1))
    stems = frozenset[str]().union(*(laid.source.stems(number) for number in beside))
    return len(stems & asked.context) / len(asked.context)


def _is_chance(asked: _Asked, laid: Laid) -> bool:
    """Whether so few words may stand there without being what is quoted."""
    if len(asked.quoted) > _SHORT:
        return False
    if agreement(asked.part.speaker, laid.source, laid.span) is Agreement.SAME:
        return False
    if len(asked.quoted) <= 2 and not asked.part.is_said:
        return _context_share(asked, laid) < 0.2 and not laid.source.is_quoted(laid.span)
    return _context_share(asked, laid) < 0.25 and len(content_stems(asked.part.span.slice(asked.text))) < 3


def _before(asked: _Asked) -> str:
    return asked.text[asked.part.sentence.start : max(asked.part.sentence.start, asked.part.span.start - 1)]


def _verbatim(asked: _Asked, laid: Laid, sources: Sources) -> Judged:
    """Of words that stand there: are they marked as they should be, and whose, where and in which sense?"""
    differences = differences_of(asked.quoted, laid)
    spans = ((laid.source, laid.span),)
    wrong = [each for each in differences if not each.is_harmless]
    if wrong:
        return Judged(_verdict_of(wrong), True, spans, tuple(differences))
    if _is_stretched(laid):
        return Judged(DraftVerdict.SPLICED, True, _ends(laid), tuple(differences))
    agrees = agreement(asked.part.speaker, laid.source, laid.span)
    if agrees is Agreement.OTHER:
        return Judged(DraftVerdict.OTHER_SPEAKER, True, spans, tuple(differences))
    if asked.outlet and not is_of_outlet(
        asked.outlet, laid.source, laid.span, sources.about_copies(laid.source.document.id)
    ):
        return Judged(DraftVerdict.OTHER_SOURCE, True, spans, tuple(differences), outlet=asked.outlet)
    if turned := turned_by(laid, _before(asked)):
        return Judged(DraftVerdict.CONTEXT_DROPPED, True, spans, tuple(differences), turned=turned)
    if _is_indirect(asked, laid):
        kind = DraftDifference(
            kind=DifferenceKind.NOT_QUOTED,
            is_harmless=False,
            draft_span=asked.part.span,
            source_span=laid.span,
            draft_words=asked.part.span.slice(asked.text),
            source_words=laid.span.slice(laid.source.text),
        )
        return Judged(DraftVerdict.DIFFERS, True, spans, (*differences, kind))
    marked = {DifferenceKind.ELLIPSIS, DifferenceKind.BRACKETS, DifferenceKind.SPELLING}
    is_marked = any(each.kind in marked for each in differences)
    return Judged(DraftVerdict.DIFFERS if is_marked else DraftVerdict.EXACT, False, spans, tuple(differences))


def _is_stretched(laid: Laid) -> bool:
    """Whether what is joined by an ellipsis is said by two people."""
    said = [laid.source.said_at(laid.source.words.span(run.place, run.place + run.n)) for run in laid.runs]
    names = {each.speaker for each in said if each.speaker and each.is_sure}
    return len(names) > 1


def _ends(laid: Laid) -> tuple[tuple[SourceText, Span], ...]:
    words = laid.source.words
    one, other = laid.runs[0], laid.runs[-1]
    return (
        (laid.source, words.span(one.place, one.place + one.n)),
        (laid.source, words.span(other.place, other.place + other.n)),
    )


def _is_indirect(asked: _Asked, laid: Laid) -> bool:
    """Whether the source reports it in its own words, and the draft makes it somebody's very words."""
    part = asked.part
    if not part.is_said or not part.speaker or is_outlet(part.speaker) or len(asked.quoted) < _NOT_HIS_WORDS:
        return False
    if laid.source.is_quoted(laid.span) or not laid.source.quotations:
        return False
    return bool(laid.source.said_at(laid.span).speaker) or _is_reported_beside(part.speaker, laid)


def _is_reported_beside(speaker: str, laid: Laid) -> bool:
    """Whether the source's sentence, before the words, names the speaker and has a verb of saying."""
    numbers = laid.source.numbers_at(laid.span)
    if not numbers:
        return False
    lead = name_words(laid.source.text[laid.source.sentences[numbers.start].span.start : laid.span.start])
    own = name_words(speaker)
    return bool(own) and own[-1] in lead and not CUE_FORMS.isdisjoint(lead)


def _verdict_of(wrong: Sequence[DraftDifference]) -> DraftVerdict:
    kinds = {each.kind for each in wrong}
    return next((verdict for kind, verdict in _BY_KIND.items() if kind in kinds), DraftVerdict.DIFFERS)


def _changed(asked: _Asked, found: Found, sources: Sources) -> Judged | None:
    """The verdict where words are changed, or two places are joined; None where the quotation is not from there."""
    candidates = found.sources
    least = next((share for n, share in _CLOSE_FROM if len(asked.quoted) >= n), 2.0)
    laid = [each for source in candidates if (each := closest(asked.quoted, source, at_least=least))]
    laid += [each for each in _beside(asked, found) if each.share >= least]
    best = max(laid, key=lambda each: (round(each.share, 2), _agreeing(asked, each)), default=None)
    if best is None or best.share < 1.0 or any(is_join(each) for each in _differences(asked, best)):
        spliced = _spliced(asked, candidates)
        n_other = len(asked.quoted) - round(best.share * asked.quoted.n_own) if best else 0
        if spliced and (best is None or best.share < _ALL_BUT_SPLICED or best.share == 1.0 or n_other > 1):
            return spliced
    if best is None or not _is_meant(asked, best):
        return None
    differences = _differences(asked, best)
    if any(is_join(each) for each in differences):
        return Judged(DraftVerdict.SPLICED, True, _ends(best), tuple(differences))
    wrong = [each for each in differences if not each.is_harmless]
    if not wrong:
        return _verbatim(asked, best, sources)
    return Judged(_verdict_of(wrong), True, ((best.source, best.span),), tuple(differences))


def _beside(asked: _Asked, found: Found) -> Iterator[Laid]:
    """The quotation on the nearest sentences, each by itself."""
    for near in found.near[:_N_NEAR]:
        laid = lay_on(asked.quoted, near.source, near.source.sentences[near.number].span)
        if laid is not None and laid.end - laid.first <= 2 * len(asked.quoted) + 2:
            yield laid


def _differences(asked: _Asked, laid: Laid) -> list[DraftDifference]:
    return differences_of(asked.quoted, laid)


def _is_meant(asked: _Asked, laid: Laid) -> bool:
    """Whether the place is the one that a changed quotation was made from."""
    n_words = len(asked.quoted)
    if n_words > 5 and laid.share >= 0.6:
        return True
    content = [
        index
        for run in laid.runs
        for index in range(run.first, run.first + run.n)
        if content_stems(asked.quoted.words.words(index, index + 1)[0])
    ]
    agrees = agreement(asked.part.speaker, laid.source, laid.span)
    if n_words > 5:
        return len(content) >= 3 and agrees is not Agreement.OTHER
    if not laid.source.is_quoted(laid.span) or not content:
        return False
    return agrees is Agreement.SAME or _context_share(asked, laid) >= 0.4


def _spliced(asked: _Asked, candidates: Sequence[SourceText]) -> Judged | None:
    """Where the beginning stands in one place and all the rest in another."""
    n_words = len(asked.quoted)
    if n_words < 2 * _SPLICE_PIECE:
        return None
    heads = [laid for source in candidates if (laid := longest_head(asked.quoted, source))]
    tails = [laid for source in candidates if (laid := longest_tail(asked.quoted, source))]
    if not heads or not tails:
        return None
    head = max(heads, key=lambda laid: laid.share)
    tail = max(tails, key=lambda laid: (laid.share, laid.source is head.source))
    n_head, n_tail = round(head.share * n_words), round(tail.share * n_words)
    if n_head + n_tail < n_words - 1 or min(n_head, n_tail) < _SPLICE_PIECE:
        return None
    return Judged(DraftVerdict.SPLICED, True, ((head.source, head.span), (tail.source, tail.span)))


def _inner(asked: _Asked, found: Found, sources: Sources) -> Judged | None:
    """The verdict on the quotation inside one that is not found: who is quoted quoting may not be in the documents."""
    for span in asked.part.inner:
        inner = found._replace(part=asked.part._replace(span=span, speaker="", inner=()))
        judged = judge_quotation(asked.text, inner, sources)
        if judged.verdict in (DraftVerdict.EXACT, DraftVerdict.DIFFERS) and not judged.is_wrong:
            return Judged(
                DraftVerdict.NOT_FOUND,
                True,
                nearest=judged.spans[0],
                reason="only the quotation inside it is in the documents",
            )
    return None


def _absent(asked: _Asked, found: Found) -> Judged:
    part = asked.part
    nearest = next(
        ((each.source, each.source.sentences[each.number].span) for each in found.near if each.share >= 0.3), None
    )
    if part.is_light:
        return Judged(DraftVerdict.UNCHECKED, False, reason="a title or a word in scare quotes", nearest=nearest)
    return Judged(DraftVerdict.NOT_FOUND, True, nearest=nearest)
