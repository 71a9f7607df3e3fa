"""Sentences turned around for emphasis, "The person who left was Ann.", in the order of a plain one."""

from __future__ import annotations

import re

__all__ = ["uncleft"]

_WHO = r"(?P<who>(?:(?:[Tt]he|an?) |(?=[A-Z]))[^,;:\"]+?)"
_CLEFTS = (
    re.compile(
        rf"^The (?:person|people|one|ones|country|party) (?:who|that|which) (?P<what>.+) (?:was|is|were|are) {_WHO}\.?$"
    ),
    re.compile(rf"^It (?:was|is) {_WHO} (?:who|that|which) (?P<what>[^,;:\"]+?)\.?$"),
)


def uncleft(claim: str) -> str:
    """The claim in the order of a plain sentence: "The person who left was Ann." is "Ann left."."""
    for pattern in _CLEFTS:
        if match := pattern.match(claim):
            who, what = match["who"], match["what"]
            return f"{who[0].upper()}{who[1:]} {what}."
    return claim
