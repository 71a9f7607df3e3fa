"""Citation support after the definition of ALCE, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.metrics.citation_support import CitationSupport, SupportedClaim, citation_support
from eval.metrics.figure import UNDEFINED, Figure
from rag import ClaimWithEvidence, Verdict, VerdictLabel
from rag.testing.verifier import ScriptedVerifier


class Judge:
    """Supports a claim when its evidence has all of one of the sets of quotes written down for it."""

    def __init__(self, sufficient: Sequence[set[str]]) -> None:
        self.sufficient = sufficient
        self.calls: list[list[ClaimWithEvidence]] = []

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        self.calls.append(list(pairs))
        return [self._verdict(pair) for pair in pairs]

    def _verdict(self, pair: ClaimWithEvidence) -> Verdict:
        is_supported = any(quotes <= set(pair.evidence) for quotes in self.sufficient)
        label = VerdictLabel.SUPPORTED if is_supported else VerdictLabel.CONTRADICTED
        return Verdict(label=label, score=0.5, verifier_id="judge")


@pytest.mark.parametrize(
    ("quotes", "sufficient", "recall", "precision"),
    [
        ("a", [{"a"}], 1.0, 1.0),
        ("a", [{"b"}], 0.0, 0.0),
        ("ab", [{"a"}], 1.0, 1 / 2),  # b is not needed: a is enough
        ("ab", [{"a"}, {"b"}], 1.0, 1.0),  # each is enough alone
        ("ab", [{"a", "b"}], 1.0, 1.0),  # neither is enough without the other
        ("abc", [{"a", "b"}], 1.0, 2 / 3),
        ("abc", [{"d"}], 0.0, 0.0),
    ],
)
def test_citation_is_needed_when_it_supports_alone_or_the_others_do_not(
    quotes: str, sufficient: list[set[str]], recall: float, precision: float
) -> None:
    found = citation_support([SupportedClaim("It is so.", tuple(quotes))], Judge(sufficient).verify)
    assert found == CitationSupport(Figure(recall, 1), Figure(precision, len(quotes)))


def test_claims_and_citations_are_counted_over_the_whole_answer() -> None:
    verifier = ScriptedVerifier({"It was not.": VerdictLabel.CONTRADICTED})
    claims = [SupportedClaim("It was.", ("a", "b")), SupportedClaim("It was not.", ("a",))]
    assert citation_support(claims, verifier.verify) == CitationSupport(Figure(0.5, 2), Figure(2 / 3, 3))


def test_claim_without_a_citation_is_not_supported_and_is_not_asked_about() -> None:
    verifier = ScriptedVerifier()
    found = citation_support([SupportedClaim("It was.", ()), SupportedClaim("It is.", ("a",))], verifier.verify)
    assert found == CitationSupport(Figure(0.5, 2), Figure(1.0, 1))
    assert [pair.claim for pair in verifier.calls] == ["It is."]
    assert citation_support([SupportedClaim("It was.", ())], verifier.verify).precision == UNDEFINED


def test_empty_answer_is_undefined_and_asks_nothing() -> None:
    verifier = ScriptedVerifier()
    assert citation_support([], verifier.verify) == CitationSupport(UNDEFINED, UNDEFINED)
    assert verifier.calls == []


def test_verifier_is_asked_once_and_about_each_pair_once() -> None:
    judge = Judge([{"a"}])
    claims = [
        SupportedClaim("It was.", ("a", "b")),
        SupportedClaim("It was.", ("a", "b")),
        SupportedClaim("So.", ("c",)),
    ]
    citation_support(claims, judge.verify)
    (pairs,) = judge.calls
    assert [(pair.claim, pair.evidence) for pair in pairs] == [
        ("It was.", ("a", "b")),
        ("It was.", ("a",)),
        ("It was.", ("b",)),
        ("So.", ("c",)),
    ]
