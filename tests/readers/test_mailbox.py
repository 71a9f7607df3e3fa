"""Mailboxes: each mail a document."""

import pytest

from rag.errors import ReadError
from rag.readers.mail import MailboxReader
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
    (document,) = read(path, mail("a\nFrom here to 2025 it goes.\n\nFrom there too.\n\n>From me.\n>>From you."))
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
