"""Words as search and ranking compare them, in scripts with blanks between words and without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.english import STOP_WORDS
from rag.language.words import (
    content_stems,
    content_words,
    distinct_content_words,
    index_form,
    query_words,
    stem,
)

LINE = st.lists(
    st.sampled_from(
        (*sorted(STOP_WORDS)[:3], "White", "House", "Saudi", "Arabia", "us", "ist", "der", "und", "договор", "Bridges")
    ),
    max_size=5,
).map(" ".join)
ENGLISH = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=80)


@given(ENGLISH)
def test_english_text_is_indexed_as_it_is(text: str) -> None:
    assert index_form(text) == text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did Rubio say? Rubio!", ["rubio", "say"]),
        ("Who is it?", ["who", "is", "it"]),
        ("Did men die in the war?", ["men", "die", "war"]),
        ("", []),
        ("?!", []),
    ],
)
def test_english_questions_keep_their_words(question: str, words: list[str]) -> None:
    assert query_words(question) == words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Wann wurde der Vertrag unterzeichnet?", ["vertrag", "unterzeichnet"]),
        ("Où le traité a-t-il été signé ?", ["traité", "signé"]),
        ("¿Dónde está la casa de Goya?", ["casa", "goya"]),
        ("Dove è nato il poeta?", ["nato", "poeta"]),
        ("Quem é o autor do livro da escola?", ["autor", "livro", "escola"]),
        ("Gdzie jest most na rzece?", ["most", "rzece"]),
        ("Köprü ne zaman ve nasıl açıldı?", ["köprü", "zaman", "açildi"]),
    ],
)
def test_function_words_of_the_question_s_own_language_are_left_out(question: str, words: list[str]) -> None:
    assert query_words(question) == words


def test_one_foreign_function_word_does_not_make_a_language() -> None:
    assert content_words("Charles de Gaulle died in 1970") == ["charles", "de", "gaulle", "died", "1970"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("договор", "договором"),
        ("Москва", "в Москве"),
        ("столиця", "у столиці"),
        ("المعاهدة", "معاهدة"),
        ("मंत्री", "मंत्रियों"),
        ("ΑΘΉΝΑ", "Αθήνα"),
        ("مُعَاهَدَة", "معاهدة"),
        ("ёлка", "елка"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert content_stems(one) & content_stems(other)
    assert set(query_words(one)) & set(index_form(other).split())


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("条约在哪里签署？", "两国部长在北京签署了条约。"),
        ("條約在哪裡簽署？", "兩國部長在北京簽署了條約。"),
        ("条約はどこで署名されたか", "大臣は東京で条約に署名した。"),
        ("インターネットとは何ですか", "高速インターネットが普及した。"),
        ("조약은 어디에서 서명되었나?", "장관들이 서울에서 조약에 서명했다."),
        ("สนธิสัญญา", "รัฐมนตรีลงนามสนธิสัญญาที่กรุงเทพ"),
    ],
)
def test_scripts_without_blanks_share_pairs_of_letters(question: str, text: str) -> None:
    assert len(content_stems(question) & content_stems(text)) >= 1
    stored = index_form(text).split()
    assert any(word in stored for word in query_words(question))


def test_single_letter_begins_a_stored_word() -> None:
    assert query_words("猫") == ["猫"]
    assert any(word.startswith("猫") for word in index_form("黒猫が好き").split())
    assert any(word.startswith("黒") for word in index_form("黒猫が好き").split())


def test_words_of_two_scripts_keep_their_order() -> None:
    assert content_words("Bill Gates besuchte Москву and 東京 in May") == [
        "bill",
        "gates",
        "besuchte",
        "москву",
        "東京",
        "may",
    ]


def test_digits_and_wide_letters_are_found_by_plain_ones() -> None:
    assert query_words("١٩٩٠ ２０２４ ＡＢＣ") == ["1990", "2024", "abc"]
    assert index_form("عام ١٩٩٠").split()[-1] == "1990"


def test_turkish_letters_are_found_however_they_are_typed() -> None:
    assert query_words("İstanbul") == query_words("istanbul") == [index_form("İstanbul").lower()]


def test_function_words_are_never_the_only_thing_left_out() -> None:
    assert query_words("是谁") == []
    assert query_words("что это") != []
    assert "the" in STOP_WORDS


def test_stem_of_english_is_unchanged() -> None:
    assert [stem(word) for word in ("territories", "said", "naïve", "")] == ["territori", "said", "naïv", ""]


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=60))
def test_any_text_has_words(text: str) -> None:
    assert all(word and not word.isspace() for word in content_words(text))
    assert all(query_words(text))
    assert isinstance(index_form(text), str)
    assert content_stems(text) == content_stems(text)


@given(st.lists(LINE, max_size=4))
def test_words_read_line_by_line_are_those_of_one_line(lines: list[str]) -> None:
    whole = " ".join(lines)
    assert content_stems("\n".join(lines)) == content_stems(whole)
    assert set(distinct_content_words("\n".join(lines))) == set(content_words(whole))
