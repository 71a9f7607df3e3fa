from hypothesis import given
from hypothesis import strategies as st

from eval.training.verifier.answer_figures import windows_around
from rag.model.evidence import best_sentences

SENTENCES = st.lists(
    st.lists(st.sampled_from(["rain", "Rome", "left", "school"]), min_size=1, max_size=9).map(" ".join),
    min_size=1, max_size=9,
)  # fmt: skip


@given(SENTENCES, st.integers(1, 30))
def test_best_sentences_are_in_order_and_fit(sentences: list[str], max_words: int) -> None:
    chosen = best_sentences("Rome rain", sentences, max_words=max_words)

    assert chosen
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) == 1 or sum(len(sentences[number].split()) for number in chosen) <= max_words


def test_sentence_with_the_rare_word_is_preferred() -> None:
    sentences = ["The king left the city.", "The king met the queen.", "The king was called Otto."]

    assert best_sentences("The king called", sentences, max_words=5) == (2,)


def test_claim_without_any_word_of_the_text_gets_its_beginning() -> None:
    assert best_sentences("xyz", ["One two.", "Three four."], max_words=2) == (0,)


@given(SENTENCES, st.integers(0, 40), st.data())
def test_windows_hold_every_wanted_sentence(sentences: list[str], max_words: int, data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(sentences) - 1), min_size=1))

    windows = windows_around(sorted(wanted), sentences, max_words=max_words)

    assert wanted <= {number for window in windows for number in window}
    assert all(
        len(window) == 1 or sum(len(sentences[number].split()) for number in window) <= max_words for window in windows
    )
    assert len(windows) <= len(wanted)


def test_window_without_room_is_the_sentence_alone() -> None:
    assert windows_around([1], ["a b", "c d", "e f"], max_words=0) == [range(1, 2)]
