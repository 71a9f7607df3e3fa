"""Retrieval, answering with citations, and abstention: one question over a corpus measures all three.

A case with gold spans scores evidence and citations; one that marks documents only scores documents; one with gold
answers scores the words of the answer; and each, answerable or not, scores whether it was answered. A case that fails
scores as a wrong answer does. Definitions are in `eval.metrics`.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress

from eval.cases import Case, CorpusDocument, DataError, Split
from eval.corpus_files import SUFFIXES, file_of, source_of
from eval.loaded_sets import LoadedSet, in_stored_texts
from eval.metrics.answer_match import contains, exact_match, with_words, word_f1
from eval.metrics.citation_overlap import Located, Place, grouped_citation_scores, is_match
from eval.metrics.citation_support import SupportedClaim, citation_support
from eval.metrics.cited_words import WORDS, word_counts
from eval.metrics.figure import UNDEFINED, Figure, share
from eval.metrics.ranking import ndcg_at_k, recall_at_k
from eval.metrics.span_validity import validity_counts
from eval.metrics.speaker import speaker_counts
from eval.metrics.verification import ScoredPair
from eval.metrics.whole_quotations import cuts_quotation, quotations
from eval.outcomes import Outcome, Quoted, Status, failed
from eval.tasks.task import OF_THE_RUN, Trial
from rag import Answer, Assistant, RagError

__all__ = ["AnsweringTask", "add_corpus", "case_trials"]

N_RANKED = 50
"""Sentences in the ranking that is measured; an answer considers fewer."""
N_STORED = 10
NO_SPEAKERS: Mapping[Place, str] = MappingProxyType({})
SPEAKER = "speaker"
"""Type of the questions that ask what somebody said."""


class AnsweringTask:
    """The questions of a set, asked over its corpus."""

    def __init__(self, loaded: LoadedSet, *, speakers: Mapping[Place, str] = NO_SPEAKERS) -> None:
        """speakers: who says what, labelled by hand, for sets that measure it."""
        self.name = loaded.name
        self.data_hash = loaded.data_hash
        self._loaded = loaded
        self._speakers = speakers

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """Add the corpus, and give one trial for each question."""
        corpus_ids = add_corpus(assistant, self._loaded.corpus, documents)
        texts = {corpus_id: assistant.document(document_id).text for document_id, corpus_id in corpus_ids.items()}
        cases = in_stored_texts(self._loaded, texts).cases
        return case_trials(assistant, cases, corpus_ids, split, speakers=self._speakers)


def _all_documents(_: Case) -> str:
    return ""


def case_trials(
    assistant: Assistant,
    cases: Sequence[Case],
    corpus_ids: Mapping[str, str],
    split: Split | None,
    *,
    speakers: Mapping[Place, str] = NO_SPEAKERS,
    asked_of: Callable[[Case], str] = _all_documents,
) -> list[Trial]:
    """One trial for each case of the half, over documents that have been added.

    corpus_ids: what the cases call a document, by its id in the store. asked_of: the only document that a case is asked
        of, as the cases call it; where there is one, words are counted too.
    """
    texts = {document_id: assistant.document(document_id).text for document_id in corpus_ids}
    asking = _Asking(assistant, corpus_ids, texts, speakers, asked_of)
    return [Trial(case.id, partial(asking.outcome, case)) for case in cases if split in (None, case.split)]


def add_corpus(assistant: Assistant, corpus: Mapping[str, CorpusDocument], folder: Path) -> dict[str, str]:
    """Add every document as a file in `folder`; corpus id by document id.

    A store that was made while its folder stood elsewhere names its documents by their old paths; these are removed,
    and so are files of a corpus that was written in another way.

    Raises:
        DataError: the assistant cannot read one of them.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - sources are made so, without resolving links
    folder.mkdir(parents=True, exist_ok=True)
    corpus_id_by_source = {}
    files = dict(file_of(document, number) for number, document in enumerate(corpus.values()))
    for path in folder.iterdir():
        if path.suffix in SUFFIXES and path.name not in files:
            path.unlink()
    for document, (name, content) in zip(corpus.values(), files.items(), strict=True):
        path = folder / name
        if not path.exists():  # and then it is whole: a run that is cut off leaves no half of one
            begun = path.with_suffix(f".part{os.getpid()}")
            begun.write_text(content, encoding="utf-8", errors="replace", newline="")
            begun.replace(path)
        corpus_id_by_source[source_of(path)] = document.id
    moved = [info.source for info in assistant.documents() if info.source not in corpus_id_by_source]
    if moved:
        assistant.remove(moved)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("adding documents", total=len(corpus))
        report = assistant.add([folder], on_progress=lambda progress: bar.update(task, completed=progress.n_done))
    for source, reason in ((failure.source, failure.reason) for failure in report.failed):
        raise DataError(f"document {corpus_id_by_source.get(source, source)}", reason)
    return {info.id: corpus_id_by_source[info.source] for info in assistant.documents()}


class _Asking:
    """Asks one case after another over a corpus that has been added."""

    def __init__(
        self,
        assistant: Assistant,
        corpus_ids: Mapping[str, str],
        texts: Mapping[str, str],
        speakers: Mapping[Place, str],
        asked_of: Callable[[Case], str],
    ) -> None:
        self._speakers = speakers
        self._asked_of = asked_of
        self._source_of = {corpus_ids[info.id]: info.source for info in assistant.documents()}
        self._assistant = assistant
        self._corpus_ids = corpus_ids
        self._texts = texts
        self._corpus_texts = {corpus_ids[document_id]: text for document_id, text in texts.items()}

    def outcome(self, case: Case) -> Outcome:
        """What became of this case."""
        gold = self._gold_groups(case)
        document = self._asked_of(case)
        sources = (self._source_of[document],) if document else ()
        try:
            answer = self._assistant.ask(case.question, history=case.history, sources=sources)
            found = partial(self._assistant.retrieve, case.question, k=N_RANKED, sources=sources)
            ranked = answer.evidence if case.history else found()
            support = self._support(answer)
        except OF_THE_RUN:
            raise
        except RagError as error:
            return failed(
                case.id,
                case.question,
                is_positive=case.answerable,
                scores=_scores(case, gold, _Seen(is_failed=True)) | self._words(case, document, ()),
                error=error,
                kind=case.type,
            )
        seen = _Seen(
            ranking=self._places(ranked),
            cited=self._places(answer.citations),
            answer_text=" ".join(verified.claim.text for verified in answer.claims),
            first_quote=ranked[0].quote if ranked else "",
            is_answered=bool(answer.claims),
        )
        scores = _scores(case, gold, seen) | support | self._wrong_speaker(case, seen) | self._cuts(answer)
        scores |= self._words(case, document, seen.cited)
        return Outcome(
            case_id=case.id,
            question=case.question,
            status=Status(answer.status.value),
            scores=scores,
            judgement=ScoredPair(case.answerable, seen.is_answered, answer.trace.answerability),
            loss=_loss(case, scores, seen),
            text=answer.text,
            citations=tuple(
                Quoted(place, citation.quote) for place, citation in zip(seen.cited, answer.citations, strict=True)
            ),
            evidence=seen.ranking[:N_STORED],
            n_invalid=validity_counts(answer.citations, self._texts).n_invalid,
            milliseconds=answer.trace.timings_ms,
            notice=answer.trace.notice,
            kind=case.type,
        )

    def _places(self, found: Iterable[Located]) -> tuple[Place, ...]:
        return tuple(Place(self._corpus_ids[each.document_id], each.span) for each in found)

    def _gold_groups(self, case: Case) -> list[list[Place]]:
        """The gold places, those with the same words together: a sentence that stands twice may be cited in either."""
        groups: dict[str, list[Place]] = defaultdict(list)
        for document_id, span in case.gold_spans:
            groups[span.slice(self._corpus_texts[document_id])].append(Place(document_id, span))
        return list(groups.values())

    def _words(self, case: Case, document: str, cited: Sequence[Place]) -> dict[str, float]:
        if not document:
            return {}
        gold = [span for document_id, span in case.gold_spans if document_id == document]
        counts = word_counts(self._corpus_texts[document], [place.span for place in cited], gold)
        return dict(zip(WORDS, counts, strict=True))

    def _support(self, answer: Answer) -> dict[str, float]:
        claims = [
            SupportedClaim(verified.claim.text, tuple(citation.quote for citation in verified.claim.citations))
            for verified in answer.claims
        ]
        support = citation_support(claims, self._assistant.verify)
        return _defined({"support_recall": support.recall, "support_precision": support.precision})

    def _cuts(self, answer: Answer) -> dict[str, float]:
        cuts = [
            cuts_quotation(each.span, quotations(self._texts[each.document_id]), shown=verified.claim.text)
            for verified in answer.claims
            for each in verified.claim.citations
        ]
        return _defined({"cut_quotation": share(cuts)})

    def _wrong_speaker(self, case: Case, seen: _Seen) -> dict[str, float]:
        if case.type != SPEAKER:
            return {}
        gold_names = {self._speaker_of(Place(*gold)) for gold in case.gold_spans} - {""}
        counts = speaker_counts(map(self._speaker_of, seen.cited), gold_names)
        return _defined({"wrong_speaker": counts.wrong_rate})

    def _speaker_of(self, place: Place) -> str:
        return next((speaker for said, speaker in self._speakers.items() if is_match(place, said)), "")


class _Seen(NamedTuple):
    """What the assistant gave; the defaults are those of a failure."""

    ranking: tuple[Place, ...] = ()
    cited: tuple[Place, ...] = ()
    answer_text: str = ""
    first_quote: str = ""
    is_answered: bool = False
    is_failed: bool = False


def _scores(case: Case, gold: Sequence[Sequence[Place]], seen: _Seen) -> dict[str, float]:
    """The measures that the case defines, however it ended."""
    if not case.answerable:
        abstained = float(not seen.is_answered and not seen.is_failed)
        premise = {"abstained_false_premise": abstained} if case.type == "false_premise" else {}
        return {"abstained": abstained, "misleading": float(seen.is_answered or seen.is_failed)} | premise
    figures = {
        "answered": Figure(float(seen.is_answered), 1),
        "false_refusal": Figure(float(not seen.is_answered), 1),
        **_citation_figures(gold, seen),
        **_document_figures(case, seen),
    }
    if case.distractor_spans and seen.cited:
        is_misled = any(is_match(seen.cited[0], Place(*each)) for each in case.distractor_spans)
        figures["distractor_first"] = Figure(float(is_misled and not figures["gold_first_cited"].value), 1)
    if gold_answers := with_words(case.gold_answers):
        figures["answer_contains"] = contains(seen.answer_text, gold_answers)
        figures["answer_f1"] = word_f1(seen.answer_text, gold_answers)
        figures["answer_exact"] = exact_match(seen.answer_text, gold_answers)
    if seen.is_answered:
        figures["n_citations"] = Figure(float(len(seen.cited)), 1)
        figures["words_shown"] = Figure(float(len(seen.answer_text.split())), 1)
    return _defined(figures)


def _citation_figures(gold: Sequence[Sequence[Place]], seen: _Seen) -> dict[str, Figure]:
    """Evidence and citations against the gold spans; none when the set marks no sentences."""
    if not gold:
        return {}
    gold_places = [place for group in gold for place in group]
    is_gold = [any(is_match(place, each) for each in gold_places) for place in seen.ranking]
    cited = grouped_citation_scores(seen.cited, gold)
    return {
        "evidence_first": Figure(float(any(is_gold[:1])), 1),
        "evidence_in_5": Figure(float(any(is_gold[:5])), 1),
        "evidence_in_10": Figure(float(any(is_gold[:10])), 1),
        "evidence_recall_10": grouped_citation_scores(seen.ranking[:10], gold).recall,
        "evidence_rank": Figure(1 / (is_gold.index(True) + 1) if any(is_gold) else 0.0, 1),
        "gold_cited": Figure(float(bool(cited.recall.value)), 1),
        "gold_first_cited": Figure(float(any(is_match(seen.cited[0], each) for each in gold_places)), 1)
        if seen.cited
        else UNDEFINED,
        "misleading": Figure(float(seen.is_failed or (seen.is_answered and not cited.recall.value)), 1),
        "citation_recall": cited.recall,
        "citation_precision": cited.precision,
        "citation_f1": cited.f1,
    }


def _document_figures(case: Case, seen: _Seen) -> dict[str, Figure]:
    gain_by_id = dict.fromkeys(case.gold_documents, 1)
    ranked = list(dict.fromkeys(place.document_id for place in seen.ranking))
    recall = recall_at_k(ranked, gain_by_id, k=5)
    return {
        "document_in_5": Figure(float(bool(recall.value)), 1) if recall.n else recall,
        "document_recall_5": recall,
        "document_ndcg_10": ndcg_at_k(ranked, gain_by_id, k=10),
    }


def _loss(case: Case, scores: Mapping[str, float], seen: _Seen) -> float | None:
    """What the answer costs, or would have cost: wrong is one that neither cites a gold sentence nor has the words.

    An abstention is judged by the sentence that would have been cited first. None when nothing says what is right.
    """
    if not case.answerable:
        return 1.0
    gold_answers = with_words(case.gold_answers)
    rights = [scores[key] for key in ("gold_cited" if seen.is_answered else "evidence_first",) if key in scores]
    if gold_answers:
        right = contains(seen.answer_text if seen.is_answered else seen.first_quote, gold_answers)
        rights.append(right.value or 0.0)
    return 1.0 - max(rights) if rights else None


def _defined(figures: Mapping[str, Figure]) -> dict[str, float]:
    return {key: figure.value for key, figure in figures.items() if figure.value is not None}
