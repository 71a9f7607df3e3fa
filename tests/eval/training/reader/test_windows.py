"""What the reader is shown in training: windows, their labels, and questions that nothing answers."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from eval.training.reader.forms import as_keywords, as_typed, misspelt
from eval.training.reader.groups import Group
from eval.training.reader.near_misses import near_misses
from eval.training.reader.train import drawn
from eval.training.reader.windows import MAX_WORDS, SHARES, reading_examples, window_around, window_of
from eval.training.verifier.data.examples import Answering, Target

SENTENCES = (
    "The ferry Aurora left Oslo on 3 May 1954.",
    "She carried 212 passengers and a crew of 30.",
    "The ferry sank near Bergen in a storm.",
    "Captain Anna Holm was later honoured by King Haakon.",
)
QUESTION = "Where did the ferry Aurora sink in 1954?"


def group(**changes: object) -> Group:
    given = {
        "question": QUESTION,
        "heading": "The Aurora",
        "sentences": SENTENCES,
        "answering": (Answering.NO, Answering.NO, Answering.YES, Answering.NO),
        "source": "squad2",
        "name": "aurora",
    }
    return Group(**(given | changes))


def test_a_window_has_the_heading_without_a_label_and_answers_where_a_sentence_does():
    example = window_of(group(), range(1, 3))
    assert example.sentences == ("The Aurora", *SENTENCES[1:3])
    assert example.answering == (Answering.UNKNOWN, Answering.NO, Answering.YES)
    assert (example.target, example.knows_words, example.wrong) == (Target.SUPPORTED, True, ())


def test_a_window_without_the_answering_sentence_does_not_answer():
    assert window_of(group(), range(2)).target is Target.UNSUPPORTED
    unlabelled = group(answering=(Answering.UNKNOWN,) * 4)
    assert window_of(unlabelled, range(4)).target is Target.UNKNOWN


def test_words_of_a_changed_question_that_nothing_meets_are_marked():
    changed = group(question=QUESTION.replace("1954", "1963"), original=QUESTION, answering=(Answering.NO,) * 4)
    example = window_of(changed, range(4))
    assert [span.slice(example.text) for span in example.wrong] == ["1963"]


@pytest.mark.parametrize("seed", range(20))
def test_windows_are_neighbours_with_the_chosen_one_and_within_bounds(seed):
    random = Random(seed)
    n_words = [random.randint(1, 60) for _ in range(30)]
    number = random.randrange(30)
    before, after = random.randint(0, 9), random.randint(0, 9)
    window = window_around(n_words, number, before=before, after=after, max_words=MAX_WORDS)
    assert number in window
    assert number - window.start <= before
    assert window.stop - 1 - number <= after
    assert sum(n_words[each] for each in window) <= MAX_WORDS


@pytest.mark.parametrize("seed", range(20))
def test_near_misses_change_the_question_and_never_repeat_it(seed):
    made = list(near_misses(QUESTION, SENTENCES, ["Trondheim", "Lady Macbeth"], Random(seed)))
    assert made
    assert len({QUESTION, *made}) == len(made) + 1


def test_examples_of_one_seed_are_the_same_and_near_misses_answer_nothing():
    groups = [group(question=f"{QUESTION[:-1]} {number}?") for number in range(40)]
    examples = list(reading_examples(groups, seed=1))
    assert examples == list(reading_examples(groups, seed=1))
    altered = [each for each in examples if each.source == "altered"]
    assert altered
    assert {each.target for each in altered} == {Target.UNSUPPORTED}
    assert {each.source for each in examples} <= set(SHARES)


def test_sources_are_drawn_by_their_shares_and_every_example_before_one_comes_again():
    examples = [window_of(group(source=source), range(4)) for source in ("squad2", "qed") for _ in range(10)]
    order = drawn(examples, 60, seed=0)
    counts = Counter(order)
    of_squad2 = sum(count for number, count in counts.items() if number < 10)
    assert 60 * SHARES["squad2"] / (SHARES["squad2"] + SHARES["qed"]) == pytest.approx(of_squad2, abs=15)
    for numbers in (range(10), range(10, 20)):
        assert max(counts[number] for number in numbers) - min(counts[number] for number in numbers) <= 1
    assert order == drawn(examples, 60, seed=0)


def test_questions_are_typed_in_the_forms_of_people():
    random = Random(0)
    forms = Counter(as_typed(QUESTION, random) for _ in range(400))
    assert forms[QUESTION] > 200
    assert forms[QUESTION.lower().rstrip("?")] > 50
    assert forms[as_keywords(QUESTION)] > 5
    assert as_keywords(QUESTION) == "ferry aurora sink 1954"


@pytest.mark.parametrize("seed", range(20))
def test_a_misspelt_question_differs_by_one_slip(seed):
    made = misspelt(QUESTION, Random(seed))
    assert sorted(made) == sorted(QUESTION) or len(made) == len(QUESTION) - 1
    assert misspelt("Who is he?", Random(seed)) == "Who is he?"
