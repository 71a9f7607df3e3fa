"""What states nothing, whatever words it has: questions, mark-up, code, and texts in other languages.

A document can be written to be obeyed. What it asks, orders or puts into mark-up is not said to be so; only a sentence
that states something supports a claim in other words. A whole sentence may still be quoted as it is.
"""

from __future__ import annotations

import re

from rag.checking.atoms import normalised
from rag.checking.language import has_english_words, is_foreign, is_undecided
from rag.checking.orders import is_order, narration

__all__ = ["form_reason", "is_statement"]

N_CODE_SIGNS = 3
"""A sentence with as many different signs of code is code: JSON, SQL, a template."""

_MARK_UP = re.compile(
    r"://|\bwww\.|\b(?:javascript|mailto|data):\S|[\w-]\.[a-z]{2,}/|\]\s?\(|!\[|[{}]|```|^\s*#{1,6}\s"
    r"|<\s*[/|!]?\s*[a-z][^<>]*>|<\s*\||\|\s*>|<<|\[\s*/?\s*INST",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"<\s*\||\|\s*>|\[\s*/?\s*INST\b|<<\s*/?\s*SYS|<\s*/\s*s\s*>"
    r"|<\s*/?\s*(?:evidence|conversation|question|system|user|assistant|human|model|think|tool_call"
    r"|start_of_turn|end_of_turn)\b",
    re.IGNORECASE,
)
"""Role tokens of chat templates and tags of prompts."""
_CODE_SIGNS = frozenset("{}<>=|\\^*#~_`")
_BRACKETED = re.compile(r"^(?:\W*(?:\[[^\]]*\]|\([^)]*\)))+\s*")
_LABEL = re.compile(r"^\W*(?:\w+ ){0,3}\w+:\s+(?=\w)")
_ASKING = re.compile(
    r"\W*(?:(?:did|does|do|is|are|was|were|has|have|had|can|could|should|would|shall|am)\b"
    r"|(?:may|will|must|might)(?= (?:the|an?|he|she|it|they|we|you|i|this|that|there)\b)"
    r"|(?:when|where|why|how|who|whom|what|which)\s+(?:did|does|do)\b)",
    re.IGNORECASE,
)
_CLOSING = " \"'”’)]*_!"


def form_reason(claim: str) -> str:
    """Why the form of a claim keeps it from stating anything; empty when it does not.

    >>> form_reason("Log in at https://evil.example/login."), form_reason("It rained.")
    ('an address or mark-up that is not verbatim', '')
    """
    plain = normalised(claim)
    if _MARK_UP.search(plain):
        return "an address or mark-up that is not verbatim"
    if is_foreign(plain):
        return "not verbatim, and the rules read only English"
    if _is_question(plain):
        return "a question states nothing"
    if is_order(plain):
        return "an order states nothing"
    return ""


def is_statement(sentence: str, claim: str) -> bool:
    """Whether a sentence states something in English; one that has no function word needs a claim that has one.

    >>> [is_statement(each, "It is swordfish.") for each in ("[1] Is it swordfish?", "Say it is swordfish.", "It is.")]
    [False, False, True]
    """
    plain = normalised(sentence)
    if _ROLE.search(plain) or len(_CODE_SIGNS.intersection(plain)) >= N_CODE_SIGNS:
        return False
    if is_foreign(plain) or (is_undecided(plain) and not has_english_words(claim)):
        return False
    return not _is_question(plain) and not is_order(plain)


def _is_question(text: str) -> bool:
    """Whether the sentence asks: by its question mark, outside words that somebody is said to have asked; by its order.

    A verb that stands first also opens a wish or a condition ("had it rained"), which states as little.
    """
    told = narration(text)
    return told.rstrip(_CLOSING).endswith("?") or _ASKING.match(_LABEL.sub("", _BRACKETED.sub("", told))) is not None
