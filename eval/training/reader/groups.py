"""Questions beside the sentences of the passage they were asked of, from the training pairs and the public sets.

`answer_pairs` and `natural_passages` of the folder `train` are learned from whole, but for the articles that are kept
back to choose by; of the public sets only what `eval.training.verifier.data.parts` gives to training. What shares a
question, or a sentence of eight words, with a row that is kept back or reported is left out.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from types import MappingProxyType

from eval.cases import Case, CorpusDocument, DataError
from eval.training.verifier.data.examples import Answering
from eval.training.verifier.data.parts import Held, Part
from eval.training.verifier.data.questions import Questions, hold_questions, read_questions, training_pages
from rag import Span, sentence_spans
from rag.model.evidence import words_of

__all__ = [
    "READ_SETS",
    "Group",
    "groups_elsewhere",
    "groups_of_set",
    "is_kept_back",
    "kept_back_questions",
    "training_groups",
]

READ_SETS: Mapping[str, int] = MappingProxyType({"squad2": 2, "qed": 1, "clapnq": 1, "timeqa": 2, "multihoprag": 1})
"""Set with questions that the reader may learn from → bits of `parts`: the small ones keep back half."""

_UNORDERED = ("qamr", "squad1-nqg", "squad2-unansq-aligned")
"""Sources whose sentences are not in the order of a text; the answering one comes first there."""
_LEFT_OUT = ("onestopqa",)
"""Kept for testing."""
_N_OF_A_QUARTER = 8000
"""Questions of `qamr`: many lean on a context that is not given, so a quarter is enough."""
_MIN_OVERLAP = 3
"""Characters that a sentence shares with a gold span before it counts as gold."""
_N_ELSEWHERE = 4
"""Other documents beside which a training question is shown."""
_TITLED = {"squadshifts-new_wiki": "ss-new_wiki-", "squadshifts-new_wiki-nearmiss": "ss-new_wiki-", "selqa": "selqa-"}
"""Source → what stands before the title in the name of its groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One question beside sentences in the order of their text.

    heading: what stands above them; empty when nothing is known. answering: one for each sentence.
    answers: texts that answer, where they are known. name: of the document, the same for all its questions.
    original: of a question that was changed, the one that the sentences answer.
    """

    question: str
    heading: str
    sentences: tuple[str, ...]
    answering: tuple[Answering, ...]
    source: str
    name: str
    answers: tuple[str, ...] = ()
    original: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether one of the sentences answers."""
        return Answering.YES in self.answering


def is_kept_back(name: str) -> bool:
    """Whether the document of a training row is kept back to choose by, as one in ten is."""
    return hashlib.sha256(f"kept back {name}".encode("utf-8", "surrogatepass")).digest()[0] % 10 == 0


def training_groups(data: Path, *, seed: int) -> Iterator[Group]:
    """All there is to learn from, in the folder of the public sets, source after source.

    Raises:
        DataError: a file is missing or not of the expected form.
    """
    sets = {name: read_questions(name, data, n_bits=n_bits) for name, n_bits in READ_SETS.items()}
    held = Held()
    for questions in sets.values():
        hold_questions(questions, held)
    of_train = (*_pair_groups(data, seed=seed), *_natural_groups(data))
    for group in of_train:
        if not is_kept_back(group.name) and not held.has(group.question, group.sentences):
            yield group
    for questions in sets.values():
        yield from groups_of_set(questions, Part.TRAIN)
        yield from groups_elsewhere(questions)


def kept_back_questions(data: Path) -> Iterator[Group]:
    """What the choice between trainings is made on: the whole passages and sets' rows that none learns from."""
    yield from (group for group in _natural_groups(data) if is_kept_back(group.name))
    for name, n_bits in READ_SETS.items():
        yield from groups_of_set(read_questions(name, data, n_bits=n_bits), Part.CALIBRATE)


def groups_of_set(questions: Questions, part: Part) -> Iterator[Group]:
    """Each question of that part beside each document it is about; several documents give several groups."""
    corpus = questions.loaded.corpus
    pages = {name: _Page(document) for name, document in corpus.items()}
    for case, its_part in zip(questions.loaded.cases, questions.parts, strict=True):
        if its_part is not part or case.history:
            continue
        for name in dict.fromkeys((*case.gold_documents, case.context_document)):
            if name in pages:
                yield _group_of(case, pages[name], questions.loaded.name)


def groups_elsewhere(questions: Questions) -> Iterator[Group]:
    """Each training question beside other documents that share its rare words, as a search brings them."""
    loaded = questions.loaded
    pages = [_Page(loaded.corpus[name]) for name in training_pages(questions)]
    words_of_page = [set(words_of(" ".join((page.heading, *page.sentences)))) for page in pages]
    counts = Counter(word for words in words_of_page for word in words)
    for case, part in zip(loaded.cases, questions.parts, strict=True):
        if part is not Part.TRAIN or case.history:
            continue
        asked = set(words_of(case.question))
        own = {*case.gold_documents, case.context_document}
        scores = [sum(1 / counts[word] for word in asked & words) for words in words_of_page]
        for position in sorted(range(len(pages)), key=lambda each: -scores[each])[: _N_ELSEWHERE + len(own)]:
            page = pages[position]
            if page.name not in own and not _holds_answer(case, page):
                answering = (Answering.NO,) * len(page.sentences)
                yield _group(case, page, answering, f"{loaded.name}-other")


def _holds_answer(case: Case, page: _Page) -> bool:
    text = " ".join(page.sentences).lower()
    return case.answerable and any(answer.strip().lower() in text for answer in case.gold_answers if answer.strip())


class _Page:
    """A document with its sentences, cut as the product cuts them."""

    def __init__(self, document: CorpusDocument) -> None:
        said = document.metadata
        parts = (document.title, said.get("publisher", ""), said.get("author", ""), said.get("published", "")[:10])
        self.name = document.id
        self.heading = ". ".join(filter(None, parts))
        self.spans = [span for span in sentence_spans(document.text) if span.slice(document.text).strip()]
        self.sentences = tuple(" ".join(span.slice(document.text).split()) for span in self.spans)


def _group_of(case: Case, page: _Page, source: str) -> Group:
    gold = [span for document_id, span in case.gold_spans if document_id == page.name]
    answers = [answer.lower() for answer in case.gold_answers if answer.strip()]
    answering = []
    for span, sentence in zip(page.spans, page.sentences, strict=True):
        if any(_is_inside(span, each) for each in gold):
            answering.append(Answering.YES)
        elif case.answerable and (not gold or any(answer in sentence.lower() for answer in answers)):
            answering.append(Answering.UNKNOWN)
        else:
            answering.append(Answering.NO)
    return _group(case, page, tuple(answering), source)


def _group(case: Case, page: _Page, answering: tuple[Answering, ...], source: str) -> Group:
    return Group(
        question=" ".join(case.question.split()),
        heading=page.heading,
        sentences=page.sentences,
        answering=answering,
        source=source,
        name=page.name,
        answers=case.gold_answers,
    )


def _is_inside(sentence: Span, gold: Span) -> bool:
    return min(sentence.end, gold.end) - max(sentence.start, gold.start) >= _MIN_OVERLAP


def _rows(path: Path) -> Iterator[dict[str, object]]:
    try:
        with lzma.open(path, "rt", encoding="utf-8") as file:
            yield from map(json.loads, file)
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise DataError(str(path), f"{error} - EVAL_DATA needs its folder `train`") from error


def _pair_groups(data: Path, *, seed: int) -> Iterator[Group]:
    random = Random(f"{seed}:pairs")  # noqa: S311  draws a sample, guards no secret
    n_of_a_quarter = 0
    rows = _rows(data / "train" / "answer_pairs.jsonl.xz")
    for (source, name, question), of_question in groupby(rows, key=lambda row: (row["src"], row["group"], row["q"])):
        if source in _LEFT_OUT:
            continue
        if source == "qamr":
            n_of_a_quarter += 1
            if n_of_a_quarter > _N_OF_A_QUARTER:
                continue
        label_by_sentence: dict[str, Answering] = {}
        for row in of_question:
            sentence = " ".join(str(row["s"]).split())
            label = Answering.YES if row["y"] else Answering.NO
            label_by_sentence[sentence] = max(label, label_by_sentence.get(sentence, label))
        pairs = list(label_by_sentence.items())
        if source in _UNORDERED or str(source).endswith("nearmiss"):
            random.shuffle(pairs)
        before = _TITLED.get(str(source))
        yield Group(
            question=" ".join(str(question).split()),
            heading=str(name).removeprefix(before).replace("_", " ") if before else "",
            sentences=tuple(sentence for sentence, _ in pairs),
            answering=tuple(label for _, label in pairs),
            source=str(source),
            name=str(name),
        )


def _natural_groups(data: Path) -> Iterator[Group]:
    for row in _rows(data / "train" / "natural_passages.jsonl.xz"):
        passage = str(row["passage"])
        evidence = _texts(row["gold_evidence"])
        gold = [Span(start=at, end=at + len(each)) for each in evidence if (at := passage.find(each)) >= 0]
        if row["answerable"] and not gold:
            continue
        spans = [span for span in sentence_spans(passage) if span.slice(passage).strip()]
        yield Group(
            question=" ".join(str(row["question"]).split()),
            heading=str(row["title"]),
            sentences=tuple(" ".join(span.slice(passage).split()) for span in spans),
            answering=tuple(
                Answering.YES if any(_is_inside(span, each) for each in gold) else Answering.NO for span in spans
            ),
            source=f"natural-{row['set']}",
            name=str(row["group"]),
        )


def _texts(value: object) -> Sequence[str]:
    return [str(each) for each in value] if isinstance(value, Iterable) else ()
