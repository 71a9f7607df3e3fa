"""Bytes to text: encodings of real news sentences, damaged and binary files, and paths that are no file."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.readers._decoding import decode, decoded_with_notice, read_bytes

ENGLISH = "“We won’t yield,” the minister said on Tuesday – a day after the café in Zürich reopened."
FRENCH = "Le président a déclaré hier que la réunion était reportée à février."
SPANISH = "El niño pequeño comió piñas en España, dijo el señor Núñez a la televisión."
SWEDISH = "På torsdag sade statsministern att åtgärderna är nödvändiga för att hålla nere räntan."
GERMAN = "Der Bürgermeister sagte, die Straße müsse für größere Fahrzeuge geöffnet werden. „Das ist nötig“, so Müller."
POLISH = "Premier powiedział we wtorek, że rząd podejmie decyzję w przyszłym tygodniu, a żołnierze wrócą."
CZECH = "Ministr řekl ve středu, že jednání o příměří budou pokračovat příští týden v Praze."
HUNGARIAN = "Kormányunk őszintén reméli, hogy a tárgyalások jövő héten folytatódnak, közölte a miniszter."
TURKISH = "Cumhurbaşkanı çarşamba günü yaptığı açıklamada görüşmelerin gelecek hafta süreceğini söyledi."
LATVIAN = "Ministru prezidents trešdien sacīja, ka sarunas turpināsies nākamnedēļ Rīgā."
RUSSIAN = "Президент заявил в среду, что переговоры о прекращении огня продолжатся на следующей неделе в Москве."
UKRAINIAN = "Міністр закордонних справ України повідомив журналістам, що угода готова до підписання."
JAPANESE = "首相は水曜日、ウクライナのゼレンスキー大統領と電話で会談し、停戦について話し合ったと述べた。"
CHINESE = "中国外交部发言人星期三表示，双方就停火问题进行了建设性的会谈，下周将继续。"
TAIWANESE = "外交部發言人星期三表示，雙方就停火問題進行了建設性的會談，下週將繼續。"
KOREAN = "대통령은 수요일 기자회견에서 다음 주에 회담이 계속될 것이라고 말했다."
GREEK = "Ο πρωθυπουργός δήλωσε την Τετάρτη ότι οι συνομιλίες θα συνεχιστούν."
ARABIC = "قال الرئيس يوم الأربعاء إن المحادثات ستستمر الأسبوع المقبل في جدة."
HEBREW = "ראש הממשלה אמר ביום רביעי כי השיחות יימשכו בשבוע הבא."
NEWS = [
    *[
        (text, "cp1252")
        for text in (ENGLISH, FRENCH, SPANISH, SWEDISH, GERMAN, "The price was £20 a day.", "A café opened.")
    ],
    *[(text, "iso8859-1") for text in (FRENCH, SPANISH, SWEDISH)],
    *[(text, encoding) for text in (POLISH, CZECH, HUNGARIAN) for encoding in ("cp1250", "iso8859-2")],
    *[(TURKISH, "cp1254"), (LATVIAN, "cp1257"), (GREEK, "cp1253"), (ARABIC, "cp1256"), (HEBREW, "cp1255")],
    *[(RUSSIAN, encoding) for encoding in ("koi8-r", "cp1251")],
    *[(UKRAINIAN, "cp1251"), (KOREAN, "euc-kr"), (CHINESE, "gb18030"), (TAIWANESE, "big5")],
    *[(JAPANESE, encoding) for encoding in ("shift-jis", "euc-jp", "iso2022-jp")],
]
SOMEWHERE = Path("news.txt")


@pytest.mark.parametrize("n_repetitions", [1, 40])
@pytest.mark.parametrize(("text", "encoding"), NEWS)
def test_news_in_an_old_encoding_comes_out_right(text: str, encoding: str, n_repetitions: int) -> None:
    text = f"{text}\n" * n_repetitions
    assert decode(text.encode(encoding), SOMEWHERE) == text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_unicode_with_its_mark_is_read_exactly(encoding: str) -> None:
    text = f"{ENGLISH} {JAPANESE} 😀"
    marked = text if encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") else f"\ufeff{text}"
    assert decode(marked.encode(encoding), SOMEWHERE) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), min_size=1))
def test_utf8_text_is_never_taken_for_something_else(text: str) -> None:
    assert decode(text.encode(), SOMEWHERE) == text


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "shift_jis", "utf-16", "utf-7", "unicode_escape", "nonsense"]),
)
def test_any_bytes_become_text_or_a_read_error(data: bytes, declared: str) -> None:
    with contextlib.suppress(ReadError):
        assert isinstance(decode(data, SOMEWHERE, declared=declared), str)


def test_declared_encoding_decides_where_bytes_fit_several() -> None:
    assert decode(b"caf\xe9", SOMEWHERE, declared="windows-1251") == "cafй"
    assert decode(b"\x93Yes\x94", SOMEWHERE, declared="iso-8859-1") == "“Yes”"


def test_valid_utf8_is_stronger_than_a_wrong_declaration() -> None:
    assert decode(GERMAN.encode(), SOMEWHERE, declared="iso-8859-1") == GERMAN


@pytest.mark.parametrize("declared", ["utf-7", "unicode_escape", "idna", "rot13", "nonsense", "x" * 1000])
def test_encodings_no_document_may_ask_for_are_ignored(declared: str) -> None:
    assert decode(b"+ADw-script+AD4- \\u003c \xe9", SOMEWHERE, declared=declared) == "+ADw-script+AD4- \\u003c é"


def test_one_damaged_byte_does_not_turn_utf8_into_another_encoding() -> None:
    data = f"{GERMAN}\n{ENGLISH}".encode() + b"\xff"
    assert decode(data, SOMEWHERE) == f"{GERMAN}\n{ENGLISH}\ufffd"


def test_late_accent_after_much_plain_text_is_found() -> None:
    text = "The council met on Tuesday.\n" * 20_000 + FRENCH
    assert decode(text.encode("cp1252"), SOMEWHERE) == text


@pytest.mark.parametrize(
    "beginning",
    [b"\x89PNG\r\n\x1a\n", b"\x7fELF\x02\x01", b"PK\x03\x04", b"%PDF-1.7\n", b"a\0b\0c\0d\0e\0f\0g\0h\0i\0"],
)
def test_binary_file_under_a_text_name_is_refused(beginning: bytes) -> None:
    with pytest.raises(ReadError, match=" - "):
        decode(beginning + b" text", SOMEWHERE)


def test_wrong_mark_is_refused() -> None:
    with pytest.raises(ReadError, match="save it as UTF-8"):
        decode(b"\xff\xfe\x00\x00" + b"plain text that is not UTF-32", SOMEWHERE)


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n"])
def test_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="empty"):
        read_bytes(path, max_bytes=100)


def test_too_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(ReadError, match="200,000,000 bytes, more than the 50,000,000 allowed"):
        read_bytes(path, max_bytes=50_000_000)


def test_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"four")
    assert read_bytes(path, max_bytes=4) == b"four"


def test_missing_file_folder_and_path_below_a_file_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("text")
    for path, reason in [
        (tmp_path / "none.txt", "no such file"),
        (tmp_path, "folder"),
        (file / "below", "cannot be opened"),
    ]:
        with pytest.raises(ReadError, match=reason) as caught:
            read_bytes(path, max_bytes=100)
        assert caught.value.path == str(path)


def test_impossible_name_is_a_read_error() -> None:
    with pytest.raises(ReadError, match="cannot be opened"):
        read_bytes(Path("a\0b.txt"), max_bytes=100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)
    with pytest.raises(ReadError, match="pipe or a device"):
        read_bytes(path, max_bytes=100)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices on this system")
def test_device_is_refused() -> None:
    with pytest.raises(ReadError, match="pipe or a device"):
        read_bytes(Path("/dev/zero"), max_bytes=100)


def test_file_without_the_right_to_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "secret.txt"
    path.write_text("text")
    path.chmod(0)
    if not hasattr(os, "geteuid") or os.geteuid() == 0:  # nothing is out of reach for root
        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ReadError, match="may not be opened"):
        read_bytes(path, max_bytes=100)


SHORT = [
    ("Der Preis für Brötchen steigt.", "cp1252"),
    ("Name;Stadt\nMüller;Köln\nÖztürk;Berlin", "cp1252"),
    ("Fecha;Año;Niño\n1;2;3", "cp1252"),
    ("Él llegó a Málaga.", "cp1252"),
    ("Über Ägypten", "cp1252"),
    ("Prix: 3 000 € par an", "cp1252"),
    ("The mayor said the café would close. Señor Nuñez agreed.", "mac-roman"),
    ("“We agree,” the mayor’s café owner said – at last.", "mac-roman"),
    ("Der Bürgermeister sagte, das Café schließt. Die Straße wird größer.", "cp850"),
    ("El señor Núñez comió piñas en España.", "cp850"),
    ("Premier powiedział we wtorek, że rząd podejmie decyzję.", "cp852"),
]


@pytest.mark.parametrize(("text", "encoding"), SHORT)
def test_short_text_in_an_old_encoding_comes_out_right(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), SOMEWHERE) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ENGLISH, RUSSIAN, f"{JAPANESE}\n{JAPANESE}\n", "Year;Town\n2019;Köln\n"])
def test_utf_16_without_its_mark_is_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), SOMEWHERE) == text


def test_other_bytes_between_utf8_are_read_and_said() -> None:
    mixed = "The café closes.\n".encode() + "The café opens.\n".encode("cp1252")
    decoded = decoded_with_notice(mixed, SOMEWHERE)
    assert decoded.text == "The café closes.\nThe café opens.\n"
    assert "Windows-1252" in decoded.notice


def test_what_is_assumed_is_said_only_where_it_is_not_sure() -> None:
    assert "was assumed" in decoded_with_notice(b"x \xbe y", SOMEWHERE).notice
    assert decoded_with_notice(GERMAN.encode("cp1252"), SOMEWHERE).notice == ""
    assert decoded_with_notice(RUSSIAN.encode("cp1251"), SOMEWHERE).notice == ""


@pytest.mark.parametrize(
    "text",
    [
        "The caf\u00e9 \u201c\u00c9lan\u201d owes 40,000 \u20ac.",
        "Der M\u00fcller \u00fcber K\u00f6ln",
        "\u041c\u044d\u0440",
    ],
)
def test_text_that_was_encoded_twice_is_decoded_twice(text):
    twice = "".join(bytes([b]).decode("latin-1" if b in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for b in text.encode())
    decoded = decoded_with_notice(twice.encode(), SOMEWHERE)
    assert decoded.text == text
    assert "twice" in decoded.notice


def test_closing_mark_of_a_text_encoded_twice_is_read_though_its_last_byte_was_dropped():
    text = "The mayor said the café “Élan” would close. “Why?” asked Zoë."
    twice = text.encode().decode("cp1252", "ignore")
    assert decoded_with_notice(twice.encode(), SOMEWHERE).text == text


@pytest.mark.parametrize(
    "text",
    [
        "\u00c3\u00a9 is what \u00e9 looks like, as in caf\u00c3\u00a9 for caf\u00e9.",
        "S\u00c3O PAULO, \u00c2NGELA",
        "na\u00efve \u00e2\u20ac\u0153",
    ],
)
def test_text_that_only_shows_such_letters_stays(text):
    assert decoded_with_notice(text.encode(), SOMEWHERE).text == text
