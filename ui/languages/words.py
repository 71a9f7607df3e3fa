"""What the page says, in the language of the request that is answered: messages, numbers, days and lengths of time.

Messages stand in the code in English, and in the other languages in the catalogues beside this file, by gettext. How a
number or a day is written comes from the CLDR, by Babel. What documents say, and what a person typed, is never
translated: it comes in as a value, for a placeholder.

A message is marked where it stands: `_("Saved.")`, `_("Removed “{title}”.", title=title)`,
`ngettext("{n} file", "{n} files", n)`. What is a constant of a module is marked with `N_`, and said with `_`: a module
is loaded once, and read in every language. `python -m ui.languages` finds what is marked.
"""

from __future__ import annotations

import functools
import gettext as standard
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

__all__ = [
    "CATALOGUES",
    "N_",
    "Language",
    "_",
    "day",
    "decimal",
    "duration",
    "language",
    "listed",
    "megabytes",
    "ngettext",
    "number",
    "percent",
    "pgettext",
    "speaking",
]

CATALOGUES = Path(__file__).parent
"""The folder of the catalogues: `de.po` and its like."""


class Language(StrEnum):
    """A language that the page is written in, by its tag."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"

    @property
    def own_name(self) -> str:
        """What the language calls itself: "Deutsch"."""
        name = Locale.parse(self.value).get_language_name(self.value) or self.value
        return name[:1].upper() + name[1:]

    @property
    def locale(self) -> Locale:
        """How it writes numbers and days; English as in Britain, with the day before the month."""
        return Locale.parse("en_GB" if self is Language.ENGLISH else self.value)


_LANGUAGE: ContextVar[Language] = ContextVar("_LANGUAGE", default=Language.ENGLISH)


def language() -> Language:
    """The language of the request that is being answered; English where there is none."""
    return _LANGUAGE.get()


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """Say everything in that language until the end of the block, in this thread or task."""
    token = _LANGUAGE.set(spoken)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def N_(message: str) -> str:  # noqa: N802 - what gettext calls it
    """The message as it is: marked to be translated, and said later by `_`."""
    return message


def _(message: str, /, **values: str | int) -> str:
    """The message in the language, its placeholders filled; a whole number is written as `number` does.

    >>> _("{n_done} of {n_total} files", n_done=3, n_total=1200)
    '3 of 1,200 files'
    """
    return _filled(_catalogue(language()).gettext(message), values)


def pgettext(context: str, message: str, /, **values: str | int) -> str:
    """As `_`, of a message that means another thing elsewhere; `context` says to translators what it means here.

    >>> pgettext("a button", "Check")
    'Check'
    """
    return _filled(_catalogue(language()).pgettext(context, message), values)


def ngettext(one: str, several: str, n: int, /, **values: str | int) -> str:
    """As `_`, in the form that goes with the number, which the placeholder `{n}` stands for.

    >>> ngettext("{n} document", "{n} documents", 1), ngettext("{n} document", "{n} documents", 2000)
    ('1 document', '2,000 documents')
    """
    return _filled(_catalogue(language()).ngettext(one, several, n), {**values, "n": n})


def number(whole: int) -> str:
    """A whole number, its digits in groups.

    >>> number(2000)
    '2,000'
    """
    return str(format_decimal(whole, locale=language().locale))


def decimal(value: float, *, digits: int) -> str:
    """A number with that many digits behind the point.

    >>> decimal(0.5, digits=2)
    '0.50'
    """
    return str(format_decimal(value, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=language().locale))


def percent(share: float) -> str:
    """A share of 1 in whole hundredths.

    >>> percent(0.123)
    '12%'
    """
    return str(format_percent(share, locale=language().locale))


def day(date_: date) -> str:
    """A day as people write it.

    >>> day(date(2025, 3, 12))
    '12 March 2025'
    """
    return str(format_date(date_, "long", locale=language().locale))


def listed(names: Sequence[str]) -> str:
    """The names in a row, with "and" before the last.

    >>> listed(["a.txt", "b.txt", "c.txt"])
    'a.txt, b.txt and c.txt'
    """
    return format_list(list(names), locale=language().locale)


def duration(seconds: float) -> str:
    """A length of time as people say it, never more exact than it is known.

    >>> duration(0.4), duration(42), duration(130), duration(7300)
    ('1 second', '42 seconds', '2 minutes', '2 hours')
    """
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size * 1.5:
            return _unit(round(seconds / size), f"duration-{unit}")
    return _unit(max(1, round(seconds)), "duration-second")


def megabytes(n_bytes: float) -> str:
    """A size in bytes, as people say it.

    >>> megabytes(532), megabytes(1_117_320_768)
    ('0.1 MB', '1,117 MB')
    """
    written = f"{max(0.1, n_bytes / 1e6):.{1 if n_bytes < 1e7 else 0}f}"
    digits = len(written.partition(".")[2])
    shape = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_unit(float(written), "digital-megabyte", "short", format=shape, locale=language().locale))


def _unit(n: int, unit: str) -> str:
    return str(format_unit(n, unit, "long", locale=language().locale))


def _filled(message: str, values: dict[str, str | int]) -> str:
    if not values:
        return message
    return message.format(
        **{name: number(value) if isinstance(value, int) else value for name, value in values.items()}
    )


@functools.cache
def _catalogue(spoken: Language) -> standard.NullTranslations:
    """The translations into that language: none into English, in which the messages stand."""
    if spoken is Language.ENGLISH:
        return standard.NullTranslations()
    compiled = BytesIO()
    with (CATALOGUES / f"{spoken.value}.po").open("rb") as written:
        write_mo(compiled, read_po(written, locale=spoken.value))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)
