"""Conflicts over a store: found for what is new, kept, and gone with their documents."""

from __future__ import annotations

import json

import pytest

from rag import Assistant, FilterError, Relation, Settings, SettingsError

FIRE = {"publisher": "Post", "published": "2025-03-03", "text": "A fire at the Brosk mill killed 12 people. It rained."}
OTHER = {
    "publisher": "Mail",
    "published": "2025-03-03",
    "text": "A fire at the Brosk mill killed 19 people. It is out.",
}
LATER = {
    "publisher": "Post",
    "published": "2025-03-04",
    "text": "Correction: A fire at the Brosk mill killed 10 people, not 12 as we reported on Monday.",
}
TOLL = {"publisher": "Mail", "published": "2025-03-05", "text": "A fire at the Brosk mill killed 25 people."}
ELSEWHERE = {"publisher": "Mail", "published": "2025-03-03", "text": "The Hale museum shows 12 ships. Entry is free."}


@pytest.fixture
def assistant(store_folder):
    with Assistant.open(store_folder, Settings(embedder="hashing", llm="none", verifier="rules")) as opened:
        yield opened


def put(assistant, folder, **articles):
    for name, article in articles.items():
        path = folder / f"{name}.jsonl"
        path.write_text(json.dumps({"id": name, "title": name} | article))
        assert not assistant.add([path]).failed


def words(conflicts):
    return [(found.relation.value, found.one_words, found.other_words) for found in conflicts]


def test_disagreements_come_first_and_every_quote_is_the_slice_of_its_document(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, other=OTHER, later=LATER, elsewhere=ELSEWHERE)
    found = assistant.conflicts()
    assert ("disagreement", "12 people", "19 people") in words(found)
    assert words(found)[-1] == ("correction", "12 people", "10 people")
    for conflict in found:
        for side in (conflict.one, conflict.other):
            assert side.span.slice(assistant.document(side.document_id).text) == side.quote
        assert conflict.one.published <= conflict.other.published


def test_what_is_new_is_compared_with_what_was_there(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, elsewhere=ELSEWHERE)
    assert assistant.conflicts() == ()
    put(assistant, tmp_path, other=OTHER)
    steps = []
    assert words(assistant.conflicts(on_progress=steps.append)) == [("disagreement", "12 people", "19 people")]
    assert [step.n_total for step in steps] == [1]
    again = []
    assert len(assistant.conflicts(on_progress=again.append)) == 1
    assert again == []


def test_found_one_by_one_or_all_at_once_is_the_same(assistant, tmp_path, store_folder):
    articles = {"fire": FIRE, "other": OTHER, "later": LATER, "elsewhere": ELSEWHERE}
    for name, article in articles.items():
        put(assistant, tmp_path, **{name: article})
        assistant.conflicts()
    with Assistant.open(f"{store_folder}-2", Settings(embedder="hashing", llm="none", verifier="rules")) as other:
        put(other, tmp_path, **articles)
        assert sorted(words(other.conflicts())) == sorted(words(assistant.conflicts()))


def test_a_removed_or_replaced_document_takes_its_conflicts_along(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, other=OTHER)
    assert len(assistant.conflicts()) == 1
    put(assistant, tmp_path, other=OTHER | {"text": "A fire at the Brosk mill killed 12 people. It is out now."})
    assert assistant.conflicts() == ()
    put(assistant, tmp_path, other=OTHER)
    assert len(assistant.conflicts()) == 1
    assistant.remove([tmp_path / "other.jsonl"])
    assert assistant.conflicts() == ()


def test_figures_that_grew_are_listed_on_request(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, toll=TOLL)
    assert assistant.conflicts() == ()
    (found,) = assistant.conflicts(with_updates=True)
    assert found.relation is Relation.UPDATE


def test_conflicts_are_chosen_by_day_words_and_filter(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, other=OTHER, later=LATER)
    everything = assistant.conflicts()
    assert all(found.other.published >= "2025-03-04" for found in assistant.conflicts(since="2025-03-04"))
    assert 0 < len(assistant.conflicts(since="2025-03-04")) < len(everything)
    assert assistant.conflicts(about="mills Brosk") == everything
    assert assistant.conflicts(about="museum") == ()
    assert words(assistant.conflicts(where="published < 2025-03-04")) == [("disagreement", "12 people", "19 people")]


@pytest.mark.parametrize(("argument", "error"), [({"since": "soon"}, SettingsError), ({"where": "?"}, FilterError)])
def test_what_cannot_be_meant_is_refused(assistant, argument, error):
    with pytest.raises(error, match=r"cannot|filter"):
        assistant.conflicts(**argument)


def test_an_empty_store_has_no_conflicts(assistant):
    assert assistant.conflicts(with_updates=True) == ()


def test_an_imported_store_believes_no_conflict_of_its_file(assistant, tmp_path):
    put(assistant, tmp_path, fire=FIRE, other=OTHER)
    assert len(assistant.conflicts()) == 1
    assistant.export(tmp_path / "store.zip")
    Assistant.import_store(tmp_path / "store.zip", tmp_path / "restored", Settings(embedder="hashing"))
    with Assistant.open(tmp_path / "restored", Settings(embedder="hashing", llm="none", verifier="rules")) as restored:
        steps = []
        assert len(restored.conflicts(on_progress=steps.append)) == 1
        assert steps
