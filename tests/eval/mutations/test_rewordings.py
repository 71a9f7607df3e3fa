import pytest

from eval.mutations import FaithfulClaim, RewordingRule, rewordings_of
from rag import Span


def texts(sentence: str, rule: RewordingRule | None = None, *, document: str = "") -> set[str]:
    text = document or sentence
    start = text.index(sentence)
    claim = FaithfulClaim(
        id="c",
        text=sentence,
        document_id="d",
        document_text=text,
        cited=(Span(start=start, end=start + len(sentence)),),
    )
    made = [each for seed in range(8) for each in rewordings_of(claim, seed=seed)]
    return {each.claim_text for each in made if rule in (None, each.rule)}


@pytest.mark.parametrize(
    ("rule", "sentence", "expected"),
    [
        (
            RewordingRule.PERCENT_SIGN,
            "About 20% is water.",
            {"About 20 per cent is water.", "About 20 percent is water."},
        ),
        (
            RewordingRule.PERCENT_SIGN,
            "About 20 per cent is water.",
            {"About 20% is water.", "About 20 percent is water."},
        ),
        (RewordingRule.DAY_AND_MONTH, "It rained on 1 April 1994.", {"It rained on April 1, 1994."}),
        (RewordingRule.DAY_AND_MONTH, "On April 1, 1994, it rained.", {"On 1 April 1994 it rained."}),
        (RewordingRule.NUMBER_WORD, "They held eight hours of talks.", {"They held 8 hours of talks."}),
        (RewordingRule.NUMBER_WORD, "They held 8 hours of talks.", {"They held eight hours of talks."}),
        (
            RewordingRule.COUNTRY_NAME,
            "He left the UK in May.",
            {"He left Britain in May.", "He left the United Kingdom in May."},
        ),
        (RewordingRule.LEADING_ADVERB, "Meanwhile, the ship sank.", {"The ship sank."}),
        (
            RewordingRule.REPORTED_SPEECH,
            "“It is clear,” a spokesman said.",
            {"A spokesman said: “It is clear.”", "A spokesman said that it is clear."},
        ),
        (RewordingRule.REPORTED_SPEECH, "Anna said: “We won.”", {"“We won,” Anna said."}),
        (
            RewordingRule.APPOSITION,
            "Marco Rubio, the US Secretary of State, has said so.",
            {"Marco Rubio has said so."},
        ),
        (RewordingRule.CONTRACTION, "They did not come.", {"They didn’t come."}),
        (RewordingRule.CONTRACTION, "They are n't here.", {"They are not here."}),
        (RewordingRule.SPACING, "It is `` big '' , they say .", {"It is “big”, they say."}),
    ],
)
def test_each_rule_keeps_the_meaning(rule: RewordingRule, sentence: str, expected: set[str]) -> None:
    assert texts(sentence, rule) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "“We did not lose 20% on 1 April,” he added, laughing.",
        "She joined the US Army.",
        "It was World War two that ended.",
        "It ran from April 3 to 9 that year.",
        "He said: “Leave me alone!”",
        "They did not only sing.",
        "The law of five minutes and six is odd",
    ],
)
def test_what_is_quoted_or_unsure_is_left_alone(sentence: str) -> None:
    assert texts(sentence) - {sentence.replace("five minutes", "5 minutes")} == set()


def test_old_texts_keep_their_names_of_countries() -> None:
    document = "He left Britain in spring. This was in 1754."
    assert texts("He left Britain in spring.", RewordingRule.COUNTRY_NAME, document=document) == set()
