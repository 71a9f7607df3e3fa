"""What an answer cannot do without: near misses that lack it, and answers that have it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.attribution import asked_speaker
from rag.retrieval.answerability import answerability, lacking
from rag.retrieval.requirements import unmet_requirements

MEETING = "The union met in 2019 and again in 2021."
FLEET = ["Boat: Ida; Built: 1954; Fare: 12.", "Boat: Una; Built: 1999; Berths: 40."]


def lacks(make_candidate, rank, question, *quotes, speakers=("Ana Ruiz",), **about):
    asked = asked_speaker(question, speakers)
    ranked = rank(question, [make_candidate(quote, **about) for quote in quotes], asked)
    return unmet_requirements(question, ranked, asked)


@pytest.mark.parametrize(
    ("question", "quote", "unmet"),
    [
        ("How often has Tom Berg crossed the lake?", "Lena Berg has crossed the lake 300 times.", ("Tom Berg",)),
        ("Where was Tom Berg's boat built?", "The boat of Lena Berg was built in Oslo.", ("Tom Berg",)),
        ("What did Olga Falk say about the fee?", "The fee is too high, Ana Ruiz said.", ("Olga Falk",)),
        ("What did Olga Falk tell reporters?", "The prize is named after Olga Falk, a nurse.", ("Olga Falk",)),
        ("What did Falk tell reporters?", "The fee, said Ana Ruiz, is too high.", ("Falk",)),
        ("Where did the union meet in 2020?", MEETING, ("2020",)),
        ("Who won the 1966 final?", "Anna won the final in 1970.", ("1966",)),
        ("What would the fee be if the tunnel had opened?", "The fee is 12 euros.", ("the tunnel had opened",)),
        ("How old is Olga Falk?", "Olga Falk runs the mill.", ("age",)),
        ("How old is Olga Falk?", "He is 52.", ("age",)),
        ("How much did it cost to hire the crane?", "The crane was hired for eleven days.", ("sum of money",)),
        ("In what year did the mill open?", "They opened their mill at last.", ("year",)),
        ("When did Olga Falk resign?", "Olga Falk said: “I do not intend to resign.”", ("",)),
        ("Why did Tom Berg vote for the sale?", "Tom Berg did not vote.", ("",)),
        ("When did Rowe Mills sue the town?", "The town wants it back and Rowe Mills is preparing to sue.", ("",)),
        ("When has the council sold the mill?", "Tom Berg asked whether the council had sold the mill.", ("",)),
        ("Why did the council ban dogs?", "The council let the beach be used in summer.", ("ban",)),
        ("When did the county approve the pass?", "The county is considering a pass.", ("approve",)),
        ("What did Olga Falk study?", "Olga Falk is the chief engineer.", ("study",)),
        ("Why did Ana Ruiz pull out of the talks?", "Ana Ruiz spent the day in the talks.", ("pull out",)),
        ("How wide is the bridge?", "The bridge cost 310 million crowns.", ("size",)),
        ("What is the height of the bridge?", "The bridge will open on 15 April.", ("size",)),
        ("How fast does the ferry sail?", "The ferry has an electric drive.", ("speed",)),
        ("How heavy is the bell?", "The bell was cast in 1954.", ("weight",)),
        ("What colour is the ferry?", "The ferry is to become a museum.", ("colour",)),
        ("How much does Olga Falk earn?", "The orchestra owes the bank 380,000 pounds.", ("sum of money",)),
        ("What did Ana Ruiz say about the bridge?", "The bid is too low, said Ana Ruiz.", ("the bridge",)),
        ("Which is the fastest ferry?", "Five ferries still cross the lake.", ("fastest",)),
        ("Who made the 30 cracked bolts?", "Rowe Mills made the 17 cracked bolts.", ("30 cracked bolts",)),
        ("Who made the thirty bolts?", "Rowe Mills made the seventeen bolts.", ("thirty bolts",)),
        ("Which boat carries 350 guests?", "Boat: Ida; Guests: 250.", ("350 guests",)),
        ("What did Ana Ruiz say in April?", "“We are late,” Ana Ruiz said in June.", ("April",)),
        ("How many people work on the western ramp?", "On the eastern ramp 420 people work.", ("western ramp",)),
        ("Who runs the kiosk at Skarvik?", "Tom Berg runs the kiosk at Little Sund.", ("Skarvik",)),
    ],
)
def test_near_miss_lacks_what_the_question_demands(make_candidate, rank, question, quote, unmet):
    assert lacks(make_candidate, rank, question, quote) == unmet


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How often has Tom Berg crossed the lake?", "Tom Berg has crossed the lake 300 times."),
        ("How often has Tom Berg crossed the lake?", "Captain Berg has crossed the lake 300 times."),
        ("How often has Tom Berg crossed the lake?", "Berg has crossed the lake 300 times."),
        ("How often has Tom Berg crossed the lake?", "He has crossed it 300 times."),
        ("Is Tom Berg related to Lena Berg?", "Lena Berg is a cousin of his."),
        ("Describe Berg's boat.", "Lena Berg has a boat with a red sail."),
        ("What did Foreign Minister Berg sign?", "Lena Berg signed the treaty."),
        ("What did Norway's Berg sign?", "Lena Berg signed the treaty."),
        ("What did Sebastian Berg sign?", "Sebastien Berg signed the treaty."),
        ("What did Bob Berg and his wife sign?", "Bobby Berg signed the treaty."),
        ("What did Ana Ruiz say about the fee?", "It is too high."),
        ("What did Olga Falk say about the fee?", "The fee, said Falk, is too high."),
        ("What did the minister say about the fee?", "The fee is too high."),
        ("What did Paris say about the fee?", "The fee is too high, said the French minister."),
        ("What did the Courier say about the fee?", "The Courier understands that the fee is too high."),
        ("What did Watt add to the engine?", "James Watt fitted the engine with a governor."),
        ("Where did the union meet in 2021?", MEETING),
        ("Who led the union in 2014?", "Ana led the union from 2010 to 2016."),
        ("Who led the union in 2014?", "Ana has led the union since 2008."),
        ("Who led the union in 2014?", "Ana led it 2012-16."),
        ("What would happen if the tunnel closed?", "If the tunnel closed, buses would run."),
        ("What would the fee be in a month?", "The fee is 12 euros."),
        ("How old is Olga Falk?", "Olga Falk, 52, runs the mill."),
        ("How much did they pay for the hat?", "They paid eleven crowns for it."),
        ("How many people came?", "Nobody came."),
        ("In what year did the mill open?", "The mill opened in 1954."),
        ("When did Olga Falk resign?", "Olga Falk resigned on Monday and did not say why."),
        ("Why did Olga Falk not resign?", "Olga Falk did not resign because of the vote."),
        ("Did Olga Falk resign?", "Olga Falk did not resign."),
        ("When did Rowe Mills sue the town?", "Rowe Mills sued the town in May and plans to sue the county."),
        ("When did the council sell the mill?", "The council agreed on Monday to sell the mill."),
        ("Why did the council ban dogs?", "The council prohibited dogs, since children bathe there."),
        ("Why did Ana Ruiz pull out of the talks?", "Ana Ruiz withdrew from the talks because she was ill."),
        ("Who painted the bridge?", "The bridge owes its red to Tom Berg."),
        ("How wide is the bridge?", "The bridge is 12 metres across."),
        ("How long is the ferry?", "The 90-metre ferry was built in Oslo."),
        ("How long did the ferry sail?", "The ferry sailed for half a century."),
        ("How much does Olga Falk earn?", "Olga Falk is paid 380,000 pounds."),
        ("What did Ana Ruiz say about the bid?", "The offer is too low, said Ana Ruiz."),
        ("Which is the fastest ferry?", "No other ferry is as quick as the Ida."),
        ("Who made the thirty bolts?", "Rowe Mills made the 30 bolts."),
        ("Who made the thirty bolts?", "Rowe Mills made all of the bolts."),
        ("What did Ana Ruiz say in April?", "“We are late,” Ana Ruiz said on 4 April."),
        ("Who runs the kiosk at Skarvik?", "Tom Berg runs the kiosk at the quay of Skarvik."),
        ("Who runs the kiosk at Skarvik?", "Tom Berg runs the kiosk."),
    ],
)
def test_answer_lacks_nothing(make_candidate, rank, question, quote):
    assert lacks(make_candidate, rank, question, quote) == ()


@pytest.mark.parametrize(
    ("question", "unmet"),
    [
        ("What is the fare of the Una?", ("Fare",)),
        ("What is the fare of the Ida?", ()),
        ("How many berths has the Una?", ()),
        ("When was the Una built?", ()),
        ("Which boats were built in 1954?", ()),
    ],
)
def test_row_of_the_thing_asked_for_has_the_column_asked_for(make_candidate, rank, question, unmet):
    assert lacks(make_candidate, rank, question, *FLEET) == unmet


def test_title_and_sentence_before_may_name_who_is_meant(make_candidate, rank):
    question = "How often has Tom Berg crossed the lake?"
    crossed = "Like Lena Berg he crossed it 300 times."
    assert lacks(make_candidate, rank, question, crossed) == ("Tom Berg",)
    assert lacks(make_candidate, rank, question, crossed, before="Tom Berg is 61.") == ()
    assert lacks(make_candidate, rank, question, crossed, title="Tom Berg") == ()


@pytest.mark.parametrize(
    ("published", "quote", "unmet"),
    [
        ("2025-02-03", "About 420 people are working there.", ("2023",)),
        ("2023-02-03", "About 420 people are working there.", ()),
        ("2025-02-03", "In 2023 about 420 people worked there.", ()),
        ("", "About 420 people are working there, who came from 2021 on.", ("2023",)),
    ],
)
def test_present_of_a_document_is_the_year_of_its_date(make_candidate, rank, published, quote, unmet):
    question = "How many people worked there in 2023?"
    candidate = make_candidate(quote)
    dated = candidate._replace(passage=replace(candidate.passage, published=published))
    assert unmet_requirements(question, rank(question, [dated]), None) == unmet


def test_what_is_lacking_makes_an_answer_unlikely(make_candidate, rank):
    chances = [
        answerability(question, rank(question, [make_candidate(MEETING, similarity=0.8)]), None)
        for question in ("Where did the union meet in 2020?", "Where did the union meet in 2021?")
    ]
    assert chances[0] < 0.4 < chances[1]


def test_nothing_found_lacks_nothing():
    assert lacking("Who won in 2020?", [], None) == ()


@pytest.mark.parametrize(
    "question", ["", "?!", "😀 東京 2023", "What would if", "Why did [99] .*( not", "A B C " * 300]
)
def test_odd_questions_are_let_through(make_candidate, rank, question):
    assert isinstance(lacks(make_candidate, rank, question, MEETING, ""), tuple)
