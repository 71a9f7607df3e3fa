"""What several documents, or one and its correction, say of one thing: copies once, the newest and corrected first.

A report that several papers print is evidence once, with all names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from rag.language.english import MONTHS
from rag.retrieval.answer_kinds import Expected, expected_by, has_kind
from rag.retrieval.ranking import Candidate, Ranked
from rag.storage import Copy, Store
from rag.storage.filters import Filter, allows_speaker, visibility_in
from rag.types import Evidence, Sentence, Span

__all__ = ["error_told_of", "only_fitting", "with_other_sources", "with_the_correction_first", "with_the_newest_first"]

_WORD = re.compile(r"\w+")
_NEARLY = 0.14
"""How much lower a score may be that is nearly the best: as far as an extractive answer goes."""
_ABOVE = 0.001
_CORRECTION = re.compile(
    r"\W*(?:corrections?|clarifications?|editor[’']s note)\b|[^\n]{0,40}\b(?:earlier|previous) version of this\b",
    re.IGNORECASE,
)
_OF_THE_ERROR = re.compile(
    r"\b(?:earlier|previous|first) version of this\b|\b(?:wrong|wrongly|incorrectly|mistaken\w*|error|mis\w+ed)\b",
    re.IGNORECASE,
)
_N_DATED = 8
"""The best places, of which one may be newer."""
_CHANGES = frozenset(
    (Expected.COUNT, Expected.MONEY, Expected.QUANTITY, Expected.TIME, Expected.PLACE, Expected.PERSON, Expected.ROLE)
)
"""What can be otherwise in a newer document."""
_PAST = re.compile(
    rf"\b(?:was|were|did|had|would|\d{{4}}|{'|'.join(month for month in MONTHS if month != 'may')}|first|original\w*"
    r"|earlier|before|previous\w*|planned|last|ago|then|said|old)\b",
    re.IGNORECASE,
)


def only_fitting(candidates: Sequence[Candidate], store: Store, where: Filter) -> list[Candidate]:
    """The candidates of documents that fit the filter, and those that such a document, a copy, holds too.

    Where the filter asks for a speaker, only sentences of his or hers.
    """
    candidates = [candidate for candidate in candidates if allows_speaker(where, candidate.sentence.speaker)]
    ids = {candidate.sentence.document_id for candidate in candidates}
    fitting = store.documents.fitting(ids, where)
    others = store.copies.beside([*ids - fitting])
    in_copies = store.documents.fitting({copy.document_id for copies in others.values() for copy in copies}, where)
    texts = {
        document_id: [_words(copy.text) for copy in copies if copy.document_id in in_copies]
        for document_id, copies in others.items()
    }
    return [
        candidate
        for candidate in candidates
        if (document_id := candidate.sentence.document_id) in fitting
        or any(_words(candidate.quote) in text for text in texts[document_id])
    ]


def with_other_sources(evidence: Sequence[Evidence], store: Store, where: Filter | None = None) -> tuple[Evidence, ...]:
    """The evidence, each with the sources of the copies of its document that hold the sentence too.

    where: evidence of a document that does not fit is quoted from a copy that does, with its place there. Copies that
        the user for whom it was made may not see are not named.
    """
    beside = store.copies.beside(list({sentence.document_id for sentence in evidence}))
    seen: set[str] | None = None
    if visible := visibility_in(where):
        known = beside.keys() | {copy.document_id for copies in beside.values() for copy in copies}
        seen = store.documents.fitting(known, visible)
        beside = {key: [copy for copy in copies if copy.document_id in seen] for key, copies in beside.items()}
    found = _with_copies(evidence, beside, store, where)
    return found if seen is None else _only_seen(found, evidence, seen)


def _only_seen(found: Sequence[Evidence], evidence: Sequence[Evidence], seen: AbstractSet[str]) -> tuple[Evidence, ...]:
    """What is quoted from documents that may be seen, numbered anew, naming no source of another document.

    evidence: the same before it was quoted from copies.
    """
    hidden = {sentence.source for sentence in evidence if sentence.document_id not in seen}
    kept = [sentence for sentence in found if sentence.document_id in seen]
    number_by_old = {sentence.number: number for number, sentence in enumerate(kept, start=1)}
    return tuple(
        replace(
            sentence,
            number=number_by_old[sentence.number],
            needs=number_by_old.get(sentence.needs, 0),
            also_in=tuple(source for source in sentence.also_in if source not in hidden),
        )
        for sentence in kept
    )


def _with_copies(
    evidence: Sequence[Evidence], beside: Mapping[str, Sequence[Copy]], store: Store, where: Filter | None
) -> tuple[Evidence, ...]:
    words_of = {copy.document_id: _words(copy.text) for copies in beside.values() for copy in copies}
    if not words_of:
        return tuple(evidence)
    ids = {sentence.document_id for sentence in evidence} | words_of.keys()
    fitting = ids if where is None else store.documents.fitting(ids, where)
    found = []
    for sentence in evidence:
        words = _words(sentence.quote)
        copies = [copy for copy in beside[sentence.document_id] if words in words_of[copy.document_id]]
        if sentence.document_id not in fitting:
            found.append(_quoted_from(sentence, copies, fitting, store))
        else:
            found.append(replace(sentence, also_in=tuple(copy.source for copy in copies)))
    return tuple(found)


def with_the_correction_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order, before the best one a correction beside it that has what is asked for.

    It stands in the same document, in a line that opens as a correction does, and fits nearly as well. Where the
    correction says that something was wrong, what stood before it is no answer any more, and comes last.
    """
    if not ranked or _is_in_correction(ranked[0].candidate):
        return [*ranked]
    best = ranked[0]
    kind = expected_by(question)
    for number, place in enumerate(ranked[1:], start=1):
        candidate = place.candidate
        if place.score < best.score - _NEARLY:
            break
        is_beside = candidate.sentence.document_id == best.candidate.sentence.document_id
        is_right = is_beside and _is_in_correction(candidate) and not _OF_THE_ERROR.search(candidate.quote)
        if is_right and has_kind(kind, candidate.quote, question):
            lifted = place._replace(score=min(1.0, best.score + _ABOVE))
            wrong = [
                other
                for other in (ranked[:number] if error_told_of(candidate) else ())
                if other.candidate.sentence.document_id == candidate.sentence.document_id
                and not _is_in_correction(other.candidate)
                and has_kind(kind, other.candidate.quote, question)
            ]
            right = [other for other in ranked if other is not place and other not in wrong]
            return [lifted, *right, *(other._replace(score=0.0) for other in wrong)]
    return [*ranked]


def error_told_of(candidate: Candidate) -> Sentence | None:
    """The sentence of its correction that says that something was wrong: without it what is right looks like news."""
    if not _is_in_correction(candidate) or _OF_THE_ERROR.search(candidate.quote):
        return None
    passage = candidate.passage
    offset = passage.passage.span.start
    line_start = _start_of_line(candidate) + offset
    before = [each for each in passage.sentences if line_start <= each.span.start < candidate.sentence.span.start]
    told = (
        each
        for each in before[::-1]
        if _OF_THE_ERROR.search(passage.text[each.span.start - offset : each.span.end - offset])
    )
    return next(told, None)


def _is_in_correction(candidate: Candidate) -> bool:
    """Whether the line of the sentence opens as a correction does."""
    return _CORRECTION.match(candidate.passage.text[_start_of_line(candidate) :]) is not None


def _start_of_line(candidate: Candidate) -> int:
    """Where the line of the sentence begins in its passage."""
    start = candidate.sentence.span.start - candidate.passage.passage.span.start
    return candidate.passage.text.rfind("\n", 0, max(0, start)) + 1


def with_the_newest_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order; for what is so now, the newest of those that answer nearly as well before the others.

    Only where the question asks, in the present tense and without a date, for a number, a time, a place or somebody,
    and the documents have dates.
    """
    kind = expected_by(question)
    if not ranked or not ranked[0].candidate.passage.published or kind not in _CHANGES or _PAST.search(question):
        return [*ranked]
    best = ranked[0]
    near = [
        place
        for place in ranked[:_N_DATED]
        if place.score >= best.score - _NEARLY
        and place.candidate.passage.published
        and has_kind(kind, place.candidate.quote, question)
        and place.features.likeness_around >= best.features.likeness_around - _NEARLY
    ]
    if not has_kind(kind, best.candidate.quote, question):
        return [*ranked]
    newest = max(near, key=lambda place: place.candidate.passage.published[:10], default=best)
    if newest.candidate.passage.published[:10] <= best.candidate.passage.published[:10]:
        return [*ranked]
    lifted = newest._replace(score=min(1.0, best.score + _ABOVE))
    return [lifted, *(place for place in ranked if place is not newest)]


def _quoted_from(sentence: Evidence, copies: Sequence[Copy], fitting: set[str], store: Store) -> Evidence:
    words = _words(sentence.quote)
    others = {sentence.source, *(copy.source for copy in copies)}
    for copy in copies:
        if copy.document_id not in fitting:
            continue
        document = store.documents.find(copy.document_id)
        if document is None:
            continue
        span = _place_of(words, [place.span for place in store.documents.sentences(copy.document_id)], document.text)
        if span is not None:
            return replace(
                sentence,
                document_id=document.id,
                source=document.source,
                title=document.title,
                span=span,
                quote=span.slice(document.text),
                published=document.metadata.get("published", ""),
                also_in=tuple(sorted(others - {document.source})),
            )
    return sentence


def _place_of(words: str, sentences: Sequence[Span], text: str) -> Span | None:
    """Where these words stand in the text: a sentence, or several that follow each other, as in a whole quotation."""
    own = [_words(span.slice(text)) for span in sentences]
    for first, start in enumerate(own):
        said = start
        last = first
        while words.startswith(said) and said != words and last + 1 < len(own):
            last += 1
            said += own[last][1:]
        if said == words:
            return Span(start=sentences[first].start, end=sentences[last].end)
    return None


def _words(text: str) -> str:
    """The words alone, with a blank around each.

    >>> _words("“We won’t,” he said.")
    ' we won t he said '
    """
    return f" {' '.join(_WORD.findall(text.casefold()))} "
