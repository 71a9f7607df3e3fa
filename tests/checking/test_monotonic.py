"""More evidence of nothing, another order, other quotation marks or blanks: no refused claim becomes supported."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from eval.assertion.battery import UNRELATED, cases_of
from eval.cases import Split
from rag.protocols import ClaimWithEvidence
from rag.types import VerdictLabel
from rag.verifiers.rules import RulesVerifier

HERE = Path(__file__).parent
OTHER_TESTS = ("test_rules_pairs.py", "test_rules_statements.py", "test_assertion.py")


@cache
def refused() -> tuple[ClaimWithEvidence, ...]:
    """The claims that the rules refuse, of the battery's tune half and of the rules' own tests."""
    return tuple(pair for pair in _pairs() if not _is_supported(pair))


def _pairs() -> Iterator[ClaimWithEvidence]:
    for name in OTHER_TESTS:
        for each in runpy.run_path(str(HERE / name))["examples"]():
            pair = getattr(each, "pair", None) or ClaimWithEvidence(evidence=each.evidence, claim=each.claim)
            yield pair._replace(surroundings=())
    for asked in cases_of(Split.TUNE):
        if not asked.is_framed or asked.id.endswith("/fact-1"):
            yield asked.pair._replace(surroundings=())


def _is_supported(pair: ClaimWithEvidence) -> bool:
    return RulesVerifier().verify([pair])[0].label is VerdictLabel.SUPPORTED


def _curly(text: str) -> str:
    return text.replace('"', "”").replace("'", "’")


CHANGES: dict[str, Callable[[ClaimWithEvidence], ClaimWithEvidence]] = {
    "an unrelated sentence behind": lambda pair: pair._replace(evidence=(*pair.evidence, UNRELATED[0])),
    "an unrelated sentence before": lambda pair: pair._replace(evidence=(UNRELATED[1], *pair.evidence)),
    "three unrelated sentences": lambda pair: pair._replace(evidence=(*pair.evidence, *UNRELATED)),
    "one of them twice": lambda pair: pair._replace(evidence=(*pair.evidence, pair.evidence[0])),
    "the other way round": lambda pair: pair._replace(evidence=pair.evidence[::-1]),
    "all in one quote": lambda pair: pair._replace(evidence=(" ".join(pair.evidence),)),
    "an unrelated sentence in the quote": lambda pair: pair._replace(
        evidence=(f"{pair.evidence[0]} {UNRELATED[2]}", *pair.evidence[1:])
    ),
    "other quotation marks": lambda pair: pair._replace(evidence=tuple(map(_curly, pair.evidence))),
    "more blanks": lambda pair: pair._replace(evidence=tuple(each.replace(" ", "  ") for each in pair.evidence)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_refused_claim_becomes_supported(change: str) -> None:
    turned = [pair for pair in refused() if _is_supported(CHANGES[change](pair))]

    assert len(refused()) > 500
    assert not turned
