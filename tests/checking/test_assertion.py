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

The bank is to close its branch in Osvald in June.
- The bank closed its branch in Osvald.
- The bank has closed its branch in Osvald.
+ The bank is to close its branch in Osvald.

The opening of the tunnel is scheduled for 2031.
- The tunnel opened in 2031.
- The tunnel was opened in 2031.
+ The tunnel is scheduled to open in 2031.
+ The opening of the tunnel is scheduled for 2031.

Work on the stadium will begin next spring.
- Work on the stadium began last spring.
- Work on the stadium has begun.
+ Next spring, work on the stadium will begin.

The museum has applied for permission to build a second hall.
- The museum built a second hall.
- The museum has permission to build a second hall.
+ The museum has applied for permission to build a second hall.

The ministry announced plans to move the archive to Lund.
- The ministry moved the archive to Lund.
+ The ministry announced plans to move the archive to Lund.
+ The ministry plans to move the archive to Lund.

The council approved the construction of a lock.
- The council constructed a lock.
- A lock was constructed.
+ The construction of a lock was approved by the council.

Tickets go on sale on Monday.
- Tickets went on sale on Monday.
+ On Monday tickets go on sale.

Rossi is going to leave the team.
- Rossi left the team.
+ Rossi is going to leave the team.

The firm signed a contract to deliver 30 buses by 2027.
- The firm delivered 30 buses.
- The firm delivered 30 buses by 2027.
+ The firm signed a contract to deliver 30 buses by 2027.

The new school, due to open in August, has room for 400 pupils.
- The new school opened in August.
+ The new school, due to open in August, has room for 400 pupils.

The orchestra's tour of Japan was called off.
- The orchestra toured Japan.

A date has been set for the auction of the castle.
- The castle was auctioned.

Engineers are preparing to blow up the chimney.
- Engineers blew up the chimney.
+ Engineers are preparing to blow up the chimney.

The draft law would raise the retirement age to 68.
- The law raised the retirement age to 68.
- The law raises the retirement age to 68.
+ The draft law would raise the retirement age to 68.

The hospital is building a wing for children.
- The hospital built a wing for children.
- The hospital has built a wing for children.
+ The hospital is building a wing for children.

Voters decide on Sunday whether the airport closes.
- The airport closes on Sunday.
- The airport closed.

The king had intended to abdicate in the spring.
- The king abdicated in the spring.

The bridge was to have been finished in 2018.
- The bridge was finished in 2018.
- The bridge was finished.

By 2040 the city wants to be free of coal.
- The city is free of coal.
+ The city wants to be free of coal by 2040.

The club's new stand is under construction.
- The club's new stand was constructed.
- The club has a new stand.

The film, which will be shot in Malta, stars Ana Reis.
- The film was shot in Malta.
+ The film will be shot in Malta.

Half of the houses are earmarked for demolition.
- Half of the houses were demolished.

The government has yet to publish the report.
- The government published the report.
- The government has published the report.

The rover has still to land.
- The rover landed.
- The rover has landed.

Kestrel Air ordered twelve aircraft.
- Kestrel Air received twelve aircraft.
+ Twelve aircraft were ordered by Kestrel Air.

Ines Duarte is a candidate for mayor.
- Ines Duarte is mayor.
- Ines Duarte became mayor.

Ines Duarte is running for mayor.
- Ines Duarte is mayor.

Ines Duarte was nominated as director of the fund.
- Ines Duarte is director of the fund.
- Ines Duarte became director of the fund.

The duke was about to sign the treaty when he died.
- The duke signed the treaty.

The law comes into force in January.
- The law came into force in January.
- The law is in force.
+ In January the law comes into force.

The vaccine is awaiting approval.
- The vaccine was approved.
- The vaccine is approved.

The statue will not be moved until 2030.
- The statue was moved in 2030.
- The statue was not moved until 2030.

The railway aims to have 90 new trains by 2029.
- The railway has 90 new trains.

The fort was built between 1702 and 1709.
- The fort was built in 1702.
- The fort was built in 1709.
+ The fort was built between 1702 and 1709.

The choir was founded in 1911 and disbanded in 1954.
- The choir was disbanded in 1911.
- The choir was founded in 1954.
+ The choir was disbanded in 1954.

The mill was sold in the summer of 1988, three years after the fire.
- The mill was sold in 1985.
- The fire was in 1988.
- The mill was sold three years before the fire.
+ The mill was sold in the summer of 1988.

He was elected in May, before the scandal in June.
- He was elected in June.
- He was elected after the scandal.

The market is held on the first Tuesday of each month.
- The market is held each Tuesday.
- The market is held on the first Tuesday of each year.

The clinic closed on 3 April and reopened on 9 May.
- The clinic reopened on 3 April.
- The clinic closed on 9 May.
- The clinic was open on 5 April.
+ The clinic closed on 3 April.
+ The clinic reopened on 9 May.

She lived in Genoa until 1931.
- She lived in Genoa in 1931.
- She lived in Genoa from 1931.
- She has lived in Genoa since 1931.

The society was founded around 1850.
- The society was founded in 1850.
+ The society was founded around 1850.
+ The society was founded about 1850.

The organ dates from before 1700.
- The organ dates from 1700.

By 1960 the village had 300 people.
- In 1906 the village had 300 people.
+ By 1960 the village had 300 people.

The strike began on Monday and ended two days later.
- The strike ended on Monday.
- The strike began on Wednesday.
+ The strike began on Monday.

The late 1970s brought hunger.
- The early 1970s brought hunger.

The house, built in 1890, was sold in 1999.
- The house was sold in 1890.
- The house was built in 1999.
+ The house was sold in 1999.
+ The house was built in 1890.

In 2012, a year after the flood, the dam was raised.
- The dam was raised in 2011.
- The flood was in 2012.
+ In 2012 the dam was raised.
+ The dam was raised in 2012.

He died in 1944, not in 1945 as the stone says.
- He died in 1945.
+ He died in 1944.

The play had its premiere in Oslo in 1922 and came to Bergen in 1925.
- The play came to Bergen in 1922.
- The play had its premiere in Oslo in 1925.
+ The play came to Bergen in 1925.

The ferry was due at noon and arrived at three.
- The ferry arrived at noon.
+ The ferry arrived at three.

Since 2004 the square has been free of cars.
- In 2004 the square had cars.
- Until 2004 the square was free of cars.
+ The square has been free of cars since 2004.

The film was shot in 1996 but not shown until 2001.
- The film was shown in 1996.
+ The film was shot in 1996.

In the 17th century the port silted up.
- In the 18th century the port silted up.
- The port silted up in 1700.

Her first novel appeared in 1951, her second ten years later.
- Her second novel appeared in 1951.
- Her first novel appeared in 1961.
+ Her first novel appeared in 1951.

The treaty of 1648 was signed in Munster and is kept in The Hague since 1950.
- The treaty was signed in 1950.
- The treaty of 1950 was signed in Munster.

The census was last taken in 2010.
- The census was first taken in 2010.

The pool opens in June at the earliest.
- The pool opens in June.

The report is to be published no later than March.
- The report is to be published in March.
- The report is to be published after March.

He resigned on the eve of the election.
- He resigned after the election.
- He resigned on the day of the election.

Within a month of the flood, the road was open.
- A month before the flood, the road was open.

The mayor took bribes.
> Nothing could be further from the truth.
- The mayor took bribes.
- Bribes were taken by the mayor.

The mayor took bribes.
> The court found no evidence for this.
- The mayor took bribes.

The mayor took bribes.
> That, at any rate, is what his enemies wrote.
- The mayor took bribes.

The mayor took bribes.
> So runs the legend.
- The mayor took bribes.

The mayor took bribes.
> We were wrong.
- The mayor took bribes.

The mayor took bribes.
> We regret the error.
- The mayor took bribes.

The mayor took bribes.
> This turned out to be an invention of the opposition.
- The mayor took bribes.

The mayor took bribes.
> The paper later retracted the story.
- The mayor took bribes.

The mayor took bribes.
> Do not believe a word of it.
- The mayor took bribes.

The mayor took bribes.
> Later inquiries showed that he had not.
- The mayor took bribes.

The mayor took bribes.
> In truth he never did.
- The mayor took bribes.

The mayor took bribes.
> No, he did not.
- The mayor took bribes.

The mayor took bribes.
> Wrong!
- The mayor took bribes.

The mayor took bribes.
> At least, so it was said.
- The mayor took bribes.

The mayor took bribes.
> These sentences are examples of libel.
- The mayor took bribes.

The mayor took bribes.
> He was convicted in 1999.
+ The mayor took bribes.

The mayor took bribes.
> His wife denied all knowledge.
+ The mayor took bribes.

The mayor took bribes.
> It was not the first scandal of the town.
+ The mayor took bribes.

The mayor took bribes.
> The wrong man was arrested at first.
+ The mayor took bribes.

The mayor took bribes.
> This is no longer in doubt.
+ The mayor took bribes.

Carrots let you see in the dark.
< Ten things people wrongly believe.
- Carrots let you see in the dark.

Carrots let you see in the dark.
< Among the popular errors is this one.
- Carrots let you see in the dark.

The king fled to Spain.
< An earlier version of this article said:
- The king fled to Spain.

The king fled to Spain.
> Historians have shown that the diary in which this stands is forged.
- The king fled to Spain.

The king fled to Spain.
> This version has been abandoned by all scholars.
- The king fled to Spain.

The king fled to Spain.
> There is no truth in this.
- The king fled to Spain.

The king fled to Spain.
> The claim does not hold up.
- The king fled to Spain.

The king fled to Spain.
> The opposite is the case.
- The king fled to Spain.

The king fled to Spain.
> Scholars disagree with this account.
- The king fled to Spain.

On page one of the thriller, a banker is poisoned in Zurich.
- A banker is poisoned in Zurich.
- A banker was poisoned in Zurich.

In the video game, the Romans take Dublin.
- The Romans take Dublin.
- The Romans took Dublin.

Her hero, a doctor, cures the plague in Marseille.
- A doctor cures the plague in Marseille.

The plot: an engineer blows up the dam of Karst.
- An engineer blows up the dam of Karst.
- An engineer blew up the dam of Karst.

According to the fairy tale, the wolf ate the grandmother.
- The wolf ate the grandmother.
+ According to the fairy tale, the wolf ate the grandmother.

In the alternate history of the book, Napoleon won at Waterloo.
- Napoleon won at Waterloo.

For the drill, the school was evacuated after a gas leak.
- The school was evacuated after a gas leak.

The training scenario assumed that the reactor had exploded.
- The reactor had exploded.
- The reactor exploded.

Imagine a town in which every child owns a horse.
- Every child owns a horse.

In an episode of the series, the mayor of Vik is kidnapped.
- The mayor of Vik is kidnapped.
- The mayor of Vik was kidnapped.

Legend has it that the devil built the bridge.
- The devil built the bridge.
+ Legend has it that the devil built the bridge.

A child wrote in a school essay that the moon is made of cheese.
- The moon is made of cheese.

In Act Two, the count shoots his brother.
- The count shoots his brother.
- The count shot his brother.

The painting shows the duke killing a lion.
- The duke killed a lion.

In the role-playing game, Leo Brandt was the Prime Minister.
- Leo Brandt was the Prime Minister.

Anna Kolb plays a judge who sends her own son to prison.
- Anna Kolb sends her own son to prison.
- Anna Kolb is a judge.
+ Anna Kolb plays a judge.

The musical is set in a city where rain never falls.
- Rain never falls.

The hologram of the singer appeared on stage in Bonn.
- The singer appeared on stage in Bonn.

The novelist has the bishop of Linz marry a dancer.
- The bishop of Linz marries a dancer.
- The bishop of Linz married a dancer.

In the mock trial, students found Caesar guilty.
- Students found Caesar guilty.

As a thought experiment, let the sun vanish at noon.
- The sun vanishes at noon.

In his dream the boy flew to Rome.
- The boy flew to Rome.

The satire site wrote that the pope had bought a casino.
- The pope had bought a casino.
- The pope bought a casino.

The writer spent her childhood in Genoa, where her novel is set.
+ The writer spent her childhood in Genoa.

The film opened in 40 cinemas.
+ The film opened in 40 cinemas.
+ In 40 cinemas the film opened.

The novel sold 30,000 copies in Spain.
+ In Spain the novel sold 30,000 copies.

Most neighbours are convinced that the baker set the fire.
- The baker set the fire.
+ Most neighbours are convinced that the baker set the fire.

In the eyes of her fans, Orla Dunn is the best fiddler in Cork.
- Orla Dunn is the best fiddler in Cork.

To the villagers, the lake has no bottom.
- The lake has no bottom.

Astronomers once held that Mars had canals.
- Mars had canals.

It is an open secret among critics that the book was ghostwritten.
- The book was ghostwritten.

For the sect, the world ends in May.
- The world ends in May.

Doctors then thought that milk caused fever.
- Milk caused fever.
+ Doctors then thought that milk caused fever.

Police are working on the theory that the guard opened the door.
- The guard opened the door.

His mother is sure he paid the fine.
- He paid the fine.

A third of those asked consider the bridge unsafe.
- The bridge is unsafe.
+ A third of those asked consider the bridge unsafe.

The treasurer gave the impression that the debt had been paid.
- The debt had been paid.

The tribe worships the mountain as the mother of rain.
- The mountain is the mother of rain.

The scouts took the light for a ship.
- The light was a ship.

The bank hid its losses, according to the auditors.
- The bank hid its losses.
+ According to the auditors, the bank hid its losses.

The bank hid its losses, or so the auditors believe.
- The bank hid its losses.

The bank hid its losses, the auditors suspect.
- The bank hid its losses.

As the auditors see it, the bank hid its losses.
- The bank hid its losses.

The auditors' theory is that the bank hid its losses.
- The bank hid its losses.

The auditors found it plausible that the bank hid its losses.
- The bank hid its losses.

There is a suspicion that the bank hid its losses.
- The bank hid its losses.

The bank is seen as a haven for spies.
- The bank is a haven for spies.

The bank seems to have hidden its losses.
- The bank hid its losses.
- The bank has hidden its losses.

The bank looked to have hidden its losses.
- The bank hid its losses.

Everyone assumed that the bank had hidden its losses.
- The bank had hidden its losses.

Like many, the clerk was under the illusion that the bank had paid.
- The bank had paid.
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
