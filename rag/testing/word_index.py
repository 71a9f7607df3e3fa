"""What every backend of the `WordIndex` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from rag.protocols import WordIndex

__all__ = ["WORD_INDEX_CHECKS", "MakeWordIndex", "check_word_index"]

MakeWordIndex: TypeAlias = Callable[[], WordIndex]
"""Makes a new, empty index."""

BREAD = "Bread is baked from flour and water."
GIANT = "The giant in the valley is awakening."
VALLEY = "A river runs through the valley."


def check_word_index(make_index: MakeWordIndex) -> None:
    """Nothing, when the indexes that `make_index` makes keep every promise.

    Raises:
        AssertionError: they break one.
    """
    for check in WORD_INDEX_CHECKS:
        check(make_index)


def finds_passages_that_share_words(make_index: MakeWordIndex) -> None:
    """Only passages that share a word are hits, the best first, at most k; a higher score is better."""
    index = make_index()
    index.add([3, 1, 2], [BREAD, GIANT, VALLEY])
    hits = index.search("Which giant lives in the valley?", 5)
    assert [hit.passage_id for hit in hits] == [1, 2]
    assert hits[0].score > hits[1].score
    assert _found(index, "Which giant lives in the valley?", 1) == [1]
    assert index.search("giant", 0) == []
    assert _found(index, "GIANT", 5) == [1]
    assert index.search("volcano", 5) == []


def orders_equal_scores_by_id(make_index: MakeWordIndex) -> None:
    """Passages that score the same come by id, also at the cut."""
    index = make_index()
    index.add(list(range(50, 0, -1)), [VALLEY] * 50)
    index.add([99], [BREAD])
    assert _found(index, "river", 3) == [1, 2, 3]


def replaces_a_known_id(make_index: MakeWordIndex) -> None:
    """An id that is added again is found by its new text only; of an id given twice in one call, the last counts."""
    index = make_index()
    index.add([1, 2], [BREAD, GIANT])
    index.add([1], [VALLEY])
    assert len(index) == 2
    assert index.search("bread flour", 5) == []
    assert _found(index, "river", 5) == [1]
    index.add([3, 3], [BREAD, "Salt"])
    assert len(index) == 3
    assert index.search("flour", 5) == []


def forgets_what_is_removed(make_index: MakeWordIndex) -> None:
    """A removed passage is not found, an unknown id is ignored, a removed id can come back, clear forgets all."""
    index = make_index()
    index.add([1, 2], [GIANT, VALLEY])
    index.remove([1, 99])
    index.remove([])
    assert len(index) == 1
    assert index.search("giant", 5) == []
    index.compact()
    assert index.search("giant", 5) == []
    assert _found(index, "river", 5) == [2]
    index.add([1], [GIANT])
    assert _found(index, "giant", 5) == [1]
    index.clear()
    assert len(index) == 0
    assert index.search("giant valley", 5) == []
    index.add([4], [BREAD])
    assert _found(index, "bread", 5) == [4]


def works_while_it_is_empty(make_index: MakeWordIndex) -> None:
    """An index that nothing was added to can be asked, emptied and counted; adding nothing changes nothing."""
    index = make_index()
    assert index.search("giant", 5) == []
    index.remove([1])
    index.compact()
    index.clear()
    assert len(index) == 0
    index.add([], [])
    assert len(index) == 0


def takes_any_text_for_a_question(make_index: MakeWordIndex) -> None:
    """Operators and quotation marks have no meaning, and no question is too odd or too long to be answered."""
    index = make_index()
    index.add([1, 2, 3], [GIANT, BREAD, "Київ і 東京 😀 naïve"])
    for question in (
        "",
        "   ",
        "?!",
        "😀🇺🇦",
        '"',
        "'; DROP TABLE passages; --",
        "*",
        "[99] {{}} %s \\ / ^",
        "NEAR",
        "(((",
        "\x00",
        "\ud83d",
        "AND",
        "what is it",
    ):
        assert isinstance(index.search(question, 5), list)
    for question in (
        'giant"',
        '"giant',
        "giant OR",
        "giant AND volcano",
        "NOT giant",
        "NEAR(giant volcano)",
        "words: giant",
        "giant*",
        "-giant",
        "^giant",
        "giant\x00",
        "gia\u0000nt giant",
        "\ud83d giant",
        "giant? " * 15_000,
        "giant " + "volcano" * 15_000,
    ):
        assert _found(index, question, 5) == [1], f"{question[:30]!r} did not find the giant"
    assert _found(index, "Київ", 5) == [3]


def takes_any_text_for_a_passage(make_index: MakeWordIndex) -> None:
    """Empty, long and odd passages are counted, and found by the words in them."""
    index = make_index()
    index.add([1, 2, 3, 4], ["", "?!", "before\x00after \ud83d end", "flour " * 20_000 + "volcano"])
    assert len(index) == 4
    assert _found(index, "before", 5) == [3]
    assert _found(index, "after", 5) == [3]
    assert _found(index, "end", 5) == [3]
    assert _found(index, "volcano", 5) == [4]


def _found(index: WordIndex, question: str, k: int) -> list[int]:
    return [hit.passage_id for hit in index.search(question, k)]


WORD_INDEX_CHECKS: tuple[Callable[[MakeWordIndex], None], ...] = (
    finds_passages_that_share_words,
    orders_equal_scores_by_id,
    replaces_a_known_id,
    forgets_what_is_removed,
    works_while_it_is_empty,
    takes_any_text_for_a_question,
    takes_any_text_for_a_passage,
)
