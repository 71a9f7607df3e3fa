"""Where in the documents the parts of a draft may stand: by word index and by vector, and where its other parts stand.

No document is scanned for a part that no index finds in it, but for those that several parts were found in: what a
draft was written from is small, and holds its short quotations too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np

from rag.errors import NotFoundError, StoreError
from rag.language.saying import VERBS_OF_SAYING
from rag.language.words import content_stems
from rag.newsroom.draft.cutting import Part
from rag.newsroom.draft.source_text import SourceText
from rag.newsroom.draft.words import Vocabulary
from rag.protocols import Embedder, FloatArray, IdArray, WordIndex
from rag.retrieval import VectorSearch
from rag.storage import Store, StoredPassage
from rag.storage.filters import Filter, visibility_in
from rag.types import DraftPart, Sentence

__all__ = ["Found", "Near", "Sources"]

_N_BY_WORD, _N_BY_CONTEXT, _N_BY_VECTOR = 20, 10, 10
_N_NEAR = 24
"""Sentences whose documents are read for a part."""
_N_HOMES = 6
"""Documents that the draft was probably written from: each part is looked for there too."""
_HOME_FROM = 0.6
"""Share of a part's words in one sentence from which its document counts as one it was written from."""
_MOST_HOME_SENTENCES = 1_500
_MOST_DOCUMENTS = 14
_MOST_CHARACTERS = 5_000
_SAYING = frozenset(content_stems(" ".join(VERBS_OF_SAYING)))
"""Of a part that is searched for."""


class Near(NamedTuple):
    """A sentence near a part. share: of the part's content words that it has, 0 to 1. fit: that, and its likeness."""

    source: SourceText
    number: int
    share: float
    fit: float


class Found(NamedTuple):
    """What was found for a part, the best first."""

    part: Part
    sources: tuple[SourceText, ...]
    near: tuple[Near, ...]


class Sources:
    """The documents of one store, for one draft.

    where: which may be searched; None for all. left_out: sources that are no evidence, such as the draft's own file.
    """

    def __init__(
        self,
        store: Store,
        *,
        embedder: Embedder,
        vector_search: VectorSearch,
        word_index: WordIndex,
        where: Filter | None,
        left_out: Collection[str] = (),
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._vector_search = vector_search
        self._word_index = word_index
        self._where = where
        self._left_out = frozenset(left_out)
        self._known: dict[str, SourceText | None] = {}
        self._known_stems: dict[tuple[str, int], frozenset[str]] = {}
        self.vocabulary = Vocabulary()

    @cached_property
    def _among(self) -> IdArray | None:
        return None if self._where is None else self._store.passages.ids_where(self._where)

    def n_documents(self) -> int:
        """How many are searched."""
        return self._store.documents.count() if self._where is None else len(self._store.documents.all(self._where))

    def source(self, document_id: str) -> SourceText | None:
        """The document; None when it is gone, damaged, or no evidence."""
        if document_id not in self._known:
            self._known[document_id] = self._read(document_id)
        return self._known[document_id]

    def _read(self, document_id: str) -> SourceText | None:
        try:
            document = self._store.documents.get(document_id)
        except (NotFoundError, StoreError):
            return None
        if document.source in self._left_out or not self._is_seen(document_id):
            return None
        return SourceText(document, self._store.documents.sentences(document_id), self.vocabulary)

    def _is_seen(self, document_id: str) -> bool:
        """Whether the user may see it for whom the filter was made."""
        visible = visibility_in(self._where)
        return visible is None or bool(self._store.documents.fitting({document_id}, visible))

    def about_copies(self, document_id: str) -> str:
        """What the copies of a document are called, and how they begin and end."""
        copies = [
            copy for copy in self._store.copies.beside([document_id])[document_id] if self._is_seen(copy.document_id)
        ]
        return "\n".join(f"{copy.source}\n{copy.text[:400]}\n{copy.text[-400:]}" for copy in copies)

    def find(self, text: str, parts: Sequence[Part]) -> list[Found]:
        """For each part the documents and sentences that it may rest on."""
        vectors = self._vectors([_asked(text, part) for part in parts])
        hits = [self._hits(text, part, vector) for part, vector in zip(parts, vectors, strict=True)]
        wanted = list(dict.fromkeys(passage_id for each in hits for passage_id in each))
        loaded = self._store.passages.load(wanted, self._embedder.dim).passages
        passages = {passage.passage.id: passage for passage in loaded}
        near = [
            self._near(text, part, [passages[each] for each in ids if each in passages], vector)
            for part, ids, vector in zip(parts, hits, vectors, strict=True)
        ]
        homes = self._homes(near)
        found = []
        for part, ids, beside in zip(parts, hits, near, strict=True):
            by_hit = [passages[each].passage.document_id for each in ids if each in passages]
            by_near = [each.source.document.id for each in beside[:3]]
            order = dict.fromkeys([*by_near, *homes, *by_hit])
            sources = islice(filter(None, map(self.source, order)), _MOST_DOCUMENTS)
            at_home = self._at_home(text, part, homes)
            found.append(Found(part, tuple(sources), _best_first([*beside, *at_home])))
        return found

    def _vectors(self, texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.zeros((0, self._embedder.dim), dtype=np.float32)
        vectors: FloatArray = self._embedder.embed_questions(texts)
        return vectors

    def _hits(self, text: str, part: Part, vector: FloatArray) -> list[int]:
        """Ids of passages, those of the quotation's own words first."""
        found: dict[int, None] = {}
        asked = _asked(text, part)
        if part.kind is DraftPart.QUOTATION:
            own = part.span.slice(text)[:_MOST_CHARACTERS]
            found.update(dict.fromkeys(self._by_word(own, _N_BY_WORD)))
            found.update(dict.fromkeys(self._by_word(asked, _N_BY_CONTEXT)))
        else:
            found.update(dict.fromkeys(self._by_word(asked, _N_BY_WORD)))
        hits = self._vector_search.search(vector, _N_BY_VECTOR, among=self._among)
        found.update(dict.fromkeys(hit.passage_id for hit in hits))
        return list(found)

    def _by_word(self, asked: str, k: int) -> list[int]:
        return [hit.passage_id for hit in self._word_index.search(asked, k, among=self._among)]

    def _near(self, text: str, part: Part, passages: Iterable[StoredPassage], vector: FloatArray) -> list[Near]:
        """The sentences of passages that are nearest to a part; no other document is read for them."""
        wanted = _wanted(text, part)
        ranked: dict[tuple[str, int], tuple[float, float]] = {}
        for passage in passages:
            if not passage.sentences:
                continue
            alike = passage.vectors @ vector
            for sentence, cosine in zip(passage.sentences, alike.tolist(), strict=True):
                share = _share(wanted, self._stems(passage, sentence))
                key, fit = (passage.passage.document_id, sentence.ordinal), share + 0.5 * max(0.0, cosine)
                ranked[key] = max(ranked.get(key, (0.0, 0.0)), (fit, share))
        best = sorted(ranked.items(), key=lambda item: -item[1][0])
        return list(islice(self._read_near(best), _N_NEAR))

    def _read_near(self, ranked: Iterable[tuple[tuple[str, int], tuple[float, float]]]) -> Iterator[Near]:
        for (document_id, number), (fit, share) in ranked:
            source = self.source(document_id)
            if source is not None and number < len(source.sentences):
                yield Near(source, number, share, fit)

    def _stems(self, passage: StoredPassage, sentence: Sentence) -> frozenset[str]:
        key = (passage.passage.document_id, sentence.ordinal)
        if key not in self._known_stems:
            self._known_stems[key] = frozenset(content_stems(passage.quote(sentence)))
        return self._known_stems[key]

    def _homes(self, near: Sequence[Sequence[Near]]) -> list[str]:
        counts: Counter[str] = Counter()
        for beside in near:
            counts.update({each.source.document.id for each in beside[:8] if each.share >= _HOME_FROM})
        return [document_id for document_id, _ in counts.most_common(_N_HOMES)]

    def _at_home(self, text: str, part: Part, homes: Sequence[str]) -> Iterator[Near]:
        wanted = _wanted(text, part)
        for source in filter(None, map(self.source, homes)):
            for number in range(min(len(source.sentences), _MOST_HOME_SENTENCES)):
                share = _share(wanted, source.stems(number))
                if share >= 0.34:
                    yield Near(source, number, share, share)


def _asked(text: str, part: Part) -> str:
    return part.sentence.slice(text)[:_MOST_CHARACTERS]


def _wanted(text: str, part: Part) -> frozenset[str]:
    """The stems of what a part says, without those of who says it."""
    stems = frozenset(content_stems(part.span.slice(text)[:_MOST_CHARACTERS]))
    if part.kind is not DraftPart.ATTRIBUTED:
        return stems
    return (stems - frozenset(content_stems(part.speaker)) - _SAYING) or stems


def _share(wanted: Collection[str], stems: frozenset[str]) -> float:
    return len(stems.intersection(wanted)) / len(wanted) if wanted else 0.0


def _best_first(near: Iterable[Near]) -> tuple[Near, ...]:
    best: dict[tuple[str, int], Near] = {}
    for each in near:
        key = (each.source.document.id, each.number)
        if key not in best or each.fit > best[key].fit:
            best[key] = each
    return tuple(sorted(best.values(), key=lambda each: -each.fit))
