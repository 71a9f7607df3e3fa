"""Faithful claims in other words: the controls that a verifier must not accuse.

A verifier that goes beyond copied sentences is tested by these. Each rule keeps the meaning whatever the sentence
says, never touches what stands in quotation marks, and does not apply where it is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from random import Random
from types import MappingProxyType

from eval.mutations.lexicon import COUNTRIES, MONTHS, NUMBER_WORDS, REPORTING_VERBS
from eval.mutations.names import NameKind, names_in, people_in
from eval.mutations.records import Change, FaithfulClaim, Rewording, RewordingRule, changed, shown
from rag import Span

__all__ = ["MAX_PER_RULE", "rewordings_of"]

MAX_PER_RULE = 2

_MONTH = "|".join(MONTHS)
_WORD_BY_NUMBER = {str(value): word for word, value in NUMBER_WORDS.items()}
_PERCENT = re.compile(r"(?<=\d)( ?% ?| ?per ?cent)(?![\w%])")
_DAY_MONTH = re.compile(rf"(?<![\w-])(?P<day>\d{{1,2}}) (?P<month>{_MONTH})(?P<year> \d{{4}})?(?![\w-])")
_MONTH_DAY = re.compile(
    rf"(?<![\w-])(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?![\d:-]| ?(?:-|–|--)| and \d| to \d"
    rf"| or \d)(?:(?P<comma> ?, )(?P<year>\d{{4}})(?: ?,)?)?(?!\w)"
)
_COUNTED = re.compile(
    rf"(?<![\w.,:/’'$£€–-])(?<!- )(?P<number>{'|'.join(NUMBER_WORDS)}|[2-9]|1[0-9]|20)(?= (?!(?:hundred"
    rf"|thousand|million|billion|per|and|or|to|of|in|at|on|is|are|was|were|for|by|from|with|a\.m|p\.m)\b)[a-z]+)"
)
_BEFORE_COUNT = re.compile(
    r"(?:^|\b(?:the|these|those|all|for|in|of|has|have|had|with|by|about|over|are|were|was|is|between"
    r"|every|his|her|their|its|into|only|expel|held|after|won|than|least|spent|took|takes|contains"
    r"|comprises|first|last|next|other|play|between|some)) $",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"^(Meanwhile|However|Moreover|Furthermore|In addition|Additionally|Nevertheless|Nonetheless|Indeed|Consequently|"
    r"As a result|Therefore|Thus|Similarly|Likewise|Besides|Accordingly|In fact) ?, (?=\S)"
)
_QUOTE_FIRST = re.compile(r"^“(?P<quote>[^“”]+),” (?:(?P<speaker>[^,“”]{2,50}?) (?P<verb>said|says|added|warned))\.$")
_SPEAKER_FIRST = re.compile(r"^(?P<speaker>[^,“”:]{2,60}?) (?P<verb>said|says|added|warned): “(?P<quote>[^“”.?!]+)\.”$")
_INDEXICAL = re.compile(
    r"\b(?:I|me|my|we|us|our|you|your|this|these|here|now|today|tomorrow|yesterday|ago|let|well)\b|[’']ll|[’']m\b|\?|!",
    re.IGNORECASE,
)
_APPOSITION = re.compile(
    rf"^(?P<name>[^,“”()]{{4,60}}?) ?, (?P<note>(?:the|an?|[A-Z][\w.]+(?:’s|'s"
    rf"| 's)) [^,“”();]{{2,70}}?) ?, (?=(?:{REPORTING_VERBS}|has|had|is|was|will|would|also|earlier|later|told)\b)"
)
_CONTRACTIONS = (
    *(
        (f"{verb} not", f"{verb}n’t")
        for verb in (
            *("did", "does", "do", "is", "are", "was", "were"),
            *("has", "have", "had", "would", "could", "should"),
        )
    ),
    ("will not", "won’t"),
    ("cannot", "can’t"),
)
_OLD_YEAR = re.compile(r"\b1[0-8]\d\d\b")
"""In older history Britain is not yet the United Kingdom, and America is a continent."""
_NOUN_FOLLOWS = re.compile(
    r" (?!(?:will|has|had|is|was|would|could|can|and|or|to|in|for|of|on|with|by|from|that|as|at|after"
    r"|before|during|since|under|until|when|while|did|does|should|must|backed|revoked|invaded|declared"
    r"|resulted|also)\b)[A-Za-z]|-|’\w\w|\.\w"
)


def rewordings_of(claim: FaithfulClaim, *, seed: int) -> list[Rewording]:
    """At most `MAX_PER_RULE` rewordings by each rule, in the order of `RewordingRule`; none where no rule applies."""
    rewordings = []
    for rule in RewordingRule:
        random = Random(f"{seed}:{claim.id}:{rule}")  # noqa: S311  draws a sample, guards no secret
        made = [change for change in dict.fromkeys(_RULES[rule](claim)) if change.text != claim.text]
        random.shuffle(made)
        rewordings += [
            Rewording(id=f"{claim.id}:{rule}:{number}", rule=rule, claim_text=text, original=claim, change=note)
            for number, (text, note) in enumerate(islice(made, MAX_PER_RULE), start=1)
        ]
    return rewordings


def _percent_sign(claim: FaithfulClaim) -> Iterator[Change]:
    for match in _outside_quotes(_PERCENT, claim.text):
        blank = " " if match[0].endswith("% ") else ""
        forms = ("%", " per cent", " percent")
        for form in forms:
            if form.strip() != match[0].strip():
                yield _changed(claim.text, match, form + blank)


def _day_and_month(claim: FaithfulClaim) -> Iterator[Change]:
    for match in _outside_quotes(_DAY_MONTH, claim.text):
        year = f",{match['year']}" if match["year"] else ""
        yield _changed(claim.text, match, f"{match['month']} {match['day']}{year}")
    for match in _outside_quotes(_MONTH_DAY, claim.text):
        year = f" {match['year']}" if match["year"] else ""
        yield _changed(claim.text, match, f"{match['day']} {match['month']}{year}")


def _number_word(claim: FaithfulClaim) -> Iterator[Change]:
    for match in _outside_quotes(_COUNTED, claim.text):
        if _BEFORE_COUNT.search(claim.text[: match.start()]):
            word = match["number"]
            yield _changed(claim.text, match, _WORD_BY_NUMBER.get(word) or str(NUMBER_WORDS[word]))


def _country_name(claim: FaithfulClaim) -> Iterator[Change]:
    if _OLD_YEAR.search(claim.document_text):
        return
    by_name = {name: country for country in COUNTRIES for name in country.names if len(country.names) > 1}
    for name in names_in(claim.text):
        text = name.text[0].lower() + name.text[1:] if name.text.startswith("The ") else name.text
        follows = claim.text[name.span.end :]
        if name.kind is not NameKind.COUNTRY or text not in by_name or _is_quoted(claim.text, name.span.start):
            continue
        if _NOUN_FOLLOWS.match(follows) or re.search(r"[A-Z][\w.]* $", claim.text[: name.span.start]):
            continue
        for other in by_name[text].names:
            if (
                other != text
                and "Great" not in text + other
                and text != "America"
                and "." not in other
                and not re.search(rf"(?<!\w){re.escape(other)}(?!\w)", claim.text)
            ):
                is_first = name.span.start == 0
                yield changed(claim.text, name.span, other[0].upper() + other[1:] if is_first else other)


def _leading_adverb(claim: FaithfulClaim) -> Iterator[Change]:
    match = _ADVERB.match(claim.text)
    if match:
        rest = claim.text[match.end() :]
        yield Change(rest[0].upper() + rest[1:], f"{match[1]}, {shown(rest)} → {shown(rest)}")


def _reported_speech(claim: FaithfulClaim) -> Iterator[Change]:
    first = _QUOTE_FIRST.match(claim.text) or _SPEAKER_FIRST.match(claim.text)
    if not first:
        return
    speaker, verb, quote = first["speaker"], first["verb"], first["quote"]
    opening = speaker[0].upper() + speaker[1:]
    closing = (
        speaker[0].lower() + speaker[1:] if speaker.split()[0] in ("A", "An", "The", "He", "She", "They") else speaker
    )
    for text in (f"{opening} {verb}: “{quote}.”", f"“{quote},” {closing} {verb}."):
        yield Change(text, f"{shown(claim.text)} → {shown(text)}")
    if not _INDEXICAL.search(quote):
        is_small = bool(re.match(r"(?:It|The|An?|There|They|He|She|In)\b", quote))
        text = f"{opening} {verb} that {quote[0].lower() + quote[1:] if is_small else quote}."
        yield Change(text, f"{shown(claim.text)} → {shown(text)}")


def _apposition(claim: FaithfulClaim) -> Iterator[Change]:
    match = _APPOSITION.match(claim.text)
    if match and people_in(match["name"])[-1:] and match["name"].endswith(people_in(match["name"])[-1]):
        text = f"{match['name']} {claim.text[match.end() :]}"
        yield Change(text, f"{match[0].strip()} → {match['name']}")


def _contraction(claim: FaithfulClaim) -> Iterator[Change]:
    for full, short in _CONTRACTIONS:
        for match in _outside_quotes(re.compile(rf"(?<!\w){full}(?! only)(?!\w)"), claim.text):
            yield _changed(claim.text, match, short)
        stem = short.removesuffix("n’t")
        for match in _outside_quotes(re.compile(rf"(?<!\w){stem} ?n[’']t(?!\w)"), claim.text):
            yield _changed(claim.text, match, full)


def _spacing(claim: FaithfulClaim) -> Iterator[Change]:
    text = claim.text
    if not re.search(r" [,.;](?: |$)", text):
        return
    text = re.sub(r"`` ?", "“", re.sub(r" ?''", "”", text))
    text = re.sub(r" ([,.;:!?)%])(?=[ )”,.;]|$)", r"\1", text)
    text = re.sub(r"([(]) ", r"\1", re.sub(r" ((?:'s|n't|'re|'ve|'ll)\b)", r"\1", text))
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
    yield Change(text, f"{shown(claim.text)} → {shown(text)}")


_RULES: Mapping[RewordingRule, Callable[[FaithfulClaim], Iterator[Change]]] = MappingProxyType(
    {
        RewordingRule.PERCENT_SIGN: _percent_sign,
        RewordingRule.DAY_AND_MONTH: _day_and_month,
        RewordingRule.NUMBER_WORD: _number_word,
        RewordingRule.COUNTRY_NAME: _country_name,
        RewordingRule.LEADING_ADVERB: _leading_adverb,
        RewordingRule.REPORTED_SPEECH: _reported_speech,
        RewordingRule.APPOSITION: _apposition,
        RewordingRule.CONTRACTION: _contraction,
        RewordingRule.SPACING: _spacing,
    }
)


def _changed(text: str, match: re.Match[str], replacement: str) -> Change:
    return changed(text, Span(start=match.start(), end=match.end()), replacement)


def _outside_quotes(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return (match for match in pattern.finditer(text) if not _is_quoted(text, match.start()))


def _is_quoted(text: str, position: int) -> bool:
    """Whether the position is inside quotation marks, also of a quotation that began in an earlier sentence."""
    before, after = text[:position], text[position:]
    is_opened = before.rfind("“") > before.rfind("”") or before.rfind("``") > before.rfind("''")
    closes_first = after.find("”") >= 0 and (after.find("“") < 0 or after.find("”") < after.find("“"))
    return is_opened or closes_first or before.count('"') % 2 == 1
