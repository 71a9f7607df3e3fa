"""Frames that take a fact back, and what a claim may leave out; in other words than the battery of `eval.assertion`.

Each block of `asserted.txt` gives evidence, sentences with " | " between them, then claims: `+` must be shown by the
guard's rules, `-` must not. A line that begins with `<` stands before the evidence in its document, one with `>` after
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.checking.atoms import sentences_of
from rag.checking.attributed import assertion_of
from rag.checking.rewritten import resolved
from rag.checking.rules import examine
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import Assertion, VerdictLabel
from rag.verifiers.rules import RulesVerifier

BLOCKS = Path(__file__).with_name("asserted.txt").read_text(encoding="utf-8")


class Example(NamedTuple):
    """A claim beside its evidence, and whether it may be shown."""

    pair: ClaimWithEvidence
    is_shown: bool


def examples() -> Iterator[Example]:
    for block in BLOCKS.strip().split("\n\n"):
        lines = block.splitlines()
        evidence = tuple(lines[0].split(" | "))
        around = Surroundings(
            before=tuple(line[2:] for line in lines if line.startswith("< ")),
            after=tuple(line[2:] for line in lines if line.startswith("> ")),
        )
        for line in lines[1:]:
            if line[:2] in ("+ ", "- "):
                known = (around,) if len(evidence) == 1 else ()
                pair = ClaimWithEvidence(evidence=evidence, claim=line[2:], surroundings=known)
                yield Example(pair, line[0] == "+")


@pytest.mark.parametrize(
    "example", list(examples()), ids=lambda example: f"{example.pair.claim} < {example.pair.evidence[0]}"
)
def test_a_claim_is_shown_only_when_its_source_states_it(example: Example) -> None:
    (verdict,) = RulesVerifier().verify([example.pair])

    assert (verdict.label is VerdictLabel.SUPPORTED) is example.is_shown, verdict.reasons


def test_reason_names_the_words_that_take_the_fact_back() -> None:
    pair = ClaimWithEvidence(
        evidence=("In the ballad, the miller drowns the cook.",), claim="The miller drowns the cook."
    )

    assert any("'ballad'" in reason for reason in examine(pair).verdict.reasons)


def test_surroundings_that_are_not_one_for_each_quote_are_nobodys() -> None:
    around = Surroundings(after=("This is a lie.",))
    pair = ClaimWithEvidence(evidence=("It rained.", "It snowed."), claim="It rained.", surroundings=(around,))

    assert examine(pair).verdict.label is VerdictLabel.SUPPORTED


def test_reason_names_the_parts_of_a_claim_that_stands_in_several_sentences() -> None:
    pair = ClaimWithEvidence(
        evidence=("The library opened in 1888.", "It was designed by Paul Roth."),
        claim="The library, designed by Paul Roth, opened in 1888.",
    )

    (verdict,) = RulesVerifier().verify([pair])

    assert verdict.reasons == (
        "each part is supported: 'The library was designed by Paul Roth.'; 'The library opened in 1888.'",
    )


@pytest.mark.parametrize("evidence", ["On 5 March 2020 the mill was sold.", "It was May 2020, in 2020, 5 May."])
@pytest.mark.parametrize(
    "claim", ["It was sold in March, 5.", "In 2020 it was sold on 5 2020 March.", "5 May 2020: no."]
)
def test_dates_of_several_parts_get_a_verdict(evidence: str, claim: str) -> None:
    (verdict,) = RulesVerifier().verify([ClaimWithEvidence((evidence,), claim)])

    assert verdict.reasons


@pytest.mark.parametrize(
    ("evidence", "claim", "lacking", "against"),
    [
        ("The bridge opened in 1932.", "The bridge opened in 1933.", ("1933",), ("1932",)),
        ("The bank is to close.", "The bank closed.", ("closed",), ("is to close",)),
        ("In the novel, the duke dies.", "The duke dies.", (), ("novel",)),
        ("The museum sold a clock.", "The museum sold a rare clock to Ann Lee.", ("Ann Lee", "rare"), ()),
        ("The duke left.", "The duke never left.", ("never",), ()),
        ("The duke rarely left.", "The duke left.", (), ("rarely",)),
        ("The tap is open.", "The tap is open.", (), ()),
    ],
)
def test_verdict_names_the_words_that_decide(
    evidence: str, claim: str, lacking: tuple[str, ...], against: tuple[str, ...]
) -> None:
    (verdict,) = RulesVerifier().verify([ClaimWithEvidence((evidence,), claim)])

    assert set(lacking) <= set(verdict.lacking), verdict
    assert bool(lacking) is bool(verdict.lacking)
    assert set(against) <= set(verdict.against), verdict


def test_words_of_a_verdict_stand_in_claim_and_evidence() -> None:
    for example in examples():
        (verdict,) = RulesVerifier().verify([example.pair])
        mine = {word for part in sentences_of(example.pair.claim) for word in part.tokens}
        theirs = {word for quote in example.pair.evidence for part in sentences_of(quote) for word in part.tokens}

        assert _words(verdict.lacking) <= mine | theirs
        assert _words(verdict.against) <= theirs, (verdict, example)
        if verdict.label is VerdictLabel.SUPPORTED:
            assert not verdict.lacking
            assert not verdict.against


def _words(named: tuple[str, ...]) -> set[str]:
    return {word for text in named for part in sentences_of(text) for word in part.tokens} - {"…"}


def test_a_pronoun_leans_on_the_sentence_before_it_in_its_document_and_on_no_other() -> None:
    quotes = ("Karin Holm joined the firm.", "She led the choir.")
    whole = "Karin Holm led the choir."

    assert resolved(quotes) == (quotes[0], whole)
    assert resolved(quotes, ["", quotes[0]]) == (quotes[0], whole)
    assert resolved(quotes[::-1], [quotes[0], ""]) == (whole, quotes[0])
    assert resolved(quotes, ["", "Ida Brandt sang."]) == quotes


@pytest.mark.parametrize(
    ("sentence", "assertion"),
    [
        ("The bank did not fail.", Assertion.STATED),
        ("The novel was published in 1990.", Assertion.STATED),
        ("He resigned because he will move to Rome.", Assertion.STATED),
        ("They died as heroes, for this.", Assertion.STATED),
        ("“Kyiv could cede land,” said Ana Gil.", Assertion.REPORTED),
        ("Villagers believe that the well is cursed.", Assertion.ALLEGED),
        ("She was accused of theft.", Assertion.ALLEGED),
        ("He denied that he took bribes.", Assertion.DENIED),
        ("The council is to vote on Monday.", Assertion.PLANNED),
        ("He may resign.", Assertion.POSSIBLE),
        ("If it rains, the game is off.", Assertion.CONDITIONAL),
        ("In her novel, the duke dies.", Assertion.FICTIONAL),
        ("Sure, the heating works, and pigs can fly.", Assertion.JOKING),
        ("It is a myth that toads cause warts.", Assertion.WITHDRAWN),
        ("Who won?", Assertion.ASKED),
        ("Wer hat gewonnen, und warum?", Assertion.ASKED),
        ("", Assertion.STATED),
    ],
)
def test_a_sentence_says_as_what_it_is_said(sentence: str, assertion: Assertion) -> None:
    assert assertion_of(sentence, Surroundings()) is assertion
