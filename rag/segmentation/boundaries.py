"""Where sentences end within one line of text, as offsets into that line.

The library `nupunkt` proposes; the rules here overrule it where it was seen to be wrong: its abbreviation list holds
ordinary words, it knows only `. ! ? …`, and it cuts after initials, enumerators and before emoticons. A rule answers
one question about one terminator and may pass; then the next rule is asked, and the library last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from rag.segmentation.abbreviations import (
    ABBREVIATIONS,
    BEFORE_A_NUMBER,
    NEVER_FINAL,
    ORDINAL_FOLLOWERS,
    SENTENCE_STARTERS,
    TITLES,
)

__all__ = ["sentence_ends"]

_CLOSERS = "\"'”’»›)\\]}*」』】》〉）］"
_EMOTICON = r"[:;=]['’]?-?[)(DPp](?!\w)"
_EMOJI = "[\u2600-\u27bf\ufe0f\u200d\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
_OTHER_STOPS = "؟۔।॥։።፧።၊။។‽⁇⁈⁉‼"
_WIDE_STOPS = "。！？｡"

# Every quantifier over a set is possessive, and a match starts only where a run of stops starts: the scan is linear.
_CANDIDATE = re.compile(
    rf"""
    (?<![.!?…])(?P<stop>\.(?:[ \t]\.)++|[.!?…]++|[{_OTHER_STOPS}]++)
        (?P<closers>[{_CLOSERS}]*+(?:\[\d{{1,3}}\])*+)
        (?P<tail>(?:[ ]?(?:{_EMOTICON}|{_EMOJI}++))*+) (?=\s)
    | (?P<wide>[{_WIDE_STOPS}][{_WIDE_STOPS}.!?…]*+[{_CLOSERS}]*+)
    | (?<=\s)(?P<smile>{_EMOTICON})(?=\s+[^\W\d_a-z])
    | (?<=\s)(?P<ruler>[=_*~-]{{8,}}+)(?=\s)
    | (?P<address>(?<!\S)https?://\S++)(?=\s+https?://)
    """,
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[^\s\"“”„«»()\[\]{}—–/]+$")
_NEXT = re.compile(r"\s*[\"'“”„‘’«»‹›(\[{¿¡*—–-]*\s*(?P<word>[^\W_]?[\w.’'-]*)")
_ATTRIBUTION = re.compile(
    r"\s*(?:[A-Z][\w’'.-]*\s+){1,4}"
    r"(?:said|says|asked|asks|added|adds|told|replied|wrote|writes|shouted|cried|explained|warned|insisted|exclaimed)\b"
)
_ENUMERATOR = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[IVX]{1,5})\)?\.")
_INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
_NOT_A_PERSON = re.compile(r"U\.S(?:\.A|\.S\.R)?|U\.K|U\.N|E\.U|U\.A\.E|P\.R\.C|D\.C|L\.A|N\.Y|A\.D|C\.E|B\.C(?:\.E)?")
_ROMAN_NUMERAL = re.compile(r"[IVXLC]{2,6}")
_ORDINARY_WORD = re.compile(r"[^\W\d_]{3,}")
_LONG_RUN = re.compile(r"\S{200,}+")
_WORD_REACH = 60


def sentence_ends(line: str) -> list[int]:
    """The offsets in `line` after which a new sentence begins, ascending, without the end of the line itself.

    >>> sentence_ends("No one will forget. This is it.")
    [19]
    """
    proposed = _library_ends(line)
    ends: set[int] = set()
    covered: list[tuple[int, int]] = []
    sentence_start = 0
    for match in _CANDIDATE.finditer(line):
        if match["ruler"]:
            ends.update((match.start(), match.end()))
            sentence_start = match.end()
            continue
        library_agrees = any(position in proposed for position in range(match.start() + 1, match.end() + 1))
        covered.append(match.span())
        if _ends_sentence(line, match, sentence_start=sentence_start, library_agrees=library_agrees):
            ends.add(match.end())
            sentence_start = match.end()
    for start, end in covered:
        proposed.difference_update(range(start + 1, end + 1))
    return sorted(ends | proposed)


def _ends_sentence(line: str, match: re.Match[str], *, sentence_start: int, library_agrees: bool) -> bool:
    """Whether a new sentence begins after the terminator that `match` found."""
    if match["smile"] or match["address"]:
        return True
    following = _NEXT.match(line, match.end())
    following_word = following["word"].rstrip(".'’-") if following else ""
    after = line[match.end() : match.end() + 40].lstrip()[:1]
    if match["wide"]:
        return after not in tuple("，、：；,;:")
    if after in (",", ";", ":", ")", "]", "}"):
        return False
    if match["closers"] and following_word[:1].islower():
        return False
    stop = match["stop"]
    if stop[0] in _OTHER_STOPS:
        return True
    if stop[0] in "!?":
        if match["closers"] and _ATTRIBUTION.match(line, match.end()):
            return False
        return library_agrees
    if stop != ".":
        return library_agrees or (bool(match["tail"]) and following_word[:1].isupper())
    if _ENUMERATOR.fullmatch(line, sentence_start, match.end()):
        return False
    word_match = _LAST_WORD.search(line, max(sentence_start, match.start() - _WORD_REACH), match.start())
    word = word_match.group() if word_match else ""
    return _full_stop_ends_sentence(word, following_word, match, library_agrees=library_agrees)


def _full_stop_ends_sentence(word: str, following_word: str, match: re.Match[str], *, library_agrees: bool) -> bool:
    """Whether the full stop after `word` ends a sentence, seen the word that follows it."""
    lowered = word.lower()
    starts_upper = following_word[:1].isupper()
    starter = following_word.split("’")[0].split("'")[0] in SENTENCE_STARTERS
    if lowered in NEVER_FINAL:
        return False
    if word in TITLES and (starts_upper or not library_agrees) and not match["closers"]:
        return False
    if lowered in BEFORE_A_NUMBER and following_word[:1].isdigit():
        return False
    if word.isdigit() and following_word in ORDINAL_FOLLOWERS:
        return False
    if _INITIALS.fullmatch(word) and not _NOT_A_PERSON.fullmatch(word):
        return starter
    is_numeral = _ROMAN_NUMERAL.fullmatch(word) is not None
    if (is_numeral or word in ABBREVIATIONS) and following_word[:1].islower():
        return False
    if library_agrees or word in ABBREVIATIONS:
        return library_agrees
    if following_word[:1].isdigit():
        return len(word) > 3 and word.isalpha() and word.islower()
    if not (starts_upper or match["tail"]):
        return False
    if lowered == "no":
        return not _ROMAN_NUMERAL.fullmatch(following_word)
    if starter and (word.isalpha() or word.isdigit()):
        return True
    return is_numeral or _ORDINARY_WORD.fullmatch(word) is not None


@cache
def _library() -> Callable[[str], Iterable[tuple[int, int]]]:
    """The library's tokenizer; built on first use, so that importing this package stays light."""
    import nupunkt

    return nupunkt.load("default").span_tokenize


def _library_ends(line: str) -> set[int]:
    """Where the library ends sentences in `line`, the end of the line left out."""
    mapped = _LONG_RUN.sub(_flatten, line)
    ends = set()
    for start, end in _library()(mapped):
        ends.add(start + len(mapped[start:end].rstrip()))
    ends.discard(len(mapped.rstrip()))
    return ends


def _flatten(run: re.Match[str]) -> str:
    """The run with its middle replaced by letters: the library is quadratic in stops without blanks between them."""
    text = run.group()
    return text[:60] + "x" * (len(text) - 100) + text[-40:]
