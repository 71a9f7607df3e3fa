"""The sentence after the best one, where that one only announces it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.retrieval.following import with_the_answer_first
from rag.retrieval.ranking import Candidate, Ranked


def first_of(make_passage, question, sentences, scores=(0.6, 0.3), speakers=None):
    passage = make_passage(sentences, speakers=speakers)
    places = []
    for sentence, score in zip(passage.sentences, scores, strict=True):
        candidate = Candidate(passage, sentence, passage.quote(sentence), "", 0.5, 0.5)
        places.append(Ranked(candidate, None, score))
    ranked = sorted(places, key=lambda place: -place.score)
    found = with_the_answer_first(question, ranked)
    assert sorted(map(id, (place.candidate for place in found))) == sorted(map(id, (each.candidate for each in ranked)))
    assert all(one.score >= other.score for one, other in pairwise(found))
    return found[0].candidate.quote


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("Who founded the club?", ["The club had three founders.", "Their names were Kari Lie and Per Moe."]),
        ("Which towns are in the union?", ["Seven towns joined the union.", "They are Holm, Lund and Vik."]),
        ("Who bid for the boat?", ["For the boat there are two bids.", "One comes from Oslo and one from Bergen."]),
        ("What did he see in the shed?", ["Asked what he saw in the shed, he hesitated.", "“Two boxes,” he said."]),
        ("Will the boats run on?", ["Readers asked whether the boats will run on.", "They will not."]),
        ("Has the firm been sued?", ["The agency wants money from the firm.", "It has not done so yet."]),
        ("When was it banned?", ["Had it been banned, two firms would have closed.", "The ban was never introduced."]),
        ("Who is the minister?", ["A caption misidentified the minister.", "He is Joao Prado."]),
        ("Who built it?", ["An earlier version of this article said that Ole built it.", "Kari built it."]),
        ("When was the feast?", ["The town held a feast.", "It was in May 1931."]),
    ],
)
def test_announced_sentence_goes_before_the_one_that_announces_it(make_passage, question, sentences):
    assert first_of(make_passage, question, sentences) == sentences[1]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("Who founded the club?", ["The club was founded by Kari Lie.", "Its hall burned down."]),
        ("How many towns joined?", ["Seven towns joined the union.", "It was founded in 1931."]),
        (
            "Who built engines?",
            ["Around 1800 Ole built engines of high pressure.", "These were small enough for boats."],
        ),
        ("Will the boats run on?", ["The boats will run on.", "The fare stays the same."]),
        ("Who asked for more?", ["The crews asked for more.", "They will not."]),
        ("What if it is banned?", ["If it is banned, two firms would close.", "It was not banned yet."]),
        ("When did it open?", ["It opened in May 1931.", "It closed in 1950."]),
    ],
)
def test_sentence_that_answers_stays_first(make_passage, question, sentences):
    assert first_of(make_passage, question, sentences) == sentences[0]


def test_words_of_somebody_else_are_not_lifted(make_passage):
    sentences = ["Asked what he saw, he hesitated.", "“Two boxes,” said Ole."]
    assert first_of(make_passage, "What did Per see?", sentences, scores=(0.6, 0.0)) == sentences[0]


def test_nothing_found_and_a_last_sentence_stay_as_they_are(make_passage):
    assert with_the_answer_first("Who?", []) == []
    sentences = ["They are Holm and Lund.", "Seven towns joined."]
    assert first_of(make_passage, "Which towns joined?", sentences, scores=(0.3, 0.6)) == sentences[1]
