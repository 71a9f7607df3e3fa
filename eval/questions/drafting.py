"""Drafts of questions, made by rule from somebody's documents, each with the sentence that answers it.

Two makers: that of the chat's examples (`make_examples`), and what a sentence states (`asked_of`). A draft is
kept when the reader takes its sentence for one of the best answers, so that drafts lean to the easy side: a set that
is worth something also holds questions of people. Questions that nothing answers are drafted from answered ones, with
a speaker or a name of the documents in the place of another one; a person has to confirm those above all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest
from random import Random
from typing import NamedTuple

from eval.questions.files import Gold, Question, State, made_id
from eval.training.verifier.data.asking import asked_of
from rag import Assistant, Span, sentence_spans, utterances_of
from rag.answering.suggestions import make_examples

__all__ = ["UNANSWERABLE", "draft_questions"]

UNANSWERABLE = "unanswerable"
_N_READ = 10
_N_BEST = 2
_LEAST_SCORE = 0.5
"""A draft is kept whose sentence is among the `_N_BEST` of the `_N_READ` best and at least likely to answer it."""
_UNANSWERABLE_SHARE = 0.2
_N_A_DOCUMENT = 200
"""Sentences of one document that drafts are made from; a long one has others to leave room for."""
_ASKS = re.compile(r"(?:When|Where|Who|How many|What|In what (?:year|place)|In which year) (?!said that|also )")
_NOT_ALONE = re.compile(
    r"\b(?:I|me|my|we|us|our|he|him|his|she|her|hers|it|its|they|them|their|this|these|those)\b", re.IGNORECASE
)
_BROKEN = re.compile(r"\b(\w+) \1\b|\bof the that\b|\bdid (?:[\w’'-]+ ){1,4}?(?:is|are|was|were|has|have|had)\b")
"""What the rules make at times and nobody would ask."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_NAME = re.compile(r"(?<=[a-z] )(?:[A-Z][\w’'-]+)(?: [A-Z][\w’'-]+)*")
_FULL_NAME = re.compile(r"(?!(?:The|A|An|Several|Some|Two|Many) )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")
_SAID = re.compile(r"What did (?P<speaker>.+?) say about (?P<topic>.+)\?")


class _Sentence(NamedTuple):
    """A sentence of a document with who says it; empty for nobody."""

    document: str
    text: str
    speaker: str


def draft_questions(
    assistant: Assistant,
    names: Mapping[str, str],
    *,
    n: int,
    seed: int = 0,
    on_draft: Callable[[], object] = lambda: None,
) -> list[Question]:
    """At most `n` drafts over the documents in turn, of which a fifth is not answered; the same for the same seed.

    names: what people call a document, by its id. on_draft: called as each draft is made, which takes a moment.
    """
    sentences = {name: _sentences(assistant.document(each).text, name) for each, name in sorted(names.items())}
    everything = list(chain.from_iterable(sentences.values()))
    vocabulary = {word.lower() for sentence in everything for word in _WORD.findall(sentence.text)}
    made = _in_turn([_candidates(sentences[name], vocabulary, seed) for name in sorted(sentences)])
    n_unanswerable = round(n * _UNANSWERABLE_SHARE)
    answered: dict[str, Question] = {}
    for question in made:
        if len(answered) == n - n_unanswerable:
            break
        if question.question not in answered and _is_found(assistant, question, names):
            answered[question.question] = question
            on_draft()
    unanswered = list(islice(_unanswerable(answered.values(), everything, seed), n_unanswerable))
    for _ in unanswered:
        on_draft()
    return [*answered.values(), *unanswered]


def _sentences(text: str, document: str) -> list[_Sentence]:
    spans = sentence_spans(text)
    said = [(span, found.speaker) for found in utterances_of(text, spans) for span in found.spans if found.speaker]
    return [_Sentence(document, span.slice(text), _speaker(span, said)) for span in spans]


def _speaker(span: Span, said: Iterable[tuple[Span, str]]) -> str:
    return next((who for words, who in said if span.start < words.end and words.start < span.end), "")


def _candidates(sentences: Sequence[_Sentence], vocabulary: Collection[str], seed: int) -> Iterator[Question]:
    """Questions about one document, of both makers in turn, each with its sentence."""
    yield from _in_turn([_example_questions(sentences), _stated_questions(sentences, vocabulary, seed)])


def _example_questions(sentences: Sequence[_Sentence]) -> Iterator[Question]:
    for example in make_examples([(each.text, each.speaker) for each in sentences]):
        yield _draft(example.question, sentences[example.position])


def _stated_questions(sentences: Sequence[_Sentence], vocabulary: Collection[str], seed: int) -> Iterator[Question]:
    random = Random(f"{seed}:{sentences[0].document if sentences else ''}")  # noqa: S311  draws a sample
    for sentence in random.sample(sentences, min(_N_A_DOCUMENT, len(sentences))):
        for question, answer in asked_of(sentence.text, vocabulary, random):
            if _is_askable(question) and not _NOT_ALONE.search(answer):
                yield _draft(_open(question, answer), sentence, answers=(answer,))
                break


def _open(question: str, answer: str) -> str:
    """The question without a guess at whether a name is a person's: the rules that made it know first names only.

    >>> _open("What met Claire Denby?", "Lord Farrow"), _open("What was lost?", "The motion")
    ('Who or what met Claire Denby?', 'What was lost?')
    """
    asks = re.match(r"(?:Who|What) (?!did\b)", question)
    is_name = re.match(r"(?!(?:The|An?|His|Her|Its|Their)\b)[A-Z]", answer)
    return f"Who or what {question[asks.end() :]}" if asks and is_name else question


def _is_askable(question: str) -> bool:
    is_whole = _ASKS.match(question) and not _BROKEN.search(question)
    return bool(is_whole) and not _NOT_ALONE.search(question) and question.count(",") < 2


def _draft(question: str, sentence: _Sentence, *, answers: tuple[str, ...] = ()) -> Question:
    return Question(
        id=made_id(question),
        question=question,
        gold=(Gold(sentence.text, sentence.document),),
        answers=answers,
        state=State.DRAFT,
        kind=" ".join(question.split()[: 2 if question.startswith("How") else 1]).lower(),
    )


def _in_turn(makers: Sequence[Iterator[Question]]) -> Iterator[Question]:
    """One of each maker, then the next of each."""
    return (question for each in zip_longest(*makers) for question in each if question is not None)


def _is_found(assistant: Assistant, question: Question, names: Mapping[str, str]) -> bool:
    found = assistant.retrieve(question.question, k=_N_READ)[:_N_BEST]
    best = [(names.get(each.document_id, ""), each.quote) for each in found if each.score >= _LEAST_SCORE]
    return any((gold.document, gold.quote) in best for gold in question.gold)


def _unanswerable(answered: Iterable[Question], sentences: Sequence[_Sentence], seed: int) -> Iterator[Question]:
    """Answered questions with another speaker or name of the documents, of whom no sentence has the other words."""
    random = Random(seed)  # noqa: S311  draws a sample
    speakers = sorted({each.speaker for each in sentences if _FULL_NAME.fullmatch(each.speaker)})
    things = sorted({name for each in sentences for name in _NAME.findall(each.text) if " " in name} - {*speakers})
    asked = {question.question for question in answered}
    for question in list(answered):
        found = _SAID.fullmatch(question.question)
        names = [found["speaker"]] if found else [name for name in _NAME.findall(question.question) if " " in name]
        altered = (
            question.question.replace(name, other, 1)
            for name in names
            for other in _shuffled(speakers if found or name in speakers else things, random)
            if not _is_answered(question.question, name, other, sentences)
        )
        new = next((text for text in altered if text not in asked), None)
        if new is not None:
            asked.add(new)
            yield Question(id=made_id(new), question=new, answerable=False, state=State.DRAFT, kind=UNANSWERABLE)


def _shuffled(names: Sequence[str], random: Random) -> list[str]:
    return random.sample(names, len(names))


def _is_answered(question: str, name: str, other: str, sentences: Iterable[_Sentence]) -> bool:
    """Whether a sentence of, or about, the other name has words of the question: of what was said any, else two."""
    last = other.split()[-1]
    said = _SAID.fullmatch(question)
    words = _words(said["topic"] if said else question.replace(name, ""))
    n_allowed = 0 if said else 1
    return last in question or any(
        len(words & _words(each.text)) > n_allowed for each in sentences if each.speaker == other or last in each.text
    )


def _words(text: str) -> set[str]:
    """The longer words, by their first letters: "charged" and "charges" are the same."""
    return {word.lower()[:5] for word in _WORD.findall(text)}
