"""Dates as files and feeds write them, made ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rag.readers._normalisation import iso_date

__all__ = ["any_date"]

_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:T\d{2}|\s*$)")
_SLASHES = re.compile(r"\s*(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_SECONDS = re.compile(r"\s*(\d{9,10})(?:\.\d+)?\s*$")
_MILLISECONDS = re.compile(r"\s*(\d{12,13})\s*$")
_MANY_SPACES = re.compile(r"\s{2,}")
_MOST_CHARACTERS = 100


def any_date(text: str) -> str:
    """The calendar date that the text begins with, as it is written there; empty when it is no full date.

    Understood are ISO 8601, the form of mail and RSS, 2025/03/12, and seconds or milliseconds since 1970. A date in
    words, or with slashes and the year last, is left out: 3/4/2025 is two dates.

    >>> any_date("Wed, 12 Mar 2025 23:10:00 -0500"), any_date("20250312T182200Z"), any_date("1741800000")
    ('2025-03-12', '2025-03-12', '2025-03-12')
    >>> any_date("3/4/2025"), any_date("last Tuesday")
    ('', '')
    """
    text = _MANY_SPACES.sub(" ", text[:_MOST_CHARACTERS])
    found = iso_date(text)
    if found:
        return found
    if compact := _COMPACT.match(text):
        return iso_date("-".join(compact.groups()))
    if slashes := _SLASHES.match(text):
        return iso_date("-".join(part.zfill(2) for part in slashes.groups()))
    try:
        if seconds := _SECONDS.match(text):
            return datetime.fromtimestamp(int(seconds[1]), tz=UTC).date().isoformat()
        if milliseconds := _MILLISECONDS.match(text):
            return datetime.fromtimestamp(int(milliseconds[1]) // 1000, tz=UTC).date().isoformat()
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return ""
