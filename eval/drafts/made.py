"""Drafts made by rule from public pages: quotations and claims as they stand there, and altered in one way each.

Who says a quotation is read from the plainest patterns alone ("…," said Ann Lee), by code of its own, so that the
check is not held against what it reads itself. Every alteration is drawn by the case's id: the same pages give the same
drafts. Nothing of a page is kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from eval.cases import CorpusDocument
from eval.drafts.cases import DraftCase
from eval.halves import half
from eval.mutations.engine import mutants_of
from eval.mutations.records import FaithfulClaim, MutationKind
from eval.mutations.rewordings import rewordings_of
from rag import DraftVerdict, Span, sentence_spans

__all__ = ["Attributed", "Told", "made_cases", "quoted_in", "told_in"]

_NAME = (
    r"(?P<name>(?!The |He |She |This |That )[A-Z][a-zé’'-]+(?: [A-Z]\.)?(?: (?:de |van |von )?[A-Z][a-zé’'-]+){1,2})"
)
_SAID = r"(?:said|says|added|explained|told|wrote|recalled|noted)"
_BEFORE = re.compile(
    rf"[“\"](?P<words>[^“”\"\n]{{40,260}})[”\"],? "
    rf"(?:{_SAID} {_NAME}(?=[,.])|{_NAME.replace('name', 'other')} {_SAID}\b)"
)
_AFTER = re.compile(rf"{_NAME} {_SAID},? ?:? ?[“\"](?P<words>[^“”\"\n]{{40,260}})[”\"]")
_ANY = re.compile(r"(?<=[\s(])(?:“(?P<words>[^“”\"\n]{45,260})”)")
_REPORTED = re.compile(rf"^{_NAME} (?P<verb>said|says|told|explained) that (?P<told>[^“”\"]{{30,200}})\.$")
_PRONOUNS = re.compile(r"\b(?:he|she|they|it|his|her|their|this|these|those|that|I|we|our|us|you)\b", re.IGNORECASE)
_WORD = re.compile(r"\b[a-z]{5,}\b")
_OPENING = re.compile(r"^(?:The|A|An|In|On|At|[A-Z][a-z]+) ")
_TURN = re.compile(r", (?:but|although|unless|though|except|if) ")
_NOT_STATED = re.compile(
    rf"\b(?:{_SAID}|say|claim\w*|report\w*|plan\w*|will|would|may|might|could|if|denied|alleg\w*|expect\w*|hope\w*"
    r"|believ\w*|argu\w*|suggest\w*|according)\b"
)
_OUTLETS = ("the Guildford Herald", "the Norwich Gazette", "the Leeds Courier", "the Bath Chronicle")
_NOBODY = ("One remark stood out: “{q}.”", 'It reads: "{q}."', "In the words of the page, “{q}”.")
_OTHERS = ("Margaret Ellwood", "Tobias Renner", "Claire Pemberton", "Hugh Ashdown")
_STYLES = (
    "“{q},” said {s}.",
    '{s} said: "{q}."',
    "«{q}», {s} told reporters on Monday.",
    "Speaking on Tuesday, {s} said: “{q}.”",
    "‘{q},’ {s} said.",
    '"{q}," {s} said at the meeting.',
)


class Attributed(NamedTuple):
    """A quotation of a page and who says it there."""

    document: CorpusDocument
    words: str
    speaker: str


class Told(NamedTuple):
    """A sentence of a page that is no quotation. speaker: who says it, in "Ann Lee said that …"; else empty."""

    document: CorpusDocument
    sentence: str
    span: Span
    speaker: str = ""
    content: str = ""


def quoted_in(document: CorpusDocument) -> Iterator[Attributed]:
    """The quotations of at least eight words; those whose speaker stands right beside them come with it."""
    seen: set[str] = set()
    for pattern in (_BEFORE, _AFTER, _ANY):
        for found in pattern.finditer(document.text):
            words = found["words"].strip().rstrip(",.")
            speaker = found.groupdict().get("other") or found.groupdict().get("name") or ""
            is_plain = words[:1].isalnum() and not re.search(r"[\[\]…*|]|\.\.|https?:", words)
            if len(words.split()) >= 8 and is_plain and words[:30] not in seen:
                seen.add(words[:30])
                yield Attributed(document, words, speaker)


def told_in(document: CorpusDocument) -> Iterator[Told]:
    """Sentences that state something by themselves, and those that report what a named person said."""
    for span in sentence_spans(document.text):
        sentence = span.slice(document.text)
        if not 8 <= len(sentence.split()) <= 32 or not sentence.endswith(".") or re.search(r"[“”\"‘*|#_]", sentence):
            continue
        reported = _REPORTED.match(sentence)
        if reported:
            yield Told(document, sentence, span, reported["name"], reported["told"])
        elif _OPENING.match(sentence) and not _PRONOUNS.search(sentence) and not _NOT_STATED.search(sentence):
            yield Told(document, sentence, span)


def made_cases(known: Sequence[CorpusDocument], unknown: Sequence[CorpusDocument], *, most: int) -> list[DraftCase]:
    """The drafts of both halves, at most that many of a kind and half.

    known: pages that are searched. unknown: pages that are not, for what no document says.
    """
    quoted = [each for document in known for each in islice(quoted_in(document), 12)]
    told = [each for document in known for each in islice(told_in(document), 6)]
    cases: list[DraftCase] = []
    for kind, make in _QUOTATIONS.items():
        cases += _made(kind, make, quoted, most)
    for name, make_claim in _CLAIMS.items():
        cases += _made(name, make_claim, told, most)
    absent = [each for document in unknown for each in islice(quoted_in(document), 4)]
    cases += _made("absent quotation", _absent_quotation, absent, most)
    stated = [each for document in unknown for each in islice(told_in(document), 2)]
    cases += _made("absent claim", _absent_claim, stated, most)
    return cases


def _made(
    kind: str, make: Callable[..., DraftCase | None], material: Sequence[Attributed | Told], most: int
) -> list[DraftCase]:
    """The drafts of a kind, as many of each half, drawn by the kind and the material."""
    chance = random.Random(kind)  # noqa: S311 - to be repeated, not to be secret
    order = list(material)
    chance.shuffle(order)
    by_half: dict[str, list[DraftCase]] = {}
    for number, each in enumerate(order):
        own = by_half.setdefault(half(each.document.id), [])
        case = make(kind, number, each, order) if len(own) < most else None
        if case is not None:
            own.append(case)
    return [case for cases in by_half.values() for case in cases]


def _case(
    kind: str,
    number: int,
    document: CorpusDocument,
    text: str,
    part: str,
    verdicts: set[DraftVerdict],
    *,
    is_wrong: bool,
) -> DraftCase:
    start = text.index(part)
    return DraftCase(
        id=f"{kind.replace(' ', '-')}-{document.id}-{number}",
        half=half(document.id),
        kind=kind,
        text=text,
        part=Span(start=start, end=start + len(part)),
        verdicts=frozenset(verdicts),
        is_wrong=is_wrong,
        is_quotation=not kind.endswith("claim"),
    )


def _quotation(
    kind: str,
    number: int,
    each: Attributed,
    words: str,
    verdicts: set[DraftVerdict],
    *,
    is_wrong: bool,
    speaker: str = "",
) -> DraftCase:
    styles = _STYLES if speaker or each.speaker else _NOBODY
    style = styles[number % len(styles)]
    if style.startswith("‘") and "'" in words.replace("’", "'"):
        style = styles[0]
    text = style.format(q=words, s=speaker or each.speaker)
    return _case(kind, number, each.document, text, words, verdicts, is_wrong=is_wrong)


def _exact(kind: str, number: int, each: Attributed, _: object) -> DraftCase:
    return _quotation(kind, number, each, each.words, {DraftVerdict.EXACT}, is_wrong=False)


def _partial(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    words = each.words.split()
    start = len(words) // 3
    part = " ".join(words[start : start + 4]).strip(",;.")
    if len(_WORD.findall(part)) < 2 or not re.fullmatch(r"[\w’' -]+", part):
        return None
    before = " ".join(words[:start][-5:])
    text = f"{each.speaker or 'The speaker'} spoke of {before} “{part}”."
    return _case(kind, number, each.document, text, part, {DraftVerdict.EXACT}, is_wrong=False)


def _ellipsis(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    words = each.words.split()
    if len(words) < 12 or _n_not(words[4:-4]):
        return None
    sign = ("…", "[...]", "...", "[…]")[number % 4]
    kept = " ".join([*words[:4], sign, *words[-4:]])
    return _quotation(kind, number, each, kept, {DraftVerdict.DIFFERS}, is_wrong=False)


def _n_not(words: Sequence[str]) -> bool:
    return any(re.search(r"\b(?:not|no|never|nobody|nothing|without)\b|n[’']t\b", word) for word in words)


def _brackets(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    found = re.search(r"(?<=\w )(?:he|she|it|they|him|them|this)(?= \w)", each.words)
    if found is None:
        return None
    words = f"{each.words[: found.start()]}[the committee]{each.words[found.end() :]}"
    return _quotation(kind, number, each, words, {DraftVerdict.DIFFERS}, is_wrong=False)


def _word(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    chance = random.Random(each.words)  # noqa: S311
    mine = [found for found in _WORD.finditer(each.words) if found.start()]
    theirs = sorted(set(_WORD.findall(each.document.text)) - set(_WORD.findall(each.words)))
    if not mine or not theirs:
        return None
    out, put = chance.choice(mine), chance.choice(theirs)
    words = each.words[: out.start()] + put + each.words[out.end() :]
    return _quotation(kind, number, each, words, {DraftVerdict.DIFFERS}, is_wrong=True)


def _left_out(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    words = each.words.split()
    place = next((i for i in range(3, len(words) - 3) if _WORD.fullmatch(words[i])), None)
    if place is None:
        return None
    kept = " ".join(words[:place] + words[place + 1 :])
    return _quotation(kind, number, each, kept, {DraftVerdict.DIFFERS}, is_wrong=True)


def _changed(of: MutationKind, verdict: DraftVerdict) -> Callable[..., DraftCase | None]:
    def make(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
        claim = FaithfulClaim(
            id=f"{each.document.id}-{number}",
            text=f"{each.words}.",
            document_id=each.document.id,
            document_text=each.document.text,
            cited=(Span(start=0, end=1),),
        )
        made = next((mutant for mutant in mutants_of(claim, seed=1) if mutant.kind is of), None)
        if made is None:
            return None
        return _quotation(kind, number, each, made.claim_text.rstrip("."), {verdict}, is_wrong=True)

    return make


def _spliced(kind: str, number: int, each: Attributed, order: Sequence[Attributed]) -> DraftCase | None:
    other = next(
        (one for one in order if one.document.id == each.document.id and one.words[:30] != each.words[:30]), None
    )
    if other is None:
        return None
    words = f"{' '.join(each.words.split()[:7])} {' '.join(other.words.split()[-7:])}"
    return _quotation(kind, number, each, words, {DraftVerdict.SPLICED}, is_wrong=True)


def _speaker(kind: str, number: int, each: Attributed, order: Sequence[Attributed]) -> DraftCase | None:
    if not each.speaker:
        return None
    others = [one.speaker for one in order if one.document.id == each.document.id and one.speaker]
    other = next((one for one in others if one.split()[-1] != each.speaker.split()[-1]), _OTHERS[number % len(_OTHERS)])
    return _quotation(kind, number, each, each.words, {DraftVerdict.OTHER_SPEAKER}, is_wrong=True, speaker=other)


def _source(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    if not each.speaker:
        return None
    text = f"“{each.words},” {each.speaker} told {_OUTLETS[number % len(_OUTLETS)]}."
    return _case(kind, number, each.document, text, each.words, {DraftVerdict.OTHER_SOURCE}, is_wrong=True)


def _context(kind: str, number: int, each: Attributed, _: object) -> DraftCase | None:
    found = _TURN.search(each.words)
    if found is None or len(each.words[: found.start()].split()) < 5:
        return None
    kept = each.words[: found.start()]
    kept = re.split(r"(?<=[.!?]) ", kept)[-1]
    if len(kept.split()) < 5:
        return None
    return _quotation(kind, number, each, kept, {DraftVerdict.CONTEXT_DROPPED}, is_wrong=True)


def _absent_quotation(kind: str, number: int, each: Attributed, _: object) -> DraftCase:
    return _quotation(kind, number, each, each.words, {DraftVerdict.NOT_FOUND}, is_wrong=True)


_QUOTATIONS: dict[str, Callable[..., DraftCase | None]] = {
    "true quotation": _exact,
    "true partial quotation": _partial,
    "true quotation with ellipsis": _ellipsis,
    "true quotation with brackets": _brackets,
    "word changed": _word,
    "word left out": _left_out,
    "number changed": _changed(MutationKind.NUMBER, DraftVerdict.NUMBER_CHANGED),
    "date changed": _changed(MutationKind.DATE, DraftVerdict.DATE_CHANGED),
    "name changed": _changed(MutationKind.NAME, DraftVerdict.NAME_CHANGED),
    "negation changed": _changed(MutationKind.NEGATION, DraftVerdict.NEGATION_CHANGED),
    "spliced": _spliced,
    "other speaker": _speaker,
    "other source": _source,
    "context dropped": _context,
}


def _claim(of: Told, number: int) -> FaithfulClaim:
    return FaithfulClaim(
        id=f"{of.document.id}-{number}",
        text=of.sentence,
        document_id=of.document.id,
        document_text=of.document.text,
        cited=(of.span,),
    )


def _true_claim(kind: str, number: int, each: Told, _: object) -> DraftCase:
    return _case(kind, number, each.document, each.sentence, each.sentence, {DraftVerdict.SUPPORTED}, is_wrong=False)


def _reworded(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
    made = next(iter(rewordings_of(_claim(each, number), seed=1)), None)
    if made is None:
        return None
    return _case(
        kind, number, each.document, made.claim_text, made.claim_text, {DraftVerdict.SUPPORTED}, is_wrong=False
    )


def _changed_claim(of: MutationKind, verdict: DraftVerdict) -> Callable[..., DraftCase | None]:
    def make(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
        made = next((mutant for mutant in mutants_of(_claim(each, number), seed=1) if mutant.kind is of), None)
        if made is None:
            return None
        return _case(kind, number, each.document, made.claim_text, made.claim_text, {verdict}, is_wrong=True)

    return make


def _stated(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
    if not each.content or _PRONOUNS.match(each.content):
        return None
    text = f"{each.content[:1].upper()}{each.content[1:]}."
    return _case(kind, number, each.document, text, text, {DraftVerdict.NOT_STATED}, is_wrong=True)


def _said_by_another(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
    if not each.speaker:
        return None
    text = each.sentence.replace(each.speaker, _OTHERS[number % len(_OTHERS)], 1)
    return _case(kind, number, each.document, text, text, {DraftVerdict.OTHER_SPEAKER}, is_wrong=True)


def _direct(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
    if not each.speaker or len(each.content.split()) < 6:
        return None
    words = f"{each.content[:1].upper()}{each.content[1:]}"
    text = f"{each.speaker} said: “{words}.”"
    return _case(kind, number, each.document, text, words, {DraftVerdict.DIFFERS}, is_wrong=True)._replace(
        is_quotation=True
    )


def _absent_claim(kind: str, number: int, each: Told, _: object) -> DraftCase | None:
    return _case(kind, number, each.document, each.sentence, each.sentence, {DraftVerdict.NOT_FOUND}, is_wrong=True)


_CLAIMS: dict[str, Callable[..., DraftCase | None]] = {
    "true claim": _true_claim,
    "true reworded claim": _reworded,
    "number changed in a claim": _changed_claim(MutationKind.NUMBER, DraftVerdict.NUMBER_CHANGED),
    "date changed in a claim": _changed_claim(MutationKind.DATE, DraftVerdict.DATE_CHANGED),
    "name changed in a claim": _changed_claim(MutationKind.NAME, DraftVerdict.NAME_CHANGED),
    "negation changed in a claim": _changed_claim(MutationKind.NEGATION, DraftVerdict.NEGATION_CHANGED),
    "reported, and stated in a claim": _stated,
    "other speaker of a claim": _said_by_another,
    "indirect made direct": _direct,
}
