"""Claims over evidence whose speakers are known, each with its expected verdict and a piece of the reason.

The evidence is invented. Each block gives its sentences, one a line, `[speaker]` in front where one is known, then
claims: `+` must be supported, `-` must not be; what follows ` # ` is a piece of the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.protocols import ClaimWithEvidence
from rag.types import Verdict, VerdictLabel
from rag.verifiers.rules import RulesVerifier

BLOCKS = """
[Tomas Berg] “I say to President Amadi: come to the table now.
[Tomas Berg] You asked for talks: sign the paper.
+ Tomas Berg said: "You asked for talks: sign the paper."
+ Berg said: "You asked for talks: sign the paper."
+ Tomas Berg said: "You asked for talks: sign the paper.
+ Tomas Berg said to President Amadi: "I say to President Amadi: come to the table now.
+ According to Tomas Berg, “You asked for talks: sign the paper.”
+ "You asked for talks: sign the paper," Berg said.
+ Tomas Berg said: “I say to President Amadi: come to the table now. You asked for talks: sign the paper.”
+ You asked for talks: sign the paper.
- Amadi said: "You asked for talks: sign the paper." # not by 'Amadi'
- According to Lena Park, “You asked for talks: sign the paper.” # not by 'Lena Park'
- Tomas Berg said to Ivanov: "You asked for talks: sign the paper." # Ivanov
- Tomas Berg denied: "You asked for talks: sign the paper."
- Tomas Berg said: "You asked for peace: sign the paper." # quoted words
- Lena Park said: “I say to President Amadi: come to the table now. You asked for talks: sign the paper.” # Lena Park

[Marta Okafor] She also said the port of Mirel, which is run by two companies, had been reopened.
+ Marta Okafor said the port of Mirel had been reopened.
+ Okafor also said the port of Mirel has been reopened.
+ She said the port of Mirel had been reopened.
+ The port of Mirel had been reopened, Okafor said.
+ According to Marta Okafor, the port of Mirel had been reopened.
- The port of Mirel has been reopened. # 'Marta Okafor' said it
- Goran Milic said the port of Mirel had been reopened. # Goran Milic
- Marta Okafor denied that the port of Mirel had been reopened. # denied
- Marta Okafor said the port of Mirel had not been reopened. # not
- Marta Okafor said the port of Sarn had been reopened. # Sarn

[Marta Okafor] He added that there were now 15 states that were ready to send doctors.
+ Marta Okafor said that there were now 15 states ready to send doctors.
+ Okafor added that 15 states were ready to send doctors.
- Marta Okafor said that there were now 50 states ready to send doctors. # 50
- Fifteen states are ready to send doctors. # Marta Okafor

[Marco Silva] Marco Silva, the mayor of Alba, has said the city could sell land to the port.
+ Marco Silva said the city could sell land to the port.
+ Silva says the city could sell land to the port.
+ The city could sell land to the port, according to Marco Silva.
+ The city could sell land to the port, the mayor of Alba said.
- The city could sell land to the port. # 'Marco Silva' said it
- Marco Silva said the city will sell land to the port. # will
- Marco Silva said the port could sell land to the city.
- The mayor of Alba, Petr Novak, said the city could sell land to the port. # Novak

[Marco Silva] Asked whether the land was discussed at the meeting in Porto, he said: “Well, we had conversations.”
+ Marco Silva said: “Well, we had conversations.”
+ Asked whether the land was discussed at the meeting in Porto, Marco Silva said: “Well, we had conversations.”
+ Asked whether the land was discussed, Silva said they had had conversations.
- Marco Silva said the land was discussed at the meeting in Porto.
- Petr Novak said: “Well, we had conversations.” # Petr Novak
- The land was discussed at the meeting in Porto. # whether

[Irena Holub] Irena Holub, the president of Varna, told reporters in Dorv she would not accept borders drawn by Sund.
+ Irena Holub said that she would not accept borders drawn by Sund.
+ Irena Holub told reporters in Dorv she would not accept borders drawn by Sund.
+ The president of Varna said she would not accept borders drawn by Sund.
- Irena Holub said she would accept borders drawn by Sund. # not
- Sund said that she would not accept borders drawn by Irena Holub.
- Irena Holub told reporters in Sund she would not accept borders drawn by Dorv.

[Irena Holub] “We are fighting for our coast.
[Irena Holub] Therefore, we will not accept any border drawn by others.
[Irena Holub] This is a fact,” she said.
+ Irena Holub said: “We are fighting for our coast. Therefore, we will not accept any border drawn by others.”
+ “This is a fact,” Irena Holub said.
+ Irena Holub said that this is a fact.
+ “We are fighting for our coast.”
- Otto Graf said: “We are fighting for our coast. Therefore, we will not accept any border drawn by others.” # Otto Graf
- “This is a fact,” said Otto Graf. # Otto Graf
- They are fighting for their coast. # Irena Holub
- Irena Holub said: “Therefore, we will accept any border drawn by others.”

[Irena Holub] “We are fighting for our coast.
[Otto Graf] The coast belongs to nobody.
+ Irena Holub said they are fighting for their coast and Otto Graf said the coast belongs to nobody.
+ Irena Holub said: “We are fighting for our coast.” Otto Graf said: “The coast belongs to nobody.”
- Irena Holub said: “The coast belongs to nobody.” # not by 'Irena Holub'
- Otto Graf said they are fighting for their coast and Irena Holub said the coast belongs to nobody.
- Irena Holub said: “We are fighting for our coast. The coast belongs to nobody.” # Irena Holub

[a harbour official] “The crane fell into the water,” the official said.
+ A harbour official said the crane fell into the water.
+ “The crane fell into the water,” a harbour official said.
- A harbour pilot said the crane fell into the water. # pilot
+ “The crane fell into the water.”
- The crane fell into the water. # said it
- “The crane fell.” # said it
- Irena Holub said the crane fell into the water. # Irena Holub

The ministry withdrew the licence of a Sundish ferry on Monday.
+ The licence of a Sundish ferry was withdrawn by the ministry on Monday.
+ The one who withdrew the licence of a Sundish ferry was the ministry.
+ It was the ministry that withdrew the licence of a Sundish ferry.
- The licence of the ministry was withdrawn by a Sundish ferry on Monday.
- It was the ferry that withdrew the licence of the ministry.

The mayor claimed that the bridge was safe.
+ The mayor claimed that the bridge was safe
+ The mayor said that the bridge was safe.
- The bridge was safe. # claimed
- The mayor denied that the bridge was safe. # denied

The talks between Varna and Sund in Dorv lasted eight hours on 6 November 2017, those in Porto one on 11 March 2018.
+ The talks in Dorv between Varna and Sund lasted eight hours.
+ The talks between Varna and Sund lasted eight hours on November 6, 2017.
- The talks between Varna and Sund lasted eight hours on 6 November 2018. # November
- The talks between Varna or Sund lasted eight hours. # 'and'
- The talks between Varna and Sund lasted eight hours in 2017, 2017. # 2017
- The talks between Varna and Porto lasted eight hours.

Berg spent the day in talks with ministers from Varna, Sund, Alba and Mirel.
+ Berg held talks with ministers from Varna, Sund, Alba, and Mirel.
+ Berg spent the day in talks with ministers from Varna and Alba.
+ Berg spent the day in talks with ministers from Mirel, Alba, Sund and Varna.
- Berg held talks with ministers from Varna and Dorv. # Dorv
- Berg cancelled talks with ministers from Varna. # cancelled

The agency said that 120 people were rescued, and the army said that 300 were missing.
+ The agency said that 120 people were rescued.
+ The army said that 300 were missing.
- The agency said that 300 people were rescued. # 300
- 120 people were rescued. # 'agency' said it
- The army said that 120 people were rescued.

[the White House] Snow fell, and Dana Wolf, the envoy, was going to Varna for talks, the White House said on Monday.
+ The White House said Dana Wolf was going to Varna for talks.
+ The White House said on Monday that Dana Wolf, the envoy, was going to Varna.
- Dana Wolf said the White House was going to Varna for talks.
- Dana Wolf was going to Varna for talks. # White House
- The White House said Dana Wolf was going to Dorv for talks. # Dorv

[Lena Park] “He said he would come,” Park said of the king.
+ “He said he would come,” Lena Park said of the king.
- Karl Park said he would come.

[Ana Kovac] On Monday, Ana Kovac, the port minister, sent a letter to Dorn in which she urged him to “accept the offer”.
+ Ana Kovac urged Dorn to “accept the offer”.
+ Kovac sent a letter to Dorn on Monday.
- Dorn urged Kovac to accept the offer. # not by 'Dorn'
- Dorn accepted the offer. # urged

[Ana Kovac] “Our town is in danger,” she warned, adding that she was confident the town would “be saved by its people”.
+ Ana Kovac warned that “our town is in danger”.
+ Kovac said she was confident the town would “be saved by its people”.
- The town would be saved by its people. # 'Ana Kovac' said it
- Ana Kovac was confident that the town would be saved by the port.
"""


class Example(NamedTuple):
    pair: ClaimWithEvidence
    is_supported: bool
    reason: str


def examples() -> Iterator[Example]:
    for block in BLOCKS.strip().split("\n\n"):
        lines = block.splitlines()
        cited = [re.match(r"(?:\[(.*?)\] )?(.*)", line) for line in lines if line[:2] not in ("+ ", "- ")]
        speakers = tuple(found[1] or "" for found in cited)
        for line in lines[len(cited) :]:
            claim, _, reason = line[2:].partition(" # ")
            quotes = tuple(found[2] for found in cited)
            pair = ClaimWithEvidence(quotes, claim, speakers if any(speakers) else ())
            yield Example(pair, line.startswith("+"), reason)


def verdict(claim: str, quote: str, speaker: str) -> Verdict:
    (found,) = RulesVerifier().verify([ClaimWithEvidence((quote,), claim, (speaker,))])
    assert (found.score >= 0.5) is (found.label is VerdictLabel.SUPPORTED)
    return found


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.pair.claim)
def test_pair(example):
    (found,) = RulesVerifier().verify([example.pair])
    assert (found.label is VerdictLabel.SUPPORTED) is example.is_supported, found
    assert example.reason in " ".join(found.reasons)
    assert 1 <= len(found.reasons) <= 3


def test_table_is_large_and_balanced():
    listed = [example.is_supported for example in examples()]
    assert len(listed) >= 80
    assert 0.4 <= sum(listed) / len(listed) <= 0.6


def test_other_speaker_is_the_first_reason_and_a_contradiction():
    found = verdict("Goran Milic said the port was safe.", "“The port was safe,” she said.", "Marta Okafor")
    assert found.label is VerdictLabel.CONTRADICTED
    assert found.reasons[0] == "the evidence is said by 'Marta Okafor', not by 'Goran Milic'"


def test_speaker_in_words_of_the_document_is_named_like_a_person():
    assert verdict("A port official said: “It sank.”", "“It sank.", "a port official").label is VerdictLabel.SUPPORTED


def test_pronoun_inside_a_quotation_is_not_its_speaker():
    quote = "“He said the port was safe."
    assert verdict("Marta Okafor said the port was safe.", quote, "").label is not VerdictLabel.SUPPORTED
    assert verdict("Goran Milic said the port was safe.", quote, "Marta Okafor").label is not VerdictLabel.SUPPORTED


def test_speakers_of_another_length_are_ignored():
    pair = ClaimWithEvidence(("It sank.", "It rained."), "Ann Lee said it sank.", ("Ann Lee",))
    assert RulesVerifier().verify([pair]) == RulesVerifier().verify([pair._replace(speakers=())])


PEOPLE = ["Marta Okafor", "Goran Milic", "Samir Haddad", "Lena Park", "Tomas Berg"]
WORDS = [
    "The port of Mirel is closed",
    "We sold 20 ships to Norway",
    "The army left Dorv on 3 May 2021",
    "No ship came back",
]
FORMS = ["“{words}.”", "“{words},” he said.", "She said: “{words}.”", "{words}.", "“{words}, and it rained,” he added."]
CLAIMS = [
    "{name} said: “{words}.”",
    "“{words},” {name} said.",
    "According to {name}, {words}.",
    "{name} said that {words}.",
]


@given(
    st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=2, unique=True),
    st.sampled_from(WORDS),
    st.sampled_from(FORMS),
    st.sampled_from(CLAIMS),
    st.booleans(),
)
def test_only_the_known_speaker_is_supported(people, words, form, claim, is_last_name):
    quote = form.format(words=words)
    names = [name.split()[-1] if is_last_name else name for name in people]
    said, swapped = (claim.format(name=name, words=words) for name in names)
    assert verdict(said, quote, people[0]).label is VerdictLabel.SUPPORTED
    assert verdict(swapped, quote, people[0]).label is not VerdictLabel.SUPPORTED


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_any_speaker_gets_a_verdict(quote, claim, speaker):
    verdict(claim, quote, speaker)


@given(st.sampled_from(WORDS), st.text(alphabet='abc "“’.,:', max_size=20))
def test_verbatim_quote_is_supported_whoever_speaks(words, speaker):
    assume(speaker.strip())
    assert verdict(f"{words}.", f"{words}.", speaker).score == 1.0
