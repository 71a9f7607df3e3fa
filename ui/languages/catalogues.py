"""The catalogues of translations: made from what is marked in the code, and held against it.

`python -m ui.languages` brings them up to date: what is new is added without a translation, what is marked no more is
taken out. A test fails while something is missing.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from pathlib import Path
from re import compile as pattern

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from ui.languages.words import CATALOGUES, Language

__all__ = ["TRANSLATED", "faults", "marked", "update"]

TRANSLATED = tuple(language for language in Language if language is not Language.ENGLISH)

_CODE = Path(__file__).parents[1]
_METHODS = [("**.py", "python"), ("static/**.js", "javascript")]
_MARKS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_HTML = pattern(r"<[A-Za-z/!]|&#?\w+;")
_HEADER = """\
# What the page says, in {name}. `python -m ui.languages` writes this file; the translations in it are written by hand.
msgid ""
msgstr ""
"Language: {tag}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def marked(code: Path = _CODE) -> Catalog:
    """All messages that are marked in the code, without translations."""
    found = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(str(code), method_map=_METHODS, keywords=_MARKS):
        found.add(message, context=context)
    return found


def update(language: Language, wanted: Catalog, *, folder: Path = CATALOGUES) -> None:
    """Write the catalogue of a language anew, with every message that is wanted, and the translations that it had."""
    path = folder / f"{language.value}.po"
    known = _read(path, language) if path.is_file() else Catalog(locale=language.value)
    new = Catalog(locale=language.value)
    for message in _messages(wanted):
        had = known.get(message.id, context=message.context)
        new.add(message.id, had.string if had else None, context=message.context)
    name = language.locale.english_name
    with path.open("wb") as file:
        file.write(_HEADER.format(name=name, tag=language.value, plural_forms=new.plural_forms).encode())
        write_po(file, new, width=0, no_location=True, sort_output=True, omit_header=True)


def faults(language: Language, wanted: Catalog, *, folder: Path = CATALOGUES) -> list[str]:
    """What is wrong with the catalogue of a language, a sentence each; none when all that is wanted is said in it."""
    known = _read(folder / f"{language.value}.po", language)
    said = {_key(message) for message in _messages(wanted)}
    has = {_key(message): message for message in _messages(known)}
    return [
        *(f"{key!r} is not in the catalogue - run python -m ui.languages" for key in sorted(said - set(has))),
        *(f"{key!r} is said no more - run python -m ui.languages" for key in sorted(set(has) - said)),
        *(fault for key, message in has.items() if key in said for fault in _faults_of(message, known.num_plurals)),
    ]


def _faults_of(message: Message, n_forms: int) -> Iterator[str]:
    said = _forms(message.id)
    translated = _forms(message.string)
    if message.fuzzy or not all(translated) or (message.pluralizable and len(translated) != n_forms):
        yield f"{said[0]!r} is not translated"
        return
    for number, form in enumerate(translated):
        own = said[0] if number == 0 else said[-1]
        if _placeholders(form) != _placeholders(own):
            yield f"{form!r} has other placeholders than {own!r}"
        if _HTML.search(form):
            yield f"{form!r} holds HTML"
        if _ends(form) != _ends(own):
            yield f"{form!r} begins or ends with other white space than {own!r}"


def _read(path: Path, language: Language) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language.value, ignore_obsolete=True, abort_invalid=True)


def _messages(catalogue: Catalog) -> list[Message]:
    """The messages, but for the header, which stands in a catalogue as the translation of nothing."""
    return [message for message in catalogue if message.id]


def _key(message: Message) -> tuple[str, ...]:
    return (*_forms(message.id), *filter(None, (message.context,)))


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _placeholders(form: str) -> list[str]:
    """The names in braces, each as often as it stands there.

    >>> _placeholders("{n} of {total}")
    ['n', 'total']
    """
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(form) if name is not None)


def _ends(form: str) -> tuple[bool, bool]:
    return form[:1].isspace(), form[-1:].isspace()
