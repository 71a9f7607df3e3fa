"""Which language a request is answered in: the one chosen on the page, else the app's, else the browser's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.cookies import CookieError, SimpleCookie

from ui.languages.words import Language

__all__ = ["COOKIE", "THEME_COOKIE", "language_for"]

COOKIE = "chapter-and-verse-language"
"""Where a browser keeps what a person chose: in a cookie, because the server has to know before it makes the page."""
THEME_COOKIE = "chapter-and-verse-theme"
"""Where a browser keeps whether the page is light or dark, if not as the system is."""


def language_for(headers: Mapping[str, str], *, otherwise: Language | None = None) -> Language:
    """The language for a request with these headers, whose names are in lower case.

    otherwise: what the app was started with; None to go by what the browser says it wants.

    >>> language_for({"accept-language": "pt, fr-CH;q=0.8, en;q=0.5"}).value
    'fr'
    >>> language_for({"cookie": "chapter-and-verse-language=de", "accept-language": "fr"}).value
    'de'
    """
    known = {each.value: each for each in Language}
    chosen = known.get(_cookie(headers.get("cookie", "")))
    if chosen or otherwise:
        return chosen or otherwise or Language.ENGLISH
    wanted = (known.get(tag.partition("-")[0]) for tag in _by_preference(headers.get("accept-language", "")))
    return next(filter(None, wanted), Language.ENGLISH)


def _cookie(sent: str) -> str:
    try:
        found = SimpleCookie(sent).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _by_preference(accepted: str) -> Iterator[str]:
    """The tags of an Accept-Language header, the most wanted first; what cannot be read is not wanted.

    Source: RFC 9110, section 12.5.4.
    """
    weighed = []
    for part in accepted.split(","):
        tag, _semicolon, weight = part.lower().partition(";")
        try:
            weighed.append((float(weight.strip().removeprefix("q=") or 1), tag.strip()))
        except ValueError:
            continue
    yield from (tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0)
