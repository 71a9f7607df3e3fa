"""What is a copy of what, and that nothing which a copy alone says is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.ingestion.copies import bands_of, is_copy, sentence_key, unknown_runs

SUBJECTS = ["The minister", "A court in Graz", "The ferry company", "Her lawyer", "The city council", "An auditor"]
VERBS = ["rejected", "approved", "postponed", "criticised", "praised", "published"]
OBJECTS = ["the budget", "a plan for the harbour", "the appeal", "new rules for schools", "the report", "a bridge"]


def report(seed: int, n: int = 14) -> list[str]:
    chosen = random.Random(seed)
    return [
        f"{chosen.choice(SUBJECTS)} {chosen.choice(VERBS)} {chosen.choice(OBJECTS)} on {chosen.randint(1, 28)} May "
        f"{chosen.randint(1900, 1999)}."
        for _ in range(n)
    ]


def _keys(sentences):
    return [sentence_key(sentence) for sentence in sentences]


@pytest.fixture
def add(assistant, write):
    def add(name, sentences):
        text = sentences if isinstance(sentences, str) else " ".join(sentences)
        return assistant.add([write(name, text)])

    return add


# Which texts are copies


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: ["GRAZ, May 3 (Agency)", *text],
        lambda text: text[:-2],
        lambda text: [*text, "Reporting by Ann Other."],
        lambda text: [sentence.upper() for sentence in text],
    ],
)
def test_prints_of_one_report_share_a_band_and_are_copies(change):
    for seed in range(20):
        original, copy = report(seed), change(report(seed))
        assert set(bands_of(_keys(original))) & set(bands_of(_keys(copy)))
        assert is_copy(_keys(copy), set(_keys(original)))


def test_reports_on_the_same_things_are_no_copies():
    reports = [_keys(report(seed)) for seed in range(60)]
    assert not any(is_copy(one, set(other)) for one in reports for other in reports if one is not other)


def test_bands_are_the_same_on_every_machine():
    assert bands_of(["the bridge opened in 1932"])[:2] == (4416112517177181962, -714205761162391651)


def test_text_without_words_has_no_bands_and_is_no_copy():
    assert bands_of(["", ""]) == ()
    assert not is_copy([""], {""})


def test_long_texts_are_hashed_in_parts():
    words = [f"word{number}" for number in range(10_000)]
    assert set(bands_of([" ".join(words)])) & set(bands_of([" ".join(words[:-50])]))


def test_chinese_is_compared_by_character():
    assert sentence_key("在北京。") == "在 北 京"


def test_unknown_sentences_come_with_the_one_before():
    assert unknown_runs(["a", "b", "c", "", "e", "f"], {"b", "c", "e"}) == [(0, 1), (4, 6)]


# In a store


def test_same_text_is_evidence_once_and_names_all_its_sources(add, assistant):
    add("a.txt", report(1))
    second = add("b.txt", report(1))
    add("c.txt", report(1))
    (a, b, c) = [info.source for info in assistant.documents()]
    assert second.duplicates == ((b, a),)
    answer = assistant.ask(report(1)[3])
    assert [citation.source for citation in answer.citations] == [a] * len(answer.citations)
    assert answer.citations[0].also_in == (b, c)
    assert all(evidence.source == a for evidence in answer.evidence)
    assert assistant.answer(answer.id).citations == answer.citations
    assert [info.n_sentences for info in assistant.documents()] == [14, 14, 14]
    assert assistant.check() == []


def test_what_only_a_copy_says_is_found_there(add, assistant):
    add("a.txt", report(2))
    changed = report(2)
    changed[5] = "Nine people were hurt in the tunnel, the police said."
    assert add("b.txt", changed).duplicates
    evidence = assistant.retrieve("How many people were hurt in the tunnel?")[0]
    assert (evidence.quote, evidence.source.endswith("b.txt"), evidence.also_in) == (changed[5], True, ())
    shared = assistant.retrieve(report(2)[9], k=1)[0]
    assert len(shared.also_in) == 1
    assert assistant.check() == []


def test_sentence_that_a_copy_left_out_is_not_said_to_be_in_it(add, assistant):
    add("a.txt", report(3))
    add("b.txt", report(3)[:-1])
    assert assistant.retrieve(report(3)[-1], k=1)[0].also_in == ()


def test_copies_in_one_run_find_each_other(assistant, write):
    paths = [write(f"{name}.txt", " ".join(report(4))) for name in "abc"]
    assert len(assistant.add([paths[0].parent]).duplicates) == 2
    assert len({evidence.source for evidence in assistant.retrieve("the budget", k=50)}) == 1


@pytest.mark.parametrize("end", ["", " Reporting by Ann Other."])
def test_copy_takes_the_place_of_an_original_that_is_removed(add, assistant, end):
    add("a.txt", report(5))
    add("b.txt", " ".join(report(5)) + end)
    add("c.txt", " ".join(report(5)) + end)
    a, b, c = [info.source for info in assistant.documents()]
    assistant.remove([a])
    evidence = assistant.retrieve(report(5)[2], k=1)[0]
    assert (evidence.source, evidence.also_in) == (b, (c,))
    assert evidence.span.slice(assistant.document(evidence.document_id).text) == evidence.quote
    assert assistant.check() == []
    assistant.remove([b, c])
    assert assistant.retrieve(report(5)[2]) == ()
    assert assistant.check() == []


@pytest.mark.parametrize("end", ["", " Reporting by Ann Other."])
def test_copy_takes_the_place_of_an_original_that_changes(add, assistant, end):
    add("a.txt", report(6))
    add("b.txt", " ".join(report(6)) + end)
    add("a.txt", "The ferry sails again.")
    evidence = assistant.retrieve(report(6)[2], k=1)[0]
    assert evidence.source.endswith("b.txt")
    assert assistant.retrieve("Does the ferry sail again?", k=1)[0].source.endswith("a.txt")
    assert assistant.check() == []


def test_original_that_changes_in_the_run_that_adds_a_copy(assistant, write):
    path = write("a.txt", " ".join(report(7)))
    assistant.add([path])
    write("a.txt", "The ferry sails again.")
    write("b.txt", " ".join(report(7)))
    assistant.add([path.parent])
    assert assistant.retrieve(report(7)[2], k=1)[0].source.endswith("b.txt")
    assert assistant.check() == []


def test_removing_original_and_copies_at_once_leaves_nothing(add, assistant, write):
    for name in "abc":
        add(f"{name}.txt", report(8))
    assert len(assistant.remove([write("a.txt", "").parent])) == 3
    assert (assistant.documents(), assistant.retrieve("the budget")) == ([], ())


def test_rebuild_keeps_what_is_a_copy_of_what(add, assistant):
    add("a.txt", report(9))
    add("b.txt", report(9))
    before = assistant.retrieve(report(9)[1], k=3)
    assistant.rebuild()
    assert assistant.retrieve(report(9)[1], k=3) == before
    assert assistant.check() == []


def test_removal_of_an_original_needs_no_embedder(add, assistant, write, store_folder):
    add("a.txt", report(10))
    add("b.txt", [*report(10), "Reporting by Ann Other."])
    assistant.close()
    with Assistant.open(store_folder, Settings(embedder=f"{__name__}:Missing")) as other:
        assert len(other.remove([write("a.txt", "")])) == 1
    with Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=0.0)) as again:
        again.add([write("b.txt", " ".join([*report(10), "Reporting by Ann Other."]))])
        assert again.retrieve(report(10)[2], k=1)[0].source.endswith("b.txt")
        assert again.check() == []


def test_filter_that_only_a_copy_fits_quotes_the_copy_and_nothing_else(add, assistant):
    add("a/first.txt", [*report(11), "The tunnel stays closed."])
    add("b/second.txt", ["GRAZ, May 3 (Agency).", *report(11)])
    sentence = report(11)[4]
    evidence = assistant.retrieve(sentence, k=20, sources=["*/b/*"])
    assert {Path(found.source).name for found in evidence} == {"second.txt"}
    assert all(found.quote == found.span.slice(assistant.document(found.document_id).text) for found in evidence)
    assert [Path(source).name for source in evidence[0].also_in] == ["first.txt"]
    assert all("tunnel" not in found.quote for found in evidence)
    assert any("Agency" in found.quote for found in evidence)
