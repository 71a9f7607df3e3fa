import json
from pathlib import Path

import pytest

from eval.cases import Case, CorpusDocument, DataError, GoldSpan, Split
from eval.loaded_sets import LoadedSet
from eval.mutations import (
    METRICS,
    FaithfulClaim,
    MutationKind,
    RewordingRule,
    public_claims,
    seed_claims,
    shown_answers,
)
from rag import Span

TEXT = (
    "Bread is baked from flour and water every morning. "
    "Marco Rubio said 15 countries did not accept the offer in 1994. "
    "Trains leave the old station late at night."
)
SENTENCE = "Marco Rubio said 15 countries did not accept the offer in 1994."


def claim() -> FaithfulClaim:
    start = TEXT.index(SENTENCE)
    return FaithfulClaim(
        id="c",
        text=SENTENCE,
        document_id="d",
        document_text=TEXT,
        cited=(Span(start=start, end=start + len(SENTENCE)),),
        speaker="Marco Rubio",
    )


def accused(name: str) -> set[MutationKind | RewordingRule | None]:
    return {answer.kind for answer in shown_answers(claim(), seed=0) if METRICS[name](answer)}


def test_a_claim_is_shown_untouched_first_then_its_mutants_then_its_rewordings() -> None:
    kinds = [answer.kind for answer in shown_answers(claim(), seed=0)]
    assert kinds[0] is None
    assert set(kinds) >= {MutationKind.NUMBER, MutationKind.DATE, RewordingRule.CONTRACTION}
    assert kinds[1:] == sorted(kinds[1:], key=lambda kind: isinstance(kind, RewordingRule))


def test_each_metric_accuses_the_faults_that_it_can_see_and_no_others() -> None:
    assert accused("span_validity") == {MutationKind.SHIFT}
    assert accused("citation_overlap") == {MutationKind.NEIGHBOUR}
    assert accused("speaker") == {MutationKind.SPEAKER}


def seeds(folder: Path, *rows: tuple[str, str, int, str]) -> Path:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    lines = [
        {
            "id": name,
            "gold_source": "a.txt",
            "gold_spans": [{"start": start, "end": start + len(quote), "quote": quote}],
            "split": split,
        }
        for name, split, start, quote in rows
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def test_a_sentence_of_both_halves_is_a_claim_of_the_tune_half_only(tmp_path: Path) -> None:
    start = TEXT.index(SENTENCE)
    folder = seeds(tmp_path, ("1", "test", start, SENTENCE), ("2", "dev", start, SENTENCE), ("3", "test", 0, TEXT[:50]))
    tune, report = seed_claims(folder, split=Split.TUNE), seed_claims(folder, split=Split.REPORT)
    assert [each.text for each in tune] == [SENTENCE]
    assert [each.text for each in report] == [TEXT[:50]]
    assert seed_claims(folder) == [*report, *tune]
    assert tune[0].speaker == "Marco Rubio"


@pytest.mark.parametrize(
    ("row", "message"),
    [(("1", "dev", 3, "Bread"), "its gold quote is not what stands"), (("1", "train", 0, "Bread"), "make it 'dev'")],
)
def test_a_seed_question_that_does_not_fit_is_refused(
    tmp_path: Path, row: tuple[str, str, int, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        seed_claims(seeds(tmp_path, row))


def test_a_seed_document_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = seeds(tmp_path, ("1", "dev", 0, "Bread"))
    (folder / "a.txt").unlink()
    with pytest.raises(DataError, match=r"a\.txt.*put the document there"):
        seed_claims(folder)


def loaded(*gold: tuple[str, Split]) -> LoadedSet:
    cases = tuple(
        Case(
            id=str(number),
            question="",
            history=(),
            answerable=True,
            gold_documents=("d",),
            gold_spans=(GoldSpan("d", Span(start=TEXT.index(text), end=TEXT.index(text) + len(text))),),
            gold_answers=(),
            split=split,
        )
        for number, (text, split) in enumerate(gold)
    )
    corpus = {"d": CorpusDocument(id="d", title="", text=TEXT)}
    return LoadedSet(
        name="set", corpus=corpus, cases=cases, pairs=(), n_evidence=len(cases), missing_evidence=(), data_hash=""
    )


def test_a_phrase_gives_its_whole_sentence_once() -> None:
    made = public_claims(loaded(("15 countries", Split.TUNE), ("1994", Split.TUNE), ("flour", Split.REPORT)))
    assert [each.text for each in made] == [TEXT[:50], SENTENCE]
    assert [each.evidence for each in made] == [(TEXT[:50],), (SENTENCE,)]


def test_a_half_gives_only_its_own_claims_and_a_limit_the_same_sample_again() -> None:
    set_ = loaded(("15 countries", Split.TUNE), ("station", Split.TUNE), ("flour", Split.REPORT))
    assert [each.text for each in public_claims(set_, split=Split.REPORT)] == [TEXT[:50]]
    first = public_claims(set_, limit=2, seed=3)
    assert len(first) == 2
    assert first == public_claims(set_, limit=2, seed=3)


def test_evidence_across_the_border_of_a_sentence_gives_no_claim() -> None:
    assert public_claims(loaded(("morning. Marco", Split.TUNE))) == []
