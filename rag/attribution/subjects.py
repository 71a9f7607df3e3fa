"""Where the subject of a clause stands when it does not stand next to its verb."""

from __future__ import annotations

from rag.attribution.lexicon import ADVERBS, PREPOSITIONS, SUBORDINATORS
from rag.attribution.phrases import Mention, phrase_from, phrase_until
from rag.attribution.tokens import QUOTATION, Token

__all__ = ["CONJUNCTIONS", "phrase_before_apposition", "subject_of"]

CONJUNCTIONS = frozenset({"and", "but", "then", "or", "yet"})
_N_LOOK = 60
_N_COMMAS = 4


def phrase_before_apposition(text: str, tokens: list[Token], closing: int) -> Mention | None:
    """The noun phrase before "…, the Kremlin spokesman," when its closing comma is at `closing`."""
    opener = {")": "(", ",": ","}.get(tokens[closing].lower, tokens[closing].lower)
    n_commas = 0
    for position in range(closing - 1, max(0, closing - _N_LOOK), -1):
        lower = tokens[position].lower
        if lower == QUOTATION and tokens[closing - 1].lower == QUOTATION:
            return None
        if lower != opener:
            continue
        n_commas += 1
        if n_commas > _N_COMMAS:
            return None
        if tokens[position + 1].lower in CONJUNCTIONS:
            return None
        subject = phrase_until(text, tokens, position - 1, any_noun=False)
        if subject is not None and _opens_clause(tokens, subject.first):
            return subject
    return None


def _opens_clause(tokens: list[Token], first: int) -> bool:
    """Whether a subject may begin here: at the start, after a sign, a quotation or a conjunction, not after a
    preposition."""
    if first == 0:
        return True
    before = tokens[first - 1].lower
    return not before[0].isalpha() or before in ("and", "but", "that", "meanwhile", "while", "when", "as") or first <= 2


def subject_of(text: str, tokens: list[Token]) -> Mention | None:
    """The noun phrase that is the subject of a sentence's first main clause, as far as its place shows."""
    first = 0
    while first < len(tokens) and tokens[first].lower in (
        "but",
        "and",
        "so",
        "yet",
        "meanwhile",
        "however",
        "then",
        ",",
    ):
        first += 1
    if first >= len(tokens) or tokens[first].word == QUOTATION:
        return None
    lower = tokens[first].lower
    is_adverbial = lower in PREPOSITIONS or lower in SUBORDINATORS or lower in ADVERBS
    if is_adverbial or (
        lower.endswith(("ing", "ed")) and tokens[first].word[1:].islower() and not _is_name_start(tokens, first)
    ):
        for position in range(first, min(len(tokens), first + _N_LOOK)):
            if tokens[position].lower == ",":
                return phrase_from(text, tokens, position + 1)
        return None
    return phrase_from(text, tokens, first)


def _is_name_start(tokens: list[Token], first: int) -> bool:
    return first + 1 < len(tokens) and (tokens[first + 1].word[0].isupper() or tokens[first + 1].lower in ("said", ","))
