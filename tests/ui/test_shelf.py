"""What a browser keeps of its conversations: the newest state of each counts, and nothing of another shape is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.conversation import Kept
from ui.shelf import Shelf, Shelved, Shelves

QUESTIONS = (Kept("When did the bridge open?", "a1", ""),)

shelved = st.builds(
    Shelved,
    id=st.sampled_from("abcde"),
    name=st.text(max_size=5),
    changed_ms=st.integers(0, 20),
    questions=st.sampled_from([(), QUESTIONS]),
)
shelves = st.builds(
    lambda found: Shelf(all=tuple({each.id: each for each in found}.values())), st.lists(shelved, max_size=6)
)


def state(shelf: Shelf) -> dict[str, Shelved]:
    return {each.id: each for each in shelf.all}


@given(shelves)
def test_what_is_kept_is_read_as_it_was(shelf):
    assert state(Shelf.from_browser(shelf.to_browser())) == state(shelf)


@given(shelves, shelves)
def test_of_two_tabs_the_newest_state_of_each_conversation_counts(one, other):
    merged = state(one.merged(other))
    assert merged.keys() == state(one).keys() | state(other).keys()
    for each in (*one.all, *other.all):
        assert merged[each.id].changed_ms >= each.changed_ms
    assert state(one.merged(other).merged(other)) == merged


@pytest.mark.parametrize(
    "kept",
    [
        None,
        3,
        "x",
        [],
        {},
        {"conversations": 3},
        {"conversations": [3, None, {"id": 3}, {"id": "a", "questions": [{"question": 1}], "changed": "x"}]},
        {"current": ["a"], "browser": {}, "conversations": {}},
    ],
)
def test_a_browser_that_keeps_nonsense_has_no_conversations(kept):
    assert Shelf.from_browser(kept).conversations == ()


def test_the_one_conversation_of_an_older_version_is_found_again():
    shelf = Shelf.from_browser([{"question": "Why?", "answer": "a1", "mark": ""}])
    assert [each.title for each in shelf.conversations] == ["Why?"]
    assert shelf.find(shelf.current) == shelf.conversations[0]


def test_a_name_is_one_short_line_and_an_empty_one_gives_the_question_back():
    shelf = Shelf(all=(Shelved(id="a", questions=QUESTIONS),))
    assert shelf.renamed("a", "  The\n bridge ").conversations[0].title == "The bridge"
    assert len(shelf.renamed("a", "x" * 1_000).conversations[0].title) == 120
    assert shelf.renamed("a", "x").renamed("a", " ").conversations[0].title == "When did the bridge open?"
    assert shelf.renamed("b", "x") == shelf


def test_a_tab_that_knows_an_old_state_neither_loses_nor_brings_back_anything():
    known = Shelves()
    first = known.keep(Shelf(all=(Shelved(id="a", questions=QUESTIONS, changed_ms=1),)), user="")
    second = known.keep(first.renamed("a", "Bridges"), user="")
    assert known.keep(first, user="").conversations[0].title == "Bridges"
    known.keep(second.without("a"), user="")
    assert known.keep(first, user="").conversations == ()
    assert known.known(first, user="otto").conversations == first.conversations
