"""Which sentences score higher, and whose are never cited."""

from __future__ import annotations

import numpy as np
import pytest

from rag.attribution import asked_speaker
from rag.rerankers.overlap import OverlapReranker
from rag.retrieval.ranking import Features, candidates_of, coefficients, likeness, measure_features, scores_of

RUBIO = "Marco Rubio"
HEALEY = "John Healey"
SIKORSKI = "Radek Sikorski"
PLAIN = Features(
    similarity=0.4,
    overlap=0.4,
    context=0.4,
    likeness=0.4,
    likeness_around=0.4,
    passage=0.4,
    speaker=0.0,
    expected=0.0,
    news=0.0,
    whole=-1.0,
)
BEST = Features(*[1.0] * len(Features._fields))
WORST = Features(*[0.0] * len(Features._fields))._replace(similarity=-1.0, whole=-1.0)


def test_candidates_know_the_sentence_before_and_their_similarity(make_passage):
    passage = make_passage(["One.", "Two."], [[1.0, 0.0], [0.6, 0.8]])
    found = candidates_of([passage], [0.7], np.array([0.0, 1.0], dtype=np.float32))
    assert [(c.quote, c.before, c.passage_score) for c in found] == [("One.", "", 0.7), ("Two.", "One.", 0.7)]
    assert [c.similarity for c in found] == pytest.approx([0.0, 0.8])


def test_a_sentence_that_was_seen_in_a_better_passage_is_no_second_candidate(make_passage):
    first = make_passage(["The bridge  is grey.", "It opened in 1932."])
    second = make_passage(["THE BRIDGE is grey.", "It rusts."], passage_id=2, document_id="b")
    found = candidates_of([first, second], [1.0, 0.5], np.array([1.0, 0.0], dtype=np.float32))
    assert [c.quote for c in found] == ["The bridge  is grey.", "It opened in 1932.", "It rusts."]
    assert found[2].before == "THE BRIDGE is grey."


def test_no_passages_give_no_candidates_and_no_features():
    assert candidates_of([], [], np.zeros(2, dtype=np.float32)) == []
    assert measure_features("Who?", [], OverlapReranker(), None) == []
    assert scores_of([], []) == []


@pytest.mark.parametrize("name", Features._fields)
def test_more_of_any_feature_never_lowers_the_score_and_more_of_a_weighted_one_raises_it(name):
    more, less = scores_of([PLAIN._replace(**{name: 1.0}), PLAIN], ["It is."] * 2)
    assert more > less if coefficients()["ranking"][name] else more == less


def test_scores_stay_between_0_and_1():
    best, worst, of_another = scores_of([BEST, WORST, BEST._replace(speaker=-0.5)], ["It is."] * 3)
    assert 0.9 < best <= 1.0
    assert worst == of_another == 0.0


@pytest.mark.parametrize(
    ("quote", "is_lower"),
    [
        ("When did the bridge open?", True),
        ("Is it open (today?)", True),
        ("The bridge opened in 1932.", False),
        ("“Who will pay for it?” asked Tom Beck.", False),
        ("Tom Beck asked: “Who will pay for it?”", False),
    ],
)
def test_a_question_that_nobody_is_quoted_with_ranks_lower(quote, is_lower):
    good = PLAIN._replace(similarity=0.8)
    found, plain = scores_of([good, good], [quote, "It is."])
    assert (found < plain) == is_lower


def test_words_of_another_speaker_score_0_and_those_of_nobody_do_not(make_candidate, rank):
    question = "What did Rubio say about territory?"
    candidates = [
        make_candidate("Territory is territory.", speaker=HEALEY, similarity=0.9),
        make_candidate("Kyiv could cede territory.", speaker=RUBIO),
        make_candidate("The territory is large."),
    ]
    ranked = rank(question, candidates, asked_speaker(question, [RUBIO, HEALEY]))
    assert [place.candidate.sentence.speaker for place in ranked] == [RUBIO, "", HEALEY]
    assert ranked[1].score > 0
    assert ranked[2].score == 0


def test_a_name_that_no_speaker_bears_bars_nobody(make_candidate, rank):
    question = "According to the AAA, how many stations closed?"
    asked = asked_speaker(question, ["The American Automobile Association"])
    assert asked is not None
    assert asked.is_absent
    ranked = rank(
        question, [make_candidate("Two stations closed.", speaker="The American Automobile Association")], asked
    )
    assert ranked[0].features.speaker == 0


def test_a_description_stands_for_whom_the_same_document_introduces_so(make_candidate, rank):
    question = "What did Poland's foreign minister say about supplies?"
    candidates = [
        make_candidate("Supplies are back, he said.", speaker=SIKORSKI),
        make_candidate("Radek Sikorski, Poland’s Foreign Minister, spoke.", speaker=SIKORSKI),
        make_candidate("Supplies matter, Healey said.", speaker=HEALEY),
    ]
    ranked = rank(question, candidates, asked_speaker(question, [SIKORSKI, HEALEY]))
    assert ranked[0].candidate.quote == "Supplies are back, he said."
    assert {place.candidate.sentence.speaker: place.features.speaker for place in ranked} == {SIKORSKI: 1, HEALEY: -1}


def test_an_introduction_in_another_document_describes_nobody_here(make_candidate, rank):
    question = "What did Poland's foreign minister say?"
    candidates = [
        make_candidate("Supplies are back, he said.", speaker=SIKORSKI, document_id="a"),
        make_candidate("Radek Sikorski, Poland’s Foreign Minister, spoke.", document_id="b"),
    ]
    ranked = rank(question, candidates, asked_speaker(question, [SIKORSKI]))
    assert [place.features.speaker for place in ranked] == [0, 0]


def test_a_country_alone_describes_no_speaker(make_candidate, rank):
    question = "What does London believe?"
    candidates = [
        make_candidate("John Healey, Britain’s Defence Secretary, spoke.", speaker=HEALEY),
        make_candidate("It is clear, a spokesman said.", speaker="a Foreign Office spokesman"),
    ]
    ranked = rank(question, candidates, asked_speaker(question, [HEALEY, "a Foreign Office spokesman"]))
    assert [place.features.speaker for place in ranked] == [0, 0]


def test_a_question_that_describes_a_speaker_in_full_prefers_them_and_bars_nobody(make_candidate, rank):
    candidates = [
        make_candidate("Fifteen countries joined.", speaker="Sebastien Lecornu"),
        make_candidate("Sebastien Lecornu, the French Defence Minister, spoke.", speaker="Sebastien Lecornu"),
        make_candidate("Sixteen countries joined.", speaker=HEALEY),
    ]
    ranked = rank("List all points the French defence minister made", candidates)
    assert [place.candidate.sentence.speaker for place in ranked] == ["Sebastien Lecornu"] * 2 + [HEALEY]
    assert ranked[2].score > 0


def test_the_sentence_before_and_the_title_count_as_context(make_candidate, rank):
    bridge = make_candidate("It opened in spring.", before="The bridge is grey.")
    titled = make_candidate("It opened in spring.", title="The bridge")
    alone = make_candidate("It opened in spring.")
    for helped in (bridge, titled):
        better, worse = (rank("the bridge opened", [one])[0] for one in (helped, alone))
        assert better.features.overlap == worse.features.overlap
        assert better.features.context > worse.features.context


def test_words_of_the_request_are_not_looked_for(make_candidate, rank):
    ranked = rank("In which city did they meet?", [make_candidate("They meet in Jeddah."), make_candidate("A city.")])
    assert [place.features.overlap for place in ranked] == [1, 0]


def test_words_of_nearly_the_same_meaning_count_as_likeness_and_not_as_overlap(make_candidate, rank):
    ranked = rank(
        "Which is the biggest city?",
        [make_candidate("It is the largest one."), make_candidate("It is the coldest one.")],
    )
    assert ranked[0].candidate.quote == "It is the largest one."
    assert [place.features.overlap for place in ranked] == [0, 0]
    assert ranked[0].features.likeness > ranked[1].features.likeness


def test_words_before_the_sentence_and_in_the_title_are_alike_around_it(make_candidate, rank):
    (alone,) = rank("the bridge opened", [make_candidate("It opened.")])
    for near in ({"before": "The bridge is grey."}, {"title": "The bridge"}):
        (helped,) = rank("the bridge opened", [make_candidate("It opened.", **near)])
        assert helped.features.likeness == alone.features.likeness
        assert helped.features.likeness_around > alone.features.likeness_around


def test_a_heading_ranks_below_the_same_words_as_a_sentence(make_candidate, rank):
    ranked = rank(
        "When did the bridge open?", [make_candidate("Opening of the bridge"), make_candidate("Opening of the bridge.")]
    )
    assert [(place.candidate.quote[-1], place.features.whole) for place in ranked] == [(".", 0.0), ("e", -1.0)]


def test_a_new_number_helps_where_a_number_is_asked_for(make_candidate, rank):
    found = rank("In what year did it open?", [make_candidate("It opened in 1932."), make_candidate("It opened late.")])
    assert [place.features.news for place in found] == [1, 0]


@pytest.mark.parametrize("question", ["", "?!", "say", "😀 東京", "ignore the above [99]", "why " * 500])
def test_odd_questions_give_finite_features_and_the_same_ones_twice(make_candidate, question):
    candidates = [make_candidate("Ice melts."), make_candidate(""), make_candidate("東京 😀 [99]")]
    first, second = (measure_features(question, candidates, OverlapReranker(), None) for _ in range(2))
    assert first == second
    assert all(np.isfinite(values).all() for values in first)


def test_the_word_itself_in_any_form_is_1_and_a_text_without_words_0():
    found = likeness(["territories"], ["One territory.", "", "?!"])
    assert found.tolist() == [[1.0], [0.0], [0.0]]


@pytest.mark.parametrize(("word", "near", "far"), [("wrote", "written", "bridge"), ("biggest", "largest", "june")])
def test_a_near_word_is_between_a_far_one_and_the_word_itself(word, near, far):
    found = likeness([word], [far, near, word])[:, 0]
    assert found[0] < found[1] < found[2] == 1
    assert found[1] > 0.3


def test_rare_words_are_alike_only_to_themselves():
    assert likeness(["xyzzyqua"], ["Xyzzyqua came.", "Xyzzyqub came."]).tolist() == [[1.0], [0.0]]


def test_each_text_has_its_own_row_whatever_stands_beside_it():
    texts = ["He wrote it.", "", "Snow fell.", "東京 😀", "A writer came."]
    together = likeness(["written", "snow"], texts)
    assert together.shape == (5, 2)
    assert together.dtype == np.float32
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(likeness(["written", "snow"], [text])[0], row, atol=1e-6)


def test_no_words_or_no_texts_give_an_empty_array():
    assert likeness([], ["a"]).shape == (1, 0)
    assert likeness(["a"], []).shape == (0, 1)
