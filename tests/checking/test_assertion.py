"""Frames that take a fact back, and what a claim may leave out; in other words than the battery of `eval.assertion`.

Each block gives evidence, then claims: `+` must be shown by the guard's rules, `-` must not. A line that begins with
`<` stands before the evidence in its document, one with `>` after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from rag.checking.rules import examine
from rag.protocols import ClaimWithEvidence, Surroundings
from rag.types import VerdictLabel

BLOCKS = """
In the ballad, the miller drowns the tax collector.
- The miller drowns the tax collector.
+ In the ballad, the miller drowns the tax collector.

It was rumoured that the abbot sold the organ.
- The abbot sold the organ.

The abbot supposedly sold the organ.
- The abbot sold the organ.

Contrary to first reports, the abbot sold the organ.
- The first reports said the abbot sold the organ.

The abbot came close to selling the organ.
- The abbot sold the organ.

The abbot threatened to sell the organ.
- The abbot sold the organ.

It later emerged that the abbot sold the organ.
+ The abbot sold the organ.

The abbot sold the organ.
> This story is a complete fabrication.
- The abbot sold the organ.

The abbot sold the organ.
> The sale surprised the parish.
+ The abbot sold the organ.

The abbot sold the organ.
< None of the following took place: it is pure fiction.
- The abbot sold the organ.

~~The abbot sold the organ.~~ The abbot repaired the organ.
- The abbot sold the organ.
+ The abbot repaired the organ.

Parents without a car may use the shuttle.
- Parents may use the shuttle.

Everybody save for the sexton left the chapel.
- Everybody left the chapel.
- The sexton left the chapel.

Lisa Brandt, formerly the organist, bought the chapel in May.
- Lisa Brandt is the organist.
- The organist bought the chapel.
+ Lisa Brandt bought the chapel.
+ Lisa Brandt bought the chapel in May.

The self-styled bishop bought the chapel.
- The bishop bought the chapel.

The storm forced the sexton to close the chapel.
+ The sexton closed the chapel.

The diocese forbade the sexton to close the chapel.
- The sexton closed the chapel.

Should the roof give way, the sexton closes the chapel.
- The sexton closes the chapel.

The sexton left after the choir had sung.
- The choir sang after the sexton had left.
+ The sexton left.

The price of candles went up in March.
- The price of candles went down in March.

On Friday, despite the rain, the sexton painted the door.
+ The sexton painted the door.

Brochures call the chapel the oldest in the valley.
- The chapel is the oldest in the valley.

The candle burned for 40 minutes.
- The candle burned for 40 hours.

Inspectors established that the beam had rotted.
+ The beam had rotted.

Inspectors could not establish that the beam had rotted.
- The beam had rotted.

The "expert" painted the door green on Friday.
- The expert painted the door green.
"""


class Example(NamedTuple):
    """A claim beside its evidence, and whether it may be shown."""

    pair: ClaimWithEvidence
    is_shown: bool


def examples() -> Iterator[Example]:
    for block in BLOCKS.strip().split("\n\n"):
        lines = block.splitlines()
        around = Surroundings(
            before=tuple(line[2:] for line in lines if line.startswith("< ")),
            after=tuple(line[2:] for line in lines if line.startswith("> ")),
        )
        for line in lines[1:]:
            if line[:2] in ("+ ", "- "):
                pair = ClaimWithEvidence(evidence=(lines[0],), claim=line[2:], surroundings=(around,))
                yield Example(pair, line[0] == "+")


@pytest.mark.parametrize(
    "example", list(examples()), ids=lambda example: f"{example.pair.claim} < {example.pair.evidence[0]}"
)
def test_a_claim_is_shown_only_when_its_source_states_it(example: Example) -> None:
    verdict = examine(example.pair).verdict

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
