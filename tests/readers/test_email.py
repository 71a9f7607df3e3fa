"""Mails: the head, and what the sender wrote."""

import pytest

from rag.errors import ReadError
from rag.readers.mail import EmailReader

HEAD = "From: Anna <a@x.org>\nTo: Ben <b@x.org>\nDate: Wed, 12 Mar 2025 23:10:00 -0500\nSubject: The bridge\n"
SHOWN_HEAD = HEAD.strip()


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "mail.eml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return EmailReader().read(path)

    return read


@pytest.fixture
def body(read):
    """The text of a mail below its head."""

    def body(text, headers=""):
        return read(f"{HEAD}{headers}\n{text}").text.removeprefix(SHOWN_HEAD).strip()

    return body


def multipart(*parts, kind="mixed"):
    inner = "".join(f"--b\n{part}\n" for part in parts)
    return f'{HEAD}Content-Type: multipart/{kind}; boundary="b"\n\n{inner}--b--\n'


HTML = "Content-Type: text/html\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\n\nPlain."
MARKED_UP = "Content-Type: text/html; charset=utf-8\n\n<p>Marked <b>up</b>.</p><p hidden>no</p>"


def test_head_is_text_and_metadata(read):
    document = read(f"{HEAD}\nIt opened in 1932.\n")
    assert document.text == f"{SHOWN_HEAD}\n\nIt opened in 1932."
    assert document.title == "The bridge"
    assert document.metadata == {
        "published": "2025-03-12",
        "author": "Anna <a@x.org>",
        "from": "Anna <a@x.org>",
        "to": "Ben <b@x.org>",
        "date": "Wed, 12 Mar 2025 23:10:00 -0500",
        "subject": "The bridge",
    }


def test_encoded_and_raw_words_of_the_head_are_decoded(read):
    document = read(
        "From: =?utf-8?q?Jos=C3=A9?= <j@x.org>\nSubject: =?utf-8?b?5p2x5Lqs?=\n =?utf-8?q?_caf=C3=A9?=\nTo: Zoë\n\nx"
    )
    assert document.text.split("\n")[:3] == ["From: José <j@x.org>", "To: Zoë", "Subject: 東京 café"]


def test_any_number_of_encoded_words_is_read(read):
    assert read("From: A\nSubject: " + "=?utf-8?q?x?= " * 200_000 + "\n\nText.").title.startswith("xxx")


@pytest.mark.parametrize("word", ["=?no-such?q?x?=", "=?utf-8?b?====?=", "=?utf-8?q?=ZZ", "=?"])
def test_head_that_cannot_be_decoded_stands_as_it_is_written(read, word):
    assert read(f"From: A\nSubject: {word}\n\nText.").text.endswith("\n\nText.")


def test_plain_part_goes_before_the_html_part(body, read):
    assert read(multipart(MARKED_UP, PLAIN, kind="alternative")).text.endswith("\n\nPlain.")
    assert read(multipart(MARKED_UP, kind="alternative")).text.endswith("\n\nMarked up.")


def test_attachments_are_named_and_not_opened(read):
    attached = (
        'Content-Type: text/plain\nContent-Disposition: attachment; filename="=?utf-8?q?caf=C3=A9=2Etxt?="\n\nsecret'
    )
    forwarded = f"Content-Type: message/rfc822\n\n{HEAD}\nforwarded"
    text = read(multipart(PLAIN, attached, forwarded)).text
    assert text == f"{SHOWN_HEAD}\nAttachments: café.txt, The bridge\n\nPlain."


@pytest.mark.parametrize(
    "history",
    [
        "> old\n>> older\n> old",
        "On Tue, 11 Mar 2025 at 10:00, Ben <b@x.org> wrote:\n> old",
        "On Tue, 11 Mar 2025 at 10:00, Ben\n<b@x.org> wrote:\n\n> old",
        "Am 11.03.2025 um 10:00 schrieb Ben:\n> old",
        "Le mar. 11 mars 2025 à 10:00, Ben a écrit :\n> old",
        "-----Original Message-----\nFrom: Ben\nold",
        "From: Ben\nSent: Tuesday\nTo: Anna\nSubject: old\n\nold",
    ],
)
def test_quoted_history_is_left_out(body, history):
    assert body(f"New.\n\n{history}\n").strip() == "New."


@pytest.mark.parametrize("line", ["On x", "On Tuesday Ben wrote:", "From: Ben", "> old"])
def test_any_number_of_lines_is_read(body, line):
    assert body("New.\n" + f"{line}\n" * 50_000).startswith("New.")


def test_answers_between_quotes_stay(body):
    assert body("> When?\nIn 1932.\n> Why?\nNobody knows.\n") == "In 1932.\nNobody knows."


def test_introduction_without_a_quote_stays(body):
    assert body("On Tuesday Ben wrote:\nThe bridge is grey.\n") == "On Tuesday Ben wrote:\nThe bridge is grey."


def test_quoted_history_of_html_is_left_out(body):
    html = '<div>New.</div><div class="gmail_quote">On Tuesday Ben wrote:<blockquote>old</blockquote></div>'
    assert body(html, HTML) == "New."


@pytest.mark.parametrize("html", [False, True])
def test_what_is_passed_on_without_a_word_is_read(body, html):
    text = "-----Original Message-----\nIt opened in 1932."
    if html:
        assert body('<div class="gmail_quote">---------- Forwarded message\n<p>It opened.</p></div>', HTML).endswith(
            "It opened."
        )
        assert body("<blockquote type=cite>It opened.</blockquote>", HTML) == "It opened."
        assert body("<p>They say:</p><blockquote>It opened.</blockquote>", HTML) == "They say:\nIt opened."
    else:
        assert body(text) == text
        assert body("> It opened in 1932.") == "> It opened in 1932."


def test_lines_broken_at_72_characters_are_joined_and_short_lines_stay(body):
    long = "the bridge opened in 1932 and it has been painted grey ever since the\nday on which it opened, a Tuesday.\n"
    assert body(f"{long}\nBest,\nAnna\n") == f"{long.strip().replace(chr(10), ' ')}\n\nBest,\nAnna"


def test_flowed_lines_are_joined(body):
    text = "It opened \nin 1932.\n\nSigned,\n-- \nAnna\n"
    assert body(text, "Content-Type: text/plain; format=flowed\n") == "It opened in 1932.\n\nSigned,\n--\nAnna"


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n",
            "Caf=E9 =\nopen.\n",
        ),
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n", "Q2Fmw6kgb3Blbi4=\n"),
        ("Content-Type: text/plain; charset=no-such-charset\n", "Café open.\n"),
    ],
)
def test_encodings_are_decoded(body, headers, data):
    assert body(data, headers) == "Café open."


@pytest.mark.parametrize("data", [b"just some text, no mail", b"{}", b"\n\nText."])
def test_what_has_no_head_is_refused(read, data):
    with pytest.raises(ReadError, match="no mail"):
        read(data)


def test_mail_that_is_all_attachment_still_says_who_and_what(read):
    assert read(multipart("Content-Type: application/pdf\n\nJVBERi0=")).text == SHOWN_HEAD


def test_parts_without_end_are_read_or_refused(read):
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{i}"\n\n--{i}\n' for i in range(3_000))
    with pytest.raises(ReadError, match=r"nested too deeply|more than 1,000 parts"):
        read(f"{HEAD}{nested}")
    with pytest.raises(ReadError, match="more than 1,000 parts"):
        read(multipart(*[PLAIN] * 1_001))
