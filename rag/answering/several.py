"""Evidence for a message that asks several things, as if it were for one question.

What answers each of them is evidence, in turns, the best of each with the best score there is, so that an answer
quotes all of them. Where one of them is answered, nothing is shown for those that are not: their nearest sentences
would stand beside answers and look like one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from rag.retrieval import Retrieval
from rag.types import Evidence

__all__ = ["read_together"]


def read_together(questions: Sequence[str], retrievals: Sequence[Retrieval], *, least: float) -> Retrieval:
    """One retrieval for all questions; its answerability is that of the one that is answered best.

    least: the answerability from which on a question counts as answered, 0 to 1.
    """
    if len(retrievals) == 1:
        return retrievals[0]
    is_answered = [each.answerability >= least and bool(each.evidence) for each in retrievals]
    shown = [each for each, is_so in zip(retrievals, is_answered, strict=True) if is_so or not any(is_answered)]
    unanswered = [each for each, is_so in zip(questions, is_answered, strict=True) if not is_so and any(is_answered)]
    best = max((_best(each) for each in shown), default=0.0)
    made: list[Evidence] = []
    number_of: dict[tuple[str, int, int], int] = {}
    renumbered: list[dict[int, int]] = [{} for _ in shown]
    for at_rank in zip_longest(*(each.evidence for each in shown)):
        for own_numbers, retrieval, sentence in zip(renumbered, shown, at_rank, strict=True):
            if sentence is None:
                continue
            place = (sentence.document_id, sentence.span.start, sentence.span.end)
            score = sentence.score / _best(retrieval) * best if _best(retrieval) > 0 else sentence.score
            if place not in number_of:
                number_of[place] = len(made) + 1
                made.append(replace(sentence, number=len(made) + 1, score=score, needs=0))
            number = own_numbers[sentence.number] = number_of[place]
            made[number - 1] = replace(made[number - 1], score=max(made[number - 1].score, score))
    for own_numbers, retrieval in zip(renumbered, shown, strict=True):
        for sentence in retrieval.evidence:
            if sentence.needs:
                number = own_numbers[sentence.number]
                made[number - 1] = replace(made[number - 1], needs=own_numbers[sentence.needs])
    unmet = tuple(dict.fromkeys(word for each in shown for word in each.unmet))
    damaged = tuple(sorted({source for each in retrievals for source in each.damaged}))
    return Retrieval(tuple(made), max(each.answerability for each in retrievals), unmet, tuple(unanswered), damaged)


def _best(retrieval: Retrieval) -> float:
    return max((sentence.score for sentence in retrieval.evidence), default=0.0)
