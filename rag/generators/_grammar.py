"""A grammar under which every sentence of a draft ends in a marker that names given evidence.

llama.cpp takes it with a request and masks every token that would break it, so that markers are valid by
construction. It says nothing about what the sentences claim: that is the verifier's part.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.protocols import CANNOT_ANSWER

__all__ = ["marker_grammar"]

_MOST_SENTENCES = 3
_MOST_MARKERS = 3
_MOST_CHARACTERS = 300
_WITHOUT_MARKERS = rf"""
sentence ::= start inside{{0,{_MOST_CHARACTERS}}} stop? " "? marker{{1,{_MOST_MARKERS}}} "."?
start ::= [^ .!?。！？\[\]<>【】\n\r]
inside ::= [^.!?。！？\[\]<>【】\n\r] | [.!?] start | " " short ". "
short ::= [A-Z] | "Mr" | "Mrs" | "Ms" | "Dr" | "St" | "Gen" | "Sen" | "Lt" | "Col" | "Prof" | "U.S" | "U.K" | "No"
stop ::= [.!?。！？]
"""
"""A full stop and a blank end a sentence, unless the word before them is short for another."""


def marker_grammar(numbers: Iterable[int]) -> str:
    """GBNF: the fixed phrase, or one to three sentences with one to three markers each.

    A sentence cannot go on behind its full stop: a model that wants to leave its marker out would otherwise write
    sentence after sentence up to its limit.

    Source: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
    """
    alternatives = " | ".join(f'"{number}"' for number in numbers)
    return (
        f'root ::= "{CANNOT_ANSWER}" | sentence (" " sentence){{0,{_MOST_SENTENCES - 1}}}'
        f'{_WITHOUT_MARKERS}marker ::= "[" ({alternatives}) "]"'
    )
