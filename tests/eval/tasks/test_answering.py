"""Questions asked over a small corpus, with answers that a test writes down, and every score worked out by hand."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.cases import Case, CorpusDocument, DataError, GoldSpan, Split
from eval.loaded_sets import LoadedSet
from eval.metrics.citation_overlap import Place
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, Status
from eval.tasks.answering import AnsweringTask, add_corpus
from rag import Assistant, ClaimWithEvidence, Settings, Span, StoreError, Turn

OPENED, GREY = "The bridge opened in 1932.", "It is painted grey."
BUILT, LEANS = "The tower was built by Ada Stone.", "It leans a little."
CORPUS = {"bridge": f"{OPENED} {GREY}", "tower": f"{BUILT} {LEANS}"}
WHEN, WHO, WHERE = "When did the bridge open?", "Who built the tower?", "Where is the harbour?"

Measure = Callable[..., list[Outcome]]


def gold(document_id: str, quote: str, corpus: Mapping[str, str] = CORPUS) -> GoldSpan:
    start = corpus[document_id].index(quote)
    return GoldSpan(document_id, Span(start=start, end=start + len(quote)))


def case(question: str, *spans: GoldSpan, answers: Sequence[str] = (), **fields: object) -> Case:
    values: dict[str, object] = {
        "id": question,
        "question": question,
        "history": (),
        "answerable": True,
        "gold_documents": tuple(dict.fromkeys(span.document_id for span in spans)),
        "gold_spans": spans,
        "gold_answers": tuple(answers),
        "split": Split.REPORT,
    }
    return Case(**values | fields)  # type: ignore[arg-type]


def unanswerable(question: str, type_: str = "unanswered") -> Case:
    return case(question, answerable=False, type=type_)


def task_of(cases: Sequence[Case], corpus: Mapping[str, str], **fields: object) -> AnsweringTask:
    loaded = LoadedSet(
        name="tiny",
        corpus={id_: CorpusDocument(id=id_, title=id_, text=text) for id_, text in corpus.items()},
        cases=tuple(cases),
        pairs=(),
        n_evidence=0,
        missing_evidence=(),
        data_hash="0" * 64,
    )
    return AnsweringTask(loaded, **fields)  # type: ignore[arg-type]


@pytest.fixture
def measure(tmp_path: Path, plug: Callable[[type], str], tools: SimpleNamespace) -> Measure:
    """The outcomes of these cases, answered by the script and judged by the verifier."""

    def measure(
        *cases: Case,
        script: Mapping[str, Sequence[tuple[str, Sequence[str]]]] | None = None,
        verifier: type | None = None,
        corpus: Mapping[str, str] = CORPUS,
        speakers: Mapping[Place, str] | None = None,
        split: Split | None = None,
    ) -> list[Outcome]:
        settings = Settings(
            embedder="hashing",
            abstain_below=0,
            quote_instead_from=1,
            generator=plug(tools.citing(script or {})),
            verifier=plug(verifier or tools.judging(lambda _: 1.0)),
        )
        with Assistant.open(tmp_path / "store", settings) as assistant:
            task = task_of(cases, corpus, speakers=speakers or {})
            return [trial.measure() for trial in task.trials(assistant, split, documents=tmp_path / "documents")]

    return measure


def picked(outcome: Outcome, *keys: str) -> dict[str, float | None]:
    return {key: outcome.scores.get(key) for key in keys}


def test_one_of_two_gold_sentences_and_one_other_are_cited(measure: Measure) -> None:
    (outcome,) = measure(
        case(WHEN, gold("bridge", OPENED), gold("bridge", GREY)), script={WHEN: [("", [OPENED]), ("", [LEANS])]}
    )
    assert outcome.status is Status.ANSWERED
    assert (
        outcome.scores
        | {
            "gold_cited": 1.0,
            "citation_recall": 0.5,
            "citation_precision": 0.5,
            "citation_f1": 0.5,
            "n_citations": 2.0,
            "answered": 1.0,
            "false_refusal": 0.0,
        }
        == outcome.scores
    )
    assert [(place, quote) for place, quote in outcome.citations] == [
        (Place("bridge", Span(start=0, end=26)), OPENED),
        (Place("tower", Span(start=34, end=52)), LEANS),
    ]
    assert (outcome.n_invalid, outcome.error) == (0, "")
    assert list(outcome.milliseconds)[-1] == "total"


def test_citing_only_what_is_not_gold_scores_nothing(measure: Measure) -> None:
    (outcome,) = measure(case(WHEN, gold("bridge", OPENED)), script={WHEN: [("", [LEANS])]})
    keys = ("gold_cited", "citation_recall", "citation_precision", "citation_f1")
    assert picked(outcome, *keys) == dict.fromkeys(keys, 0.0)
    assert outcome.loss == 1.0


def test_gold_sentence_that_stands_twice_may_be_cited_in_either_place(measure: Measure) -> None:
    corpus = {"bridge": f"{OPENED} {GREY} {OPENED}"}
    spans = [GoldSpan("bridge", Span(start=start, end=start + len(OPENED))) for start in (0, 47)]
    (outcome,) = measure(case(WHEN, *spans), script={WHEN: [("", [OPENED])]}, corpus=corpus)
    assert picked(outcome, "citation_recall", "citation_precision", "citation_f1") == {
        "citation_recall": 1.0,
        "citation_precision": 1.0,
        "citation_f1": 1.0,
    }


NUMBERED = {f"d{number}": f"The ship {number} sailed. The crew {number} sang." for number in range(7)}
SHIP = "Which ship sailed?"


@pytest.fixture
def ranking(tmp_path: Path) -> list[Place]:
    """The places in the order in which they are found for `SHIP`."""
    with Assistant.open(tmp_path / "ranked", Settings(embedder="hashing", abstain_below=0)) as assistant:
        corpus = {id_: CorpusDocument(id=id_, title=id_, text=text) for id_, text in NUMBERED.items()}
        corpus_ids = add_corpus(assistant, corpus, tmp_path / "documents")
        return [Place(corpus_ids[each.document_id], each.span) for each in assistant.retrieve(SHIP, k=50)]


def test_evidence_is_scored_by_the_rank_of_the_gold_sentences(measure: Measure, ranking: list[Place]) -> None:
    assert len(ranking) == 14
    (outcome,) = measure(case(SHIP, GoldSpan(*ranking[2]), GoldSpan(*ranking[11])), corpus=NUMBERED)
    assert outcome.evidence == tuple(ranking[:10])
    assert {key: value for key, value in outcome.scores.items() if key.startswith("evidence")} == {
        "evidence_first": 0.0,
        "evidence_in_5": 1.0,
        "evidence_in_10": 1.0,
        "evidence_recall_10": 0.5,
        "evidence_rank": pytest.approx(1 / 3),
    }


def test_gold_sentence_beyond_the_first_ten_counts_for_the_rank_only(measure: Measure, ranking: list[Place]) -> None:
    (outcome,) = measure(case(SHIP, GoldSpan(*ranking[10])), corpus=NUMBERED)
    assert picked(outcome, "evidence_in_10", "evidence_recall_10") == {"evidence_in_10": 0.0, "evidence_recall_10": 0.0}
    assert outcome.scores["evidence_rank"] == pytest.approx(1 / 11)


def test_documents_are_scored_by_the_rank_of_their_best_sentence(measure: Measure, ranking: list[Place]) -> None:
    ranked = list(dict.fromkeys(place.document_id for place in ranking))
    first, sixth = ranked[0], ranked[5]
    (outcome,) = measure(case(SHIP, gold_documents=(first, sixth)), corpus=NUMBERED)
    best = 1 + 1 / math.log2(3)
    assert {key: value for key, value in outcome.scores.items() if key.startswith("document")} == {
        "document_in_5": 1.0,
        "document_recall_5": 0.5,
        "document_ndcg_10": pytest.approx((1 + 1 / math.log2(7)) / best),
    }
    (missed,) = measure(case(SHIP, gold_documents=(sixth,)), corpus=NUMBERED)
    assert picked(missed, "document_in_5", "document_recall_5") == {"document_in_5": 0.0, "document_recall_5": 0.0}


def test_without_gold_spans_no_sentence_is_scored(measure: Measure) -> None:
    (outcome,) = measure(case(WHEN, gold_documents=("bridge",)), script={WHEN: [("", [OPENED])]})
    assert not [key for key in outcome.scores if key.startswith(("evidence", "citation", "gold"))]
    assert outcome.scores["document_recall_5"] == 1.0


def test_without_any_gold_only_whether_it_answers_is_scored(measure: Measure) -> None:
    (answered, silent) = measure(case(WHEN), case(WHO), script={WHEN: [("", [OPENED])]})
    assert set(answered.scores) == {
        *("answered", "false_refusal", "n_citations", "words_shown", "cut_quotation"),
        *("support_recall", "support_precision"),
    }
    assert silent.scores == {"answered": 0.0, "false_refusal": 1.0}
    assert (answered.loss, silent.loss) == (None, None)


def test_words_of_the_answer_are_compared_with_the_gold_answers(measure: Measure) -> None:
    (outcome,) = measure(case(WHEN, answers=["1932", "in the thirties"]), script={WHEN: [("", [OPENED])]})
    assert picked(outcome, "answer_contains", "answer_f1", "answer_exact") == {
        "answer_contains": 1.0,
        "answer_f1": pytest.approx(2 * 1 / (4 + 1)),  # of "bridge opened in 1932" and "1932"
        "answer_exact": 0.0,
    }
    (outcome,) = measure(case(WHEN, answers=["The bridge opened in 1932"]), script={WHEN: [("", [OPENED])]})
    assert outcome.scores["answer_exact"] == 1.0


def test_silence_never_matches_a_gold_answer_without_words(measure: Measure) -> None:
    (only_articles, one_with_words) = measure(case(WHEN, answers=["The"]), case(WHO, answers=["A", "Ada"]))
    assert not [key for key in only_articles.scores if key.startswith("answer_")]
    assert picked(one_with_words, "answer_contains", "answer_f1", "answer_exact") == {
        "answer_contains": 0.0,
        "answer_f1": 0.0,
        "answer_exact": 0.0,
    }


def test_an_abstention_is_wrong_where_there_is_an_answer_and_right_where_there_is_none(measure: Measure) -> None:
    refused, right, premise, answered = measure(
        case(WHEN, gold("bridge", OPENED), answers=["1932"]),
        unanswerable(WHERE),
        unanswerable("Why did the tower fall?", "false_premise"),
        unanswerable(WHO, "false_premise"),
        script={WHO: [("", [BUILT])]},
    )
    assert refused.status is Status.ABSTAINED
    assert picked(refused, "answered", "false_refusal", "gold_cited", "citation_f1", "answer_f1") == {
        "answered": 0.0,
        "false_refusal": 1.0,
        "gold_cited": 0.0,
        "citation_f1": 0.0,
        "answer_f1": 0.0,
    }
    undefined = {"citation_precision", "n_citations", "support_recall", "support_precision"}
    assert not undefined & refused.scores.keys()
    assert right.scores == {"abstained": 1.0, "misleading": 0.0}
    assert premise.scores == {"abstained": 1.0, "abstained_false_premise": 1.0, "misleading": 0.0}
    assert picked(answered, "abstained", "abstained_false_premise") == {
        "abstained": 0.0,
        "abstained_false_premise": 0.0,
    }
    assert [(each.judgement.is_supported, each.judgement.is_accepted) for each in (refused, right, answered)] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_an_answer_is_no_loss_when_it_cites_gold_or_has_the_words(measure: Measure) -> None:
    cases = [
        case(WHEN, gold("bridge", OPENED)),
        case("When?", gold("bridge", GREY), answers=["1932"]),
        case("How?", gold("bridge", GREY), answers=["red"]),
        unanswerable(WHERE),
    ]
    script = {each.question: [("", [OPENED])] for each in cases}
    assert [outcome.loss for outcome in measure(*cases, script=script)] == [0.0, 0.0, 1.0, 1.0]


def test_an_abstention_would_have_lost_what_its_first_evidence_lacks(measure: Measure) -> None:
    cases = [
        case(WHEN, gold("bridge", OPENED)),
        case(WHEN, gold("bridge", GREY), id="2"),
        case(WHEN, answers=["1932"], id="3"),
        case(WHEN, answers=["1933"], id="4"),
        unanswerable(WHERE),
    ]
    outcomes = measure(*cases)
    assert {outcome.status for outcome in outcomes} == {Status.ABSTAINED}
    assert outcomes[0].evidence[0] == Place("bridge", Span(start=0, end=26))
    assert [outcome.loss for outcome in outcomes] == [0.0, 1.0, 0.0, 1.0, 1.0]


def test_citing_the_words_of_somebody_else_counts_among_the_speaking_citations(measure: Measure) -> None:
    speakers = {
        Place(*gold("bridge", OPENED)): "Ada Stone",
        Place(*gold("bridge", GREY)): "",
        Place(*gold("tower", BUILT)): "Bob Reed",
    }
    asked = case("What did Ada say?", gold("bridge", OPENED), type="speaker")
    every = {asked.question: [("", [OPENED]), ("", [GREY]), ("", [BUILT]), ("", [LEANS])]}
    (outcome,) = measure(asked, script=every, speakers=speakers)
    assert outcome.scores["wrong_speaker"] == 0.5  # two citations have a speaker
    (outcome,) = measure(asked, script={asked.question: [("", [GREY])]}, speakers=speakers)
    assert "wrong_speaker" not in outcome.scores
    (outcome,) = measure(case(asked.question, *asked.gold_spans), script=every, speakers=speakers)
    assert "wrong_speaker" not in outcome.scores  # nobody asked who spoke


def test_support_is_judged_claim_by_claim_and_citation_by_citation(measure: Measure, tools: SimpleNamespace) -> None:
    def supports(pair: ClaimWithEvidence) -> float:
        """OPENED is enough; with GREY it is a little surer, so the assistant keeps both."""
        return 0.0 if OPENED not in pair.evidence else 1.0 if GREY in pair.evidence else 0.9

    (outcome,) = measure(
        case(WHEN),
        script={WHEN: [("The bridge is from 1932.", [OPENED, GREY]), ("It opened long ago.", [OPENED])]},
        verifier=tools.judging(supports),
    )
    assert len(outcome.citations) == 2
    assert picked(outcome, "support_recall", "support_precision") == {
        "support_recall": 1.0,
        "support_precision": pytest.approx(2 / 3),  # GREY is not needed
    }


def test_claim_that_the_verifier_refuses_is_no_part_of_the_scores(measure: Measure, tools: SimpleNamespace) -> None:
    (partial, silent) = measure(
        case(WHEN, answers=["purple"]),
        case(WHO),
        script={
            WHEN: [("The bridge is purple.", [GREY]), ("It opened in 1932.", [OPENED])],
            WHO: [("Bob built it.", [BUILT])],
        },
        verifier=tools.judging(lambda pair: float("1932" in pair.claim)),
    )
    assert (partial.status, silent.status) == (Status.PARTIAL, Status.ABSTAINED)
    assert picked(partial, "answer_contains", "n_citations") == {"answer_contains": 0.0, "n_citations": 1.0}
    assert silent.scores["false_refusal"] == 1.0


def test_failed_case_is_wrong_in_everything_that_it_defines(measure: Measure) -> None:
    failing, premise = measure(
        case(" ", gold("bridge", OPENED), answers=["1932", "The"]), unanswerable("\n", "false_premise")
    )
    assert (failing.status, premise.status) == (Status.FAILED, Status.FAILED)
    assert "cannot answer an empty question - write" in failing.error
    worst = dict.fromkeys(failing.scores, 0.0) | {"false_refusal": 1.0, "misleading": 1.0}
    assert failing.scores == worst
    assert failing.scores.keys() == {
        *("answered", "false_refusal", "gold_cited", "citation_recall", "citation_f1", "misleading"),
        *("evidence_first", "evidence_in_5", "evidence_in_10", "evidence_recall_10", "evidence_rank"),
        *("document_in_5", "document_recall_5", "document_ndcg_10"),
        *("answer_contains", "answer_f1", "answer_exact"),
    }
    assert premise.scores == {"abstained": 0.0, "abstained_false_premise": 0.0, "misleading": 1.0}
    assert (failing.loss, premise.loss) == (1.0, 1.0)
    assert (failing.judgement, premise.judgement) == (ScoredPair(True, False, 0.0), ScoredPair(False, True, 1.0))


def test_judge_that_fails_after_the_answer_is_a_failed_case(measure: Measure) -> None:
    class FailsTheSecondTime:
        id = "fails"
        n_calls = 0

        def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[object]:
            from rag.testing.verifier import ScriptedVerifier

            self.n_calls += 1
            if self.n_calls > 1:
                raise StoreError("cannot judge 'it': the judge is gone - start it")
            return list(ScriptedVerifier().verify(pairs))

    (outcome,) = measure(case(WHEN), script={WHEN: [("", [OPENED])]}, verifier=FailsTheSecondTime)
    assert (outcome.status, outcome.error) == (Status.FAILED, "cannot judge 'it': the judge is gone - start it")


def test_follow_up_question_is_asked_with_its_history(measure: Measure) -> None:
    turns = (Turn(question="Is there a bridge?", answer="Yes."),)
    (outcome,) = measure(case(WHEN, gold("bridge", OPENED), history=turns), script={WHEN: [("", [OPENED])]})
    assert picked(outcome, "gold_cited", "evidence_in_10") == {"gold_cited": 1.0, "evidence_in_10": 1.0}


def test_only_the_cases_of_the_half_are_asked(measure: Measure) -> None:
    cases = [case(WHEN, split=Split.TUNE), case(WHO)]
    assert [[outcome.case_id for outcome in measure(*cases, split=split)] for split in (*Split, None)] == [
        [WHEN],
        [WHO],
        [WHEN, WHO],
    ]


def test_text_that_the_reader_normalises_keeps_its_gold(measure: Measure) -> None:
    corpus = {"bridge": f"\ufeffAbout.\r\n{OPENED}\r\n{GREY}"}
    (outcome,) = measure(case(WHEN, gold("bridge", OPENED, corpus)), script={WHEN: [("", [OPENED])]}, corpus=corpus)
    assert outcome.scores["citation_f1"] == 1.0


def test_document_that_cannot_be_read_is_named(measure: Measure) -> None:
    with pytest.raises(DataError, match="document empty"):
        measure(case(WHEN), corpus=CORPUS | {"empty": " \n"})


def test_runs_may_be_moved_to_another_folder(tmp_path: Path) -> None:
    corpus = {id_: CorpusDocument(id=id_, title=id_, text=text) for id_, text in CORPUS.items()}
    settings = Settings(embedder="hashing", abstain_below=0)
    with Assistant.open(tmp_path / "old" / "store", settings) as assistant:
        add_corpus(assistant, corpus, tmp_path / "old" / "documents")
    shutil.move(tmp_path / "old", tmp_path / "new")
    with Assistant.open(tmp_path / "new" / "store", settings) as assistant:
        corpus_ids = add_corpus(assistant, corpus, tmp_path / "new" / ".." / "new" / "documents")
        assert sorted(corpus_ids.values()) == ["bridge", "tower"]
        assert {corpus_ids[each.document_id] for each in assistant.retrieve(WHEN, k=10)} <= set(CORPUS)


def test_what_a_set_says_about_a_document_reaches_the_store(tmp_path: Path) -> None:
    said = {"source": "The Verge", "author": "Ada", "published_at": "2023-09-26T17:01:22+00:00"}
    document = CorpusDocument(id="bridge", title="Harbour", text=CORPUS["bridge"], metadata=said)
    untitled = replace(document, title="", metadata={})
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing")) as assistant:
        for each, title in ((untitled, "000000.txt"), (document, "Harbour")):  # the second in the place of the first
            assert list(add_corpus(assistant, {"bridge": each}, tmp_path / "documents").values()) == ["bridge"]
            (info,) = assistant.documents()
            assert info.title == title
            assert assistant.document(info.id).text == CORPUS["bridge"]
        metadata = {name: info.metadata[name] for name in ("publisher", "author", "published")}
        assert metadata == {"publisher": "The Verge", "author": "Ada", "published": "2023-09-26"}
