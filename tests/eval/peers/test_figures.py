"""The figures of a peer, over values small enough to verify by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.cases import Case, CorpusDocument, GoldSpan, Split
from eval.peers.figures import PeerOutcome, Sources, characters_until_gold, figures, gold_rank, scores
from eval.peers.protocol import Found
from eval.peers.sentences import sentences_of
from rag import Span

BRIDGE = "The bridge opened in 1932. It is painted grey."
TOWER = "The tower was built by Ada Stone. It leans a little."
CORPUS = {name: CorpusDocument(id=name, title=name, text=text) for name, text in (("bridge", BRIDGE), ("tower", TOWER))}
OPENED, GREY, BUILT, LEANS = sentences_of(CORPUS.values())


def case(id_="q1", *, answerable=True, gold=OPENED):
    return Case(
        id=id_,
        question="When did the bridge open?",
        history=(),
        answerable=answerable,
        gold_documents=(gold.document_id,) if answerable else (),
        gold_spans=(GoldSpan(gold.document_id, gold.span),) if answerable else (),
        gold_answers=(),
        split=Split.REPORT,
    )


def outcome(*found, cited=()):
    return PeerOutcome(found=found, found_deep=found, cited=tuple(cited), milliseconds=5.0)


def whole(document_id, *, has_place):
    text = CORPUS[document_id].text
    return Found(document_id=document_id, text=text, span=Span(start=0, end=len(text)) if has_place else None)


def value(name, cases, outcomes):
    return figures(cases, outcomes, CORPUS)[name].figure


def test_rank_is_that_of_the_first_unit_that_holds_gold():
    assert gold_rank([BUILT, GREY, OPENED], case(), Sources(CORPUS)) == 3
    assert gold_rank([BUILT, GREY], case(), Sources(CORPUS)) == math.inf


@pytest.mark.parametrize("has_place", [True, False])
def test_whole_document_holds_its_gold_sentence_with_and_without_a_place(has_place):
    sources = Sources(CORPUS)
    assert gold_rank([whole("tower", has_place=has_place)], case(), sources) == math.inf
    assert gold_rank([whole("bridge", has_place=has_place)], case(), sources) == 1


@pytest.mark.parametrize("has_place", [True, False])
def test_reader_of_a_chunk_reads_up_to_the_end_of_the_gold_sentence(has_place):
    found = [whole("tower", has_place=has_place), whole("bridge", has_place=has_place)]
    assert characters_until_gold(found, case(gold=GREY), Sources(CORPUS)) == len(TOWER) + len(BRIDGE)
    assert characters_until_gold(found, case(gold=OPENED), Sources(CORPUS)) == len(TOWER) + len(OPENED.text)
    assert characters_until_gold([], case(), Sources(CORPUS)) == math.inf


def test_piece_of_the_gold_sentence_without_a_place_holds_it_only_in_its_own_document():
    piece = Found(document_id="bridge", text="opened in 1932")
    assert gold_rank([piece], case(), Sources(CORPUS)) == 1
    assert gold_rank([Found(document_id="tower", text="opened in 1932")], case(), Sources(CORPUS)) == math.inf
    assert gold_rank([Found(document_id="bridge", text=" ")], case(), Sources(CORPUS)) == math.inf


def test_long_unit_in_front_of_the_gold_costs_a_reader_their_patience():
    corpus = {**CORPUS, "long": CorpusDocument(id="long", title="", text="word " * 300)}
    long = Found(document_id="long", text=corpus["long"].text)
    found = figures([case()], [outcome(long, OPENED)], corpus)
    assert found["gold sentence first 5"].figure == (1.0, 1)
    assert found["gold within 1,000 characters"].figure == (0.0, 1)


def test_document_ranks_where_its_first_unit_does():
    cases, outcomes = [case()], [outcome(BUILT, LEANS, OPENED)]
    assert value("MRR of documents", cases, outcomes) == (0.5, 1)
    assert value("gold document first 1", cases, outcomes) == (0.0, 1)
    assert value("gold document first 5", cases, outcomes) == (1.0, 1)
    assert value("nDCG@10 of documents", cases, outcomes) == (pytest.approx(1 / math.log2(3)), 1)


def test_citations_are_judged_one_by_one():
    half_sentence = Found(document_id="bridge", text=" opened in 1932. ")
    invented = Found(document_id="bridge", text="The bridge is red.")
    moved = Found(document_id="bridge", text=OPENED.text, span=Span(start=1, end=27))
    cases, outcomes = [case()], [outcome(cited=[OPENED, half_sentence, invented, moved])]
    assert value("cited text is a whole sentence", cases, outcomes) == (0.5, 4)
    assert value("cited text is in its source", cases, outcomes) == (0.75, 4)
    assert value("cited with its place", cases, outcomes) == (0.25, 4)


def test_abstaining_misses_gold_where_there_is_some_and_is_right_where_there_is_none():
    cases = [case("q1"), case("q2"), case("q3", answerable=False)]
    outcomes = [outcome(cited=[OPENED]), outcome(), outcome()]
    assert value("gold cited", cases, outcomes) == (0.5, 2)
    assert value("cites nothing, of the answerable", cases, outcomes) == (0.5, 2)
    assert value("cites nothing, of the unanswerable", cases, outcomes) == (1.0, 1)


def test_peer_that_gives_nothing_scores_zero_and_leaves_citations_undefined():
    found = figures([case()], [outcome()], CORPUS)
    assert found["gold sentence first 10"].figure == (0.0, 1)
    assert found["nDCG@10 of documents"].figure == (0.0, 1)
    assert found["characters of a found unit"].figure == (None, 0)
    assert found["cited text is a whole sentence"].figure == (None, 0)


def test_interval_of_citations_that_are_all_right_keeps_its_width():
    interval = figures([case(), case("q2")], [outcome(cited=[OPENED, GREY])] * 2, CORPUS)[
        "cited text is a whole sentence"
    ]
    assert interval.figure == (1.0, 4)
    assert interval.low is not None
    assert interval.low < 0.5
    assert interval.high == 1.0


@settings(max_examples=15, deadline=None)  # each example draws a thousand resamples for several intervals
@given(st.lists(st.sampled_from([OPENED, GREY, BUILT, LEANS]), max_size=12), st.sampled_from([OPENED, GREY, BUILT]))
def test_scores_of_cases_average_to_the_figures(found, gold):
    cases, outcomes = [case(gold=gold)], [outcome(*found)]
    all_figures = figures(cases, outcomes, CORPUS)
    for name, of_cases in scores(cases, outcomes, CORPUS).items():
        assert (sum(of_cases.values()), len(of_cases)) == tuple(all_figures[name].figure)
