"""What can stand as evidence: whole quotations, the answer before what announces it, and no line that is a label.

A sentence inside a quotation of several sentences is half a remark, so its evidence is the quotation, over sentences
and paragraphs, with what stands around it in its first and last sentence: as a rule who says it. Headings, bylines,
headers of mails and heads of tables are searched with their text, and say nothing alone.

A sentence that only announces the answer stands behind the next one, which gives it. "The club had three founders" fits
the question who founded it, and the answer is "Their names were …". So is what follows a report that somebody asked, a
statement that a correction withdraws, and a sentence that lacks the kind of thing asked for where the next one leans on
it and has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from rag.attribution.quotations import Quotation, find_paragraphs, find_quotations
from rag.language.english import HELPING, POINTING_BACK, QUESTION_WORDS, TENS, UNITS, one_of
from rag.retrieval.answer_kinds import Expected, expected_by, has_kind
from rag.retrieval.ranking import Candidate, Ranked
from rag.storage import StoredPassage
from rag.types import Sentence, Span

__all__ = ["DECIDES", "is_label", "joined_at_borders", "whole_quotations", "with_the_answer_first", "without_labels"]

_NONE: Mapping[int, StoredPassage] = MappingProxyType({})
_MARK = re.compile('[“”„«»"‟]')
_MAY_QUOTE = re.compile("[“”„«»\"‟‘’'`]")
_MOST_CHARACTERS = 800
"""Of a quotation that is shown whole; of a longer one, sentences."""
_MOST_HEADING_WORDS = 14
"""Of a heading."""


def joined_at_borders(
    passages: Sequence[StoredPassage],
    *,
    load: Callable[[Sequence[int]], Sequence[StoredPassage]],
    text_of: Callable[[str], str],
) -> dict[int, StoredPassage]:
    """The passages whose border cuts a quotation, each with the neighbour that has the rest of it, by id.

    load: passages by id, those that there are; neighbours in a document have neighbouring ids. text_of: a document's.
    """
    known = {passage.passage.id: passage for passage in passages}
    wanted = {number - 1 for number, passage in known.items() if _may_begin_inside(passage)}
    wanted |= {number + 1 for number, passage in known.items() if _ends_inside(passage)}
    near = known | {passage.passage.id: passage for passage in load(sorted(wanted - known.keys()))}
    found = {}
    for number, passage in known.items():
        before, after = near.get(number - 1), near.get(number + 1)
        parts = [passage]
        if before and _ends_inside(before) and _follows(passage, before):
            parts.insert(0, before)
        if after and _ends_inside(passage) and _follows(after, passage):
            parts.append(after)
        if len(parts) > 1:
            found[number] = _joined(parts, text_of(passage.passage.document_id))
    return found


@lru_cache(maxsize=512)
def _quotations(text: str) -> tuple[Quotation, ...]:
    """Those of a passage; kept, since one passage is looked at several times, and again at the next question."""
    return tuple(find_quotations(text, find_paragraphs(text))) if _MAY_QUOTE.search(text) else ()


def _follows(passage: StoredPassage, before: StoredPassage) -> bool:
    first, last = passage.passage, before.passage
    return first.document_id == last.document_id and first.first_sentence == last.last_sentence + 1


def _ends_inside(passage: StoredPassage) -> bool:
    quotations = _quotations(passage.text)
    return bool(quotations) and not quotations[-1].is_closed and quotations[-1].end == len(passage.text)


def _may_begin_inside(passage: StoredPassage) -> bool:
    """Whether the first mark could close or carry on what an earlier passage opens."""
    mark = _MARK.search(passage.text)
    return mark is not None and (mark.start() == 0 or mark.group() in '”»"')


def _joined(parts: Sequence[StoredPassage], text: str) -> StoredPassage:
    first, last = parts[0].passage, parts[-1].passage
    span = Span(start=first.span.start, end=last.span.end)
    return replace(
        parts[0],
        passage=replace(first, last_sentence=last.last_sentence, span=span),
        text=span.slice(text),
        sentences=tuple(sentence for part in parts for sentence in part.sentences),
        vectors=np.concatenate([part.vectors for part in parts]),
    )


def whole_quotations(ranked: Sequence[Ranked], joined: Mapping[int, StoredPassage] = _NONE) -> list[Ranked]:
    """The places in their order, those inside a quotation of several sentences as the whole of it, once.

    joined: passages that read on over their border, by id.
    """
    groups: dict[int, list[Sentence]] = {}
    found: list[Ranked] = []
    taken: dict[str, list[Span]] = {}
    for place in ranked:
        number = place.candidate.passage.passage.id
        passage = joined.get(number, place.candidate.passage)
        if number not in groups:
            groups[number] = _in_groups(passage)
        own = place.candidate.sentence.span
        unit = next(each for each in groups[number] if each.span.start <= own.start < each.span.end)
        spans = taken.setdefault(unit.document_id, [])
        if any(span.start <= own.start and own.end <= span.end for span in spans):
            continue
        if unit.span == own:
            found.append(place)
        else:
            spans.append(unit.span)
            found.append(place._replace(candidate=_widened(place.candidate, passage, unit)))
    return found


def _widened(candidate: Candidate, passage: StoredPassage, unit: Sentence) -> Candidate:
    first = unit.ordinal - passage.passage.first_sentence
    return candidate._replace(
        passage=passage,
        sentence=replace(unit, speaker=candidate.sentence.speaker or unit.speaker),
        quote=passage.quote(unit),
        before=passage.quote(passage.sentences[first - 1]) if first else "",
    )


def _in_groups(passage: StoredPassage) -> list[Sentence]:
    """The sentences of the passage, those that one quotation runs over as one, in order."""
    offset = passage.passage.span.start
    quotations = _quotations(passage.text)
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

    A byline or the header of a mail stays where the question asks who wrote or sent it, a caption where it asks what a
    picture shows.
    """
    asks_for_writer = _WRITER.search(question) is not None
    asks_for_picture = _SHOWN.search(question) is not None
    return [
        place
        for place in ranked
        if not is_label(place.candidate, asks_for_writer=asks_for_writer)
        or (asks_for_picture and _CREDIT.search(place.candidate.quote))
    ] or [*ranked]


def is_label(candidate: Candidate, *, asks_for_writer: bool = False) -> bool:
    """Whether the sentence is a line that names what stands below or beside it.

    A heading fills a line, does not end as a sentence does, and has prose right below it, no further away than what
    stands above; so a list, a signature under a letter and a line such as "Clerk: Marit Eide" are none, nor is a line
    that opens with a dash. The head of a table has no number where the row below has one.
    """
    quote = candidate.quote.strip()
    if _BYLINE.match(quote) or _MAIL_HEADER.match(quote):
        return not asks_for_writer
    above, below, n_breaks_above, n_breaks_below = _around(candidate)
    if not below or "\n" in quote or quote.startswith(("—", "–", "―")):
        return False
    if "\t" in quote:
        return "\t" in below and "\t" not in above and not _DIGIT.search(quote) and bool(_DIGIT.search(below))
    if _ENDED.search(quote) or len(quote.split()) > _MOST_HEADING_WORDS:
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
_CREDIT = re.compile(r"\b(?:photo|photograph|picture|image|credit)s?\b|©|getty|reuters", re.IGNORECASE)
_SHOWN = re.compile(
    r"\b(?:photo\w*|pictur\w*|images?|captions?|(?:is|are|was|were) (?:shown|seen)|illustrat\w*)\b", re.IGNORECASE
)
_WRITER = re.compile(
    r"\b(?:wr[io]te\w*|written|author\w*|journalist|reporter|photo\w*|pictures?|by ?line|e-?mails?|mails?|messages?"
    r"|sen[dt]|sender|subject|recipient|address\w*|press office|published|dated?)\b",
    re.IGNORECASE,
)


def with_the_answer_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order, the sentence after the best one before it where that one only announces it."""
    if not ranked:
        return []
    best = ranked[0]
    following = _following(best, ranked)
    if following is None or not _is_announced(question, best.candidate.quote, following.candidate.quote):
        following = _later(question, best, ranked)
    if following is None:
        return [*ranked]
    lifted = following._replace(score=min(1.0, best.score + _ABOVE))
    return [lifted, *(place for place in ranked if place is not following)]


def _later(question: str, best: Ranked, ranked: Sequence[Ranked]) -> Ranked | None:
    """What stands some sentences on: for "why" what the best sentence is put down to, for a motion what became of it.

    Not for who moved it, when, or what was said for it, and not behind another motion.
    """
    if expected_by(question) is Expected.REASON and not _BECAUSE.search(best.candidate.quote):
        place = _following(best, ranked, 2)
        return place if place and _PUT_DOWN.match(place.candidate.quote) else None
    if not _MOVES.search(best.candidate.quote) or not _ASKS_FOR_OUTCOME.match(question):
        return None
    for step in range(1, _N_TO_OUTCOME + 1):
        place = _following(best, ranked, step)
        if place is None or "\n\n" in _between(best, place) or _MOVES.search(place.candidate.quote):
            return None
        if DECIDES.search(place.candidate.quote):
            return place
    return None


def _between(first: Ranked, last: Ranked) -> str:
    passage = first.candidate.passage
    offset = passage.passage.span.start
    return passage.text[first.candidate.sentence.span.end - offset : last.candidate.sentence.span.start - offset]


def _following(best: Ranked, ranked: Sequence[Ranked], step: int = 1) -> Ranked | None:
    """The next sentence of the passage, or a later one, if it may be quoted at all."""
    sentence = best.candidate.sentence
    wanted = (sentence.document_id, sentence.ordinal + step)
    found = ((place.candidate.sentence.document_id, place.candidate.sentence.ordinal) for place in ranked)
    return next((place for place, key in zip(ranked, found, strict=True) if key == wanted and place.score > 0), None)


def _is_announced(question: str, best: str, following: str) -> bool:
    if _ASKED.search(best) or _WITHDRAWN.search(best):
        return True
    if _SUPPOSED.match(best) and not _SUPPOSES.search(question) and _DENIES.search(following):
        return True
    if _COUNTED.search(best) and len(best.split()) <= _MOST_COUNTING_WORDS and _ENUMERATES.match(following):
        return True
    if _YES_OR_NO.match(question) and _ELLIPTIC.match(following):
        return True
    kind = expected_by(question)
    if kind is Expected.REASON and _LEANS.match(following) and not _BECAUSE.search(best):
        return _BECAUSE.search(following) is not None
    return (
        kind is not Expected.ANYTHING
        and _LEANS.match(following) is not None
        and not has_kind(kind, best, question)
        and has_kind(kind, following, question)
    )


_N_TO_OUTCOME = 4
_MOVES = re.compile(r"\b(?:moved|proposed|tabled|called|asked|petition\w*) (?:that|to|for|against)\b", re.IGNORECASE)
DECIDES = re.compile(
    r"\b(?:motion|proposal|amendment|bill|petition|plan|request|appeal|matter|application)\b.{0,30}?\b(?:was|were|is)?"
    r" ?(?:lost|carried|passed|defeated|rejected|adopted|approved|accepted|dismissed|withdrawn|put off|postponed)\b"
    r"|\b(?:agreed|decided|resolved|voted|refused|declined)\b|\bput (?:the matter|it) off\b|\bturned it down\b",
    re.IGNORECASE,
)
_ASKS_FOR_OUTCOME = re.compile(
    r"\W*(?:(?:did|does|do|has|have|will|was|were|is|are)\b|what (?:became|happened|was decided|has become)"
    r"|what (?:did|has) .* (?:decide|do)\b|how did .* vote)",
    re.IGNORECASE,
)
_BECAUSE = re.compile(
    r"\b(?:because|since(?! \d)|due to|owing to|thanks to|put (?:this|it|that) down to|blamed?|attributed?|the reason"
    r"|caused by|as a result|that is why|so that)\b",
    re.IGNORECASE,
)
_PUT_DOWN = re.compile(
    r"(?:he|she|they|it|this|that) (?:\w+ ){0,2}?(?:put (?:this|it|that) down to|blamed?|attributed?|because)\b",
    re.IGNORECASE,
)
_ABOVE = 0.001
"""By how much the announced sentence is lifted above the one that announces it."""
_MOST_COUNTING_WORDS = 14
"""Of a sentence that says how many there are, and not which."""
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join((*UNITS[2:], *TENS))}|several|a few|a number of)"
_ASKED = re.compile(
    rf"^\W*asked {one_of((QUESTION_WORDS - {'whom', 'whose'}) | {'whether', 'if', 'about'})}\b"
    r"|\basked (?:\w+ ){0,3}?(?:whether|if)\b[^“”\"]*$",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:earlier|previous|first) version of this (?:article|story|report|page)\b|\bmis(?:identified|stated)\b"
    r"|\b(?:wrongly|incorrectly|mistakenly) (?:said|stated|gave|named|reported|described|identified)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"(?:had|were|if)\b(?! (?:the|an?) (?:end|same)\b)", re.IGNORECASE)
_SUPPOSES = re.compile(r"\b(?:if|would|could|might)\b", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:never|not|no)\b|n[’']t\b", re.IGNORECASE)
_COUNTED = re.compile(rf"\b{_NUMBER} (?:[\w-]+ )?(?:[\w-]+s|people|men|women|children)\b", re.IGNORECASE)
_ENUMERATES = re.compile(
    r"(?:they|these|those|their names?|the names|one|the first|both) (?:are|were|is|was|comes?|came)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(rf"\W*{one_of(HELPING | {'may', 'might', 'must'})}\b", re.IGNORECASE)
_ELLIPTIC = re.compile(
    r"(?:no|yes|he|she|it|they|neither|nobody|none)\b,?(?: \w+){0,2} (?:not?|never|so)\b(?:\W+\w+){0,4}\W*$"
    r"|(?:no|yes)\b[,.]",
    re.IGNORECASE,
)
"""A short sentence that says that it is so, or not, and not what."""
_LEANS = re.compile(rf"{one_of(POINTING_BACK)}\b", re.IGNORECASE)
