"""Mailboxes (.mbox) as documents, one a mail; what of a mail is read is said in `_mail.py`.

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
from rag.readers._keys import Keys
from rag.readers._mail import document_of_mail, message_id, parse_mail
from rag.types import Document, Failure

__all__ = ["MailboxReader"]

_FIRST = re.compile(rb"\s*From [^\r\n]*\d{4}[^\r\n]*\r?\n")
_START = re.compile(rb"\n\r?\nFrom [^\r\n]*\d{4}[^\r\n]*\r?\n")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_EXPUNGED = 0x0008
"""The bit of X-Mozilla-Status for a mail that was deleted and waits for the mailbox to be compacted."""


class MailboxReader:
    """Reads the mails of a mailbox one after the other; the key of a mail is its Message-ID."""

    media_types = frozenset({"application/mbox"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The mails in the order of the file, without deleted ones.

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
    while start is not None:
        following = _START.search(data, start.end() - 1)
        mail = _ESCAPED.sub(rb"\1", data[start.end() : following.start() + 1 if following else len(data)])
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
            yield document_of_mail(message, path, key=key, media_type="application/mbox")
        except ReadError as error:
            yield Failure(source=f"{path}#{key}", reason=error.reason)
