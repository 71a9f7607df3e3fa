"""Mails (.eml), and mailboxes (.mbox), as documents: who wrote to whom, when and about what, then what they wrote.

The plain part is read, else the HTML part. What the mail quotes of earlier mails is left out: it is another person's
text under this one's name and date, and stands in its own mail. What is passed on without a word is read, and so are
signatures. Attachments are named, not opened.

The standard library's `mailbox` is not used: it opens the file for writing, and takes every line that begins with
"From " for the start of a mail, which cuts mails in two.

Source: RFC 5322 (mail), RFC 3676 (format=flowed), RFC 4155 (the mbox format).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from rag.errors import ReadError
from rag.readers._articles import Keys
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode, read_bytes
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise, one_line
from rag.readers.shape.wrapping import unwrapped
from rag.types import Document, Failure

__all__ = ["EmailReader", "MailboxReader"]

MAX_PARTS = 1_000
MAX_HEAD_CHARACTERS = 1_000

_HEAD = ("From", "To", "Cc", "Date", "Subject")
_QUOTED = re.compile(r"[ \t]*>")
_INTRODUCTION = re.compile(
    r"\s*(?:On|Am|Le|El|Il|Em|Op|Den|W dniu|Dnia)\b.{4,200}"
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał\(?a?\)?)\b.{0,100}:\s*",
    re.DOTALL,
)
_OLD_MAIL = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale"
    r"|Mensagem original|Oorspronkelijk bericht)\s*-{2,}\s*",
    re.IGNORECASE,
)
_OUTLOOK_HEAD = re.compile(r"\s*(?:From|Von|De|Da|Van)\s*:.+@?.*")
_OUTLOOK_SECOND = re.compile(r"\s*(?:Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|To|An)\s*:.+")
_QUOTING_ELEMENTS = (
    "blockquote[type=cite], .moz-cite-prefix, .gmail_quote, .gmail_attr, .yahoo_quoted, #divRplyFwdMsg,"
    " #divRplyFwdMsg ~ *"
)
_FORWARDED = re.compile(r"\s*-{5,}")
_MOST_BLANK_LINES = 5
_MOST_DECODED_CHARACTERS = 10_000


def _parse_mail(data: bytes, path: Path) -> Message:
    """The mail in the bytes; a damaged one is read as far as it goes.

    With the library's older rules: the newer ones fail on damaged heads, each in another way.

    Raises:
        ReadError: its parts are nested too deeply.
    """
    try:
        return BytesParser().parsebytes(data)
    except RecursionError as error:
        raise ReadError(str(path), "its parts are nested too deeply - save its text alone") from error


def _message_id(message: Message) -> str:
    """The mail's own id without its brackets; empty when it has none."""
    return one_line(_header(message, "Message-ID")).strip("<>").strip()[:200]


def _document_of_mail(message: Message, path: Path, *, key: str = "", media_type: str) -> Document:
    """The mail as a document: a line for each of From, To, Cc, Date and Subject, then the text.

    Raises:
        ReadError: it has no head or no text, or more parts than any mail needs.
    """
    parts = _parts(message, path)
    body = _body(parts, path)
    attachments = [one_line(name) for part in parts if (name := _file_name(part))]
    head = [(name, one_line(_header(message, name))[:MAX_HEAD_CHARACTERS]) for name in _HEAD]
    said = {name: value for name, value in head if value}
    if not said:
        raise ReadError(str(path), "it is no mail: it names no sender, no date and no subject - check its kind")
    lines = [f"{name}: {value}" for name, value in said.items()]
    if attachments:
        lines.append(f"Attachments: {', '.join(attachments)}"[:MAX_HEAD_CHARACTERS])
    date = any_date(said.get("Date", ""))
    return make_document(
        path,
        title=said.get("Subject", ""),
        media_type=media_type,
        text=normalise("\n".join(lines) + f"\n\n{body}").strip(),
        metadata={
            "published": date,
            "author": said.get("From", ""),
            "language": _header(message, "Content-Language"),
            "from": said.get("From", ""),
            "to": said.get("To", ""),
            "date": said.get("Date", ""),
            "subject": said.get("Subject", ""),
        },
        key=key,
    )


def _header(message: Message, name: str) -> str:
    """The decoded value of a header; as it is written where it cannot be decoded."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    # Bytes beyond ASCII, which are UTF-8 if anything, come as lone surrogates.
    return _words(str(raw).encode("ascii", "surrogateescape").decode("utf-8", "replace"))


def _words(text: str) -> str:
    """The beginning of the text with its encoded words ("=?utf-8?q?Jos=C3=A9?=") decoded.

    No more, because decoding takes time that grows with the square of their number.
    """
    text = text[:_MOST_DECODED_CHARACTERS]
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _parts(message: Message, path: Path) -> list[Message]:
    """All parts that hold something, those of attached mails left out."""
    found: list[Message] = []
    waiting = [message]
    n_seen = 0
    while waiting:
        part = waiting.pop()
        n_seen += 1
        if n_seen > MAX_PARTS:
            raise ReadError(str(path), f"it has more than {MAX_PARTS:,} parts - save its text alone")
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [inner for inner in reversed(payload) if isinstance(inner, Message)]
        else:
            found.append(part)
    return found


def _file_name(part: Message) -> str:
    """The name of an attachment, of an attached mail its subject; empty for what is no attachment."""
    is_mail = part.get_content_type() == "message/rfc822"
    if not is_mail and part.get_content_disposition() != "attachment":
        return ""
    payload = part.get_payload()
    mail = payload[0] if is_mail and isinstance(payload, list) and payload else None
    subject = _header(mail, "Subject") if isinstance(mail, Message) else ""
    return _words(part.get_filename() or "") or one_line(subject) or part.get_content_type()


def _body(parts: list[Message], path: Path) -> str:
    """The text of all plain parts, or of all HTML parts when there is no plain one."""
    for content_type, as_text in (("text/plain", _plain_text), ("text/html", _html_text)):
        texts = []
        for part in parts:
            if part.get_content_type() == content_type and not _file_name(part):
                texts.append(as_text(part, path).strip())
        if any(texts):
            return "\n\n".join(filter(None, texts))
    return ""


def _decoded(part: Message, path: Path) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    return normalise(decode(payload, path, declared=part.get_content_charset("")))


def _html_text(part: Message, path: Path) -> str:
    html = _decoded(part, path)
    if is_nested_too_deeply(html):
        raise ReadError(str(path), "its elements are nested too deeply - save its text alone")
    page = parse(html)
    remove_hidden(page)
    whole = visible_text(page.body) if page.body is not None else ""
    for element in page.css(_QUOTING_ELEMENTS):
        if not _FORWARDED.match(element.text()):
            element.remove()
    own = visible_text(page.body) if page.body is not None else ""
    return "\n".join(_without_history(own.split("\n"))).strip() or whole


def _plain_text(part: Message, path: Path) -> str:
    text = _decoded(part, path)
    if part.get_param("format", "") == "flowed":
        is_space_kept = str(part.get_param("delsp", "")).lower() != "yes"
        text = _unflowed(text, is_space_kept=is_space_kept)
    lines = list(_without_history(text.split("\n")))
    return unwrapped("\n".join(lines) if any(map(str.strip, lines)) else text)


def _without_history(lines: list[str]) -> Iterator[str]:
    """The lines without those that quote an earlier mail and without the one that introduces them."""
    has_text = False
    i = 0
    while i < len(lines):
        if _OLD_MAIL.fullmatch(lines[i]) or (has_text and _is_head_of_old_mail(lines[i : i + 3])):
            return
        n_introduction = _length_of_introduction(lines, i)
        if n_introduction == 0 and not _QUOTED.match(lines[i]):
            has_text = has_text or bool(lines[i].strip())
            yield lines[i]
        i += max(1, n_introduction)


def _is_head_of_old_mail(lines: list[str]) -> bool:
    """Whether the lines are the head of the mail that is answered, which then follows whole."""
    return (
        len(lines) == 3
        and bool(_OUTLOOK_HEAD.fullmatch(lines[0]))
        and bool(_OUTLOOK_SECOND.fullmatch(lines[1]))
        and ":" in lines[2]
    )


def _length_of_introduction(lines: list[str], i: int) -> int:
    """How many lines from here say "On … wrote:"; 0 when none, or when nothing quoted follows them."""
    for length in (1, 2, 3):
        if _INTRODUCTION.fullmatch("\n".join(lines[i : i + length])):
            next_lines = lines[i + length : i + length + _MOST_BLANK_LINES]
            following = next((line for line in next_lines if line.strip()), "")
            return length if not following or _QUOTED.match(following) else 0
    return 0


def _unflowed(text: str, *, is_space_kept: bool) -> str:
    """Lines that end with a space joined with the next, as RFC 3676 has it; the line before a signature never."""
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        line = line.removeprefix(" ") if not line.startswith(">") else line
        if goes_on and not line.startswith(">") and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if goes_on and not is_space_kept:
            lines[-1] = lines[-1][:-1]
    return "\n".join(line.rstrip() for line in lines)


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
        return _document_of_mail(_parse_mail(data, path), path, media_type="message/rfc822")


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
            message = _parse_mail(mail, path)
        except ReadError as error:
            yield Failure(source=f"{path}#{keys.distinct('', position)}", reason=error.reason)
            continue
        status = str(message.get("X-Mozilla-Status", "0")).strip()
        if re.fullmatch("[0-9a-fA-F]{4}", status) and int(status, 16) & _EXPUNGED:
            continue
        key = keys.distinct(_message_id(message), position)
        try:
            yield _document_of_mail(message, path, key=key, media_type="application/mbox")
        except ReadError as error:
            yield Failure(source=f"{path}#{key}", reason=error.reason)
