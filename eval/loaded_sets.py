"""A public set read: its rows as documents, cases and pairs.

Each row falls into the half that `eval.halves` says. Gold evidence is looked up in its gold documents as it is; what
cannot be found is counted and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from eval.cases import (
    Case,
    CorpusDocument,
    DataError,
    DataFile,
    GoldSpan,
    Pair,
    Row,
    Split,
    check_gold,
    data_hash,
    read_file,
)
from eval.data_sets import CORPUS, DATA_SETS, PAIRS, POOLED, QUERIES, Kind, missing_files
from eval.halves import halves, pair_groups, question_groups
from rag import Span, Turn, VerdictLabel

__all__ = ["LoadedSet", "MissingEvidence", "check_evidence", "in_stored_texts", "load", "occurrences", "pooled"]


class MissingEvidence(NamedTuple):
    """A gold evidence string that stands in none of its gold documents as it is; no span is made up for it."""

    case_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSet:
    """A set as it was read.

    corpus: documents by id, in the order of the file. cases, pairs: in the order of their files.
    n_evidence: gold evidence strings, found or not.
    data_hash: of the files read, for the run record.
    """

    name: str
    corpus: Mapping[str, CorpusDocument]
    cases: tuple[Case, ...]
    pairs: tuple[Pair, ...]
    n_evidence: int
    missing_evidence: tuple[MissingEvidence, ...]
    data_hash: str


def load(name: str, folder: Path) -> LoadedSet:
    """The set of this name as it lies in the folder; `pooled` is all sets together that are there.

    Raises:
        DataError: no set has this name, no set is there to pool, a file is missing, cut off, empty or not of the
            expected form, or a gold document is not in the corpus.
    """
    if name == POOLED:
        searched = [each for each in DATA_SETS.values() if CORPUS in each.files and Kind.RETRIEVAL in each.kinds]
        there = [each.name for each in searched if not missing_files(each, folder)]
        return pooled([load(each, folder) for each in there])
    if name not in DATA_SETS:
        raise DataError(name, f"no set has this name - name one of {', '.join(DATA_SETS)}, {POOLED}")
    files = {file: read_file(folder / name / file) for file in DATA_SETS[name].files}
    corpus = {row.text("id"): _document(row) for row in _rows_of(files, CORPUS)}
    questions, pair_rows = _rows_of(files, QUERIES), _rows_of(files, PAIRS)
    splits = halves([*(question_groups(row) for row in questions), *pair_groups(pair_rows, questions)])
    cases: list[Case] = []
    missing: list[MissingEvidence] = []
    for row, split in zip(questions, splits, strict=False):
        case, unfound = _case(row, corpus=corpus, split=split)
        cases.append(case)
        missing.extend(unfound)
    check_gold(cases, corpus)
    return LoadedSet(
        name=name,
        corpus=MappingProxyType(corpus),
        cases=tuple(cases),
        pairs=tuple(_pair(row, split) for row, split in zip(pair_rows, splits[len(questions) :], strict=True)),
        n_evidence=sum(len(row.texts("gold_evidence")) for row in questions),
        missing_evidence=tuple(missing),
        data_hash=data_hash(list(files.values())),
    )


def check_evidence(loaded: LoadedSet) -> None:
    """Nothing, when every gold evidence string stands in a gold document of its case.

    Raises:
        DataError: one does not; the first of them is named.
    """
    if loaded.missing_evidence:
        first = loaded.missing_evidence[0]
        raise DataError(
            f"{loaded.name}, case {first.case_id}",
            f"its gold evidence {first.text[:60]!r} stands in none of its gold documents as it is (so do "
            f"{len(loaded.missing_evidence)} of {loaded.n_evidence} in this set) - get corpus and questions from one "
            "version, or mend the evidence",
        )


def pooled(sets: Sequence[LoadedSet]) -> LoadedSet:
    """All corpora as one, with the cases that search them; every id begins with its set, as in `squad2:Normans_0`.

    Small corpora flatter retrieval; here each question has the documents of all other sets against it. Pairs are left
    out, since they search nothing. Each case stays in its half.

    Raises:
        DataError: there is no set with a corpus.
    """
    searched = [each for each in sets if each.corpus]
    if not searched:
        raise DataError(POOLED, "no set with a corpus is there - set EVAL_DATA to the folder that holds the sets")
    corpus = {
        f"{each.name}:{document.id}": replace(document, id=f"{each.name}:{document.id}")
        for each in searched
        for document in each.corpus.values()
    }
    return LoadedSet(
        name=POOLED,
        corpus=MappingProxyType(corpus),
        cases=tuple(_prefixed(case, f"{each.name}:") for each in searched for case in each.cases),
        pairs=(),
        n_evidence=sum(each.n_evidence for each in searched),
        missing_evidence=tuple(
            MissingEvidence(f"{each.name}:{missing.case_id}", missing.text)
            for each in searched
            for missing in each.missing_evidence
        ),
        data_hash=data_hash([DataFile(each.name, (), each.data_hash) for each in searched]),
    )


def in_stored_texts(loaded: LoadedSet, texts: Mapping[str, str]) -> LoadedSet:
    """The set with the texts as a store holds them, and its gold spans where they stand in those.

    Readers normalise what they read, which moves positions in a few texts of the web. A span of a changed text is
    looked up again by the characters it covers; one that no longer stands there is counted as missing evidence.

    texts: by id; a document that is not in it keeps its text.
    """
    changed = {name for name, text in texts.items() if name in loaded.corpus and loaded.corpus[name].text != text}
    cases: list[Case] = []
    missing = list(loaded.missing_evidence)
    for case in loaded.cases:
        gold, lost = _moved(case.gold_spans, loaded.corpus, changed, texts)
        distractors, _ = _moved(case.distractor_spans, loaded.corpus, changed, texts)
        missing.extend(MissingEvidence(case.id, evidence) for evidence in lost)
        cases.append(replace(case, gold_spans=gold, distractor_spans=distractors))
    corpus = {name: replace(document, text=texts.get(name, document.text)) for name, document in loaded.corpus.items()}
    return replace(
        loaded, corpus=MappingProxyType(corpus), cases=tuple(cases), missing_evidence=tuple(dict.fromkeys(missing))
    )


def _moved(
    spans: Iterable[GoldSpan], corpus: Mapping[str, CorpusDocument], changed: AbstractSet[str], texts: Mapping[str, str]
) -> tuple[tuple[GoldSpan, ...], list[str]]:
    """Where the words of the spans stand in the stored texts, and the words that no longer do."""
    kept: set[GoldSpan] = set()
    lost = []
    for document_id, span in spans:
        if document_id not in changed:
            kept.add(GoldSpan(document_id, span))
            continue
        words = span.slice(corpus[document_id].text)
        found = occurrences(words, texts[document_id])
        kept.update(GoldSpan(document_id, each) for each in found)
        lost.extend([] if found else [words])
    return tuple(sorted(kept)), lost


def occurrences(evidence: str, text: str) -> tuple[Span, ...]:
    """Every place where the evidence stands in the text exactly as it is, by start; none for blank evidence.

    >>> [(span.start, span.end) for span in occurrences("He won.", "He won. They lost. He won.")]
    [(0, 7), (19, 26)]
    """
    if not evidence.strip():
        return ()
    return tuple(
        Span(start=match.start(), end=match.start() + len(evidence))
        for match in re.finditer(f"(?={re.escape(evidence)})", text)
    )


def _rows_of(files: Mapping[str, DataFile], name: str) -> tuple[Row, ...]:
    return files[name].rows if name in files else ()


def _document(row: Row) -> CorpusDocument:
    return CorpusDocument(
        id=row.text("id"), title=row.text("title").strip(), text=row.text("text"), metadata=row.notes("meta")
    )


def _case(row: Row, *, corpus: Mapping[str, CorpusDocument], split: Split) -> tuple[Case, tuple[MissingEvidence, ...]]:
    """The case of one question, and which of its evidence was not found."""
    gold_documents = tuple(dict.fromkeys(row.texts("gold_docs")))
    gold_spans, missing = _places(row.texts("gold_evidence"), gold_documents, corpus)
    distractor_spans, _ = _places(row.texts("distractors", is_optional=True), gold_documents, corpus)
    case = Case(
        id=row.text("id"),
        question=row.text("text"),
        history=_turns(row.rows("history")),
        answerable=row.truth("answerable"),
        gold_documents=gold_documents,
        gold_spans=gold_spans,
        gold_answers=row.texts("answers"),
        split=split,
        type=row.text("type"),
        context_document=row.notes("meta").get("context_doc", ""),
        distractor_spans=distractor_spans,
    )
    return case, tuple(MissingEvidence(case.id, evidence) for evidence in missing)


def _places(
    evidence: Iterable[str], document_ids: Sequence[str], corpus: Mapping[str, CorpusDocument]
) -> tuple[tuple[GoldSpan, ...], list[str]]:
    """Every place of these texts in these documents, and the texts that have none."""
    places: set[GoldSpan] = set()
    missing = []
    for text in evidence:
        found = [
            GoldSpan(document_id, span)
            for document_id in document_ids
            if document_id in corpus
            for span in occurrences(text, corpus[document_id].text)
        ]
        places.update(found)
        missing.extend([] if found else [text])
    return tuple(sorted(places)), missing


def _turns(remarks: Iterable[Row]) -> tuple[Turn, ...]:
    """Questions with the answers that follow them.

    A question without an answer gets an empty one (`rewrite` has conversations without the replies), and so does the
    topic that opens a conversation; an answer without a question gets an empty question.
    """
    turns: list[Turn] = []
    for remark in remarks:
        role, text = remark.text("role"), remark.text("text")
        if role in ("user", "topic"):
            turns.append(Turn(question=text, answer=""))
        elif role != "assistant":
            raise DataError(
                remark.place, f"the role {role!r} is none of user, assistant, topic - bring it to the expected form"
            )
        elif turns and not turns[-1].answer:
            turns[-1] = replace(turns[-1], answer=text)
        else:
            turns.append(Turn(question="", answer=text))
    return tuple(turns)


def _pair(row: Row, split: Split) -> Pair:
    label = row.text("label")
    if label not in set(VerdictLabel):
        raise DataError(
            row.place, f"the label {label!r} is none of {', '.join(VerdictLabel)} - bring it to the expected form"
        )
    return Pair(
        id=row.text("id"),
        premise=row.text("premise"),
        claim=row.text("claim"),
        label=VerdictLabel(label),
        source=row.text("source"),
        split=split,
    )


def _prefixed(case: Case, prefix: str) -> Case:
    return replace(
        case,
        id=prefix + case.id,
        gold_documents=tuple(prefix + document_id for document_id in case.gold_documents),
        gold_spans=tuple(GoldSpan(prefix + gold.document_id, gold.span) for gold in case.gold_spans),
        distractor_spans=tuple(GoldSpan(prefix + each.document_id, each.span) for each in case.distractor_spans),
        context_document=case.context_document and prefix + case.context_document,
    )
