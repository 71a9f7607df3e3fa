"""Rows that share a document share a half."""

import hashlib

from eval.cases import Row, Split
from eval.halves import half, halves, pair_groups, question_groups


def question(name: str, *, gold_docs: list[str], context: str = "", history: bool = False, text: str = "Who?") -> Row:
    remarks: list[object] = [{"role": "user", "text": "Hello?"}] if history else []
    fields = {"id": name, "text": text, "gold_docs": gold_docs, "meta": {"context_doc": context}, "history": remarks}
    return Row("line 1", fields)


def pair(*, claim: str, premise: str = "He won.", page: str = "") -> Row:
    return Row("line 1", {"claim": claim, "premise": premise, "meta": {"page": page} if page else {}})


def test_a_half_depends_on_the_id_alone() -> None:
    digests = {name: hashlib.sha256(name.encode()).digest()[-1] for name in ("a", "b", "文書", "")}
    assert {name: half(name) for name in digests} == {
        name: Split.REPORT if last % 2 else Split.TUNE for name, last in digests.items()
    }


def test_an_id_with_a_lone_surrogate_has_a_half() -> None:
    assert half("\ud800") in Split


def test_halves_are_of_about_the_same_size() -> None:
    n_tune = sum(half(f"document {number}") is Split.TUNE for number in range(2000))
    assert 900 < n_tune < 1100


def test_rows_joined_over_a_third_share_the_half_of_the_smallest_name() -> None:
    assert halves([("z",), ("b", "z"), ("a", "b"), ("lone",)]) == [half("a")] * 3 + [half("lone")]


def test_the_half_depends_neither_on_the_order_of_rows_nor_on_that_of_names() -> None:
    groups = [(f"d{number}", f"d{number * 7 % 40}") for number in range(20, 40)]
    backwards = [(second, first) for first, second in reversed(groups)]
    assert halves(backwards) == list(reversed(halves(groups)))


def test_no_name_stands_in_both_halves() -> None:
    groups = [(f"d{number % 50}", f"e{number % 7}") for number in range(100)] + [
        (f"f{number}",) for number in range(50)
    ]
    names: dict[Split, set[str]] = {split: set() for split in Split}
    for group, split in zip(groups, halves(groups), strict=True):
        names[split].update(group)
    assert names[Split.TUNE].isdisjoint(names[Split.REPORT])


def test_no_rows_have_no_halves() -> None:
    assert halves([]) == []


def test_a_question_belongs_to_its_gold_and_its_context_document() -> None:
    assert question_groups(question("q", gold_docs=["a", "b"], context="c")) == ("a", "b", "c")
    assert question_groups(question("q", gold_docs=[])) == ("q",)


def test_turns_of_a_conversation_belong_to_it_and_not_to_their_documents() -> None:
    first, later = "mtrag_18ef<::>1", "mtragun_18ef<::>7"
    assert question_groups(question(first, gold_docs=["a"])) == ("18ef",)
    assert question_groups(question(later, gold_docs=["b"], history=True)) == ("18ef",)


def test_a_pair_belongs_where_the_question_with_its_claim_belongs() -> None:
    questions = [question("q", gold_docs=["b", "a"], text="It rains.")]
    pairs = [pair(claim="It rains."), pair(claim="It snows.", page="Snow"), pair(claim="It hails.", premise="It does.")]
    assert list(pair_groups(pairs, questions)) == [("a", "b"), ("Snow",), ("It does.",)]
