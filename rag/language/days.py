"""Which days "on Tuesday" and "yesterday" are, in a text of a known date.

Only what is plain: a day of the week behind "on", "last", "next" and their like, or before "night". The nearest such
day up to the date is meant, the nearest after it where the words speak of what is to come. What may be either ("they
would meet on Friday"), a habit ("every Monday") and a day with its date beside it are left as they stand.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from rag.language.english import MONTHS, WEEKDAYS

__all__ = ["days_named"]


def days_named(text: str, published: str) -> dict[str, date]:
    """Words of the text → the day that they mean, in the order of the text; empty without a full date.

    published: the date of the text, ISO 8601.

    >>> {words: str(day) for words, day in days_named("She spoke on Tuesday.", "2025-03-13").items()}
    {'Tuesday': '2025-03-11'}
    >>> days_named("The talks will begin next Monday.", "2025-03-13")["next Monday"].day
    17
    """
    try:
        today = date.fromisoformat(published[:10])
    except ValueError:
        return {}
    found: dict[str, date] = {}
    for match in _DAY.finditer(text):
        word = match["beside"]
        if word:
            found[word.lower()] = today + timedelta(days=1 if word.lower() == "tomorrow" else -1)
            continue
        lead, name = (match["lead"] or "").lower(), match["day"] or match["part"]
        n_back = (today.weekday() - WEEKDAYS.index(name.lower())) % 7
        n_ahead = -n_back % 7
        if lead == "last":
            offset = -(n_back or 7)
        elif lead == "next":
            offset = n_ahead or 7
        else:
            clause = re.split(r"[,;:.!?“”\"]", text[: match.start()])[-1]
            if _EITHER.search(clause) and not _SAID_LAST.search(clause):
                continue
            is_ahead = lead in ("by", "until") or (_AHEAD.search(clause) and not _SAID_LAST.search(clause))
            offset = n_ahead if is_ahead else -n_back
        words = f"{lead} {name}" if lead in ("last", "next") else name
        if found.setdefault(words, today + timedelta(days=offset)) != today + timedelta(days=offset):
            return {}
    return found


_WEEKDAY = "|".join(day.capitalize() for day in WEEKDAYS)
_MONTH = "|".join(month[:3].capitalize() for month in MONTHS)
_DATED = rf"(?!s?,? (?:the )?(?:\d|{_MONTH})| week\b|s\b|[’']s\b)"
_DAY = re.compile(
    rf"\b(?P<lead>[Oo]n|[Ll]ast|[Nn]ext|[Ss]ince|[Uu]ntil|[Bb]y|[Ll]ate on|[Ee]arly on) (?P<day>{_WEEKDAY})\b{_DATED}"
    rf"|(?<!every )(?<!each )\b(?P<part>{_WEEKDAY})(?= (?:morning|afternoon|evening|night)\b(?! \d))"
    r"|\b(?P<beside>[Yy]esterday|[Tt]omorrow)\b"
)
_AHEAD = re.compile(
    r"\b(?:will|shall|(?:is|are) (?:to|due|set|expected|scheduled|planned|going)|plans?|due|starts?|begins?)\b"
)
_EITHER = re.compile(r"\b(?:would|could|might|may|was to|were to|had)\b")
_SAID_LAST = re.compile(r"\b(?:said|told|announced|confirmed|admitted|warned|added|reported)(?: \w+){0,3} ?$")
