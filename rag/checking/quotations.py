"""Words in quotation marks have to stand in the evidence as they are, whatever quotation marks are around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.checking.atoms import normalised, sentences_of
from rag.checking.findings import Finding, missing

__all__ = ["quotation_findings"]

_QUOTED = re.compile(r'"([^"]+)"')
_SINGLE = re.compile(r"(?<!\w)'([^']{3,}(?:'\w[^']*)*)'(?!\w)")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_NOT_WORDS = re.compile(r"[^\w]+")


def quotation_findings(claim: str, evidence: Sequence[str]) -> Iterator[Finding]:
    """Quoted words of the claim that the evidence does not have; sentences may be cited one by one.

    >>> [found.reason for found in quotation_findings("He called it “bad”.", ["He called it very poor."])]
    ["the quoted words 'bad' are not in the evidence"]
    """
    text = normalised(claim)
    quoted = [match[1] for pattern in (_QUOTED, _SINGLE) for match in pattern.finditer(text)]
    if not quoted:
        return
    bare = [f" {_bare(normalised(each))} " for each in evidence]
    for words in quoted:
        wanted = _bare(words)
        if not wanted or any(f" {wanted} " in each for each in bare):
            continue
        pieces = [f" {_bare(sentence.text)} " for sentence in sentences_of(words)]
        if len(pieces) == 1 or not all(any(piece in each for each in bare) for piece in pieces):
            yield missing(f"the quoted words {_EDGE.sub('', words)!r} are not in the evidence")


def _bare(text: str) -> str:
    return _NOT_WORDS.sub(" ", text).strip().lower()
