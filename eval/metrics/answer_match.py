"""Answer match: exact match, word F1 and containment of a short answer, after the normalisation of SQuAD.

Definition, each the best over the gold answers of a case, on texts that are lowered, freed of ASCII punctuation and of
the articles a, an, the, and split at blanks, in this order:
    exact match  the words are the same
    F1           harmonic mean of the shares of shared words (with repeats) in the answer and in the gold answer
    contains     the words of the gold answer stand side by side in the answer; for whole sentences, which exact match
                 cannot reward. Words, not characters: "5" is not in "1945"
Denominator: the case (1). Over cases take `mean_of_figures`.
Empty answer: 1 when there is no gold answer, else 0. Empty gold: the question is unanswerable, and 1 for the empty
answer, else 0, as in SQuAD 2.0; gold answers of which normalisation leaves nothing ("The") count as absent. A data
set without reference answers has no answer match: do not ask for it.
Source: Rajpurkar et al. 2016, and 2018 for unanswerable questions.
Agrees with: the official script `evaluate-v2.0.py` for exact match and F1.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from eval.metrics.figure import Figure

__all__ = ["answer_words", "contains", "exact_match", "with_words", "word_f1"]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def answer_words(text: str) -> tuple[str, ...]:
    """The words that are compared.

    >>> answer_words("The U.S. Army's  envoy, a man")
    ('us', 'armys', 'envoy', 'man')
    """
    return tuple(_ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split())


def with_words(gold_answers: Iterable[str]) -> tuple[str, ...]:
    """The gold answers of which normalisation leaves a word; without any, silence would match.

    >>> with_words(["The", "the UK"])
    ('the UK',)
    """
    return tuple(gold for gold in gold_answers if answer_words(gold))


def exact_match(answer: str, gold_answers: Iterable[str]) -> Figure:
    """Whether the answer is a gold answer.

    >>> exact_match("the UK.", ["Britain", "UK"])
    Figure(value=1.0, n=1)
    """
    return _best(lambda words, gold: float(words == gold), answer, gold_answers)


def word_f1(answer: str, gold_answers: Iterable[str]) -> Figure:
    """How many words the answer shares with the nearest gold answer.

    >>> word_f1("eight long hours", ["eight hours"])  # 2 of 3 and 2 of 2
    Figure(value=0.8, n=1)
    """
    return _best(_f1, answer, gold_answers)


def contains(answer: str, gold_answers: Iterable[str]) -> Figure:
    """Whether a gold answer stands in the answer.

    >>> contains("Talks took eight hours.", ["8 hours", "eight hours"])
    Figure(value=1.0, n=1)
    """
    return _best(_stands_in, answer, gold_answers)


def _best(
    score: Callable[[tuple[str, ...], tuple[str, ...]], float], answer: str, gold_answers: Iterable[str]
) -> Figure:
    references = [words for words in map(answer_words, gold_answers) if words] or [()]
    words = answer_words(answer)
    return Figure(max(score(words, reference) for reference in references), 1)


def _f1(words: Sequence[str], gold: Sequence[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    n_shared = (Counter(words) & Counter(gold)).total()
    return 2 * n_shared / (len(words) + len(gold))


def _stands_in(words: tuple[str, ...], gold: tuple[str, ...]) -> float:
    if not gold:
        return float(not words)
    return float(any(words[start : start + len(gold)] == gold for start in range(len(words) - len(gold) + 1)))
