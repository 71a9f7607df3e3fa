"""What can stand as evidence: whole quotations, and no line that only names what stands beside it.

A sentence inside a quotation of several sentences is half a remark, so its evidence is the quotation, over sentences
and paragraphs, with what stands around it in its first and last sentence: as a rule who says it. Headings, bylines,
headers of mails and heads of tables are searched with their text, and say nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.attribution.quotations import find_paragraphs, find_quotations
from rag.retrieval.ranking import Candidate, Ranked
from rag.storage import StoredPassage
from rag.types import Sentence, Span

__all__ = ["is_label", "whole_quotations", "without_labels"]

_MOST_CHARACTERS = 800
"""Of a quotation that is shown whole; of a longer one, sentences."""
_MOST_WORDS = 14
"""Of a heading."""


def whole_quotations(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order, those inside a quotation of several sentences as the whole of it, once."""
    groups: dict[int, list[Sentence]] = {}
    found: list[Ranked] = []
    taken: dict[str, list[Span]] = {}
    for place in ranked:
        passage = place.candidate.passage
        if passage.passage.id not in groups:
            groups[passage.passage.id] = _in_groups(passage)
        own = place.candidate.sentence.span
        unit = next(each for each in groups[passage.passage.id] if each.span.start <= own.start < each.span.end)
        spans = taken.setdefault(unit.document_id, [])
        if any(span.start <= own.start and own.end <= span.end for span in spans):
            continue
        if unit.span == own:
            found.append(place)
        else:
            spans.append(unit.span)
            found.append(place._replace(candidate=_widened(place.candidate, unit)))
    return found


def _widened(candidate: Candidate, unit: Sentence) -> Candidate:
    passage = candidate.passage
    first = unit.ordinal - passage.passage.first_sentence
    return candidate._replace(
        sentence=replace(unit, speaker=candidate.sentence.speaker or unit.speaker),
        quote=passage.quote(unit),
        before=passage.quote(passage.sentences[first - 1]) if first else "",
    )


def _in_groups(passage: StoredPassage) -> list[Sentence]:
    """The sentences of the passage, those that one quotation runs over as one, in order."""
    offset = passage.passage.span.start
    quotations = find_quotations(passage.text, find_paragraphs(passage.text))
    runs: list[tuple[int, int]] = []
    for quotation in quotations:
        is_carried_on = bool(runs) and quotation.continues
        start = runs[-1][0] if is_carried_on else quotation.start
        if is_carried_on:
            runs.pop()
        runs.append((start, quotation.end))
    closed = {quotation.end for quotation in quotations if quotation.is_closed}
    runs = [(start + offset, end + offset) for start, end in runs if end in closed]
    groups: list[Sentence] = []
    for sentence in passage.sentences:
        last = groups[-1] if groups else None
        if last is not None and any(start < last.span.end and sentence.span.start < end for start, end in runs):
            whole = Span(start=last.span.start, end=sentence.span.end)
            groups[-1] = replace(last, span=whole, speaker=last.speaker or sentence.speaker)
        else:
            groups.append(sentence)
    return [part for group in groups for part in (_parts(passage, group) if _is_long(group) else [group])]


def _is_long(group: Sentence) -> bool:
    return len(group.span) > _MOST_CHARACTERS


def _parts(passage: StoredPassage, group: Sentence) -> list[Sentence]:
    span = group.span
    return [sentence for sentence in passage.sentences if span.start <= sentence.span.start < span.end]


def without_labels(ranked: Sequence[Ranked], question: str) -> list[Ranked]:
    """The places that say something, in their order; all of them when none does.

    A byline or the header of a mail stays where the question asks who wrote or sent it.
    """
    asks_for_writer = _WRITER.search(question) is not None
    return [place for place in ranked if not is_label(place.candidate, asks_for_writer=asks_for_writer)] or [*ranked]


def is_label(candidate: Candidate, *, asks_for_writer: bool = False) -> bool:
    """Whether the sentence is a line that names what stands below or beside it.

    A heading fills a line, does not end as a sentence does, and has prose right below it, no further away than what
    stands above; so a list, a signature under a letter and a line such as "Clerk: Marit Eide" are none. The head of a
    table has no number where the row below has one.
    """
    quote = candidate.quote.strip()
    if _BYLINE.match(quote) or _MAIL_HEADER.match(quote):
        return not asks_for_writer
    above, below, n_breaks_above, n_breaks_below = _around(candidate)
    if not below or "\n" in quote:
        return False
    if "\t" in quote:
        return "\t" in below and "\t" not in above and not _DIGIT.search(quote) and bool(_DIGIT.search(below))
    if _ENDED.search(quote) or len(quote.split()) > _MOST_WORDS:
        return False
    if candidate.sentence.ordinal == 0 and not below.isupper() and (_is_title(candidate) or quote.isupper()):
        return True
    is_nearer_to_below = not above or n_breaks_below <= n_breaks_above
    return is_nearer_to_below and not _FIELD.search(quote) and _is_prose(below)


def _around(candidate: Candidate) -> tuple[str, str, int, int]:
    """The lines above and below, as far as the passage shows them, and the line breaks between.

    Empty below when the sentence does not end its line.
    """
    text = candidate.passage.text
    offset = candidate.passage.passage.span.start
    span = candidate.sentence.span
    before, after = text[: span.start - offset], text[span.end - offset :]
    gap_above = before[len(before.rstrip()) :]
    gap_below = after[: len(after) - len(after.lstrip())]
    if "\n" not in gap_below or (before.strip() and "\n" not in gap_above):
        return "", "", 0, 0
    above = before.rstrip().rpartition("\n")[2].strip()
    below = after.lstrip().partition("\n")[0].strip()
    return above, below, gap_above.count("\n"), gap_below.count("\n")


def _is_title(candidate: Candidate) -> bool:
    return candidate.quote.strip() == candidate.passage.title.strip()


def _is_prose(line: str) -> bool:
    return _ENDED.search(line) is not None and len(line.split()) >= _LEAST_OF_PROSE and not line[:1].islower()


_LEAST_OF_PROSE = 4
_ENDED = re.compile(r"[.!?…。！？।؟]\W*$")
_DIGIT = re.compile(r"\d")
_FIELD = re.compile(r"\w:\s+\w|:$")
"""A name with a value behind it, or words that announce what follows."""
_BYLINE = re.compile(r"(?:By|Words by|Photos? by|Photo:|Picture:) +[A-Z][^.!?]*$")
_MAIL_HEADER = re.compile(r"(?:From|To|Cc|Bcc|Date|Sent|Subject|Reply-To|Message-ID): +\S[^\n]*$")
_WRITER = re.compile(
    r"\b(?:wr[io]te\w*|written|author\w*|journalist|reporter|photo\w*|pictures?|by ?line|e-?mails?|mails?|messages?"
    r"|sen[dt]|sender|subject|recipient|address\w*|press office|published|dated?)\b",
    re.IGNORECASE,
)
