"""Which other documents say what a citation says, and how many of them know it by themselves.

Looked for among the sentences that were found for the question, so that it costs next to nothing where no other
document speaks of the matter. A sentence counts when it holds the very words, or when the guard that checks claims lets
the quote stand with it as its evidence, and names, numbers, days and dates are those of the same thing. It is a source
of its own only when nothing ties it to another one: no run of words in common, no news agency named in both, another
outlet and author, and neither names the other. What cannot be told is tied: rather one too few than one too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from itertools import combinations
from typing import NamedTuple
from urllib.parse import urlsplit

from rag.answering.citations import surroundings_of
from rag.errors import NotFoundError
from rag.language.days import days_named
from rag.language.english import MONTHS, STOP_WORDS, WEEKDAYS
from rag.language.words import content_stems
from rag.protocols import ClaimWithEvidence, Verifier
from rag.retrieval import leans_back
from rag.types import Document, Evidence, SaidElsewhere, Tie, VerdictLabel

__all__ = ["Corroboration"]

N_WORDS_IN_COMMON = 8
"""A run of so many words in two texts is no chance: one has it from the other, or both from a third."""
LEAST_SHARED = 0.5
"""Share of the quote's words, by their stems, that a sentence has to hold to be read at all."""
MOST_READ = 4
"""Pairs that the guard reads for one answer; the best ones of the search go first."""
MOST_DAYS_APART = 10
"""Between two reports of one event, where the quote says no year."""
_LEAST_WORDS = 3
_LEAST_WORDS_VERBATIM = 6
_N_AROUND, _N_AT_ENDS = 1_500, 500

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b[^\W\d_a-z]\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_NO_NAMES = STOP_WORDS | {*WEEKDAYS, *MONTHS}
_AGENCIES = {
    "ap": re.compile(r"\bAP\b|\bAssociated Press\b"),
    "reuters": re.compile(r"\bReuters\b|\bREUTERS\b"),
    "afp": re.compile(r"\bAFP\b|\bAgence France-Presse\b"),
    "pa": re.compile(r"\bPA (?:Media|news agency)\b|\bPress Association\b"),
    "dpa": re.compile(r"\bdpa\b|\bDeutsche Presse-Agentur\b"),
    "upi": re.compile(r"\bUPI\b|\bUnited Press International\b"),
    "bloomberg": re.compile(r"\bBloomberg\b"),
    "efe": re.compile(r"\bEFE\b"),
    "ansa": re.compile(r"\bANSA\b"),
    "tass": re.compile(r"\bTASS\b|\bTass\b"),
    "interfax": re.compile(r"\bInterfax\b"),
    "xinhua": re.compile(r"\bXinhua\b"),
    "kyodo": re.compile(r"\bKyodo\b"),
    "yonhap": re.compile(r"\bYonhap\b"),
    "pti": re.compile(r"\bPTI\b|\bPress Trust of India\b"),
    "aap": re.compile(r"\bAAP\b|\bAustralian Associated Press\b"),
    "canadian press": re.compile(r"\bCanadian Press\b"),
}
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu"})


class _Report(NamedTuple):
    """A sentence with what its document says about itself."""

    evidence: Evidence
    document: Document

    @property
    def near(self) -> str:
        """What stands around the sentence."""
        span = self.evidence.span
        return self.document.text[max(0, span.start - _N_AROUND) : span.end + _N_AROUND]


class Corroboration:
    """Finds what else says the same, for one answer after the other."""

    def __init__(self, verifier: Verifier, document_of: Callable[[str], Document]) -> None:
        self._verifier = verifier
        self._document_of = document_of
        self._n_left = MOST_READ

    def of(self, cited: Evidence, found: Sequence[Evidence]) -> tuple[SaidElsewhere, ...]:
        """The places of other documents that say what `cited` says, one a document, in the order of `found`."""
        near = [each for each in found if _may_say(cited, each)]
        if not near:
            return ()
        own = _Report(cited, self._document_of(cited.document_id))
        others = [report for report in map(self._report, near) if report is not None]
        reports = self._saying(own, others)
        return _with_origins(own, reports) if reports else ()

    def _report(self, said: Evidence) -> _Report | None:
        """None when its document was removed meanwhile: what is gone says nothing."""
        with suppress(NotFoundError):
            return _Report(said, self._document_of(said.document_id))
        return None

    def _saying(self, own: _Report, others: Sequence[_Report]) -> list[_Report]:
        """Those of the others that say it: word for word, or as the guard reads them."""
        others = [each for each in others if _are_days_the_same(own.evidence, each.evidence)]
        same = [each for each in others if _is_verbatim(own.evidence.quote, each.evidence.quote)]
        read = [each for each in others if each not in same and _is_of_the_same(own, each)][: self._n_left]
        self._n_left -= len(read)
        verdicts = self._verifier.verify([_pair(own.evidence.quote, each) for each in read]) if read else []
        for each, verdict in zip(read, verdicts, strict=True):
            if verdict.label is VerdictLabel.SUPPORTED:
                same.append(each)
        by_document: dict[str, _Report] = {}
        for each in others:
            if each in same:
                by_document.setdefault(each.document.id, each)
        return [*by_document.values()]


def _may_say(cited: Evidence, other: Evidence) -> bool:
    """Whether the words of a sentence of another document are near enough to be looked at."""
    if other.document_id == cited.document_id or other.source in cited.also_in or other.source == cited.source:
        return False
    wanted = content_stems(cited.quote)
    return len(wanted) >= _LEAST_WORDS and len(wanted & content_stems(other.quote)) >= LEAST_SHARED * len(wanted)


def _is_verbatim(quote: str, other: str) -> bool:
    words = _words(quote)
    return len(words) >= _LEAST_WORDS_VERBATIM and f" {' '.join(words)} " in f" {' '.join(_words(other))} "


def _is_of_the_same(own: _Report, other: _Report) -> bool:
    """Whether both speak of the same names, numbers and days, as far as can be told; False where it cannot."""
    quote, said = own.evidence.quote, other.evidence.quote
    if leans_back(quote) or not {*_NUMBER.findall(quote)} <= {*_NUMBER.findall(said)}:
        return False
    if not frozenset(word.casefold() for word in _NAME.findall(quote)) - _NO_NAMES <= {*_words(_with_around(other))}:
        return False
    return bool(_names(quote)) or not _names(_with_around(own)).isdisjoint(_names(_with_around(other)))


def _are_days_the_same(own: Evidence, other: Evidence) -> bool:
    days, other_days = ({*days_named(each.quote, each.published).values()} for each in (own, other))
    if days and other_days and days != other_days:
        return False
    if _YEAR.search(own.quote) or not own.published or not other.published:
        return True
    try:
        apart = date.fromisoformat(own.published[:10]) - date.fromisoformat(other.published[:10])
    except ValueError:
        return True
    return abs(apart.days) <= MOST_DAYS_APART


def _pair(claim: str, report: _Report) -> ClaimWithEvidence:
    evidence = report.evidence
    around = surroundings_of(evidence.span, report.document.text, evidence.title)
    return ClaimWithEvidence((evidence.quote,), claim, speakers=(evidence.speaker,), surroundings=(around,))


def _with_around(report: _Report) -> str:
    """The sentence with the one before it and the title."""
    around = surroundings_of(report.evidence.span, report.document.text, report.evidence.title)
    return " ".join([around.heading, *around.before, report.evidence.quote])


def _names(text: str) -> frozenset[str]:
    """Words with a capital letter behind the first word, that are no function words, days or months.

    >>> sorted(_names("On Monday the Wye flooded Ross."))
    ['ross', 'wye']
    """
    behind = text.lstrip("\"'“‘«„ ").partition(" ")[2]
    return frozenset(word.casefold() for word in _NAME.findall(behind)) - _NO_NAMES


def _with_origins(own: _Report, reports: Sequence[_Report]) -> tuple[SaidElsewhere, ...]:
    """The reports with the number of the origin that each comes from, 1 being that of the citation itself."""
    everybody = [own, *reports]
    origin = list(range(len(everybody)))
    tie_of = dict.fromkeys(range(1, len(everybody)), Tie.NONE)
    for one, other in combinations(range(len(everybody)), 2):
        tie = _tie(everybody[one], everybody[other])
        if tie is not Tie.NONE:
            tie_of[other] = tie if tie_of[other] is Tie.NONE else tie_of[other]
            joined, kept = max(origin[one], origin[other]), min(origin[one], origin[other])
            origin = [kept if each == joined else each for each in origin]
    for position, report in enumerate(reports, start=1):
        if not (_outlets(own.document) and _outlets(report.document)):  # whose it is cannot be told
            tie_of[position] = tie_of[position] if tie_of[position] is not Tie.NONE else Tie.UNKNOWN
            origin[position] = origin[0]
    numbers = {each: number for number, each in enumerate(dict.fromkeys(origin), start=1)}
    return tuple(
        SaidElsewhere(
            document_id=report.document.id,
            source=report.evidence.source,
            title=report.evidence.title,
            span=report.evidence.span,
            quote=report.evidence.quote,
            published=report.evidence.published,
            also_in=report.evidence.also_in,
            origin=numbers[origin[position]],
            tie=tie_of[position],
        )
        for position, report in enumerate(reports, start=1)
    )


def _tie(one: _Report, other: _Report) -> Tie:
    """What ties two reports to one origin, as far as that can be told."""
    outlets, other_outlets = _outlets(one.document), _outlets(other.document)
    quote, said = one.evidence.quote, other.evidence.quote
    if _is_verbatim(quote, said) or _is_verbatim(said, quote) or _runs(one.near) & _runs(other.near):
        return Tie.SAME_WORDS
    if _agencies(one) & _agencies(other):
        return Tie.SAME_AGENCY
    if outlets & other_outlets or _is_same_author(one.document, other.document):
        return Tie.SAME_OUTLET
    if _names_outlet(one, other.document) or _names_outlet(other, one.document):
        return Tie.NAMED
    return Tie.NONE


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _words(text)
    return frozenset(zip(*(words[start:] for start in range(N_WORDS_IN_COMMON)), strict=False))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _agencies(report: _Report) -> frozenset[str]:
    document, text = report.document, report.document.text
    about = (document.metadata.get(name, "") for name in ("author", "publisher"))
    shown = "\n".join([*about, text[:_N_AT_ENDS], report.near, text[-_N_AT_ENDS:]])
    return frozenset(name for name, pattern in _AGENCIES.items() if pattern.search(shown))


def _outlets(document: Document) -> frozenset[str]:
    """What the outlet is called, by its name and by its address, in a form in which both are compared.

    >>> page = {"id": "1", "source": "a", "title": "", "media_type": "text/html", "text": ""}
    >>> by_name = Document(**page, metadata={"publisher": "The Guardian"})
    >>> by_address = Document(**page, metadata={"url": "https://www.theguardian.co.uk/a"})
    >>> _outlets(by_name) == _outlets(by_address)
    True
    """
    publisher = document.metadata.get("publisher", "")
    try:
        host = urlsplit(document.metadata.get("url", "")).hostname or ""
    except ValueError:
        host = ""
    labels = [label for label in host.split(".")[:-1] if label not in _SECOND_LEVEL]
    names = (publisher, labels[-1] if labels else "")
    return frozenset(filter(None, ("".join(_words(name)).removeprefix("the") for name in names)))


def _is_same_author(one: Document, other: Document) -> bool:
    authors = [" ".join(_words(each.metadata.get("author", ""))) for each in (one, other)]
    return bool(authors[0]) and authors[0] == authors[1]


def _names_outlet(report: _Report, of: Document) -> bool:
    """Whether what stands around a sentence names the outlet of another document, as who has it from there does."""
    publisher = of.metadata.get("publisher", "").removeprefix("The ").strip()
    return bool(publisher) and re.search(rf"\b{re.escape(publisher)}\b", report.near) is not None
