"""What may stand between subject and verb, and after a parenthetical cue: auxiliaries, adverbs, times, places."""

from __future__ import annotations

from rag.attribution.lexicon import ADVERBS, AUXILIARIES, NEGATIONS, PREPOSITIONS
from rag.attribution.tokens import QUOTATION, Token
from rag.language.words import word_set

__all__ = ["MODALS", "before_auxiliaries", "ends_here"]

MODALS = word_set("""could may might should can must to would let cannot""")
_TIME_WORDS = word_set(
    """monday tuesday wednesday thursday friday saturday sunday morning afternoon evening night week month year
    statement interview yesterday today day"""
)
_HEARERS = word_set("""reporters journalists reuters lawmakers parliament me us him her them the""")


def ends_here(tokens: list[Token], last: int) -> bool:
    """Whether nothing but an adverbial, or a participle clause after a comma, follows."""
    position = last + 1
    n_words = 0
    while position < len(tokens) and n_words <= 8:
        lower = tokens[position].lower
        if lower in (",", ".", "!", "?", ";", "—", "–", ":", QUOTATION):
            return lower != ":"
        if n_words == 0 and not (
            lower in PREPOSITIONS
            or lower in ADVERBS
            or lower in _TIME_WORDS
            or lower in _HEARERS
            or lower in ("last", "this", "in")
        ):
            return lower.endswith("ly")
        n_words += 1
        position += 1
    return position >= len(tokens)


def before_auxiliaries(tokens: list[Token], position: int) -> int:
    """The token left of the verb's auxiliaries and adverbs: that of "Rubio" in "Rubio has also repeatedly said"."""
    before = position - 1
    while before >= 0 and position - before < 8:
        lower = tokens[before].lower
        if tokens[before].word[0].isupper() and lower not in _TIME_WORDS:
            break  # "May" and "Will" are names here
        if (
            lower in AUXILIARIES
            or lower in NEGATIONS
            or lower in MODALS - {"to"}
            or lower in ADVERBS
            or lower in ("quoted", "as")
        ) or (
            lower.endswith("ly")
            and len(lower) > 4
            and tokens[before].word.islower()
            and lower not in ("family", "assembly", "ally")
        ):
            before -= 1
        elif lower in _TIME_WORDS and (start := _time_start(tokens, before)) >= 0:
            before = start - 1
        else:
            break
    return before


def _time_start(tokens: list[Token], last: int) -> int:
    """Where "on Wednesday night", "last week", "in a statement" begins when it ends at `last`, or -1."""
    for first in range(last, max(-1, last - 5), -1):
        if tokens[first].lower in ("on", "in", "last", "this", "yesterday", "today"):
            return first or -1
        if tokens[first].word[0].isupper() and tokens[first].lower not in _TIME_WORDS:
            return -1
    return -1
