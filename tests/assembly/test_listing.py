"""Pages of the documents of an assistant: words, order, versions, and what cannot be meant."""

from __future__ import annotations

import pytest

from rag import DocumentOrder, FilterError, SettingsError

TEXTS = {
    "2024/ferry.txt": "The ferry to Inisroe costs 14 euros. It sails at nine.",
    "2025/bridge.html": "<html><head><title>The old bridge</title><meta name='date' content='2025-03-12'>"
    "<meta property='og:site_name' content='The Herald'></head><body><p>It opened in 1932, in May.</p></body></html>",
    "2025/may/tunnel.txt": "The tunnel was dug by hand, said the mayor. Ferries were slower.",
}


@pytest.fixture
def filled(assistant, write):
    assistant.add([write(name, text) for name, text in TEXTS.items()])
    return assistant


def paths(listed):
    return [each.path for each in listed.documents]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["2024/ferry.txt", "2025/bridge.html", "2025/may/tunnel.txt"]),
        ("ferry", ["2024/ferry.txt", "2025/may/tunnel.txt"]),  # its name, and "Ferries" in a text
        ("FERRY costs", ["2024/ferry.txt"]),
        ("may/", ["2025/may/tunnel.txt"]),
        ("2025 old", ["2025/bridge.html"]),
        ("hand", ["2025/may/tunnel.txt"]),
        ("han", []),  # of a text, whole words
        ("documents", []),  # the folder that all of them lie in
        ('"%_', []),
    ],
)
def test_words_are_looked_for_in_titles_paths_and_texts(filled, words, found):
    assert paths(filled.list_documents(words=words)) == found
    assert len(filled.listed_ids(words=words)) == len(found)


def test_pages_filters_and_orders(filled):
    assert paths(filled.list_documents(where="outlet = 'the herald'")) == ["2025/bridge.html"]
    newest = filled.list_documents(order="published", is_descending=True, k=1)
    assert (paths(newest), newest.n_total) == (["2025/bridge.html"], 3)
    assert paths(filled.list_documents(order=DocumentOrder.LENGTH, start=2))[-1] == "2025/may/tunnel.txt"


def test_changed_document_has_two_versions_and_keeps_what_was_chosen_by_its_id(filled, write):
    (old,) = filled.listed_ids(words="ferry costs")
    filled.add([write("2024/ferry.txt", "The ferry is gone.")])
    (listed,) = filled.list_documents(where=f"id = {old}").documents
    assert (listed.path, listed.n_versions, listed.info.id == old) == ("2024/ferry.txt", 2, False)
    assert len(filled.listed_ids(where=f"id != {old}")) == 2


def test_kinds_of_documents(filled):
    kinds = filled.document_kinds()
    assert [folder for folder, _ in kinds.folders] == ["2024", "2025", "2025/may"]
    assert kinds.outlets == (("The Herald", 1),)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"order": "colour"}, "by 'colour' - use one of title, published, added, outlet, length"),
        ({"start": -1}, "start=-1"),
        ({"k": -1}, "k=-1"),
        ({"words": 3}, "words = 3: it is of type int"),
        ({"start": "3"}, "start = '3'"),
    ],
)
def test_list_that_cannot_be_meant_is_refused_in_words(filled, arguments, said):
    with pytest.raises(SettingsError, match=said):
        filled.list_documents(**arguments)
    with pytest.raises(FilterError, match="cannot filter by 'colour'"):
        filled.list_documents(where="colour = red")
