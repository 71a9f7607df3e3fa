"""Who said what, over a whole store: the quotations of everybody whom a name fits, and the list of those who speak.

The texts are read for it when they are added. What is stored of one that was added before, or by an import, or that
does not fit its seal, is made from the text when somebody asks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches

from rag.attribution import Speakers, names_same, utterances_of
from rag.attribution.names import fold, is_description, name_words, title_length
from rag.errors import QuestionError
from rag.language.words import content_stems
from rag.storage import Store
from rag.storage.filters import Both, Comparison, Filter, Operator
from rag.types import (
    Document,
    FoundQuote,
    QuotesReport,
    SpeakerCount,
    SpeakerQuotes,
    Utterance,
)

__all__ = ["find_quotes", "list_speakers"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_N_NEAREST = 5
_LIKENESS = 0.7
_TEXTS_AT_A_TIME = 100


def find_quotes(
    store: Store, speaker: str, *, about: str = "", since: str = "", until: str = "", where: Filter | None = None
) -> QuotesReport:
    """What everybody said whom the name fits, by speaker.

    about: only what has all content words of it, in any form. since, until: only documents published then; both days
        included, a year or a month stands for all of it, and what does not say when it was published is left out.

    Raises:
        QuestionError: the name is empty, or a date is none.
    """
    asked = " ".join(speaker.split())
    if not name_words(asked):
        raise QuestionError(f"cannot look for quotations of {speaker!r}: it is no name - name a speaker")
    where = _published(where, since, until)
    _read_all(store)
    known = store.utterances.names()
    names = Speakers(known).same_as(asked)
    if not names:
        return QuotesReport(asked=asked, speakers=(), nearest=_nearest(asked, known))
    by_name: dict[str, list[FoundQuote]] = defaultdict(list)
    stems = content_stems(about)
    for document, utterances in _documents(store, names, where):
        lines = _Lines(document.text)
        for utterance in utterances:
            if utterance.speaker in names and stems <= _stems_of(document, utterance):
                by_name[utterance.speaker].append(_found(document, utterance, lines))
    groups = [
        SpeakerQuotes(speaker=group[0], names=tuple(group), quotes=tuple(_newest_first(by_name, group)))
        for group in _people(names)
    ]
    groups = sorted((group for group in groups if group.quotes), key=lambda group: (-len(group.quotes), group.speaker))
    return QuotesReport(asked=asked, speakers=tuple(groups), names=tuple(names))


def list_speakers(store: Store, where: Filter | None = None) -> list[SpeakerCount]:
    """Everybody who is quoted in the documents that fit, most quotations first.

    Those without a name are told apart as they are written, and what nobody is known to have said has one row with an
    empty name.
    """
    _read_all(store)
    rows = store.utterances.speakers(where)
    counts: dict[str, int] = defaultdict(int)
    documents: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        counts[row.speaker] += row.n_quotes
        documents[row.speaker].add(row.document_id)
    kinds = {row.speaker: row.kind for row in rows}
    found = [
        SpeakerCount(
            speaker=group[0],
            names=tuple(group),
            kind=kinds[group[0]],
            n_quotes=sum(counts[name] for name in group),
            n_documents=len(set[str]().union(*(documents[name] for name in group))),
        )
        for group in _people(list(counts))
    ]
    return sorted(found, key=lambda one: (-one.n_quotes, one.speaker))


# Dates


def _published(where: Filter | None, since: str, until: str) -> Filter | None:
    parts: list[Filter] = [] if where is None else [where]
    for name, value, operator in (
        ("since", since, Operator.GREATER_OR_EQUAL),
        ("until", until, Operator.LESS_OR_EQUAL),
    ):
        if value.strip():
            parts.append(Comparison("published", operator, _day(name, value.strip())))
    return Both(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


def _day(name: str, value: str) -> str:
    match = _DATE.fullmatch(value)
    if match is not None:
        year, month, day = (int(part) if part else 1 for part in match.groups())
        try:
            date(year, month, day)
        except ValueError:
            match = None
    if match is None:
        raise QuestionError(
            f"cannot use {name} = {value!r}: it is no date - write it as 2025-03-01, or only 2025-03 or 2025"
        )
    return value


# Reading what is stored, and what is not yet


def _read_all(store: Store) -> None:
    """Read the texts that nobody read yet, and keep what is found.

    Raises:
        StoreLockedError: another process is writing, and there are such texts.
    """
    unread = store.utterances.unread()
    for start in range(0, len(unread), _TEXTS_AT_A_TIME):
        with store.noting():
            for document_id in unread[start : start + _TEXTS_AT_A_TIME]:
                document = store.documents.find(document_id)
                if document is not None:
                    store.utterances.put(document_id, _said_in(store, document))


def _said_in(store: Store, document: Document) -> list[Utterance]:
    spans = [sentence.span for sentence in store.documents.sentences(document.id)]
    return utterances_of(document.text, spans)


def _documents(
    store: Store, names: Sequence[str], where: Filter | None
) -> Iterator[tuple[Document, Sequence[Utterance]]]:
    """The documents that quote somebody of these names, with all that is said in them; damaged texts are left out."""
    for stored in store.utterances.with_speakers(names, where):
        document = store.documents.find(stored.document_id)
        if document is not None:
            yield document, stored.utterances if stored.is_sound else _said_in(store, document)


# Quotations


class _Lines:
    """Line numbers of a text, asked for in any order."""

    def __init__(self, text: str) -> None:
        self._text = text

    def number(self, position: int) -> int:
        return self._text.count("\n", 0, position) + 1


def _found(document: Document, utterance: Utterance, lines: _Lines) -> FoundQuote:
    text = document.text
    return FoundQuote(
        document_id=document.id,
        source=document.source,
        title=document.title,
        published=document.metadata.get("published", ""),
        line=lines.number(utterance.spans[0].start),
        texts=tuple(span.slice(text) for span in utterance.spans),
        cue=utterance.cue.slice(text) if utterance.cue is not None else "",
        named=utterance.source.slice(text) if utterance.source is not None else "",
        utterance=utterance,
    )


def _stems_of(document: Document, utterance: Utterance) -> frozenset[str]:
    return content_stems(" ".join(span.slice(document.text) for span in utterance.spans))


def _newest_first(by_name: dict[str, list[FoundQuote]], names: Iterable[str]) -> list[FoundQuote]:
    """Those of all names, the newest document first."""
    quotes = [quote for name in names for quote in by_name[name]]
    quotes.sort(key=lambda quote: (quote.source, quote.utterance.spans[0]))
    quotes.sort(key=lambda quote: quote.published, reverse=True)
    return quotes


# Names


def _people(names: Sequence[str]) -> list[list[str]]:
    """The names as people: a shorter one joins the only fuller one that it fits, and else stands alone.

    "Biden" is one with "Joe Biden" where no other Biden speaks. Descriptions are not joined: "the spokesman" of one
    document is nobody's of another.
    """
    people: list[list[str]] = []
    by_last: dict[str, list[list[str]]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(_bare(name)), -len(name), name)):
        bare = _bare(name)
        if not bare or is_description(name) or name[:1].islower():
            people.append([name])
            continue
        fitting = [person for person in by_last[bare[-1][:3]] if names_same(person[0], name)]
        if len(fitting) == 1:
            fitting[0].append(name)
        else:
            people.append([name])
            by_last[bare[-1][:3]].append(people[-1])
    return people


def _bare(name: str) -> list[str]:
    words = name_words(name)
    return words[title_length(words) :] or words


def _nearest(asked: str, known: Sequence[str]) -> tuple[str, ...]:
    """Names that look like the asked one, as a whole or in a word of it."""
    words: dict[str, list[str]] = defaultdict(list)
    for name in known:
        for word in {fold(name), *_bare(name)}:
            words[word].append(name)
    found: dict[str, None] = {}
    for wanted in (fold(asked), *_bare(asked)):
        for close in get_close_matches(wanted, words, n=_N_NEAREST, cutoff=_LIKENESS):
            found.update(dict.fromkeys(words[close]))
    return tuple(found)[:_N_NEAREST]
