"""What several documents say of one thing, and a document and its correction: which of them stands first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.retrieval.duplicates import error_told_of, with_the_correction_first, with_the_newest_first
from rag.retrieval.ranking import candidates_of

OLD, NEW = "The bridge will cost 310 million crowns.", "The bridge costs 355 million crowns."


@pytest.fixture
def dated(make_candidate, rank):
    """Sentences of documents of their own, each with its date, ranked for a question."""

    def ranked(question, *sentences):
        candidates = []
        for number, (quote, published) in enumerate(sentences):
            candidate = make_candidate(quote, document_id=str(number), title="bridge", similarity=0.6 - number / 10)
            candidates.append(candidate._replace(passage=replace(candidate.passage, published=published)))
        return rank(question, candidates)

    return ranked


def first(places):
    return places[0].candidate.quote


@pytest.mark.parametrize("question", ["What does the bridge cost?", "how much does the bridge cost"])
def test_what_is_so_now_is_answered_by_the_newest(dated, question):
    ranked = dated(question, (OLD, "2025-02-03"), (NEW, "2025-06-20T07:30:00+02:00"))
    assert first(ranked) == OLD
    assert first(with_the_newest_first(question, ranked)) == NEW


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("What did the bridge cost?", "2025-02-03", "2025-06-20"),
        ("What does the bridge cost in February 2025?", "2025-02-03", "2025-06-20"),
        ("What does the bridge cost?", "2025-06-20", "2025-02-03"),
        ("What does the bridge cost?", "", "2025-06-20"),
        ("What does the bridge cost?", "2025-02-03", ""),
        ("What do they say of the cost of the bridge?", "2025-02-03", "2025-06-20"),
    ],
)
def test_order_stays_where_another_time_is_meant_or_none_is_known(dated, question, old, new):
    ranked = dated(question, (OLD, old), (NEW, new))
    assert with_the_newest_first(question, ranked) == ranked
    assert with_the_newest_first(question, []) == []


WRONG = "The Astrid was built in 1998."
CORRECTED = ["Correction, 9 March: an earlier version gave the wrong year.", "The ship was built in 1989."]


@pytest.mark.parametrize(("joined", "is_first"), [("\n", True), (" ", False)])
def test_a_correction_in_the_same_document_stands_before_what_it_corrects(make_passage, rank, joined, is_first):
    passage = make_passage([WRONG, *CORRECTED], title="The Astrid")
    text = passage.text.replace(f"{WRONG} ", f"{WRONG}{joined}")
    passage = replace(passage, text=text)
    question = "When was the Astrid built?"
    ranked = rank(question, candidates_of([passage], [1.0], passage.vectors[0]))
    assert first(ranked) == WRONG
    corrected = with_the_correction_first(question, ranked)
    assert (first(corrected) == CORRECTED[1]) is is_first
    withdrawn = [place.candidate.quote for place in corrected if place.score == 0.0]
    assert withdrawn == [WRONG] * is_first
    assert {place.candidate.quote for place in corrected} == {place.candidate.quote for place in ranked}


def test_what_is_right_in_a_correction_needs_the_sentence_that_says_what_was_wrong(make_passage):
    passage = make_passage([WRONG, *CORRECTED], title="The Astrid")
    passage = replace(passage, text=passage.text.replace(f"{WRONG} ", f"{WRONG}\n"))
    wrong, said, right = candidates_of([passage], [1.0], passage.vectors[0])
    assert [error_told_of(each) for each in (wrong, said, right)] == [None, None, said.sentence]
