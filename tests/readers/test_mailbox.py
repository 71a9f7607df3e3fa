"""Mailboxes: each mail a document."""

import pytest

from rag.errors import ReadError
from rag.readers.mailbox import MailboxReader
from rag.types import Document, Failure

START = "From a@x.org Wed Mar 12 10:00:00 2025\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "all.mbox"


def read(path, content):
    path.write_bytes(content.encode())
    return list(MailboxReader().read_each(path))


def mail(text, *, subject="S", key="", headers=""):
    return f"{START}Subject: {subject}\n{f'Message-ID: <{key}>' if key else 'X: y'}\n{headers}\n{text}\n\n"


def test_each_mail_is_a_document_under_its_message_id(path):
    first, second = read(path, mail("One.", key="1@x.org") + mail("Two.", subject="T"))
    assert (first.source, first.title, first.text) == (f"{path}#1@x.org", "S", "Subject: S\n\nOne.")
    assert (second.source, second.text) == (f"{path}#2", "Subject: T\n\nTwo.")


def test_line_that_begins_with_from_starts_no_mail(path):
    document = read(path, mail("a\nFrom here to 2025 it goes.\n\nFrom there too.\n\n>From me.\n>>From you."))[0]
    assert document.text == "Subject: S\n\na\nFrom here to 2025 it goes.\n\nFrom there too.\n\nFrom me."


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a/../b", "a b", "x" * 5_000])
def test_any_message_id_is_only_a_key(path, key):
    documents = read(path, mail("One.", key=key) * 2)
    assert len({document.source for document in documents}) == 2
    assert all(document.source.startswith(f"{path}#") and len(document.source) < 1_000 for document in documents)


def test_mail_that_cannot_be_read_is_reported_and_the_rest_is_read(path):
    bad = f"{START}Content-Transfer-Encoding: base64\nSubject: S\n\nAAECAwQFBgcICQoLAAECAwQF\n\n"
    failure, document = read(path, bad + mail("One."))
    assert isinstance(failure, Failure)
    assert (failure.source, "not text" in failure.reason) == (f"{path}#1", True)
    assert isinstance(document, Document)


def test_deleted_mail_is_left_out(path):
    documents = read(
        path, mail("Gone.", headers="X-Mozilla-Status: 0009\n") + mail("Kept.", headers="X-Mozilla-Status: 0001\n")
    )
    assert [document.source for document in documents] == [f"{path}#2"]


def test_windows_line_ends_are_read(path):
    assert len(read(path, (mail("One.") + mail("Two.")).replace("\n", "\r\n"))) == 2


@pytest.mark.parametrize("content", ["Subject: S\n\nNo mailbox.", "From here\n\n", "x"])
def test_what_is_no_mailbox_is_refused(path, content):
    with pytest.raises(ReadError, match="no mailbox"):
        read(path, content)


@pytest.mark.parametrize(
    "start", ["From listserv Mon Jun  1 10:00:00 2009", "From a@x.org Mon Jun 1 10:00:00 +0200 2009"]
)
def test_mail_without_a_head_has_the_sender_and_date_of_the_line_before_it(path, start):
    documents = read(path, f"{start}\n\nThe meeting is moved to room twelve.\n\n{start}\n\nAt noon: the printer.\n")
    assert [document.text.split("\n\n")[1] for document in documents] == [
        "The meeting is moved to room twelve.",
        "At noon: the printer.",
    ]
    assert {document.metadata["published"] for document in documents} == {"2009-06-01"}
    assert {document.metadata["author"] for document in documents} == {start.split()[1]}


OLDER = "We agreed on 2.4 million crowns in May.\nThe contract follows on Monday."


@pytest.mark.parametrize("is_here", [False, True])
def test_quoted_mail_is_a_document_only_where_the_mailbox_does_not_hold_it(path, is_here):
    quoted = "\n".join(f"> {line}" for line in OLDER.split("\n"))
    reply = mail(f"No.\n\nOn 3 June 2019, Paul Vance wrote:\n{quoted}", key="2@x.org")
    documents = read(path, mail(OLDER, key="1@x.org") * is_here + reply)
    assert [document.source.partition("#")[2] for document in documents] == (
        ["1@x.org", "2@x.org"] if is_here else ["2@x.org", "2@x.org/quoted-1"]
    )
    assert sum("2.4 million" in document.text for document in documents) == 1


def test_attachments_of_a_mail_follow_it_under_its_key(path):
    attached = "Content-Type: message/rfc822\n\nSubject: inner\nFrom: Ida <i@x.org>\n\nIt was signed."
    text = f"--b\nContent-Type: text/plain\n\nSee below.\n--b\n{attached}\n--b--"
    headers = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n'
    outer, inner = read(path, mail(text, key="1@x.org", headers=headers))
    assert (outer.source, inner.source) == (f"{path}#1@x.org", f"{path}#1@x.org/inner")
    assert (inner.metadata["author"], inner.text.endswith("It was signed.")) == ("Ida <i@x.org>", True)
