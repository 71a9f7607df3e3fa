"""Names of a question that no document has, beside the name of the documents that each may be, misspelt.

A name is never changed on the way: another name than the one that was asked for gives another answer. Whoever asked is
told which name there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches

from rag.attribution import Speakers
from rag.attribution.names import fold
from rag.conversation.lexicon import PERSON_ROLES, PHRASE_ENDS
from rag.conversation.names import names_in
from rag.language.countries import COUNTRIES
from rag.language.english import STOP_WORDS
from rag.language.people import FEMALE_NAMES, MALE_NAMES
from rag.types import Evidence

__all__ = ["did_you_mean"]

_WORD = re.compile(r"[^\W\d_]+")
_N_LETTERS = 4
_N_LETTERS_LOWER = 5
_LIKENESS = 0.8  # one letter of five, none of four: "Robio" is like "Rubio", "Iran" is not like "Ivan"
_KNOWN = (
    FEMALE_NAMES
    | MALE_NAMES
    | PERSON_ROLES
    | PHRASE_ENDS
    | STOP_WORDS
    | {
        part
        for country in COUNTRIES
        for name in (*country.names, *country.adjectives, *country.capitals)
        for part in name.split()
    }
)
"""Words that are spelt so, whether or not a document has them."""


def did_you_mean(
    question: str,
    evidence: Sequence[Evidence],
    *,
    speakers: Speakers,
    n_passages_with: Callable[[Sequence[str]], Sequence[int]],
) -> str:
    """A sentence for each name of the question that no document has, and that a name of the documents is like.

    evidence: what was found; the names in it, and the speakers, are those that may be meant.
    n_passages_with: in how many passages each of some words occurs.
    """
    there = {fold(word) for sentence in evidence for word in _WORD.findall(f"{sentence.quote} {sentence.title}")}
    missing = {fold(word): word for word in _asked_words(question) if fold(word) not in there | _KNOWN}
    missing = {folded: word for folded, word in missing.items() if not speakers.same_as(folded)}
    counts = n_passages_with(list(missing.values())) if missing else []
    unknown = [folded for folded, count in zip(missing, counts, strict=True) if not count]
    if not unknown:
        return ""
    names = {fold(word): word for word in _names(evidence, speakers)}
    sentences = []
    for folded in unknown:
        for meant in get_close_matches(folded, [name for name in names if name[0] == folded[0]], 1, _LIKENESS):
            sentences.append(f"No document has “{missing[folded]}”. Did you mean {names[meant]}?")
    return " ".join(sentences)


def _asked_words(question: str) -> Iterator[str]:
    """The words of the names in a question; all long words of one without capitals, since any may be a name there."""
    if question == question.lower():
        yield from (word for word in _WORD.findall(question) if len(word) >= _N_LETTERS_LOWER)
        return
    for name in names_in(question):
        yield from (word for word in _WORD.findall(name.text) if len(word) >= _N_LETTERS and word[0].isupper())


def _names(evidence: Sequence[Evidence], speakers: Collection[str]) -> Iterator[str]:
    texts = [*speakers, *(name.text for sentence in evidence for name in names_in(sentence.quote))]
    texts += [name.text for sentence in evidence for name in names_in(sentence.title)]
    for text in texts:
        yield from (word for word in _WORD.findall(text) if len(word) >= _N_LETTERS and word[0].isupper())
