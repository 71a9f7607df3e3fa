"""Whole quotations as evidence, and lines that are none: headings, bylines, headers of mails, heads of tables.

And the sentence after the best one, where that one only announces it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from rag import Assistant
from rag.language.sentences import sentence_spans
from rag.retrieval.ranking import Candidate, Ranked, candidates_of
from rag.retrieval.whole import is_label, joined_at_borders, whole_quotations, with_the_answer_first, without_labels
from rag.types import Passage, Sentence, Span


@pytest.fixture
def ranked_of(make_passage, rank):
    """The sentences of a text, ranked for a question; all of one passage, unless sentences are left out of it."""

    def ranked(text, question="?", *, title="note"):
        spans = sentence_spans(text)
        passage = replace(
            make_passage([text], title=title),
            passage=Passage(
                id=1, document_id="a", first_sentence=0, last_sentence=len(spans) - 1, span=Span(start=0, end=len(text))
            ),
            sentences=tuple(Sentence(document_id="a", ordinal=n, span=span) for n, span in enumerate(spans)),
            vectors=make_passage(["x"] * len(spans)).vectors,
        )
        return rank(question, candidates_of([passage], [1.0], passage.vectors[0]))

    return ranked


def quotes(places):
    return [place.candidate.quote for place in places]


@pytest.mark.parametrize(
    "text",
    [
        "Asked, she said: “Yeah. We can. But not now.”",
        "“I was wrong. I should have asked twice,” said Solberg.",
        "“Fifty wanted him gone. Nine did not.\n“I voted for him. A vote is a vote,” said Nowak.",
        'She said: "They knew which alarm was off. They knew why.\n\n"I thank the milkman. He wrote it down."',
        "« Oui. Nous pouvons », dit-elle.",
    ],
)
def test_quotation_of_several_sentences_is_one_piece_of_evidence(ranked_of, text):
    whole = f"It rained. {text} He left."
    found = quotes(whole_quotations(ranked_of(whole)))
    assert sorted(found) == sorted(["It rained.", text, "He left."])


@pytest.mark.parametrize(
    "text",
    [
        "“We are on time,” he said. “We are within the budget.”",
        "“Never closed. He left. It rained.",
        "It's the dogs' day. It isn't ours.",
        "No mark. At all.",
    ],
)
def test_sentences_that_no_quotation_joins_stay_apart(ranked_of, text):
    assert sorted(quotes(whole_quotations(ranked_of(text)))) == sorted(quotes(ranked_of(text)))
    assert len(ranked_of(text)) > 1


def test_quotation_takes_the_rank_of_its_best_sentence_and_comes_once(ranked_of):
    text = "A toll is paid. “We cross. The bolts cracked. We wait,” said Ada. Snow fell."
    found = whole_quotations(ranked_of(text, "why did the bolts crack?"))
    assert quotes(found)[0] == "“We cross. The bolts cracked. We wait,” said Ada."
    assert len(found) == 3
    assert [place.score for place in found] == sorted((place.score for place in found), reverse=True)


def test_speech_of_pages_is_quoted_by_the_sentence(ranked_of):
    text = f"“{' '.join(['We shall go on with this work.'] * 40)}”"
    found = quotes(whole_quotations(ranked_of(text)))
    assert max(map(len, found)) < 50


HEADED = (
    "Lervik Bridge will not open\nThe bridge opens in April. It is late.\nWho pays\nThe county bears the cost of it."
)


@pytest.mark.parametrize("heading", ["Lervik Bridge will not open", "Who pays"])
def test_heading_above_prose_is_no_evidence(ranked_of, heading):
    places = ranked_of(HEADED)
    assert heading in quotes(places)
    assert heading not in quotes(without_labels(places, "who pays?"))


@pytest.mark.parametrize(
    "text",
    [
        "He will not lose me. I said so.\nThor Vinje, Tarnholm\n\nFrom the editor: Several readers asked about it.",
        "Present: Mayor Falk and Anders Holm\n\nThe minutes were approved with one change.",
        "Two people are missing\nThe A38 is shut between Castleby and Denholt\nAll schools are shut",
        "We leave at ten. We take the bus to Oslo.",
        "Opening hours 9 to 17",
    ],
)
def test_signature_field_and_list_stay_evidence(ranked_of, text):
    places = ranked_of(text)
    assert quotes(without_labels(places, "who?")) == quotes(places)


def test_head_of_a_table_is_none_and_its_rows_are(ranked_of):
    head, row = "Ship\tBuilt\tCars", "Terna\t1994\t60"
    found = quotes(without_labels(ranked_of(f"The fleet sails this week.\n{head}\n{row}\nAlke\t2007\t85"), "?"))
    assert head not in found
    assert row in found


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("By Henrik Aune, Sund Courier", "Who wrote the guide to the fleet?"),
        ("Subject: Three charged over theft", "What is the subject of the e-mail?"),
        ("The crane Samson in the harbour Photo / Jonas Wiik", "What can be seen in the photograph?"),
    ],
)
def test_byline_mail_header_and_caption_answer_only_who_asks_for_them(ranked_of, line, question):
    places = ranked_of(f"{line}\nFive ferries still cross the Sund.")
    assert line not in quotes(without_labels(places, "how many ferries cross the Sund?"))
    assert line in quotes(without_labels(places, question))


def test_text_without_prose_keeps_its_lines(ranked_of):
    places = ranked_of("FIRST PART\nSECOND PART")
    assert quotes(without_labels(places, "?")) == quotes(places)
    assert not is_label(ranked_of("FIRST PART")[0].candidate)


def test_answer_quotes_a_quotation_whole(assistant: Assistant, tmp_path):
    text = "The bridge is late. “I said we were on time. I was wrong about the bolts,” said Ingrid Solberg. It rained."
    (tmp_path / "news.txt").write_text(text, encoding="utf-8")
    assistant.add([tmp_path / "news.txt"])
    answer = assistant.ask("What did Ingrid Solberg say about the bolts?")
    quotation = "“I said we were on time. I was wrong about the bolts,” said Ingrid Solberg."
    assert quotation in [citation.quote for citation in answer.citations]
    for citation in answer.citations:
        document = assistant.document(citation.document_id)
        assert citation.span.slice(document.text) == citation.quote


def test_quotation_of_a_filtered_copy_is_quoted_from_the_copy(assistant: Assistant, tmp_path):
    quotation = "“I said we were on time. I was wrong about the bolts,” said Ingrid Solberg."
    text = f"The bridge is late, and it will cost more than it should. {quotation} It rained on Tuesday in the valley."
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assistant.add([tmp_path / "a.txt"])
    assistant.add([tmp_path / "b.txt"])
    for name in ("a.txt", "b.txt"):
        answer = assistant.ask("What did Ingrid Solberg say about the bolts?", sources=[str(tmp_path / name)])
        assert [citation.quote for citation in answer.citations][:1] == [quotation]
        assert {citation.source for citation in answer.citations} == {str(tmp_path / name)}


@pytest.fixture
def parts_of(ranked_of):
    """A text as one passage for each group of its sentences; the ids are neighbours."""

    def parts(text, *groups):
        whole = ranked_of(text)[0].candidate.passage
        found = []
        for number, (first, last) in enumerate(groups, start=1):
            sentences = whole.sentences[first : last + 1]
            span = Span(start=sentences[0].span.start, end=sentences[-1].span.end)
            passage = replace(whole.passage, id=number, first_sentence=first, last_sentence=last, span=span)
            found.append(
                replace(
                    whole,
                    passage=passage,
                    text=span.slice(text),
                    sentences=sentences,
                    vectors=whole.vectors[first : last + 1],
                )
            )
        return found

    return parts


@pytest.mark.parametrize("found", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize(
    "text",
    ["It rained. “Yeah. We can,” she said. He left.", "It rained. He said: “Peace.\n“Over to you,” he said. He left."],
)
def test_quotation_is_followed_over_the_border_of_its_passage(parts_of, rank, text, found):
    parts = parts_of(text, (0, 1), (2, 3))
    passages = [parts[number] for number in found]
    places = rank("?", candidates_of(passages, [1.0] * len(passages), passages[0].vectors[0]))
    joined = joined_at_borders(
        passages, load=lambda ids: [p for p in parts if p.passage.id in ids], text_of=lambda _: text
    )
    whole = quotes(whole_quotations(places, joined))
    quotation = text.removeprefix("It rained. ").removesuffix(" He left.")
    assert whole.count(quotation) == 1
    assert not [quote for quote in whole if quote != quotation and quote in quotation]


def test_passages_of_other_documents_and_closed_quotations_are_not_joined(parts_of):
    text = "It rained. “Yeah. We can,” she said. He left."
    first, second = parts_of(text, (0, 1), (2, 3))
    other = replace(second, passage=replace(second.passage, document_id="b"))
    assert joined_at_borders([first], load=lambda _: [other], text_of=lambda _: text) == {}
    assert joined_at_borders([first], load=lambda _: [], text_of=lambda _: text) == {}
    closed = parts_of("“Yes,” he said. He left. “No,” she said.", (0, 1), (2, 2))
    assert joined_at_borders(closed[1:], load=lambda _: closed[:1], text_of=lambda _: text) == {}


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


MOTION = "Anders Holm moved that the bath be closed on Mondays. Petra Holm spoke against it. The motion was lost."


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Did the council decide to close the bath on Mondays?", "The motion was lost."),
        ("What became of the motion that the bath be closed?", "The motion was lost."),
        ("Who moved that the bath be closed on Mondays?", "Anders Holm moved that the bath be closed on Mondays."),
    ],
)
def test_what_became_of_a_motion_stands_before_it(ranked_of, question, first):
    assert quotes(with_the_answer_first(question, ranked_of(MOTION, question)))[0] == first


def test_another_motion_ends_the_search_for_what_became_of_one(ranked_of):
    text = "Ann moved that the bath be closed. Bob proposed to heat it. It was warm. The motion was lost."
    question = "Was the bath closed by Ann?"
    assert quotes(with_the_answer_first(question, ranked_of(text, question)))[0] == "Ann moved that the bath be closed."


def test_what_something_is_put_down_to_answers_why(ranked_of):
    text = "The bath lost 3,100 visitors. It cost a fortune. He put this down to the broken sauna."
    question = "Why did the bath lose visitors?"
    assert quotes(with_the_answer_first(question, ranked_of(text, question)))[0].startswith("He put this down")
