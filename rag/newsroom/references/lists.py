"""The cited documents as lists of references: CSL-JSON, BibTeX and RIS, one entry for each document.

Each note names the quotations. Texts of documents are values alone: they end no field, open no command, begin no entry.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from rag.language.controls import on_one_line
from rag.newsroom.references.works import Work, place_in_words
from rag.types import Answer

__all__ = ["bibtex", "csl_json", "ris"]

_OF_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
"""Braces by name: BibTeX counts those that are escaped, too."""
_SIGN_OF_TEX = re.compile("|".join(map(re.escape, _OF_TEX)))
_LINE_END_OF_RIS = "\r\n"


def csl_json(_: Answer, works: tuple[Work, ...]) -> bytes:
    """Source: Citation Style Language, csl-data.json of schema 1.0.2."""
    return f"{json.dumps([_csl_item(work) for work in works], ensure_ascii=False, indent=1)}\n".encode()


def _csl_item(work: Work) -> dict[str, Any]:
    facts = {
        "id": work.key,
        "type": _kind(work, news="article-newspaper", page="webpage", other="document"),
        "title": work.title,
        "author": [{"literal": work.author}] if work.author else None,
        "container-title": work.publisher,
        "issued": {"date-parts": [list(work.date)]} if work.date else None,
        "URL": work.address,
        "language": work.language,
        "source": work.file,
        "note": _note(work),
    }
    return {name: value for name, value in facts.items() if value}


def bibtex(_: Answer, works: tuple[Work, ...]) -> bytes:
    """Entries of the kind `misc`, which every style knows, in UTF-8."""
    return "\n".join(map(_bibtex_entry, works)).encode()


def _bibtex_entry(work: Work) -> str:
    year, month = (*work.date, 0, 0)[:2]
    fields = {
        "author": f"{{{_tex(work.author)}}}" if work.author else "",
        "title": f"{{{_tex(work.title)}}}",
        "howpublished": _tex(work.publisher or work.file),
        "year": f"{year:04}" if year else "",
        "month": str(month) if month else "",
        "url": quote(work.address, safe=":/?#[]@!$&'()*+,;=%-._~"),
        "note": _tex(_note(work)),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{work.key},\n{''.join(lines)}}}\n"


def _tex(text: str) -> str:
    """The text as TeX sets it.

    >>> print(_tex("50% of {A_b} \\\\ x^2 & ~"))
    50\\% of \\textbraceleft{}A\\_b\\textbraceright{} \\textbackslash{} x\\textasciicircum{}2 \\& \\textasciitilde{}
    """
    return _SIGN_OF_TEX.sub(lambda sign: _OF_TEX[sign[0]], text)


def ris(_: Answer, works: tuple[Work, ...]) -> bytes:
    """A line a field, two letters before it; lines end as the format's description has it."""
    return "".join(f"{line}{_LINE_END_OF_RIS}" for work in works for line in _ris_lines(work)).encode()


def _ris_lines(work: Work) -> list[str]:
    year = f"{work.date[0]:04}" if work.date else ""
    day = "/".join([*(f"{part:02}" for part in work.date), *[""] * (4 - len(work.date))]) if work.date else ""
    fields = [
        ("TY", _kind(work, news="NEWS", page="ELEC", other="GEN")),
        ("ID", work.key),
        ("TI", work.title),
        ("AU", work.author),
        ("PB", work.publisher),
        ("PY", year),
        ("DA", day),
        ("LA", work.language),
        ("UR", work.address),
        ("L1", work.file if not work.address else ""),
        *(("N1", each) for each in _quotations(work)),
    ]
    return [*(f"{tag}  - {value}" for tag, value in fields if value), "ER  - "]


def _kind(work: Work, *, news: str, page: str, other: str) -> str:
    """What of the three it is called: in a paper with a date, on the web, or neither."""
    return news if work.publisher and work.date else page if work.address else other


def _note(work: Work) -> str:
    return "; ".join(_quotations(work))


def _quotations(work: Work) -> list[str]:
    return [f"“{on_one_line(each.quote)}” ({on_one_line(place_in_words(each))})" for each in work.citations]
