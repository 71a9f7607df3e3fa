"""What a mail quotes of earlier mails, apart from what its sender wrote: each part with who wrote it and when.

A quotation stands below a line such as "On 3 June, Paul Vance wrote:" with a ">" before each of its lines, or below the
head of the mail that it is. Its author is another person, so it is never part of the sender's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.readers._normalisation import any_date, iso_date
from rag.readers.shape.dateline import date_in_words

__all__ = ["Parted", "Quotation", "parted"]

_QUOTED = re.compile(r"[ \t]*>")
_MARKS = re.compile(r"(?:[ \t]*>)+ ?")
_LEVEL = re.compile(r"[ \t]*> ?")
_VERBS = r"(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał\(?a?\)?|a scris)"
_INTRODUCTION = re.compile(
    r"\s*(?:On|Am|Le|El|Il|Em|Op|Den|W dniu|Dnia|În|Pe)\b.{4,200}" + _VERBS + r"\b.{0,100}:\s*", re.DOTALL
)
_INTRODUCING = frozenset("OALEIDWÎP")
"""What a line begins with that introduces a quotation."""
_BEGINS_PARTING = frozenset("-_B")
_BEGINS_INTRODUCTION = re.compile(r"\s*(?:On|Am|Le|El|Il|Em|Op|Den|W|Dnia|În|Pe)\b")
_OLD_MAIL = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale"
    r"|Mensagem original|Oorspronkelijk bericht)\s*-{2,}\s*",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(
    r"\s*(?:-{3,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado"
    r"|Messaggio inoltrato|Doorgestuurd bericht|Mensagem encaminhada)\s*-*|Begin forwarded message:|_{10,})\s*",
    re.IGNORECASE,
)
_HEAD_LINE = re.compile(
    r"\s*\*?(From|Von|De|Da|Van|Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|Datum|Data|Fecha|To|An|À|A|Para|Aan"
    r"|Cc|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Reply-To)\s*:\*?\s*(.*?)\s*"
)
_SENDERS = frozenset({"From", "Von", "De", "Da", "Van"})
_DATES = frozenset({"Sent", "Gesendet", "Envoyé", "Enviado", "Inviato", "Verzonden", "Date", "Datum", "Data", "Fecha"})
_SUBJECTS = frozenset({"Subject", "Betreff", "Objet", "Asunto", "Oggetto", "Onderwerp", "Assunto"})
_NAME_AFTER = re.compile(_VERBS + r"\s+(?!am\b|le\b|el\b|il\b|op\b)([^\d:]{2,80}?)\s*:\s*$", re.DOTALL)
_NAME_BEFORE = re.compile(r"([^\d,<>:;]{2,80}?)\s*(?:<[^<>]*>|\([^()]*@[^()]*\))?,?\s*" + _VERBS, re.DOTALL)
_NOT_OF_A_NAME = re.compile(
    r"^(?:[\s.+-]|AM\b|PM\b|Uhr\b|h\b|UTC\b|GMT\b|CES?T\b|\w{3}\)|at\b|um\b|à\b|a las\b|alle\b)+"
)
_DOTTED_DATE = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\b(?!\.\d)")
_MOST_BLANK_LINES = 5
_FEWEST_HEAD_LINES = 3
_MOST_LEVELS = 20


class Quotation(NamedTuple):
    """A part of an earlier mail, with the lines above it that say whose it is, as they are written.

    author, published (YYYY-MM-DD) and subject are empty where those lines do not say.
    """

    head: tuple[str, ...]
    author: str
    published: str
    subject: str
    lines: tuple[str, ...]


class Parted(NamedTuple):
    """The lines of a mail's sender, and what is quoted between and below them, the nearest first."""

    own: list[str]
    quotations: list[Quotation]


def parted(lines: Sequence[str], *, are_marked: bool = True, level: int = 0) -> Parted:
    """The lines of the sender without those that quote an earlier mail and without the one that introduces them.

    are_marked: whether a ">" stands before what is quoted; where it does not, an introduction is followed by the rest.

    >>> found = parted(["No.", "", "On 3 June 2019, Paul Vance wrote:", "> Is it 2.4 million?"])
    >>> found.own, found.quotations[0].author, found.quotations[0].lines
    (['No.', ''], 'Paul Vance', ('Is it 2.4 million?',))
    """
    own: list[str] = []
    quotations: list[Quotation] = []
    head: list[str] = []
    quoted: list[str] = []
    has_text = False
    i = 0
    while i < len(lines):
        n_head = _length_of_head(lines, i, has_text=has_text or bool(quoted) or not are_marked)
        n_introduction = 0 if n_head else _length_of_introduction(lines, i, are_marked=are_marked)
        if n_head or n_introduction:
            quotations += _quotations(head, quoted, level=level)
            head, quoted = list(lines[i : i + (n_head or n_introduction)]), []
        if n_head or (n_introduction and not are_marked):
            rest = lines[i + (n_head or n_introduction) :]
            return Parted(own, quotations + _quotations(head, rest, are_marked=are_marked, level=level))
        if not n_introduction:
            if ">" in lines[i] and _QUOTED.match(lines[i]):
                quoted.append(_LEVEL.sub("", lines[i], count=1))
            else:
                own.append(lines[i])
                has_text = has_text or bool(lines[i].strip())
                if quoted and quoted[-1]:
                    quoted.append("")  # an answer between two parts of what is quoted
        i += max(1, n_introduction)
    return Parted(own, quotations + _quotations(head, quoted, level=level))


def _quotations(head: Sequence[str], lines: Sequence[str], *, are_marked: bool = True, level: int) -> list[Quotation]:
    """What stands below the head, and what is quoted in it in turn."""
    if not lines:
        return []
    if level >= _MOST_LEVELS:
        inner = Parted([_MARKS.sub("", line) for line in lines], [])
    else:
        inner = parted(lines, are_marked=are_marked, level=level + 1)
    if all(not line.strip() or _PASSED_ON.fullmatch(line) or _OLD_MAIL.fullmatch(line) for line in inner.own):
        return inner.quotations
    said = {match[1]: match[2] for line in head if (match := _HEAD_LINE.fullmatch(line))}
    above = " ".join(line.strip() for line in head)
    quotation = Quotation(
        tuple(line.strip() for line in head if line.strip()),
        next((said[name] for name in said if name in _SENDERS), "") if said else _author(above),
        _date(next((said[name] for name in said if name in _DATES), "") if said else above),
        next((said[name] for name in said if name in _SUBJECTS), ""),
        tuple(inner.own),
    )
    return [quotation, *inner.quotations]


def _length_of_head(lines: Sequence[str], i: int, *, has_text: bool) -> int:
    """How many lines from here are the head of a mail that follows whole, and the line that parts it from those above.

    0 when none; a mail that is passed on without a word is that of its sender.
    """
    if not has_text:
        return 0
    line = lines[i].lstrip()
    if not (line[:1] in _BEGINS_PARTING or ":" in line):
        return 0
    is_old = _OLD_MAIL.fullmatch(line) is not None
    is_passed_on = not is_old and _PASSED_ON.fullmatch(line) is not None
    if not (is_old or is_passed_on or _HEAD_LINE.fullmatch(line)):
        return 0
    n = 1 if is_old or is_passed_on else 0
    while n and i + n < len(lines) and n < _MOST_BLANK_LINES and not lines[i + n].strip():
        n += 1
    names = []
    while i + n < len(lines) and (match := _HEAD_LINE.fullmatch(lines[i + n])):
        names.append(match[1])
        n += 1
    is_head = len(names) >= _FEWEST_HEAD_LINES and names[0] in _SENDERS
    return n if is_head or is_old else 0


def _length_of_introduction(lines: Sequence[str], i: int, *, are_marked: bool) -> int:
    """How many lines from here say "On … wrote:"; 0 when none, or when nothing quoted follows them."""
    if lines[i].lstrip()[:1] not in _INTRODUCING or not _BEGINS_INTRODUCTION.match(lines[i]):
        return 0
    for length in (1, 2, 3):
        if _INTRODUCTION.fullmatch("\n".join(lines[i : i + length])):
            next_lines = lines[i + length : i + length + _MOST_BLANK_LINES]
            following = next((line for line in next_lines if line.strip()), "")
            return length if not are_marked or not following or _QUOTED.match(following) else 0
    return 0


def _author(introduction: str) -> str:
    """Who wrote, by a line such as "On 3 Jun 2019 at 10:00 AM Paul Vance <p@x.org> wrote:"; empty if it is unclear.

    >>> _author("Am 11.03.2025 um 10:00 schrieb Ida Ravn:"), _author("On Tue, 11 Mar 2025, Ben <b@x.org> wrote:")
    ('Ida Ravn', 'Ben')
    """
    match = _NAME_AFTER.search(introduction) or _NAME_BEFORE.search(introduction)
    name = _NOT_OF_A_NAME.sub("", match[1]).strip(" ,") if match else ""
    name = name.partition("<")[0].strip(' ,"')
    return name if name[:1].isalpha() and not date_in_words(name) else ""


def _date(text: str) -> str:
    """The day in the text, as YYYY-MM-DD; empty when there is none, or 3/4/2025, which is two."""
    if dotted := _DOTTED_DATE.search(text):
        year = dotted[3] if len(dotted[3]) == 4 else f"{'19' if dotted[3] > '70' else '20'}{dotted[3]}"
        return iso_date(f"{year}-{dotted[2]:0>2}-{dotted[1]:0>2}")
    return date_in_words(text) or any_date(text)
