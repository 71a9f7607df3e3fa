"""Who wrote a plain text and when, as the lines above its body say it: "Halden Courier, 3 March 2025", "By Ines Corvo".

A date in words names its month, so it is one date; 3/4/2025 is two, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from rag.language.english import one_of
from rag.language.people import NAME_LINKS

__all__ = ["author_of", "byline", "date_in_words", "date_of_line", "only_dated", "published_of"]

_N_LINES = 8
_LONGEST_LINE = 120
_MONTH_BY_PREFIX = {
    "jan": 1,
    "ene": 1,
    "gen": 1,
    "fév": 2,
    "feb": 2,
    "fev": 2,
    "mar": 3,
    "mär": 3,
    "maa": 3,
    "mrt": 3,
    "apr": 4,
    "avr": 4,
    "abr": 4,
    "may": 5,
    "mai": 5,
    "mag": 5,
    "mei": 5,
    "maj": 5,
    "jun": 6,
    "juin": 6,
    "giu": 6,
    "jul": 7,
    "juil": 7,
    "lug": 7,
    "aug": 8,
    "aoû": 8,
    "ago": 8,
    "sep": 9,
    "set": 9,
    "oct": 10,
    "okt": 10,
    "ott": 10,
    "out": 10,
    "nov": 11,
    "dec": 12,
    "dez": 12,
    "déc": 12,
    "dic": 12,
}
_MONTH = re.compile(
    r"(?i:jan(?:uary?|vier|eiro)?|ene(?:ro)?|gen(?:naio)?|f[eé]b?v?(?:ruary?|ruar|rier|rero|braio|ereiro|ruari)?"
    r"|mar(?:ch|s|zo|ço)?|märz|maart|mrt|a[pbv]r(?:il|ile)?|may|mai|mayo|maggio|maio|mei|ju[nl][eiy]?o?|jui[nl](?:let)?"
    r"|giugno|luglio|junho|julho|aug(?:ust|ustus)?|août|agosto|sept?(?:i?ember|embre|iembre|ettembre)?|settembre"
    r"|setembro|o[ckt]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?"
    r"|d[eéi][czk](?:ember|embre|iembre|embro)?|dicembre|diciembre)\.?"
)
_DAY_FIRST = re.compile(
    rf"(?<![\d/.-])(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?({_MONTH.pattern}),?\s+(?:de\s+)?(\d{{4}})(?!\d)"
)
_MONTH_FIRST = re.compile(rf"\b({_MONTH.pattern})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)")
_FOUR_DIGITS = re.compile(r"\d{4}")
_DAY_AND_YEAR = re.compile(r"\s\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}(?!\d)")
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_LINKS = (NAME_LINKS - {"of", "ibn", "dos", "ter"}) | {"di", "de la", "della", "ten", "y", "e"}
_NAME = rf"(?:{one_of(_LINKS)}\s+|[A-ZÀ-ÖØ-ÞČŠŽŁÉ][\w.’'-]*\s*){{1,5}}"
_BYLINE = re.compile(
    rf"\s*(?:(?i:written by|story by|by|von|par|por|di|da|door|av|af))(?:\s*:)?\s+"
    rf"({_NAME}(?:(?:,|\band\b|&|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\bog\b|\boch\b)\s*{_NAME}){{0,5}})"
)
_AFTER_NAME = re.compile(r"\s*(?:$|[|•·/(–—-]|,\s|\bin\b|\bon\b|\d|(?i:updated|published|posted|staff|for|reporting))")
_MONTH_AFTER = re.compile(rf"\s+{_MONTH.pattern}$")
_ORGANISATION = re.compile(r"\s*By (The(?: [A-Z][\w.’'-]*){1,4})\s*")
_STAMP = re.compile(
    r"\s*(?:(?:last |first )?(?:posted|published|updated|modified|released)|date(?: of publication)?|veröffentlicht"
    r"|stand|publié|publicado|pubblicato|gepubliceerd)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?i)^(?:the|a|an|this|that|our|his|her|january|february|monday|tuesday|wednesday|thursday)\b(?!\.)"
)
_BY = re.compile(r"\b(?:by|von|par|por|di|da|door|av|af)\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PLACE = re.compile(r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ .'-]{2,30}(?:, [A-Z][\w.]+)?\s*[,(–—-]\s*(?=\w{3,9}\.? \d|\d)")
_BEGINS_BYLINE = frozenset("abdflgmprsuvwſ")
_NAMED = re.compile(r"\s*(?:Author|Byline|Autor|Auteur|Autore)\s*:\s*(\S.{1,100})")


def published_of(text: str) -> str:
    """The date above the body, as YYYY-MM-DD; empty when none stands there, or several do.

    >>> published_of("Ferry sinks\\nHalden Courier, 3 March 2025\\n\\nAt least 12 people died.")
    '2025-03-03'
    """
    # A date in the headline may be that of what happened.
    found = next(filter(None, map(date_of_line, _lines_above(text))), "")
    if found:
        return found
    begun = next((line.strip() for line in text[:4_000].split("\n") if len(line) > _LONGEST_LINE), "")
    match = _PLACE.match(begun)
    return date_in_words(begun[: match.end() + 30]) if match else ""


def author_of(text: str) -> str:
    """The names of a byline above the body; empty when there is none.

    >>> author_of("Ferry sinks\\nBy Ines Corvo and Jan Holm | 3 March 2025\\n\\nAt least 12 people died.")
    'Ines Corvo, Jan Holm'
    """
    return next(filter(None, map(byline, _lines_above(text))), "")


def byline(line: str) -> str:
    """The names that a line such as "By Ana Dobre and Paul Vance" holds, with commas between; empty for another line.

    >>> byline("By Ana Dobre, Paul Vance and Li Wen"), byline("By the river stood a mill.")
    ('Ana Dobre, Paul Vance, Li Wen', '')
    """
    if line.lstrip()[:1].lower() not in _BEGINS_BYLINE:
        return ""
    if named := _NAMED.fullmatch(line):
        return named[1].strip()
    if organisation := _ORGANISATION.fullmatch(line):
        return organisation[1]
    stamp = _STAMP.match(line)
    match = _BYLINE.match(line)
    if match is None and stamp:
        match = next(filter(None, (_BYLINE.match(line, word.start()) for word in _BY.finditer(line))), None)
    if match is None or not _AFTER_NAME.match(line, match.end()) or _NO_NAME.match(match[1]):
        return ""
    names = re.split(r"\s*(?:,|&|\s(?:and|und|et|y|e|en|og|och)\s)\s*", match[1].strip())
    names = [found for name in names if (found := _MONTH_AFTER.sub("", name.strip()))]
    return ", ".join(names) if names and all(len(name) > 2 for name in names) else ""


def date_of_line(line: str) -> str:
    """The date in a line that says little else: "Halden Courier, 3 March 2025"; empty for a line that tells of one.

    >>> date_of_line("Published: March 3, 2025 at 10:15"), date_of_line("The storm of 3 March 2025 and what it left")
    ('2025-03-03', '')
    """
    found = date_in_words(line)
    if not found:
        return ""
    rest = [word for word in _WORD.findall(line) if not _MONTH.fullmatch(word)]
    is_at_an_end = re.search(r"\d{4}|\d{1,2}$", line[-len("3 September 2025") :]) is not None or line[:1].isdigit()
    n_lower = sum(word[0].islower() for word in rest)
    if _STAMP.match(line) and len(rest) <= 12:
        return found
    return found if (len(rest) <= 8 and n_lower <= 1) or (len(rest) <= 3 and is_at_an_end) else ""


def date_in_words(line: str) -> str:
    """The only full date in a line, as YYYY-MM-DD; empty when there is none or more than one.

    >>> date_in_words("Posted on March 3rd, 2025"), date_in_words("le 3 mars 2025"), date_in_words("3/4/2025")
    ('2025-03-03', '2025-03-03', '')
    """
    if not _FOUR_DIGITS.search(line):
        return ""
    days = {
        *(_day(match[3], match[2], match[1]) for match in _DAY_FIRST.finditer(line)),
        *(_day(match[3], match[1], match[2]) for match in _month_first(line)),
        *(_day(match[1], match[2], match[3]) for match in _ISO.finditer(line)),
    } - {""}
    return days.pop() if len(days) == 1 else ""


def _month_first(line: str) -> Iterator[re.Match[str]]:
    """The dates such as "March 3, 2025"; names of months are looked for where a day and a year may stand after them."""
    return _MONTH_FIRST.finditer(line) if _DAY_AND_YEAR.search(line) else iter(())


def only_dated(frame: Iterable[str], text: Iterable[str]) -> list[str]:
    """The lines of headers and footers whose dates stand in no line of the text, each once."""
    date_by_line = {line: date for line in frame if (date := date_in_words(line))}
    years = {date[:4] for date in date_by_line.values()}
    dates = {date_in_words(line) for line in text if any(year in line for year in years)}
    return [line for line, date in date_by_line.items() if date not in dates]


def _day(year: str, month: str, day: str) -> str:
    lower = month.lower()
    number = int(month) if month.isdecimal() else _MONTH_BY_PREFIX.get(lower[:4]) or _MONTH_BY_PREFIX.get(lower[:3], 0)
    try:
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        return ""


def _lines_above(text: str) -> Iterator[str]:
    """The first short lines that are no sentences, which stand above the body."""
    stripped = map(str.strip, text[:4_000].split("\n"))
    for line in islice(filter(None, stripped), _N_LINES):
        if len(line) > _LONGEST_LINE or (line.endswith((".", "!", "?")) and len(line) > _LONGEST_LINE // 2):
            return
        yield line
