"""What is ticked as one filter: any values give one that can be read, and that means what was ticked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import SettingsError
from ui.scope import DATES, KINDS, Scope

words = st.text(min_size=1, max_size=12)
scopes = st.builds(
    Scope,
    **{kind: st.lists(words, max_size=3, unique=True).map(tuple) for kind in KINDS},
    **{name: st.sampled_from(["", "2025", "2025-03", "2024-12-31"]) for name in DATES},
    where=st.sampled_from(["", "title ~ a or title ~ b", "not language = en"]),
)

TEXTS = {
    "2024/ferry.txt": "The ferry to Inisroe costs 14 euros. It sails at nine.",
    "2025/bridge.md": "---\ntitle: The bridge\npublished: 2025-03-12\n---\nIt opened in 1932. It is painted grey.",
    '2025/may\'s "new"/tunnel.txt': "The tunnel was dug by hand. It took nine years.",
}


@pytest.fixture
def filled(assistant, write):
    assistant.add([write(name, text) for name, text in TEXTS.items()])
    return assistant


@given(scopes)
def test_whatever_is_ticked_is_one_filter_that_can_be_read(scope):
    from rag.storage.filters import parse_filter

    said = scope.filter()
    assert bool(said) == bool(scope)
    if said and len(said) <= 2000:
        parse_filter(said)


@given(scopes)
def test_browser_gives_back_what_it_kept(scope):
    kept = json.loads(json.dumps(scope.to_browser()))
    assert list(Scope.from_browser(kept).ticks()) == list(scope.ticks())


@given(scopes)
def test_what_is_ticked_off_one_by_one_leaves_nothing(scope):
    for kind, value in list(scope.ticks()):
        assert (kind, value) in list(scope.ticks())
        scope = scope.changed(kind, value, is_on=False)
    assert (scope, scope.filter(), bool(scope)) == (Scope(), "", False)


@pytest.mark.parametrize("kept", [None, 3, [], {"notebooks": "a", "since": 3, "documents": [1, None]}, {"until": "x"}])
def test_what_has_another_shape_is_nothing(kept):
    assert Scope.from_browser(kept) == Scope()


@pytest.mark.parametrize("date", ["25", "2025-13", "2025-3", "2025-03-32", "yesterday", "2025 or title = a"])
def test_date_that_is_none_is_refused(date):
    assert date in Scope().changed("since", date, is_on=True).refusal()


def test_unknown_kind_changes_nothing():
    assert Scope().changed("colour", "red", is_on=True) == Scope()


def test_each_kind_narrows_to_what_has_one_of_its_values(filled):
    filled.make_notebook("Anna's boats")
    filled.put_in_notebook("Anna's boats", filled.listed_ids(words="ferry"))
    root = filled.document_kinds().root
    scope = Scope(notebooks=("Anna's boats",))

    def found(scope):
        return [each.path for each in filled.list_documents(where=scope.filter()).documents]

    assert found(scope) == ["2024/ferry.txt"]
    assert found(scope.changed("media_types", "text/markdown", is_on=True)) == []
    both = Scope(folders=(f"{root}2024", f'{root}2025/may\'s "new"'))
    assert found(both) == ["2024/ferry.txt", '2025/may\'s "new"/tunnel.txt']
    assert found(Scope(folders=(f"{root}2025",), media_types=("text/markdown",))) == ["2025/bridge.md"]
    assert found(Scope(since="2025", until="2025-03")) == ["2025/bridge.md"]
    assert found(Scope(documents=tuple(filled.listed_ids(words="nine")), where="not title ~ ferry")) == [
        '2025/may\'s "new"/tunnel.txt'
    ]


def test_renamed_notebook_stays_ticked_and_a_removed_one_does_not():
    scope = Scope(notebooks=("Ferries", "Boats")).renamed("Ferries", "Ships")
    assert scope.among(["Ships"]).notebooks == ("Ships",)


def test_notebook_that_cannot_be_named_in_a_filter_cannot_be_made(assistant):
    with pytest.raises(SettingsError):
        assistant.make_notebook("a\"b'c")
