"""Where the documents of a store disagree, or an outlet corrected itself: found once for each new document, and kept.

A new document's passages are compared with their nearest neighbours in vector space alone, and of those the sentences
that share names and rare words, so that the work grows with what is new, not with its square. Which pairs conflict is
decided by `rag.checking.disagreement`; the verifier that guards answers has to agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from rag.checking.atoms import AtomKind, sentences_of
from rag.checking.disagreement import Told, disagreement, is_correcting
from rag.checking.lexicon import LIGHT_WORDS
from rag.language.words import content_stems
from rag.protocols import ClaimWithEvidence, FloatArray, Surroundings, Verifier
from rag.retrieval import VectorSearch
from rag.storage import Store, StoredConflict, StoredPassage
from rag.storage.filters import Filter
from rag.types import Conflict, Difference, Document, DocumentInfo, Progress, Relation, Span, Statement, VerdictLabel

__all__ = ["RECIPE", "ConflictFinder"]

RECIPE = "1"
"""Changes when pairs would be judged otherwise: all documents are compared anew then."""
N_NEIGHBOURS = 16
"""Passages that a new one is compared with."""
_MIN_LIKENESS = 0.35
"""Cosine of passages that may tell of one thing."""
_MIN_SHARED = 3.0
"""Weight of what two sentences have to share before they are laid beside each other; a name weighs 2, a word 1."""
_MIN_SHARE = 0.35
_DOCUMENTS_AT_A_TIME = 50
_PASSAGES_KEPT = 4_000
_SHOWN_FIRST = {Relation.DISAGREEMENT: 0, Relation.CORRECTION: 1, Relation.UPDATE: 2}
_SURE_WITHOUT_MODEL = frozenset({Difference.NUMBER, Difference.DATE})
"""What rules tell by themselves; of the rest the verifier has to say that one contradicts the other."""


class _Sentence(NamedTuple):
    """A sentence of a passage with the keys by which others find it: key → weight."""

    told: Told
    span: Span
    weight_by_key: Mapping[str, float]


class _Read(NamedTuple):
    """A passage whose sentences can be compared. by_key: key → indexes of its sentences."""

    document_id: str
    published: str
    sentences: tuple[_Sentence, ...]
    by_key: Mapping[str, tuple[int, ...]]


class ConflictFinder:
    """Compares what is new in a store and lists what was found.

    verifier: what guards answers, made when the first pair is judged.
    """

    def __init__(
        self, store: Store, *, vector_search: Callable[[], VectorSearch], verifier: Callable[[], Verifier]
    ) -> None:
        self._store = store
        self._vector_search = vector_search
        self._verifier = verifier

    def compare_new(self, on_progress: Callable[[Progress], None] | None = None) -> int:
        """Compare the documents that were not compared yet with all others; how many those were.

        Each group of them is one transaction: a run that is cut off loses none that was finished.
        """
        if self._store.conflicts.recipes() - {RECIPE}:
            self._store.conflicts.forget()
        new = self._store.conflicts.uncompared(RECIPE)
        embedder = self._store.embedder()
        if not new or embedder is None:
            return 0
        infos = {info.id: info for info in self._store.documents.all()}
        run = _Run(self._store, self._vector_search(), infos, embedder.dim)
        for start in range(0, len(new), _DOCUMENTS_AT_A_TIME):
            batch = new[start : start + _DOCUMENTS_AT_A_TIME]
            found = self._confirmed(list(run.conflicts_of(batch)))
            self._store.conflicts.put(batch, found, recipe=RECIPE)
            if on_progress is not None:
                n_done = start + len(batch)
                on_progress(Progress(n_done=n_done, n_total=len(new), bytes_done=n_done, bytes_total=len(new)))
        return len(new)

    def _confirmed(self, found: Sequence[tuple[StoredConflict, Told, Told]]) -> Iterator[StoredConflict]:
        """Those of which no sentence follows from the other, and which the verifier calls contradicted if need be."""
        pairs = [
            ClaimWithEvidence(evidence=(evidence.text,), claim=claim.text)
            for _, one, other in found
            for evidence, claim in ((one, other), (other, one))
        ]
        verdicts = self._verifier().verify(pairs) if pairs else []
        for row, forth, back in zip(found, verdicts[::2], verdicts[1::2], strict=True):
            labels = {forth.label, back.label}
            is_sure = row[0].differs in _SURE_WITHOUT_MODEL or VerdictLabel.CONTRADICTED in labels
            if is_sure and VerdictLabel.SUPPORTED not in labels:
                yield row[0]

    def listed(self, *, since: str, where: Filter | None, about: str, with_updates: bool) -> tuple[Conflict, ...]:
        """What was found, disagreements first, then corrections, the newest of each first; see `Assistant.conflicts`.

        where: both documents have to fit. since: the newer one was published, or else added, on that day or later.
        """
        stored = [row for row in self._store.conflicts.all() if with_updates or row.relation is not Relation.UPDATE]
        ids = {id_ for row in stored for id_ in (row.one_id, row.other_id)}
        fitting = ids if where is None else self._store.documents.fitting(ids, where)
        infos = {info.id: info for info in self._store.documents.all()} if stored else {}
        texts = lru_cache(maxsize=64)(self._store.documents.find)
        wanted = content_stems(about)
        found = []
        for row in stored:
            if not {row.one_id, row.other_id} <= fitting:
                continue
            conflict = _conflict(row, infos, texts)
            if conflict is not None and _day_of(conflict.other, infos) >= since and _is_about(conflict, wanted):
                found.append(conflict)
        found.sort(key=lambda each: _day_of(each.other, infos), reverse=True)
        return tuple(sorted(found, key=lambda each: _SHOWN_FIRST[each.relation]))


class _Run:
    """One walk over what is new: passages read once, and every pair of passages compared once."""

    def __init__(self, store: Store, vector_search: VectorSearch, infos: Mapping[str, DocumentInfo], dim: int) -> None:
        self._store = store
        self._search = vector_search
        self._infos = infos
        self._dim = dim
        self._compared = set[tuple[int, int]]()
        self._read = lru_cache(maxsize=_PASSAGES_KEPT)(self._loaded)

    def conflicts_of(self, document_ids: Sequence[str]) -> Iterator[tuple[StoredConflict, Told, Told]]:
        """Pairs of sentences that the rules call conflicting, with the sentences themselves."""
        seen = set[tuple[str, int, str, int]]()
        for document_id in document_ids:
            ids = self._store.documents.passage_ids(document_id)
            for batch_ids, vectors in self._store.passages.vectors(ids, self._dim):
                for passage_id, vector in zip(batch_ids, vectors, strict=True):
                    for other_id in self._neighbours(passage_id, vector):
                        for row in self._between(passage_id, other_id):
                            place = (row[0].one_id, row[0].one_span.start, row[0].other_id, row[0].other_span.start)
                            if place not in seen:
                                seen.add(place)
                                yield row

    def _neighbours(self, passage_id: int, vector: FloatArray) -> Iterator[int]:
        for hit in self._search.search(np.ascontiguousarray(vector), N_NEIGHBOURS + 1):
            pair = min(passage_id, hit.passage_id), max(passage_id, hit.passage_id)
            if hit.score >= _MIN_LIKENESS and pair not in self._compared:
                self._compared.add(pair)
                yield hit.passage_id

    def _between(self, passage_id: int, other_id: int) -> Iterator[tuple[StoredConflict, Told, Told]]:
        first, second = self._read(passage_id), self._read(other_id)
        if first is None or second is None:
            return
        if (second.published, other_id) < (first.published, passage_id):
            first, second = second, first
        is_one_document = first.document_id == second.document_id
        for mine, theirs in _candidates(first, second):
            one, other = first.sentences[mine], second.sentences[theirs]
            if is_one_document and (one.span.start >= other.span.start or not is_correcting(other.told.text)):
                continue
            found = disagreement(one.told, other.told)
            if found is not None:
                places = first.document_id, one.span, second.document_id, other.span
                row = StoredConflict(*places, found.relation, found.differs, found.one_words, found.other_words)
                yield row, one.told, other.told

    def _loaded(self, passage_id: int) -> _Read | None:
        passages = self._store.passages.load([passage_id], self._dim).passages
        return _read(passages[0], self._infos.get(passages[0].passage.document_id)) if passages else None


def _read(passage: StoredPassage, info: DocumentInfo | None) -> _Read:
    quotes = [passage.quote(sentence) for sentence in passage.sentences]
    keys = [_keys_of(quote) for quote in quotes]
    context = frozenset(
        key for each in (*keys, _keys_of(passage.heading)) for key, weight in each.items() if weight > 1
    )
    outlet = info.outlet if info is not None else ""
    sentences = []
    for place, (sentence, quote) in enumerate(zip(passage.sentences, quotes, strict=True)):
        around = Surroundings(
            tuple(quotes[max(0, place - 1) : place]), tuple(quotes[place + 1 : place + 2]), passage.title
        )
        told = Told(quote, passage.published, outlet, around, context)
        sentences.append(_Sentence(told, sentence.span, keys[place]))
    by_key: dict[str, tuple[int, ...]] = {}
    for place, weights in enumerate(keys):
        for key in weights:
            by_key[key] = (*by_key.get(key, ()), place)
    return _Read(passage.passage.document_id, passage.published, tuple(sentences), by_key)


def _keys_of(text: str) -> dict[str, float]:
    """Names, 2, and words that say something, 1."""
    found: dict[str, float] = {}
    for sentence in sentences_of(text):
        for atom in sentence.atoms:
            if atom.kind is AtomKind.NAME:
                found[atom.key] = 2.0
            elif atom.kind is AtomKind.WORD and atom.lower not in LIGHT_WORDS:
                found.setdefault(atom.key, 1.0)
    return found


def _candidates(first: _Read, second: _Read) -> Iterator[tuple[int, int]]:
    """Places of sentences that share enough to tell of one thing."""
    for mine, sentence in enumerate(first.sentences):
        shared = Counter[int]()
        for key, weight in sentence.weight_by_key.items():
            for theirs in second.by_key.get(key, ()):
                shared[theirs] += int(weight)
        total = sum(sentence.weight_by_key.values())
        for theirs, weight in shared.items():
            smaller = min(total, sum(second.sentences[theirs].weight_by_key.values()))
            if weight >= _MIN_SHARED and weight >= _MIN_SHARE * smaller:
                yield mine, theirs


def _conflict(
    row: StoredConflict, infos: Mapping[str, DocumentInfo], find: Callable[[str], Document | None]
) -> Conflict | None:
    sides = []
    for document_id, span in ((row.one_id, row.one_span), (row.other_id, row.other_span)):
        document, info = find(document_id), infos.get(document_id)
        if document is None or info is None:
            return None
        side = Statement(
            document_id=document_id,
            source=document.source,
            title=document.title,
            span=span,
            quote=span.slice(document.text),
            published=document.metadata.get("published", ""),
            outlet=info.outlet,
            line=document.text.count("\n", 0, span.start) + 1,
        )
        sides.append(side)
    one, other = sides
    return Conflict(
        relation=row.relation,
        differs=row.differs,
        one=one,
        other=other,
        one_words=row.one_words,
        other_words=row.other_words,
    )


def _day_of(statement: Statement, infos: Mapping[str, DocumentInfo]) -> str:
    return (statement.published or infos[statement.document_id].added_at)[:10]


def _is_about(conflict: Conflict, wanted: frozenset[str]) -> bool:
    if not wanted:
        return True
    sides = conflict.one, conflict.other
    return wanted <= content_stems(" ".join(part for side in sides for part in (side.quote, side.title)))
