"""The steps from a question to ranked evidence: search by vector and by word, fuse, load, rank sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, NamedTuple, TypeAlias

from rag.attribution import AskedSpeaker, Speakers, asked_speaker
from rag.language.english import POINTING_BACK, one_of
from rag.language.words import content_stems
from rag.protocols import Embedder, FloatArray, PassageReader, Reranker, WordIndex
from rag.retrieval.answerability import answerability
from rag.retrieval.duplicates import (
    error_told_of,
    only_fitting,
    with_other_sources,
    with_the_correction_first,
    with_the_newest_first,
)
from rag.retrieval.overview import sentences_for, with_decisions_first
from rag.retrieval.ranking import Candidate, Ranked, candidates_of, measure_features, scores_of
from rag.retrieval.reading import read_ranking
from rag.retrieval.rows import with_the_extreme_row_first
from rag.retrieval.spelling import as_meant
from rag.retrieval.vector_search import VectorSearch
from rag.retrieval.whole import joined_at_borders, whole_quotations, with_the_answer_first, without_labels
from rag.storage import LoadedPassages, Store, StoredPassage
from rag.storage.filters import Filter, visibility_in
from rag.types import Evidence, Hit, Sentence

__all__ = ["Retrieval", "Retriever", "antecedent", "leans_back", "min_max", "reciprocal_rank"]


Stages: TypeAlias = Callable[[str], AbstractContextManager[object]]
"""Makes a block whose time is that of the stage with the given name."""


def _untimed(_: str) -> AbstractContextManager[object]:
    return nullcontext()


class Retrieval(NamedTuple):
    """Evidence, best first, and the probability, 0 to 1, that it answers the question.

    unmet: words of the question that the passage of the best sentence says nothing of, as far as a reader knows.
    unanswered: of several questions that were read together, those that it does not answer.
    damaged: sources of what was found and left out, because it is not what was stored.
    repeats: sentences of other documents with the very words of one that is evidence, which they are not beside it;
        each has the number of that one.
    """

    evidence: tuple[Evidence, ...]
    answerability: float
    unmet: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    repeats: tuple[Evidence, ...] = ()


class Retriever:
    """Finds the sentences that answer; of the documents' texts no vector is computed here.

    reader: reads the `n_read` best sentences in their passages with the question, where one is set.
    """

    def __init__(
        self,
        store: Store,
        *,
        embedder: Embedder,
        vector_search: VectorSearch,
        word_index: WordIndex,
        reranker: Reranker,
        reader: PassageReader | None = None,
        n_read: int = 24,
        fusion: Literal["min-max", "rrf"],
        dense_weight: float,
        n_passages: int,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._vector_search = vector_search
        self._word_index = word_index
        self._reranker = reranker
        self._reader = reader
        self._n_read = n_read
        self._fusion = fusion
        self._dense_weight = dense_weight
        self._n_passages = n_passages
        self._known_speakers: tuple[int, Speakers] = (-1, Speakers([]))

    def embed(self, question: str) -> FloatArray:
        """The question's vector, float32 (dim,)."""
        vector: FloatArray = self._embedder.embed_questions([question])[0]
        return vector

    def retrieve(
        self, question: str, vector: FloatArray, k: int, *, where: Filter | None = None, stage: Stages = _untimed
    ) -> Retrieval:
        """At most `k` sentences for the question with that vector, and after them the neighbours that those need.

        where: which documents they may come from; None for all.
        stage: opened around each of the stages `find`, `rank` and `read`.
        """
        with self._store.connect():  # one state of the store, and one transaction for all that is read of it
            with stage("find"):
                hits, found = self._found(question, vector, where)
            with stage("rank"):
                speakers = self.speakers(where)
                question = as_meant(question, found.passages, speakers)
                asked = asked_speaker(question, speakers)
                ranked = self._ranked(question, vector, asked, hits, found.passages, where)
            with stage("read"):
                ranked = self._read(question, ranked)
            with stage("rank"):
                shown = with_the_extreme_row_first(question, without_labels(ranked, question))
                shown = with_decisions_first(question, with_the_newest_first(question, shown))
                shown = with_the_answer_first(question, with_the_correction_first(question, shown))
                shown = self._whole(shown)
                evidence = with_other_sources(_with_neighbours(shown, k), self._store, where)
        unmet = ranked[0].reading.unmet if ranked and ranked[0].reading else ()
        repeats = tuple(_repeats(evidence, self._seen(found.passages, where)))
        return Retrieval(
            evidence, answerability(question, ranked, asked), unmet, damaged=found.damaged, repeats=repeats
        )

    def _seen(self, passages: Sequence[StoredPassage], where: Filter | None) -> Sequence[StoredPassage]:
        """The passages of documents that the user may see for whom the filter was made; all for another filter.

        Those of a document are found that a copy, which may be seen, stands for.
        """
        visible = visibility_in(where)
        if visible is None:
            return passages
        seen = self._store.documents.fitting({passage.passage.document_id for passage in passages}, visible)
        return [passage for passage in passages if passage.passage.document_id in seen]

    def overview(self, topic: str, *, where: Filter | None = None) -> Retrieval:
        """The sentences that stand for the document that is about `topic`, or, where that is empty, for all of them.

        where: which documents they may come from. None is found where no document holds the words of the topic.
        """
        with self._store.connect():
            sources = self._sources_about(topic, where) if topic else ()
            candidates = [] if topic and not sources else sentences_for(self._store, self._embedder.dim, where, sources)
            found = [_evidence(candidate, 1.0, number, 0) for number, candidate in enumerate(candidates, start=1)]
            return Retrieval(with_other_sources(found, self._store, where), float(bool(found)))

    def _sources_about(self, topic: str, where: Filter | None) -> tuple[str, ...]:
        """The source of the document that fits the topic best, if it holds half of its words."""
        ranked = self.rank(topic, self.embed(topic), None, where=where)
        if not ranked:
            return ()
        best = ranked[0].candidate.passage
        own = [place.candidate for place in ranked if place.candidate.passage.source == best.source]
        words = content_stems(" ".join([best.heading, *(candidate.quote for candidate in own)]))
        asked = content_stems(topic)
        return (best.source,) if asked and 2 * len(asked & words) >= len(asked) else ()

    def _whole(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        """The places, those inside a quotation as the whole of it, whichever passages it stands in."""
        passages = {place.candidate.passage.passage.id: place.candidate.passage for place in ranked}
        joined = joined_at_borders(
            [*passages.values()][:_N_JOINED],
            load=lambda ids: self._store.passages.load(ids, self._embedder.dim).passages,
            text_of=lambda document_id: self._store.documents.get(document_id).text,
        )
        return whole_quotations(ranked, joined)

    def n_passages_with(self, words: Sequence[str]) -> list[int]:
        """In how many passages each of the words occurs."""
        return self._word_index.document_frequencies(words)

    def speakers(self, where: Filter | None = None) -> Speakers:
        """Everybody whose words are reported, read from the store only when it has changed: of a large one it takes
        longer than all the rest of a question.

        where: a filter that was made for a user hears nobody of whom he may not read; any other one changes nothing.
        """
        visible = visibility_in(where)
        with self._store.connect():
            if visible is not None:
                return Speakers(self._store.documents.speakers(visible))
            generation = self._store.generation()
            known_at, speakers = self._known_speakers
            if known_at != generation:
                names = self._store.documents.speakers()
                speakers = speakers if names == [*speakers] else Speakers(names, like=speakers)
                self._known_speakers = (generation, speakers)
            return speakers

    def rank(
        self, question: str, vector: FloatArray, asked: AskedSpeaker | None, *, where: Filter | None = None
    ) -> list[Ranked]:
        """All sentences of the passages found, best first, equal scores by place."""
        hits, found = self._found(question, vector, where)
        return self._read(question, self._ranked(question, vector, asked, hits, found.passages, where))

    def _found(self, question: str, vector: FloatArray, where: Filter | None) -> tuple[list[Hit], LoadedPassages]:
        hits = self._fused(question, vector, where)[: self._n_passages]
        with self._store.connect():
            return hits, self._store.passages.load([hit.passage_id for hit in hits], self._embedder.dim)

    def _ranked(
        self,
        question: str,
        vector: FloatArray,
        asked: AskedSpeaker | None,
        hits: Sequence[Hit],
        passages: Sequence[StoredPassage],
        where: Filter | None,
    ) -> list[Ranked]:
        scores = {hit.passage_id: hit.score for hit in hits}
        candidates = candidates_of(passages, [scores[passage.passage.id] for passage in passages], vector)
        if where is not None:
            candidates = only_fitting(candidates, self._store, where)
        of_candidates = measure_features(question, candidates, self._reranker, asked)
        scored = scores_of(of_candidates, [candidate.quote for candidate in candidates])
        ranked = [Ranked(*place) for place in zip(candidates, of_candidates, scored, strict=True)]
        ranked.sort(
            key=lambda place: (-place.score, place.candidate.passage.passage.id, place.candidate.sentence.ordinal)
        )
        return ranked

    def _read(self, question: str, ranked: list[Ranked]) -> list[Ranked]:
        return read_ranking(question, ranked, self._reader, n=self._n_read) if self._reader else ranked

    def _fused(self, question: str, vector: FloatArray, where: Filter | None) -> list[Hit]:
        among = None if where is None else self._store.passages.ids_where(where)
        dense = self._vector_search.search(vector, self._n_passages, among=among)
        lexical = self._word_index.search(question, self._n_passages, among=among)
        if self._fusion == "rrf":
            return reciprocal_rank(dense, lexical)
        return min_max(dense, lexical, dense_weight=self._dense_weight)


def _with_neighbours(ranked: Sequence[Ranked], k: int) -> tuple[Evidence, ...]:
    """The first `k` as evidence, each with the number of the neighbour it needs; new neighbours come at the end."""
    place_by_sentence = {key: place for place in ranked[::-1] for key in _sentences_of(place.candidate)}
    chosen = list(ranked[:k])
    number_by_sentence = {
        key: number
        for number, place in reversed([*enumerate(chosen, start=1)])
        for key in _sentences_of(place.candidate)
    }
    needs = []
    for place in ranked[:k]:
        needed = error_told_of(place.candidate) or antecedent(place.candidate)
        key = (needed.document_id, needed.ordinal) if needed else ("", -1)
        if key in place_by_sentence and key not in number_by_sentence:
            chosen.append(place_by_sentence[key])
            number_by_sentence |= dict.fromkeys(_sentences_of(place_by_sentence[key].candidate), len(chosen))
        needs.append(number_by_sentence.get(key, 0))
    needs += [0] * (len(chosen) - len(needs))
    return tuple(
        _evidence(place.candidate, place.score, number, needed)
        for number, (place, needed) in enumerate(zip(chosen, needs, strict=True), 1)
    )


def _sentences_of(candidate: Candidate) -> list[tuple[str, int]]:
    """Document and ordinal of each sentence that the candidate is made of; of a whole quotation there are several."""
    span = candidate.sentence.span
    return [
        (sentence.document_id, sentence.ordinal)
        for sentence in candidate.passage.sentences
        if span.start <= sentence.span.start < span.end
    ]


def _evidence(candidate: Candidate, fit: float, number: int, needs: int) -> Evidence:
    return Evidence(
        number=number,
        document_id=candidate.sentence.document_id,
        source=candidate.passage.source,
        title=candidate.passage.title,
        published=candidate.passage.published,
        span=candidate.sentence.span,
        quote=candidate.quote,
        score=fit,
        speaker=candidate.sentence.speaker,
        needs=needs,
    )


def _repeats(evidence: Sequence[Evidence], passages: Sequence[StoredPassage]) -> Iterator[Evidence]:
    """What of the passages of other documents has the very words of a sentence of the evidence."""
    by_words = {_on_one_line(sentence.quote): sentence for sentence in reversed(evidence)}
    for passage in passages:
        for sentence in passage.sentences:
            quote = passage.quote(sentence)
            original = by_words.get(_on_one_line(quote))
            if original is not None and original.document_id != sentence.document_id:
                yield Evidence(
                    number=original.number,
                    document_id=sentence.document_id,
                    source=passage.source,
                    title=passage.title,
                    published=passage.published,
                    span=sentence.span,
                    quote=quote,
                    score=original.score,
                    speaker=sentence.speaker,
                )


def _on_one_line(quote: str) -> str:
    return " ".join(quote.split()).casefold()


def leans_back(quote: str) -> bool:
    """Whether a sentence opens with a pronoun, so that the one before it says who or what it is about.

    >>> leans_back("However, it cost 2.87 million."), leans_back("The pier cost 2.87 million.")
    (True, False)
    """
    return _PRONOUN_FIRST.match(quote) is not None


def antecedent(candidate: Candidate) -> Sentence | None:
    """The earlier sentence of its passage that says who or what the candidate is about, if it does not say so.

    "He called it a gift" cannot be understood without the sentence that names him.

    A sentence leans on an earlier one when it opens with a pronoun, outside of a quotation, or when it reports
    somebody's words without naming them. The nearest sentence that names that speaker is what it leans on, or else the
    line below that signs a letter; without a known speaker, the one just before it. None when it stands alone, or when
    nothing near enough helps.
    """
    name = content_stems(candidate.sentence.speaker)
    is_unnamed = bool(name) and not name & content_stems(candidate.quote)
    if not is_unnamed and (name or not _PRONOUN_FIRST.match(candidate.quote)):
        return None
    passage = candidate.passage
    position = candidate.sentence.ordinal - passage.passage.first_sentence
    earlier = passage.sentences[max(0, position - _N_BACK) : position][::-1]
    if is_unnamed:
        later = [each for each in passage.sentences[position + 1 :] if len(passage.quote(each).split()) <= _N_SIGNED]
        return next((each for each in (*earlier, *later) if name & content_stems(passage.quote(each))), None)
    return earlier[0] if earlier else None


def min_max(dense: Sequence[Hit], lexical: Sequence[Hit], *, dense_weight: float) -> list[Hit]:
    """Hits of either list, by the weighted sum of their scores, each list stretched to 0-1; best first, ties by id.

    A passage that a list lacks has 0 there.

    >>> hits = [Hit(passage_id=1, score=0.9), Hit(passage_id=2, score=0.5)]
    >>> [(hit.passage_id, hit.score) for hit in min_max(hits, [Hit(passage_id=2, score=7.0)], dense_weight=0.4)]
    [(2, 0.6), (1, 0.4)]

    Source: Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), section 4.
    """
    scores: dict[int, float] = {}
    for hits, weight in ((dense, dense_weight), (lexical, 1 - dense_weight)):
        for passage_id, stretched in _stretched(hits).items():
            scores[passage_id] = scores.get(passage_id, 0.0) + weight * stretched
    return _ranked(scores)


def reciprocal_rank(dense: Sequence[Hit], lexical: Sequence[Hit], *, constant: int = 60) -> list[Hit]:
    """Hits of either list, by the sum of 1 / (constant + rank), ranks from 1; best first, ties by id.

    Scaled so that the first of both lists has 1, like the best possible score of `min_max`.

    >>> hits = [Hit(passage_id=1, score=0.9), Hit(passage_id=2, score=0.5)]
    >>> [(hit.passage_id, round(hit.score, 3)) for hit in reciprocal_rank(hits, hits[:1])]
    [(1, 1.0), (2, 0.492)]

    Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009).
    """
    scores: dict[int, float] = {}
    for hits in (dense, lexical):
        for rank, hit in enumerate(hits, start=1):
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + (constant + 1) / (2 * (constant + rank))
    return _ranked(scores)


def _stretched(hits: Sequence[Hit]) -> dict[int, float]:
    if not hits:
        return {}
    low, high = min(hit.score for hit in hits), max(hit.score for hit in hits)
    if high == low:
        return {hit.passage_id: 1.0 for hit in hits}
    return {hit.passage_id: (hit.score - low) / (high - low) for hit in hits}


def _ranked(scores: dict[int, float]) -> list[Hit]:
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(passage_id=passage_id, score=score) for passage_id, score in ranked]


_PRONOUN_FIRST = re.compile(
    r"(?:(?:But|And|Yet|Still|Then|Also|Later|Earlier|However|Instead|Asked[^,]*),? )?"
    rf"{one_of(POINTING_BACK - {'that'})}\b",
    re.IGNORECASE,
)
_N_JOINED = 16
"""Passages, the best first, of which a quotation is followed over the border."""
_N_BACK = 6
_N_SIGNED = 8
"""Most words of a line that signs a letter."""
