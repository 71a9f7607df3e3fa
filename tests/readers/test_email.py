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
def read_each(tmp_path):
    def read_each(content):
        path = tmp_path / "mail.eml"
        path.write_text(content, encoding="utf-8")
        return list(EmailReader().read_each(path))

    return read_each


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


ATTACHED = [
    ("text/plain", "The contract was signed on 28 May.", "The contract was signed on 28 May."),
    ("text/html", "<p>The contract was <b>sig</b>ned.</p><p hidden>no</p>", "The contract was signed."),
    ("text/markdown", "It was signed.", "It was signed."),
    ("text/csv", "Town,Visitors\nAlder,1204", "Town: Alder; Visitors: 1204."),
    ("text/tab-separated-values", "Town\tVisitors\nAlder\t1,204", "Town: Alder; Visitors: 1,204."),
    (
        "message/rfc822",
        "From: Paul <p@x.org>\nDate: Mon, 03 Jun 2019 09:00:00 +0200\nSubject: contract\n\nIt was signed.",
        "From: Paul <p@x.org>\nDate: Mon, 03 Jun 2019 09:00:00 +0200\nSubject: contract\n\nIt was signed.",
    ),
]


@pytest.mark.parametrize(("kind", "content", "text"), ATTACHED)
def test_attached_mails_and_texts_are_documents_of_their_own(read_each, tmp_path, kind, content, text):
    part = f'Content-Type: {kind}; charset=utf-8\nContent-Disposition: attachment; filename="a.x"\n\n{content}'
    mail, attached = read_each(multipart(PLAIN, part))
    assert (mail.source, attached.source) == (str(tmp_path / "mail.eml"), f"{tmp_path / 'mail.eml'}#a.x")
    assert mail.text == f"{SHOWN_HEAD}\nAttachments: a.x\n\nPlain."
    assert attached.text == text
    if kind == "message/rfc822":
        assert (attached.title, attached.metadata["published"]) == ("contract", "2019-06-03")
        assert attached.metadata["author"] == "Paul <p@x.org>"
    else:
        assert "author" not in attached.metadata


def test_mails_inside_mails_are_each_read(read_each):
    inner = f"Content-Type: message/rfc822\n\n{HEAD}\nThe innermost."
    middle = f'{HEAD}Content-Type: multipart/mixed; boundary="c"\n\n--c\n{PLAIN}\n--c\n{inner}\n--c--'
    found = read_each(multipart(PLAIN, f"Content-Type: message/rfc822\n\n{middle}"))
    assert [document.text.rpartition("\n")[2] for document in found] == ["Plain.", "Plain.", "The innermost."]
    assert len({document.source for document in found}) == 3


@pytest.mark.parametrize("kind", ["application/pdf", "text/calendar", "image/png"])
def test_attachment_that_is_not_read_is_told(read_each, kind):
    part = f'Content-Type: {kind}\nContent-Disposition: attachment; filename="a.pdf"\n\nJVBERi0='
    (mail,) = read_each(multipart(PLAIN, part))
    assert mail.metadata["notice"] == "Attachments that are not read: a.pdf - save them, and add them too."


def test_attachment_that_cannot_be_read_is_no_loss_to_the_mail(read_each):
    part = "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n "
    mail, failure = read_each(multipart(PLAIN, part))
    assert (mail.title, failure.source.endswith("#a.txt")) == ("The bridge", True)


AGREED = "We agreed on 2.4 million crowns in May."


@pytest.mark.parametrize(
    ("history", "author", "published"),
    [
        (f"On Mon, 3 Jun 2019, Paul Vance wrote:\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"On Jun 3, 2019, at 10:00 AM, Paul Vance <p@x.org> wrote:\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"On Mon, 3 Jun 2019 at 10:00, Paul Vance\n<p@x.org> wrote:\n\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"Am 03.06.2019 um 10:00 schrieb Paul Vance:\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"Le 3 juin 2019 à 10:00, Paul Vance <p@x.org> a écrit :\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"Op 3 juni 2019 om 10:00 schreef Paul Vance:\n> {AGREED}", "Paul Vance", "2019-06-03"),
        (f"> {AGREED}", "", ""),
        (
            (
                f"-----Original Message-----\nFrom: Paul Vance <p@x.org>\nSent: Monday, June 3, 2019 10:00 AM\nTo: A\n"
                f"Subject: old\n\n{AGREED}"
            ),
            "Paul Vance <p@x.org>",
            "2019-06-03",
        ),
        (
            f"Von: Paul Vance\nGesendet: Montag, 3. Juni 2019 10:00\nAn: Anna\nBetreff: alt\n\n{AGREED}",
            "Paul Vance",
            "2019-06-03",
        ),
        (
            (
                f"---------- Forwarded message ---------\nFrom: Paul Vance <p@x.org>\nDate: Mon, 3 Jun 2019 at 10:00\n"
                f"Subject: old\nTo: Anna\n\n{AGREED}"
            ),
            "Paul Vance <p@x.org>",
            "2019-06-03",
        ),
    ],
)
def test_what_a_mail_quotes_is_a_document_under_the_name_of_who_wrote_it(read_each, history, author, published):
    mail, quoted = read_each(f"{HEAD}\nNew.\n\n{history}\n")
    assert mail.text == f"{SHOWN_HEAD}\n\nNew."
    assert quoted.text.endswith(AGREED)
    assert (quoted.metadata.get("author", ""), quoted.metadata.get("published", "")) == (author, published)
    assert quoted.title in ("The bridge (quoted)", "old (quoted)", "alt (quoted)")


def test_each_level_of_quotations_is_a_document(read_each):
    levels = "On 3 Jun 2019, Ben wrote:\n> It is 2.4.\n> On 2 Jun 2019, Ida wrote:\n>> It is 1.9.\n>>> How much?\n"
    found = read_each(f"{HEAD}\nNo.\n\n{levels}")
    assert [(document.metadata.get("author", ""), document.text.rpartition("\n")[2]) for document in found[1:]] == [
        ("Ben", "It is 2.4."),
        ("Ida", "It is 1.9."),
        ("", "How much?"),
    ]


def test_parts_between_answers_are_one_quotation(read_each):
    _, quoted = read_each(f"{HEAD}\nOn 3 Jun 2019, Ben wrote:\n> When?\nIn 1932.\n> Why?\nNobody knows.\n")
    assert quoted.text == "On 3 Jun 2019, Ben wrote:\n\nWhen?\n\nWhy?"


def test_what_html_quotes_is_a_document(read_each):
    html = (
        '<div>No.</div><div class="gmail_quote"><div class="gmail_attr">On Mon, Jun 3, 2019 at 10:00 AM Ben &lt;'
        f'<a href="mailto:b@x.org">b@x.org</a>&gt; wrote:<br></div><blockquote>{AGREED}</blockquote></div>'
    )
    _, quoted = read_each(f"{HEAD}{HTML}\n{html}")
    assert (quoted.metadata["author"], quoted.metadata["published"]) == ("Ben", "2019-06-03")
    assert quoted.text.endswith(AGREED)


def test_any_depth_of_quotations_is_read(read_each):
    found = read_each(f"{HEAD}\nNo.\n" + "\n".join(f"{'>' * depth} level {depth} said so" for depth in range(1, 3_000)))
    assert found[0].text.endswith("No.")
    assert len(found) < 30
    assert "level 2999 said so" in found[-1].text


def test_day_with_a_year_of_two_digits_is_read_where_dots_part_it(read_each):
    _, quoted = read_each(f"{HEAD}\nNo.\n\nAm 03.06.19 um 09:00 schrieb Paul Vance:\n> {AGREED}\n")
    assert quoted.metadata["published"] == "2019-06-03"


def test_line_that_says_that_a_mail_is_passed_on_is_no_document(read_each):
    passed_on = ["Begin forwarded message:", "", "From: Paul Vance <p@x.org>", "Subject: old", "Date: 3 June 2019", ""]
    marked = "\n".join(f"> {line}" for line in [*passed_on, AGREED])
    _, quoted = read_each(f"{HEAD}\nSee below.\n\n{marked}\n")
    assert (quoted.metadata["author"], quoted.text.rpartition("\n")[2]) == ("Paul Vance <p@x.org>", AGREED)
