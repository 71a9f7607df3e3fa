"""What questions ask for, and which sentences hold it."""

from __future__ import annotations

import pytest

from rag.retrieval.answer_kinds import Expected, expected_by, has_kind, without_request


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many envoys were expelled?", Expected.COUNT),
        ("I need the number of envoys", Expected.COUNT),
        ("how old is Putin", Expected.AGE),
        ("In what year did the war begin?", Expected.YEAR),
        ("How much does Poland pay for it?", Expected.MONEY),
        ("How mcuh does Poland pay for it?", Expected.MONEY),
        ("How much of Ukraine is occupied?", Expected.QUANTITY),
        ("What does the bridge cost?", Expected.MONEY),
        ("What is the price of the bridge?", Expected.MONEY),
        ("What is the height of the bridge?", Expected.QUANTITY),
        ("When did the bridge open?", Expected.TIME),
        ("Wehn did the bridge open?", Expected.TIME),
        ("On which night did he speak?", Expected.TIME),
        ("How soon could it come?", Expected.TIME),
        ("Where was she when he spoke?", Expected.PLACE),
        ("In which city did they meet?", Expected.PLACE),
        ("Why did it stop?", Expected.REASON),
        ("what job does John Healey have?", Expected.ROLE),
        ("Who is Steve Witkoff?", Expected.ROLE),
        ("Who is the envoy?", Expected.PERSON),
        ("Who revoked it?", Expected.PERSON),
        ("Give me the name of the source.", Expected.NAME),
        ("What did he say when asked?", Expected.ANYTHING),
        ("Did it rain?", Expected.ANYTHING),
        ("", Expected.ANYTHING),
        ("😀 東京", Expected.ANYTHING),
    ],
)
def test_expected_by(question, kind):
    assert expected_by(question) is kind


@pytest.mark.parametrize(
    ("question", "sentence", "is_held"),
    [
        ("How many envoys?", "It expelled two British envoys.", True),
        ("How many envoys?", "It expelled envoys for 2 years.", False),
        ("How many Ukrainians?", "They hold 20% of Ukraine.", False),
        ("How many?", "It expelled two.", False),
        ("how old is Putin", "Putin, 72, spoke.", True),
        ("how old is Putin", "The 72-year-old spoke.", True),
        ("how old is Putin", "Putin rules for 25 years.", False),
        ("In what year?", "It began in 2014.", True),
        ("In what year?", "It took 15 years.", False),
        ("How much does it cost?", "It costs $5.", True),
        ("How much does it cost?", "It costs 5 lives.", False),
        ("How much of it?", "About 20% of it.", True),
        ("What does it cost?", "It costs 35 crowns.", True),
        ("How many visitors did Birch have?", "Town: Birch; Visitors: 905.", True),
        ("How many visitors did Birch have in 2021?", "Town: Birch; 2021: 905.", True),
        ("How many visitors did Birch have?", "Town: Birch; Built: 1905; Visitors: none.", False),
        ("How wide is it?", "It is 12 metres wide.", True),
        ("How wide is it?", "It carries 12 cars.", False),
        ("How fast is it?", "It makes 12 knots.", True),
        ("How fast is it?", "It has 12 cabins.", False),
        ("On which day did it open?", "It opened on 3 May.", True),
        ("On which day did it open?", "It opened in 2024.", False),
        ("When did it open?", "It opened on Tuesday.", True),
        ("When did it open?", "It opened at last.", False),
        ("Where is Rubio?", "Rubio is in Jeddah.", True),
        ("Where is Rubio?", "Rubio is at home.", False),
        ("Who said so?", "Rubio said so.", True),
        ("Who said so?", "they said so.", False),
        ("Why?", "It stopped because of rain.", True),
        ("Why?", "It stopped.", False),
        ("Who is Steve Witkoff?", "Steve Witkoff, the US envoy, left.", True),
        ("Who is Steve Witkoff?", "Steve Witkoff left.", False),
        ("Who is Steve Witkoff?", "Marco Rubio, the secretary, left.", False),
        ("What is the name of the diplomat?", "The diplomat Ivan Petrov left.", True),
        ("What is the name of the diplomat?", "The UK expelled a Russian diplomat on Monday.", False),
        ("What is the name of the diplomat?", "The envoy Ivan Petrov left.", False),
        ("Did it rain?", "", True),
    ],
)
def test_holds(question, sentence, is_held):
    assert has_kind(expected_by(question), sentence, question) is is_held


@pytest.mark.parametrize("kind", Expected)
def test_an_empty_sentence_holds_nothing(kind):
    assert has_kind(kind, "", "Who?") is (kind is Expected.ANYTHING)


def test_request_is_cut_where_it_stands():
    assert without_request("Tell me how many envoys left") == "Tell me  envoys left"
    assert without_request("Did it rain?") == "Did it rain?"
    assert without_request("") == ""
