"""Which sentence answers: questions beside sentences of the paragraph that answers them, and of others that do not.

A question that its paragraph does not answer was written to look as if it did, so its paragraph is the best negative
there is. A sentence that is not gold and yet holds the answer is left without a label. Claims of `fever`, `scifact` and
`wice` teach the same, and what a verdict is when the sentence that settles it is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import MappingProxyType

from eval.cases import Case, Split, read_file
from eval.halves import half, question_groups
from eval.loaded_sets import LoadedSet, load
from eval.mutations.names import changed_names
from eval.mutations.quantities import changed_dates, changed_numbers
from eval.mutations.records import FaithfulClaim
from eval.training.verifier.data.claims import split_sentences
from eval.training.verifier.data.examples import Answering, Example, Target, plain
from eval.training.verifier.data.parts import Held, Part, parts
from rag import sentence_spans
from rag.model.evidence import words_of

__all__ = [
    "EVIDENCE_SETS",
    "QUESTION_SETS",
    "Questions",
    "hold_questions",
    "question_examples",
    "read_questions",
    "spare_pages",
    "training_pages",
]

QUESTION_SETS: Mapping[str, int] = MappingProxyType({"squad2": 3, "qed": 3})
"""Set with questions that may be learned from → bits of `parts`."""
EVIDENCE_SETS: Mapping[str, int] = MappingProxyType({"fever": 3, "scifact": 2, "wice": 2})
"""Set with claims and the pages they are about → bits of `parts`, as in `CLAIM_SETS`."""

_TARGETS = {
    "supported": Target.SUPPORTED,
    "support": Target.SUPPORTED,
    "contradicted": Target.CONTRADICTED,
    "contradict": Target.CONTRADICTED,
    "partially_supported": Target.REFUSED,
}
MAX_WORDS = 100
MAX_SENTENCES = 8
N_OTHER_DOCUMENTS = 3
_MIN_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """A set as it was loaded, with the part of each of its cases."""

    loaded: LoadedSet
    parts: tuple[Part, ...]


class _Page:
    """A document cut into sentences, each with its words."""

    def __init__(self, text: str) -> None:
        spans = [span for span in sentence_spans(text) if len(span.slice(text).split()) >= _MIN_WORDS]
        self.spans = spans
        self.sentences = [plain(span.slice(text)) for span in spans]
        self.words = {word for sentence in self.sentences for word in words_of(sentence)}


def read_questions(name: str, folder: Path, *, n_bits: int) -> Questions:
    """The set, with a share of its tune half kept back.

    Raises:
        DataError: a file of the set is missing or not of the expected form.
    """
    loaded = load(name, folder)
    groups = [question_groups(row) for row in read_file(folder / name / "queries.jsonl").rows]
    return Questions(loaded=loaded, parts=tuple(parts(groups, n_bits=n_bits)))


def hold_questions(questions: Questions, held: Held) -> None:
    """Remember the questions that are kept back or reported, and the documents they are about."""
    corpus = questions.loaded.corpus
    for case, part in zip(questions.loaded.cases, questions.parts, strict=True):
        if part is not Part.TRAIN:
            names = {*case.gold_documents, *filter(None, [case.context_document])} & corpus.keys()
            held.hold(plain(case.question), [s for name in names for s in split_sentences(corpus[name].text)])


def question_examples(questions: Questions, held: Held, *, seed: int) -> Iterator[Example]:
    """Windows of sentences around the gold ones, without them, and of documents with the same words."""
    loaded = questions.loaded
    pages = {name: _Page(document.text) for name, document in loaded.corpus.items()}
    usable = training_pages(questions)
    for case, part in zip(loaded.cases, questions.parts, strict=True):
        if part is Part.TRAIN and not held.has(plain(case.question), ()):
            random = Random(f"{seed}:{case.id}")  # noqa: S311  draws a sample, guards no secret
            yield from _of_case(case, loaded, pages=pages, usable=usable, random=random)


def training_pages(questions: Questions) -> list[str]:
    """Documents that no case kept back or reported is about."""
    barred: set[str] = set()
    used: set[str] = set()
    for case, part in zip(questions.loaded.cases, questions.parts, strict=True):
        names = {*case.gold_documents, *filter(None, [case.context_document])}
        (used if part is Part.TRAIN and case.split is Split.TUNE else barred).update(names)
    return sorted((used - barred) & questions.loaded.corpus.keys())


def spare_pages(questions: Questions) -> list[str]:
    """Documents that no case is about and whose own id falls into the tune half."""
    named = {
        name
        for case in questions.loaded.cases
        for name in (*case.gold_documents, *filter(None, [case.context_document]))
    }
    return sorted(name for name in questions.loaded.corpus if name not in named and half(name) is Split.TUNE)


def _of_case(
    case: Case, loaded: LoadedSet, *, pages: Mapping[str, _Page], usable: Sequence[str], random: Random
) -> Iterator[Example]:
    question = plain(case.question)
    own = [name for name in (*case.gold_documents, case.context_document) if name in pages]
    gold = defaultdict(set)
    for document_id, span in case.gold_spans:
        for number, sentence in enumerate(pages[document_id].spans):
            if sentence.overlaps(span):
                gold[document_id].add(number)
    for name in dict.fromkeys(own):
        labels = _labels(case, pages[name], gold[name], is_own=True)
        yield from _windows(question, pages[name], labels, case=case, set_name=loaded.name, random=random)
        if case.answerable and loaded.name in QUESTION_SETS:
            yield from _altered(case, pages[name], random=random)
    if loaded.name not in QUESTION_SETS:
        return
    words = set(words_of(question))
    others = sorted((name for name in usable if name not in own), key=lambda name: -len(words & pages[name].words))
    for name in others[:N_OTHER_DOCUMENTS]:
        labels = _labels(case, pages[name], set(), is_own=False)
        window = _window(pages[name], random.randrange(len(labels)), random)
        yield _example(question, pages[name], labels, window, case=case, source=f"{loaded.name}-other")


def _labels(case: Case, page: _Page, gold: set[int], *, is_own: bool) -> list[Answering]:
    answers = [plain(answer).lower() for answer in case.gold_answers if answer.strip()]
    labels = []
    for number, sentence in enumerate(page.sentences):
        has_answer = any(answer in sentence.lower() for answer in answers)
        if number in gold:
            labels.append(Answering.YES)
        elif (is_own and case.answerable and not gold) or (has_answer and case.answerable):
            labels.append(Answering.UNKNOWN)
        else:
            labels.append(Answering.NO)
    return labels


def _windows(
    question: str, page: _Page, labels: Sequence[Answering], *, case: Case, set_name: str, random: Random
) -> Iterator[Example]:
    """Around each gold sentence, one gold sentence alone, and one place without any."""
    gold = [number for number, label in enumerate(labels) if label is Answering.YES]
    rest = [number for number, label in enumerate(labels) if label is Answering.NO]
    for number in gold:
        yield _example(question, page, labels, _window(page, number, random), case=case, source=set_name)
    if gold and set_name in QUESTION_SETS:
        number = random.choice(gold)
        yield _example(question, page, labels, range(number, number + 1), case=case, source=set_name)
        if rest:
            number = random.choice(rest)
            yield _example(question, page, labels, range(number, number + 1), case=case, source=f"{set_name}-none")
    if rest:
        window = _window(page, random.choice(rest), random, without=frozenset(gold))
        if not any(number in window for number in gold):
            yield _example(question, page, labels, window, case=case, source=f"{set_name}-none")
    if not gold and rest:
        yield _example(
            question, page, labels, _window(page, random.choice(rest), random), case=case, source=f"{set_name}-none"
        )


def _altered(case: Case, page: _Page, *, random: Random) -> Iterator[Example]:
    """The question with another name, date or number, which its paragraph no longer answers."""
    text = " ".join(page.sentences)
    question = plain(case.question)
    whole = _as_claim(question, text)
    for change in (changed_names, changed_dates, changed_numbers):
        for made in change(whole, random):
            labels = [Answering.NO] * len(page.sentences)
            window = _window(page, random.randrange(len(labels)), random)
            yield _example(made.text, page, labels, window, case=replace(case, answerable=False), source="altered")
            return


def _as_claim(question: str, text: str) -> FaithfulClaim:
    """The question in the form that the mutation engine edits, with its paragraph as the evidence."""
    whole = f"{text} "
    return FaithfulClaim(
        id=question, text=question, document_id=question, document_text=whole, cited=tuple(sentence_spans(whole))
    )


def _window(page: _Page, number: int, random: Random, *, without: frozenset[int] = frozenset()) -> range:
    """Neighbouring sentences with this one among them, at most `MAX_SENTENCES` and `MAX_WORDS` if it is shorter."""
    n_sentences = random.randint(1, MAX_SENTENCES)
    start = stop = number
    n_words = len(page.sentences[number].split())
    sides = ["left", "right"] * MAX_SENTENCES
    random.shuffle(sides)
    for side in sides:
        added = start - 1 if side == "left" else stop + 1
        if stop - start + 1 >= n_sentences or added < 0 or added >= len(page.sentences) or added in without:
            continue
        n_words += len(page.sentences[added].split())
        if n_words > MAX_WORDS:
            break
        start, stop = min(start, added), max(stop, added)
    return range(start, stop + 1)


def _example(text: str, page: _Page, labels: Sequence[Answering], window: range, *, case: Case, source: str) -> Example:
    chosen = tuple(labels[number] for number in window)
    target = Target.UNKNOWN
    if case.type in _TARGETS:  # a claim
        target = _TARGETS[case.type] if Answering.YES in chosen else Target.UNSUPPORTED
    elif case.type in ("not_enough_info", "not_supported"):
        target = Target.UNSUPPORTED
    return Example(
        text=text, sentences=tuple(page.sentences[number] for number in window), target=target, answering=chosen,
        source=source,
    )  # fmt: skip
