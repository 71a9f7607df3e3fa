"""Which language a text is in, and when nothing is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.identification import LANGUAGE_NAMES, detect_language, foreign_language_notice

TEXTS = {
    "en": "The treaty was signed by both ministers in the capital on Monday afternoon.",
    "de": "Der Vertrag wurde am Montagnachmittag von beiden Ministern in der Hauptstadt unterzeichnet.",
    "fr": "Le traité a été signé lundi après-midi par les deux ministres dans la capitale.",
    "es": "El tratado fue firmado el lunes por la tarde por los dos ministros en la capital.",
    "it": "Il trattato è stato firmato lunedì pomeriggio dai due ministri nella capitale.",
    "pt": "O tratado foi assinado na segunda-feira à tarde pelos dois ministros na capital.",
    "pl": "Traktat został podpisany w poniedziałek po południu przez obu ministrów w stolicy.",
    "uk": "Угоду підписали в понеділок увечері обидва міністри у столиці.",
    "ru": "Договор был подписан обоими министрами в столице в понедельник вечером.",
    "tr": "Anlaşma pazartesi öğleden sonra başkentte iki bakan tarafından imzalandı.",
    "ar": "وقع الوزيران المعاهدة في العاصمة بعد ظهر يوم الاثنين.",
    "zh": "两国部长星期一下午在首都签署了这项条约。",
    "ja": "両国の大臣は月曜日の午後、首都で条約に署名した。",
    "hi": "दोनों मंत्रियों ने सोमवार दोपहर को राजधानी में संधि पर हस्ताक्षर किए।",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items(), ids=list(TEXTS))
def test_one_sentence_is_enough(language: str, text: str) -> None:
    assert detect_language(text) == language
    assert language in LANGUAGE_NAMES


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?!",
        "Berlin",
        "Rubio 2024",
        "OK",
        "1,234 5,678 9,012 3,456",
        "😀" * 50,
        "\ud800" * 50,
        "條約",
        "a" * 500,
    ],
)
def test_what_nobody_can_tell_is_unknown(text: str) -> None:
    assert detect_language(text) == ""


@pytest.mark.parametrize("declared", ["de", "de-AT", "de_DE.UTF-8", "DE", " de ", "ger", "deu", "de-Latn-DE-1996"])
def test_declaration_is_believed_where_the_text_is_too_short_to_contradict(declared: str) -> None:
    assert detect_language("Berlin", declared) == "de"


@pytest.mark.parametrize("declared", ["", "und", "mul", "German", "x", "12", "de;q=0.9", "zxx", "\ud800", "-"])
def test_what_is_no_language_code_declares_nothing(declared: str) -> None:
    assert detect_language("Berlin", declared) == ""
    assert detect_language(TEXTS["fr"], declared) == "fr"


def test_clear_text_wins_over_a_wrong_declaration() -> None:
    assert detect_language(TEXTS["de"] * 3, "en") == "de"
    assert detect_language(TEXTS["ru"] * 3, "en-US") == "ru"


def test_declaration_decides_between_neighbours() -> None:
    assert detect_language(TEXTS["ru"] * 3, "uk") == "uk"
    assert detect_language(TEXTS["es"] * 3, "gl") == "gl"


def test_old_and_regional_codes_are_told_as_one() -> None:
    assert [detect_language("", declared) for declared in ("iw", "nb", "nn-NO", "zh-Hans", "cmn")] == [
        "he",
        "no",
        "no",
        "zh",
        "zh",
    ]


def test_long_text_is_judged_by_more_than_its_beginning() -> None:
    assert detect_language(f"{TEXTS['en']}\n" * 2 + TEXTS["de"] * 200) == "de"


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=300), st.text(max_size=12))
def test_any_text_has_a_language_code_or_none(text: str, declared: str) -> None:
    language = detect_language(text, declared)
    assert language == "" or (len(language) == 2 and language.isascii() and language.islower())


def test_notice_counts_documents_of_other_languages() -> None:
    assert foreign_language_notice(["en", "", "en"], embedding_model="") == ""
    assert foreign_language_notice([], embedding_model="") == ""
    assert foreign_language_notice(["de"], embedding_model="").startswith("1 document is in German; ")
    several = foreign_language_notice(["de", "fr", "de", "en", "", "xh"], embedding_model="")
    assert several.startswith("4 documents are not in English (2 in German, 1 in French, 1 in 'xh'); ")
    many = foreign_language_notice(["de", "fr", "es", "it", "pl", "ru"], embedding_model="")
    assert "2 in other languages" in many


@pytest.mark.parametrize("model", ["", "sentence-transformers/all-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5"])
def test_notice_names_an_english_model_and_what_to_set(model: str) -> None:
    notice = foreign_language_notice(["de"], embedding_model=model)
    assert repr(model or "all-MiniLM-L6-v2") in notice
    assert "run `rag models pull multilingual-e5-small`, set embedding_model to 'multilingual-e5-small'" in notice
    assert "rag rebuild" in notice


@pytest.mark.parametrize("model", ["multilingual-e5-small", "intfloat/multilingual-e5-small", "BAAI/bge-m3", "own"])
def test_model_that_somebody_chose_is_not_judged(model: str) -> None:
    assert foreign_language_notice(["de", "ru"], embedding_model=model) == ""
