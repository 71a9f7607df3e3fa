"""What every backend of the `WordIndex` socket must keep."""

# ruff: noqa: S101

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from rag.protocols import IdArray, WordIndex

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


def finds_by_what_stands_above(make_index: MakeWordIndex) -> None:
    """The words of a heading find its passage too, until it gets another heading or is removed."""
    index = make_index()
    index.add([1, 2, 3], [GIANT, VALLEY, BREAD], headings=["Folk tales", "", "The Baker. 12 March 2025"])
    assert _found(index, "What did The Baker write in March 2025?", 5) == [3]
    assert _found(index, "tale of the valley", 5) == [1, 2]
    assert index.document_frequencies(["baker", "tale"]) == [1, 1]
    assert index.holding("Baker").tolist() == [3]
    index.add([3], [BREAD])
    index.remove([1])
    assert index.search("baker tales", 5) == []
    assert _found(index, "bread", 5) == [3]


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


def finds_only_among_what_is_named(make_index: MakeWordIndex) -> None:
    """Of the passages, only those with the given ids are hits, each with the score that it has among all."""
    index = make_index()
    index.add([1, 2, 3, 4], [GIANT, VALLEY, BREAD, VALLEY])
    everything = index.search("giant valley", 5)
    assert _found(index, "giant valley", 5, among=[2, 3, 4]) == [2, 4]
    assert _found(index, "giant valley", 1, among=[2, 4]) == [2]
    assert index.search("giant valley", 5, among=_ids([1, 2, 3, 4])) == everything
    assert index.search("giant valley", 5, among=_ids([4])) == [hit for hit in everything if hit.passage_id == 4]
    assert _found(index, "giant", 5, among=[-1, 1, 99]) == [1]
    assert _found(index, "giant", 5, among=[2, 3]) == []
    assert _found(index, "giant", 5, among=[]) == []
    assert _found(index, "giant", 5, among=list(range(1, 20_001))) == [1]


def finds_words_of_every_script(make_index: MakeWordIndex) -> None:
    """A question finds its passage in Cyrillic, Arabic, Indian and Greek letters, and without blanks between words."""
    passages = {
        1: "Договор подписали в понедельник в Москве.",
        2: "Угоду підписали в понеділок у Києві.",
        3: "وقّع الوزيران المعاهدة في القاهرة يوم الاثنين.",
        4: "मंत्रियों ने दिल्ली में संधि पर हस्ताक्षर किए।",
        5: "两国部长星期一在北京签署了条约。",
        6: "両国の大臣は月曜日に東京で条約に署名した。",
        7: "장관들이 월요일에 서울에서 조약에 서명했다.",
        8: "รัฐมนตรีลงนามสนธิสัญญาที่กรุงเทพ",
        9: "Οι υπουργοί υπέγραψαν τη συνθήκη στην Αθήνα.",
        10: "Bakanlar anlaşmayı pazartesi İstanbul'da imzaladı.",
    }
    index = make_index()
    index.add(list(passages), list(passages.values()))
    for passage_id, question in {
        1: "Кто подписал договор?",
        2: "Де підписали угоду?",
        3: "أين وُقعت المعاهدة؟",
        4: "संधि पर किसने हस्ताक्षर किए?",
        5: "谁在北京签署了条约？",
        6: "東京で何に署名したか",
        7: "서울에서 무엇을 서명했나?",
        8: "ใครลงนามสนธิสัญญา",
        9: "Ποιος υπέγραψε στην ΑΘΉΝΑ;",
        10: "istanbul",
    }.items():
        assert _found(index, question, 1) == [passage_id], f"{question!r} did not find passage {passage_id}"


def _found(index: WordIndex, question: str, k: int, among: Sequence[int] | None = None) -> list[int]:
    return [hit.passage_id for hit in index.search(question, k, among=None if among is None else _ids(among))]


def _ids(ids: Sequence[int]) -> IdArray:
    return np.array(ids, dtype=np.int64)


WORD_INDEX_CHECKS: tuple[Callable[[MakeWordIndex], None], ...] = (
    finds_passages_that_share_words,
    orders_equal_scores_by_id,
    replaces_a_known_id,
    finds_by_what_stands_above,
    forgets_what_is_removed,
    works_while_it_is_empty,
    takes_any_text_for_a_question,
    takes_any_text_for_a_passage,
    finds_only_among_what_is_named,
    finds_words_of_every_script,
)
