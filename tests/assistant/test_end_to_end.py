"""The example of the README, with the real model and the settings that everybody starts with."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import NOT_IN_DOCUMENTS, AnswerStatus, Assistant, ClaimWithEvidence, Settings, VerdictLabel

SEEDS = Path(__file__).parents[2] / "seeds"
TERRITORY = (
    "Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia as part of a peace deal."
)
ASKED = (
    "Asked whether territorial concessions were discussed during the talks in Saudi Arabia, "
    "he said: “Well, we had conversations.”"
)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    with Assistant.open(tmp_path_factory.mktemp("seeds") / "store", Settings()) as assistant:
        report = assistant.add([SEEDS])
        assert len(report.added) == 1
        assert report.failed == ()
        yield assistant


def ask(assistant: Assistant, question: str):
    answer = assistant.ask(question)
    for place in (*answer.citations, *answer.evidence):
        assert assistant.document(place.document_id).text[place.span.start : place.span.end] == place.quote
    return answer


def test_both_sentences_of_rubio_are_cited_in_source_order_and_no_others(seeds):
    answer = ask(seeds, "what did Rubio say about territory?")
    assert answer.status is AnswerStatus.ANSWERED
    assert tuple(citation.quote for citation in answer.citations) == (TERRITORY, ASKED)
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.text == f"{TERRITORY} [1] {ASKED} [2]"
    assert "Zelenskyy" not in answer.text


def test_fact_is_answered_with_its_sentence(seeds):
    answer = ask(seeds, "Who revoked the diplomat's accreditation?")
    assert answer.status is AnswerStatus.ANSWERED
    assert any(
        citation.quote.startswith("Meanwhile, the UK revoked accreditation to a Russian diplomat")
        for citation in answer.citations
    )


def test_question_that_the_article_does_not_answer_is_not_answered(seeds):
    answer = ask(seeds, "Who won the 2022 World Cup?")
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.text == NOT_IN_DOCUMENTS
    assert answer.citations == ()
    assert answer.evidence


def test_claims_of_other_people_are_judged(seeds):
    quoted = ClaimWithEvidence(evidence=(TERRITORY,), claim=TERRITORY)
    invented = ClaimWithEvidence(evidence=(TERRITORY,), claim="Kyiv has surrendered.")
    labels = [verdict.label for verdict in seeds.verify([quoted, invented])]
    assert labels[0] is VerdictLabel.SUPPORTED
    assert labels[1] is not VerdictLabel.SUPPORTED
