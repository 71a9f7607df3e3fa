"""The rules support whole quotations and nothing else."""

from __future__ import annotations

import pytest

from rag.protocols import ClaimWithEvidence
from rag.types import VerdictLabel
from rag.verifiers.rules import RulesVerifier

QUOTE = "He denied that Kyiv would cede territory to Russia."


def label(claim: str, *quotes: str) -> VerdictLabel:
    (verdict,) = RulesVerifier().verify([ClaimWithEvidence(quotes, claim)])
    assert verdict.score == (1.0 if verdict.label is VerdictLabel.SUPPORTED else 0.0)
    assert verdict.reasons
    return verdict.label


@pytest.mark.parametrize("claim", [QUOTE, f"  {QUOTE}\n", QUOTE.replace(" ", "  ")])
def test_whole_quotation_is_supported(claim):
    assert label(claim, QUOTE) is VerdictLabel.SUPPORTED
    assert label(claim, "Another.", QUOTE) is VerdictLabel.SUPPORTED


def test_composed_and_decomposed_letters_are_the_same():
    assert label("Ein Café.", "Ein Cafe\u0301.") is VerdictLabel.SUPPORTED


@pytest.mark.parametrize(
    "claim",
    [
        "Kyiv would cede territory to Russia.",
        "Kyiv would cede territory",
        "territory",
        "err",
        ".",
        QUOTE.replace("denied", "said"),
        QUOTE.lower(),
        f"{QUOTE} {QUOTE}",
        f"{QUOTE} And more.",
    ],
)
def test_part_or_change_of_a_quotation_is_not_supported(claim):
    assert label(claim, QUOTE) is VerdictLabel.UNSUPPORTED


def test_claim_spread_over_two_quotes_is_not_supported():
    assert label("One. Two.", "One.", "Two.") is VerdictLabel.UNSUPPORTED


@pytest.mark.parametrize(("claim", "quotes"), [("", ("",)), ("  ", (" ",)), (QUOTE, ()), (QUOTE, ("",))])
def test_nothing_supports_nothing(claim, quotes):
    assert label(claim, *quotes) is VerdictLabel.UNSUPPORTED
