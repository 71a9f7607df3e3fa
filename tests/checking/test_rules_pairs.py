"""Claims over news-like evidence, each with its expected verdict and a piece of the reason.

The evidence is invented. Each block gives an evidence sentence (or several, one a line), then claims: `+` must be
supported, `-` must not be; what follows ` # ` is a piece of the reason that a person must get to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from rag.protocols import ClaimWithEvidence
from rag.types import VerdictLabel
from rag.verifiers.rules import RulesVerifier

BLOCKS = """
The central bank raised its main interest rate by 25 basis points to 4.5 per cent on Thursday.
+ On Thursday the central bank raised its main interest rate by 25 basis points to 4.5%.
+ The central bank raised its main interest rate to 4.5 percent.
+ The central bank raised its main interest rate on Thursday.
+ The main interest rate was raised by the central bank on Thursday.
- The central bank raised its main interest rate by 50 basis points. # 50
- The central bank cut its main interest rate by 25 basis points. # cut
- The central bank raised its main interest rate to 4.5 per cent on Friday. # Friday
- The central bank did not raise its main interest rate on Thursday. # not
- The central bank raised its main interest rate by 4.5 per cent to 25 basis points.
- The central bank raised its main interest rate on Thursday after protests in Lisbon. # Lisbon

Marta Okafor, the Kenyan foreign minister, said on Tuesday that talks with Norway would resume in April.
+ Marta Okafor said that talks with Norway would resume in April.
+ Okafor said talks with Norway will resume in April.
+ According to Marta Okafor, talks with Norway would resume in April.
+ Talks with Norway would resume in April, Okafor said.
+ The foreign minister of Kenya, Marta Okafor, said talks with Norway would resume in April.
+ The Kenyan foreign minister said on Tuesday that talks with Norway would resume.
- Marta Okafor said that talks with Norway could resume in April. # could
- Marta Okafor said that talks with Norway would resume in May. # May
- Marta Okafor said that talks with Sweden would resume in April. # Sweden
- Marta Okafor denied that talks with Norway would resume in April. # denied
- Marta Okafor said that talks with Norway resumed in April. # would
- Julia Brandt said that talks with Norway would resume in April. # Brandt
- Norway said on Tuesday that talks with Marta Okafor would resume in April.
- Talks with Norway will not resume in April, Okafor said. # not

The rebels attacked the army near Dorvan on 3 March 2021, killing 14 soldiers and wounding 30 civilians.
+ The army was attacked by the rebels near Dorvan on March 3, 2021.
+ On 3 March 2021, the rebels attacked the army near Dorvan.
+ The rebels killed 14 soldiers and wounded 30 civilians.
+ The attack near Dorvan on 3rd March 2021 killed fourteen soldiers.
- The army attacked the rebels near Dorvan on 3 March 2021. # attacked
- The rebels were attacked by the army near Dorvan.
- The rebels attacked the army, killing 30 soldiers and wounding 14 civilians.
- The rebels attacked the army near Dorvan on 13 March 2021.
- The rebels attacked the army near Dorvan on 3 March 2022. # 2022
- The rebels attacked the army near Dorvan, killing 14 soldiers, including two officers. # officers

“We will never leave this valley,” Samir Haddad told reporters in Zurich after the vote.
+ “We will never leave this valley,” Samir Haddad told reporters.
+ Samir Haddad said: "We will never leave this valley."
+ After the vote, Samir Haddad told reporters in Zurich that “we will never leave this valley”.
- “We will soon leave this valley,” Samir Haddad told reporters. # quoted words
- “We will leave this valley,” Samir Haddad told reporters.
- “We will never leave this valley,” Karim Haddad told reporters. # Karim
- Samir Haddad told reporters before the vote: “We will never leave this valley.” # before

He denied that the company would sell its mines to Chile.
+ He denied that the company would sell its mines to Chile
+ He denied the company would sell its mines to Chile.
- The company would sell its mines to Chile. # denied
- The company will sell its mines. # denied
- He said that the company would sell its mines to Chile. # denied
- He denied that Chile would sell its mines to the company.

The government refused to extend the ceasefire beyond Sunday.
+ The government refused to extend the ceasefire.
+ The government refused to extend the truce beyond Sunday.
- The government extended the ceasefire beyond Sunday. # refused
- The government agreed to extend the ceasefire beyond Sunday. # refused
- The government refused to extend the ceasefire beyond Monday. # Monday

More than 1.5 million people fled the region in 2019, according to the agency.
+ According to the agency, more than 1,500,000 people fled the region in 2019.
+ Over 1.5 million people fled the region in 2019, the agency said.
+ More than 1.5m people fled the region in 2019, according to the agency.
- More than 1.5 million people fled the region in 2019. # 'agency' said it
- Fewer than 1.5 million people fled the region in 2019.
- Exactly 1.5 million people fled the region in 2019. # 1.5 million
- More than 1.5 billion people fled the region in 2019. # billion
- More than 1.5 million people fled the region in 2018. # 2018
- More than 1.5 million people returned to the region in 2019. # returned

The UK and Japan signed a trade agreement worth $2bn in Geneva.
+ Britain and Japan signed a trade agreement worth $2 billion in Geneva.
+ Japan and the United Kingdom signed a trade agreement in Geneva.
+ A trade agreement worth 2 billion dollars was signed by the UK and Japan in Geneva.
- The UK and Japan signed a trade agreement worth €2bn in Geneva. # 2
- The UK and Korea signed a trade agreement worth $2bn in Geneva. # Korea
- The UK and Japan signed a trade agreement worth $2bn in Vienna. # Vienna
- The UK and Japan rejected a trade agreement worth $2bn. # rejected

Some of the prisoners were released in the first week of June.
+ Some of the prisoners were released in June.
+ Some prisoners were released in the first week of June.
- All of the prisoners were released in the first week of June.
- The prisoners were released in the first week of June. # some
- Some of the prisoners were released in the last week of June. # last
- None of the prisoners were released in the first week of June.
- Some of the prisoners were not released in June. # not

Prosecutors allege that Nadia Voss took bribes from a builder in Lyon.
+ Prosecutors allege that Nadia Voss took bribes from a builder in Lyon
+ According to prosecutors, Nadia Voss took bribes from a builder.
- Nadia Voss took bribes from a builder in Lyon. # allege
- Nadia Voss gave bribes to a builder in Lyon.
- Prosecutors allege that Nadia Voss took bribes from a banker in Lyon. # banker

The minister said she could resign if the budget is rejected.
+ The minister said she could resign if the budget is rejected
- The minister said she could resign.
- The minister resigned.
- The minister said she would resign if the budget is rejected. # would
- The minister said she could not resign if the budget is rejected. # not

Anna Lindqvist founded the museum in 1954 with her brother Olof.
+ Anna Lindqvist founded the museum in 1954.
+ The museum was founded in 1954 by Anna Lindqvist with her brother Olof.
+ In 1954, Lindqvist founded the museum with her brother.
+ The museum was established by Anna Lindqvist in 1954.
- Olof Lindqvist founded the museum in 1954.
- Anna Lindqvist founded the museum in 1945. # 1945
- Anna Lindqvist founded the museum in 1954 with her sister Olof. # sister
- Anna Lindqvist founded the library in 1954. # library
- Anna Lindqvist closed the museum in 1954. # closed

Torres met Ivanov in Madrid and later flew to Cairo.
+ Torres met Ivanov in Madrid.
+ Torres later flew to Cairo.
+ Torres and Ivanov met in Madrid.
- Ivanov flew to Cairo. # Ivanov
- Torres met Ivanov in Cairo.
- Torres met Ivanov in Madrid and later flew from Cairo. # from

Profits at the airline fell by a fifth last year, and its debt rose to £300m.
+ Profits at the airline fell last year.
+ The airline's debt rose to £300 million.
- Profits at the airline rose by a fifth last year. # rose
- The airline's debt fell to £300m. # rose
- Its debt rose to £300bn. # 300bn

Only two of the five bridges were open before the storm.
+ Only two of the five bridges were open before the storm
+ Before the storm, only two of the five bridges were open.
- Two of the five bridges were open after the storm. # before
- Only five of the two bridges were open before the storm.
- Only two of the five bridges were closed before the storm. # closed
- All of the five bridges were open before the storm.

The court didn't rule on the appeal, its president, Jean Morel, said.
+ The court did not rule on the appeal, Jean Morel said.
+ Jean Morel said the court did not rule on the appeal.
- The court ruled on the appeal, Jean Morel said. # not
- The court did not rule on the appeal, Jean Petit said. # Petit

A spokesman for Adeyemi said the flood had destroyed 120 homes.
+ A spokesman for Adeyemi said the flood had destroyed 120 homes
+ The flood had destroyed 120 homes, a spokesman for Adeyemi said.
+ The flood destroyed 120 homes, according to a spokesman for Adeyemi.
- The flood had destroyed 210 homes, a spokesman for Adeyemi said. # 210
- Adeyemi said the flood had destroyed 120 homes.
- A spokesman for Bello said the flood had destroyed 120 homes. # Bello

Lena Park, who met Otto Graf on Monday, said the harbour was safe.
+ Lena Park said the harbour was safe.
+ The harbour was safe, said Lena Park.
+ Lena Park met Otto Graf on Monday.
- Otto Graf said the harbour was safe. # Lena Park
- Lena Park said the harbour was unsafe.
- Lena Park said the harbour was not safe. # not
- Lena Park, who met Otto Graf on Sunday, said the harbour was safe. # Sunday

The committee has 12 members, seven of whom are women.
+ The committee has twelve members, seven of whom are women.
+ The committee has 12 members.
- The committee has 7 members, twelve of whom are women.
- The committee has 12 members, seven of whom are men. # men
- The committee does not have 12 members. # not

France lent Italy two paintings by Rossi for the exhibition.
+ France lent Italy two paintings by Rossi.
+ France lent Italy 2 paintings by Rossi for the exhibition.
- Italy lent France two paintings by Rossi for the exhibition.
- France lent Italy two paintings by Bianchi for the exhibition. # Bianchi
- France lent Italy three paintings by Rossi. # three

The vaccine was tested on almost 4,000 volunteers between January and May 2020.
+ The vaccine was tested on almost 4,000 volunteers.
+ Between January and May 2020 the vaccine was tested on nearly 4,000 volunteers.
+ The vaccine was tested on almost four thousand volunteers between January 2020 and May 2020.
- The vaccine was tested on 4,000 volunteers. # 4,000
- The vaccine was tested on more than 4,000 volunteers.
- The vaccine was tested on almost 4,000 volunteers between January and June 2020. # June
- The vaccine was never tested on volunteers. # never

Neither the mayor nor the police answered questions about the fire.
+ Neither the mayor nor the police answered questions about the fire
- The mayor answered questions about the fire. # neither
- The mayor and the police answered questions about the fire.

Petrov succeeded Novak as director of the opera in 2012.
+ Petrov succeeded Novak as director of the opera.
+ In 2012, Petrov succeeded Novak as the director of the opera.
- Novak succeeded Petrov as director of the opera in 2012.
- Petrov succeeded Novak as director of the opera in 2021. # 2021
- Petrov succeeded Novak as director of the ballet. # ballet

The river is longer than the Tavo but shorter than the Mern.
+ The river is longer than the Tavo.
+ The river is shorter than the Mern.
- The river is longer than the Mern.
- The river is shorter than the Tavo.
- The Tavo is longer than the river.

Aid workers reportedly reached the village without an escort.
+ Aid workers reportedly reached the village without an escort
- Aid workers reached the village without an escort. # reportedly
- Aid workers reportedly reached the village with an escort. # without

The law bans smoking in parks from 1 July.
+ From July 1, the law bans smoking in parks.
+ The law bans smoking in parks.
- The law allows smoking in parks from 1 July. # bans
- The law bans smoking in parks from 1 June. # June
- The law bans smoking in parks until 1 July. # from

Elena Duarte won the race.
She trained for nine years in Oslo.
+ Elena Duarte won the race. She trained for nine years in Oslo.
+ Elena Duarte won the race and trained for nine years in Oslo.
- Elena Duarte won the race and trained for nine years in Bergen. # Bergen
- Elena Duarte lost the race. # lost
- Elena Duarte won the race. She trained for six years in Oslo. # six

Goran Milic spoke to students on Friday.
“The north has no water,” he said.
+ Goran Milic said: “The north has no water.”
+ Goran Milic said the north has no water.
- Goran Milic said the south has no water. # south
- Goran Milic said the north has water. # no
- Ana Kovac said: “The north has no water.” # Kovac

The film, which cost 20 million euros, was shot in Malta by Ferrand.
+ The film was shot in Malta by Ferrand.
+ The film cost €20m.
+ Ferrand shot the film in Malta.
- Malta was shot by Ferrand in the film.
- The film cost 20 million dollars.
- The film cost €12m. # 12

Inflation slowed to 2 per cent in the third quarter, its lowest level in a decade.
+ Inflation slowed to 2% in the third quarter.
+ In the third quarter, inflation slowed to two per cent, its lowest level in a decade.
- Inflation slowed to 2 per cent in the second quarter. # second
- Inflation slowed to 2 per cent, its highest level in a decade. # highest
- Inflation did not slow in the third quarter. # not

The navy left the bay in response to Dorvan's decision to close two ports this week.
+ Dorvan decided to close two ports this week.
- Dorvan closed two ports this week. # decision
- The navy decided to close two ports. # navy

It is understood that the board does not regard the present offer as enough.
+ It is understood that the board does not regard the present offer as enough
- The board does not regard the present offer as enough. # understood

The club was on the cusp of losing its stadium in Alba, after it was reported the owner was ready to sell.
+ The club was on the cusp of losing its stadium in Alba.
- The club lost its stadium in Alba. # cusp
- The owner was ready to sell. # reported

The ferry, which has three decks, some of which are closed, sails from Mirel to Dorv on Mondays.
+ The ferry sails from Mirel to Dorv on Mondays.
+ The ferry has three decks.
- The ferry sails from Dorv to Mirel on Mondays.
- The ferry has three closed decks.

Greta Holm accused the council of hiding the report from residents.
+ Greta Holm accused the council of hiding the report from residents
+ The council was accused by Greta Holm of hiding the report.
- The council hid the report from residents. # accused
- The council accused Greta Holm of hiding the report from residents.
- Greta Holm cleared the council of hiding the report from residents. # cleared
"""


class Example(NamedTuple):
    evidence: tuple[str, ...]
    claim: str
    is_supported: bool
    reason: str


def examples() -> Iterator[Example]:
    for block in BLOCKS.strip().split("\n\n"):
        lines = block.splitlines()
        evidence = tuple(line for line in lines if line[:2] not in ("+ ", "- "))
        for line in lines[len(evidence) :]:
            claim, _, reason = line[2:].partition(" # ")
            yield Example(evidence, claim, line.startswith("+"), reason)


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.claim)
def test_pair(example):
    (verdict,) = RulesVerifier().verify([ClaimWithEvidence(example.evidence, example.claim)])
    assert (verdict.label is VerdictLabel.SUPPORTED) is example.is_supported, verdict
    assert (verdict.score >= 0.5) is example.is_supported
    assert example.reason in " ".join(verdict.reasons)


def test_table_is_large_and_balanced():
    listed = [example.is_supported for example in examples()]
    assert len(listed) >= 150
    assert 0.4 <= sum(listed) / len(listed) <= 0.6
