"""Which claims the rules leave open: those against which nothing speaks but a few words that the evidence lacks."""

from __future__ import annotations

import re

from rag.types import Verdict, VerdictLabel

__all__ = ["is_left_open"]

_LACK_OF_WORDS = "not in the evidence: "
"""How the reason begins that is no veto. Any other is one, so that a new rule is a veto from its first day."""
_LISTED_WORD = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_MOST_WORDS = 5
"""The reason lists no more than one word above that, and with so many new words a claim is another statement."""


def is_left_open(verdict: Verdict) -> bool:
    """Whether all that speaks against the claim is that a few plain words of it are not in the evidence.

    A word with a capital letter or a digit is no plain one: the rules cannot tell every name from another word.
    """
    if verdict.label is not VerdictLabel.UNSUPPORTED or len(verdict.reasons) != 1:
        return False
    (reason,) = verdict.reasons
    words = ["".join(found.groups("")) for found in _LISTED_WORD.finditer(reason)]
    return reason.startswith(_LACK_OF_WORDS) and len(words) <= _MOST_WORDS and all(map(_is_plain, words))


def _is_plain(word: str) -> bool:
    return word.islower() and not any(map(str.isdigit, word))
