"""Mailboxes (.mbox) as documents: each mail as `mail` reads it, and what it quotes of mails that stand elsewhere.

The standard library's `mailbox` is not used: it opens the file for writing, and takes every line that begins with
"From " for the start of a mail, which cuts mails in two.

Source: RFC 4155 (the mbox format).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._quoting import Quotation
from rag.readers.feed import Keys
from rag.readers.mail import documents_of_mail, message_id, parse_mail
from rag.types import Document, Failure

__all__ = ["MailboxReader"]

_FIRST = re.compile(rb"\s*From [^\r\n]*\d{4}[^\r\n]*\r?\n")
_START = re.compile(rb"\n\r?\nFrom [^\r\n]*\d{4}[^\r\n]*\r?\n")
_SENDER_AND_DATE = re.compile(rb"\s*From[ \t]+(\S+)[ \t]+([^\r\n]*\d{4}[^\r\n]*?)[ \t]*\r?\n")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_EXPUNGED = 0x0008
"""The bit of X-Mozilla-Status for a mail that was deleted and waits for the mailbox to be compacted."""
_HEADER = re.compile(rb"[!-9;-~]+:")
_TELLING_CHARACTERS = 20


class MailboxReader:
    """Reads the mails of a mailbox one after the other; the key of a mail is its Message-ID."""

    media_types = frozenset({"application/mbox"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The mails in the order of the file, without deleted ones, each followed by what it quotes of mails elsewhere.

        Raises:
            ReadError: the file is empty, too large, out of reach, or no mailbox.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        if not _FIRST.match(data):
            raise ReadError(str(path), 'it is no mailbox: it does not begin with "From " and a date - check its kind')
        return _mails(data, path)


def _mails(data: bytes, path: Path) -> Iterator[Document | Failure]:
    keys = Keys()
    start = _FIRST.match(data)
    position = 0
    lines = _UnquotedLines(data)
    while start is not None:
        following = _START.search(data, start.end() - 1)
        mail = _ESCAPED.sub(rb"\1", data[start.end() : following.start() + 1 if following else len(data)])
        mail = _with_head(mail, start.group())
        start = following
        position += 1
        try:
            message = parse_mail(mail, path)
        except ReadError as error:
            yield Failure(source=f"{path}#{keys.distinct('', position)}", reason=error.reason)
            continue
        status = str(message.get("X-Mozilla-Status", "0")).strip()
        if re.fullmatch("[0-9a-fA-F]{4}", status) and int(status, 16) & _EXPUNGED:
            continue
        key = keys.distinct(message_id(message), position)
        try:
            yield from documents_of_mail(message, path, key=key, media_type="application/mbox", is_elsewhere=lines.hold)
        except ReadError as error:
            yield Failure(source=f"{path}#{key}", reason=error.reason)


def _with_head(mail: bytes, start: bytes) -> bytes:
    """The mail; one without a head of its own with the sender and the date of the line before it."""
    if _HEADER.match(mail):
        return mail
    found = _SENDER_AND_DATE.match(start)
    head = b"From: %s\nDate: %s\n\n" % found.groups() if found else b"\n"
    return head + mail.lstrip(b"\r\n")


class _UnquotedLines:
    """The longer lines of a mailbox that are not quoted, read when they are first asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._lines: set[str] | None = None

    def hold(self, quotation: Quotation) -> bool:
        """Whether all longer lines of the quotation are among them, as those of a mail that the mailbox holds."""
        if self._lines is None:
            lines = map(str.strip, self._data.decode("utf-8", "replace").split("\n"))
            self._lines = {line for line in lines if len(line) >= _TELLING_CHARACTERS and line[0] != ">"}
        telling = [line.strip() for line in quotation.lines if len(line.strip()) >= _TELLING_CHARACTERS]
        return bool(telling) and all(line in self._lines for line in telling)
