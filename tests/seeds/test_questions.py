"""The gold questions about the seed article: exact spans, both splits, nothing listed twice."""

import hashlib
import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from rag import sentence_spans

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
ARTICLE_NAME = "000_cbcbdd5b42f263f4.txt"
ARTICLE_SHA256 = "af53d7b47f9670e3697c115120981eda5f293fc87d7e41e62105c0cf8d332704"
QUESTION_TYPES = {"fact", "speaker", "multiple", "unanswered", "false_premise", "paraphrase"}
UNANSWERABLE_TYPES = {"unanswered", "false_premise"}
FIELDS = {"id", "question", "type", "answerable", "answers", "gold_source", "gold_spans", "split"}
CEDE_SENTENCE = (
    "Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia as part of a peace deal."
)
CONCESSIONS_SENTENCE = (
    "Asked whether territorial concessions were discussed during the talks in Saudi Arabia, "
    "he said: “Well, we had conversations.”"
)
REVOKED_SENTENCE = (
    "Meanwhile, the UK revoked accreditation to a Russian diplomat in response to "
    "Moscow’s decision to expel two British envoys this week."
)
MANDATORY = {
    "what did Rubio say about territory?": [CEDE_SENTENCE, CONCESSIONS_SENTENCE],
    "Who revoked the diplomat's accreditation?": [REVOKED_SENTENCE],
    "Who won the 2022 World Cup?": [],
}


@pytest.fixture(scope="module")
def article() -> str:
    with (SEEDS / ARTICLE_NAME).open(encoding="utf-8", newline="") as stream:
        return stream.read()


@pytest.fixture(scope="module")
def questions() -> list[dict]:
    with (SEEDS / "questions.jsonl").open(encoding="utf-8", newline="") as stream:
        return [json.loads(line) for line in stream if line.strip()]


@pytest.fixture(scope="module")
def speakers() -> list[dict]:
    with (SEEDS / "speakers.jsonl").open(encoding="utf-8", newline="") as stream:
        return [json.loads(line) for line in stream if line.strip()]


def test_article_is_unchanged(article: str) -> None:
    assert hashlib.sha256((SEEDS / ARTICLE_NAME).read_bytes()).hexdigest() == ARTICLE_SHA256
    assert "\r" not in article
    assert not article.startswith("\ufeff")


def test_fields_are_complete(questions: list[dict]) -> None:
    for question in questions:
        assert set(question) == FIELDS, question["id"]
        assert question["question"].strip() == question["question"] != "", question["id"]
        assert question["type"] in QUESTION_TYPES, question["id"]
        assert question["split"] in {"dev", "test"}, question["id"]
        assert question["gold_source"] == ARTICLE_NAME, question["id"]


def test_gold_spans_slice_to_their_quotes(article: str, questions: list[dict]) -> None:
    for question in questions:
        for span in question["gold_spans"]:
            quote = span["quote"]
            assert 0 <= span["start"] < span["end"] <= len(article), question["id"]
            assert article[span["start"] : span["end"]] == quote, question["id"]
            assert quote == quote.strip(), question["id"]
            assert "\n" not in quote, question["id"]


def test_gold_spans_of_a_question_are_ordered_and_disjoint(questions: list[dict]) -> None:
    for question in questions:
        spans = question["gold_spans"]
        for earlier, later in pairwise(spans):
            assert earlier["end"] <= later["start"], question["id"]


def test_gold_spans_begin_and_end_at_sentence_boundaries(article: str, questions: list[dict]) -> None:
    for question in questions:
        for span in question["gold_spans"]:
            before = article[: span["start"]]
            after = article[span["end"] :]
            assert before == "" or before.endswith("\n") or before.rstrip(" ").endswith((".", "”")), question["id"]
            assert after == "" or after.startswith(("\n", " ")), question["id"]


def test_every_line_of_the_article_is_gold_for_a_question(article: str, questions: list[dict]) -> None:
    starts = [span["start"] for question in questions for span in question["gold_spans"]]
    position = 0
    for line in article.split("\n"):
        if line.strip():
            assert any(position <= start < position + len(line) for start in starts), line
        position += len(line) + 1


def test_each_type_is_in_both_splits_evenly(questions: list[dict]) -> None:
    counts: dict[str, Counter] = defaultdict(Counter)
    for question in questions:
        counts[question["type"]][question["split"]] += 1
    assert set(counts) == QUESTION_TYPES
    for question_type, count in counts.items():
        assert count["dev"] > 0, question_type
        assert count["test"] > 0, question_type
        assert abs(count["dev"] - count["test"]) <= 1, question_type


def test_there_are_at_least_sixty_questions(questions: list[dict]) -> None:
    assert len(questions) >= 60


def test_identifiers_and_questions_are_unique(questions: list[dict]) -> None:
    identifiers = [question["id"] for question in questions]
    wordings = [" ".join(question["question"].casefold().split()) for question in questions]
    assert len(set(identifiers)) == len(identifiers)
    assert len(set(wordings)) == len(wordings)


def test_answerable_questions_alone_have_spans_and_answers(questions: list[dict]) -> None:
    for question in questions:
        assert question["answerable"] is (question["type"] not in UNANSWERABLE_TYPES), question["id"]
        assert bool(question["gold_spans"]) is question["answerable"], question["id"]
        assert bool(question["answers"]) is question["answerable"], question["id"]
        assert all(answer.strip() for answer in question["answers"]), question["id"]


def test_questions_of_type_multiple_need_several_sentences(questions: list[dict]) -> None:
    for question in questions:
        if question["type"] == "multiple":
            assert len(question["gold_spans"]) >= 2, question["id"]


@pytest.mark.parametrize("wording", MANDATORY)
def test_mandatory_question_is_present(questions: list[dict], wording: str) -> None:
    found = [question for question in questions if question["question"] == wording]
    assert len(found) == 1
    assert [span["quote"] for span in found[0]["gold_spans"]] == MANDATORY[wording]
    assert found[0]["split"] == "dev"


def test_speakers_have_their_fields_and_unique_identifiers(speakers: list[dict]) -> None:
    identifiers = [row["id"] for row in speakers]
    assert len(set(identifiers)) == len(identifiers)
    for row in speakers:
        assert set(row) == {"id", "source", "start", "end", "quote", "speaker"}, row["id"]
        assert row["source"] == ARTICLE_NAME, row["id"]
        assert row["speaker"] == row["speaker"].strip(), row["id"]


def test_spans_of_speakers_slice_to_their_quotes(article: str, speakers: list[dict]) -> None:
    for row in speakers:
        assert article[row["start"] : row["end"]] == row["quote"], row["id"]
        assert row["quote"] == row["quote"].strip() != "", row["id"]
        assert "\n" not in row["quote"], row["id"]


def test_sentences_with_speakers_are_ordered_and_disjoint(speakers: list[dict]) -> None:
    for earlier, later in pairwise(speakers):
        assert earlier["end"] <= later["start"], later["id"]


def test_every_sentence_of_the_article_is_labelled_once(article: str, speakers: list[dict]) -> None:
    assert [(row["start"], row["end"]) for row in speakers] == [
        (span.start, span.end) for span in sentence_spans(article)
    ]
    left_over = article
    for row in reversed(speakers):
        left_over = left_over[: row["start"]] + left_over[row["end"] :]
    assert left_over.strip() == ""


def test_gold_sentences_of_a_question_about_a_speaker_have_one(questions: list[dict], speakers: list[dict]) -> None:
    speaker_by_start = {row["start"]: row["speaker"] for row in speakers}
    for question in questions:
        if question["type"] == "speaker":
            assert any(speaker_by_start.get(span["start"]) for span in question["gold_spans"]), question["id"]
