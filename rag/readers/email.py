"""Mails (.eml) as documents; what of a mail is read is said in `_mail.py`."""

from __future__ import annotations

from pathlib import Path

from rag.readers._decoding import DEFAULT_MAX_BYTES, read_bytes
from rag.readers._mail import document_of_mail, parse_mail
from rag.types import Document

__all__ = ["EmailReader"]


class EmailReader:
    """Reads a mail; its title is the subject, its author the sender, its date that of sending."""

    media_types = frozenset({"message/rfc822"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The head of the mail and what its sender wrote, without quoted earlier mails.

        Raises:
            ReadError: the file is empty, too large, out of reach or no mail, or its text is binary.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        return document_of_mail(parse_mail(data, path), path, media_type="message/rfc822")
