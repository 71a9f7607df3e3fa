"""Mails (.eml) as documents: who wrote to whom, when and about what, then what they wrote.

The plain part is read, else the HTML part. What the mail quotes of earlier mails is another person's text, so it is a
document of its own under that person's name and date, and so is each attached mail and each attached text; a mailbox
leaves out what it quotes of a mail that it holds. What is passed on without a word is read, and so are signatures.
Other attachments are named, not opened, and the mail says so in its `notice`.

Source: RFC 5322 (mail), RFC 3676 (format=flowed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from rag.errors import ReadError
from rag.readers._decoding import DEFAULT_MAX_BYTES, decode, read_bytes
from rag.readers._html_text import is_nested_too_deeply, parse, remove_hidden, visible_text
from rag.readers._normalisation import any_date, make_document, normalise, one_line
from rag.readers._quoting import Quotation, parted
from rag.readers.feed import Keys
from rag.readers.shape.delimited import rows_in_words
from rag.readers.shape.wrapping import unwrapped
from rag.types import Document, Failure

__all__ = ["EmailReader", "documents_of_mail", "message_id", "parse_mail"]

MAX_PARTS = 1_000
MAX_HEAD_CHARACTERS = 1_000

_HEAD = ("From", "To", "Cc", "Date", "Subject")
_QUOTING_ELEMENTS = (
    "blockquote[type=cite], .moz-cite-prefix, .gmail_quote, .gmail_attr, .yahoo_quoted, #divRplyFwdMsg,"
    " #divRplyFwdMsg ~ *"
)
_FORWARDED = re.compile(r"\s*-{5,}")
_REPLY = re.compile(r"(?:\s*(?:re|aw|fwd?|wg|sv|vs|antw|tr|rif|res)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_NO_TEXTS = frozenset({"calendar", "css", "javascript", "vcard", "x-vcard", "rtf", "richtext", "directory"})
_TABLES = frozenset({"text/csv", "text/tab-separated-values"})
_MOST_DECODED_CHARACTERS = 10_000


def parse_mail(data: bytes, path: Path) -> Message:
    """The mail in the bytes; a damaged one is read as far as it goes.

    With the library's older rules: the newer ones fail on damaged heads, each in another way.

    Raises:
        ReadError: its parts are nested too deeply.
    """
    try:
        return BytesParser().parsebytes(data)
    except RecursionError as error:
        raise ReadError(str(path), "its parts are nested too deeply - save its text alone") from error


def message_id(message: Message) -> str:
    """The mail's own id without its brackets; empty when it has none."""
    return one_line(_header(message, "Message-ID")).strip("<>").strip()[:200]


def documents_of_mail(
    message: Message,
    path: Path,
    *,
    key: str = "",
    media_type: str,
    is_elsewhere: Callable[[Quotation], bool] = lambda _: False,
) -> Iterator[Document | Failure]:
    """The mail as a document, then what it quotes, and the mails and texts that are attached to it.

    The mail begins with a line for each of From, To, Cc, Date and Subject. What `is_elsewhere` is left out of what it
    quotes.

    Raises:
        ReadError: the mail has no head or no text, or more parts than any mail needs.
    """
    head = [(name, one_line(_header(message, name))[:MAX_HEAD_CHARACTERS]) for name in _HEAD]
    said = {name: value for name, value in head if value}
    if not said and not key:
        raise ReadError(str(path), "it is no mail: it names no sender, no date and no subject - check its kind")
    parts = _parts(message, path)
    body = _body(parts, path)
    attached = [(part, one_line(name)) for part in parts if (name := _file_name(part))]
    lines = [f"{name}: {value}" for name, value in said.items()]
    if attached:
        lines.append(f"Attachments: {', '.join(name for _, name in attached)}"[:MAX_HEAD_CHARACTERS])
    unread = ", ".join(name for part, name in attached if not _is_read(part))[:MAX_HEAD_CHARACTERS]
    subject = said.get("Subject", "")
    yield make_document(
        path,
        title=subject,
        media_type=media_type,
        text=normalise("\n".join(lines) + f"\n\n{body.own}").strip(),
        metadata={
            "published": any_date(said.get("Date", "")),
            "author": said.get("From", ""),
            "language": _header(message, "Content-Language"),
            "from": said.get("From", ""),
            "to": said.get("To", ""),
            "date": said.get("Date", ""),
            "subject": subject,
            "notice": f"Attachments that are not read: {unread} - save them, and add them too." if unread else "",
        },
        key=key,
    )
    keys = Keys()
    before = f"{key}/" if key else ""
    for number, quotation in enumerate(body.quotations, start=1):
        if is_elsewhere(quotation):
            continue
        yield _document_of_quotation(
            quotation, path, subject=subject, key=f"{before}quoted-{number}", media_type=media_type
        )
    for number, (part, name) in enumerate(attached, start=1):
        if _is_read(part):
            inner_key = before + keys.distinct(name, number)
            try:
                yield from _documents_of_part(part, path, name=name, key=inner_key, media_type=media_type)
            except ReadError as error:
                yield Failure(source=f"{path}#{inner_key}", reason=error.reason)


def _document_of_quotation(quotation: Quotation, path: Path, *, subject: str, key: str, media_type: str) -> Document:
    """What a mail quotes, below the lines that say whose it is; as far as they say it, under that person's name."""
    title = quotation.subject or _REPLY.sub("", subject)
    text = "\n".join(quotation.head) + "\n\n" + unwrapped("\n".join(quotation.lines)).strip("\n")
    return make_document(
        path,
        title=f"{title} (quoted)".strip(),
        media_type=media_type,
        text=normalise(text).strip(),
        metadata={"published": quotation.published, "author": quotation.author, "subject": title},
        key=key,
    )


def _documents_of_part(
    part: Message, path: Path, *, name: str, key: str, media_type: str
) -> Iterator[Document | Failure]:
    payload = part.get_payload()
    if isinstance(payload, list):
        for inner in payload:
            if isinstance(inner, Message):
                yield from documents_of_mail(inner, path, key=key, media_type=media_type)
        return
    if part.get_content_type() == "text/html":
        text = "\n".join(_html_lines(part, path)[0])
    elif part.get_content_type() in _TABLES or name.lower().endswith((".csv", ".tsv")):
        text = rows_in_words(normalise(_decoded(part, path)), path)
    else:
        text = unwrapped(_decoded(part, path))
    yield make_document(path, title=name, media_type=media_type, text=text.strip(), metadata={}, key=key)


def _is_read(part: Message) -> bool:
    kind, _, subkind = part.get_content_type().partition("/")
    return part.get_content_type() == "message/rfc822" or (kind == "text" and subkind not in _NO_TEXTS)


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


class _Body(NamedTuple):
    """What the sender wrote, and what is quoted of earlier mails; the latter alone is what is passed on."""

    own: str
    quotations: list[Quotation]


def _body(parts: list[Message], path: Path) -> _Body:
    """The text of all plain parts, or of all HTML parts when there is no plain one."""
    for content_type, as_body in (("text/plain", _plain_body), ("text/html", _html_body)):
        bodies = [
            as_body(part, path) for part in parts if part.get_content_type() == content_type and not _file_name(part)
        ]
        texts = [body.own.strip() for body in bodies]
        if any(texts):
            return _Body("\n\n".join(filter(None, texts)), [one for body in bodies for one in body.quotations])
    return _Body("", [])


def _decoded(part: Message, path: Path) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    return normalise(decode(payload, path, declared=part.get_content_charset("")))


def _html_lines(part: Message, path: Path) -> tuple[list[str], list[str], list[str]]:
    """All lines of the page, those outside of what it marks as quoted, and those inside."""
    html = _decoded(part, path)
    if is_nested_too_deeply(html):
        raise ReadError(str(path), "its elements are nested too deeply - save its text alone")
    page = parse(html)
    remove_hidden(page)
    if page.body is None:
        return [], [], []
    whole = visible_text(page.body).split("\n")
    quoted: list[str] = []
    for element in page.css(_QUOTING_ELEMENTS):
        if _is_inside(element, page.body) and not _FORWARDED.match(element.text()):
            quoted += visible_text(element).split("\n")
            element.remove()
    return whole, visible_text(page.body).split("\n"), quoted


def _is_inside(element: LexborNode, body: LexborNode) -> bool:
    """Whether the element is still part of the page, and not of one that was taken out of it."""
    above: LexborNode | None = element
    while above is not None and above.mem_id != body.mem_id:
        above = above.parent
    return above is not None


def _html_body(part: Message, path: Path) -> _Body:
    whole, outside, inside = _html_lines(part, path)
    body = parted(outside)
    if not any(map(str.strip, body.own)):
        return _Body("\n".join(whole), [])
    quoted = parted(inside, are_marked=False)
    alone = [Quotation((), "", "", "", tuple(quoted.own))] if any(map(str.strip, quoted.own)) else []
    return _Body("\n".join(body.own).strip(), [*body.quotations, *alone, *quoted.quotations])


def _plain_body(part: Message, path: Path) -> _Body:
    text = _decoded(part, path)
    if part.get_param("format", "") == "flowed":
        is_space_kept = str(part.get_param("delsp", "")).lower() != "yes"
        text = _unflowed(text, is_space_kept=is_space_kept)
    body = parted(text.split("\n"))
    if not any(map(str.strip, body.own)):
        return _Body(unwrapped(text), [])
    return _Body(unwrapped("\n".join(body.own)), body.quotations)


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
    """Reads a mail and what stands in it of others; its title is the subject, its author the sender."""

    media_types = frozenset({"message/rfc822"})

    def __init__(self, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def read(self, path: Path) -> Document:
        """The mail alone: its head and what its sender wrote.

        Raises:
            ReadError: as `read_each`.
        """
        first = next(self.read_each(path))
        if isinstance(first, Failure):
            raise ReadError(first.source, first.reason)
        return first

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The mail, whose source is the path; then what it quotes of other mails, and what is attached.

        Raises:
            ReadError: the file is empty, too large, out of reach or no mail, or its text is binary.
        """
        data = read_bytes(path, max_bytes=self._max_bytes)
        return documents_of_mail(parse_mail(data, path), path, media_type="message/rfc822")
