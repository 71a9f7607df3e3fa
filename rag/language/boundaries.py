"""Where sentences end within one line of text, as offsets into that line.

The library `nupunkt` proposes; the rules here overrule it where it was seen to be wrong: its abbreviation list holds
ordinary words, it knows only `. ! ? …`, and it cuts after initials, enumerators and before emoticons. A rule answers
one question about one terminator and may pass; then the next rule is asked, and the library last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from rag.language.english import one_of, word_set
from rag.language.language_rules import (
    ABBREVIATIONS,
    BEFORE_A_NUMBER,
    NEVER_FINAL,
    ORDINAL_FOLLOWERS,
    SENTENCE_STARTERS,
    TITLES,
    LanguageRules,
    rules_of,
)
from rag.language.saying import AFTER_A_CRY

__all__ = ["sentence_ends"]

_CLOSERS = "\"'”’»›)\\]}*」』】》〉）］"
_EMOTICON = r"[:;=]['’]?-?[)(DPp](?!\w)"
_EMOJI = "[\u2600-\u27bf\ufe0f\u200d\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
_OTHER_STOPS = "؟۔।॥։።፧።၊။។‽⁇⁈⁉‼"
_WIDE_STOPS = "。！？｡"
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff"

# Every quantifier over a set is possessive, and a match starts only where a run of stops starts: the scans are linear.
# Each pattern begins with a set of characters wherever it can, because the search then skips all others at once.
_STOP = re.compile(
    rf"""
    (?P<stop>[.!?…{_OTHER_STOPS}](?<![.!?…].)
        (?:(?<=\.)(?:[ \t]\.)++|(?<=[.!?…])[.!?…]*+|(?<=[{_OTHER_STOPS}])[{_OTHER_STOPS}]*+))
    (?P<closers>(?:[{_CLOSERS}]|[“«‘](?=\s)|[ \u00a0\u202f]»(?=[\s.,;:!?)]|\Z))*+(?:\[\d{{1,3}}\])*+)
    (?P<tail>(?:[ ]?(?:{_EMOTICON}|{_EMOJI}++))*+) (?=\s|(?<=»)\Z)
    """,
    re.VERBOSE,
)
_RARE = re.compile(
    rf"""
    (?P<wide>(?:[{_WIDE_STOPS}]|(?<=[{_IDEOGRAPHS}])．)[{_WIDE_STOPS}.!?…]*+)(?P<wide_closers>[{_CLOSERS}]*+)
    | (?<=\s)(?P<smile>{_EMOTICON})(?=\s+[^\W\d_a-z])
    | (?<=\s)(?P<ruler>[=_*~-]{{8,}}+)(?=\s)
    | (?P<address>(?<!\S)https?://\S++)(?=\s+https?://)
    """,
    re.VERBOSE,
)
_SIGNS_OF_RARE = (
    re.compile(f"[{_WIDE_STOPS}．]"),
    re.compile(_EMOTICON),
    re.compile("[=_*~-]{8}"),
    re.compile("https?://"),
)
_LAST_WORD = re.compile(r"[^\s\"“”„«»()\[\]{}—–/]+$")
_NEXT = re.compile(r"\s*[\"'“”„‘’«»‹›(\[{¿¡*—–-]*\s*(?P<word>[^\W_]?[\w.’'-]*)")
_ATTRIBUTION = re.compile(rf"\s*(?:[A-Z][\w’'.-]*\s+){{1,4}}{one_of(AFTER_A_CRY)}\b")
_CASED_STOPS = tuple(".!?…\"'”’»›)]")
_WORD_AFTER = re.compile(r"\s*[\"'“”„‘’«»‹›(\[]*(?!https?:|www\.)(?P<word>[^\W\d_][^\W_]*+)(?![\w@])")
_NO_BLANK = re.compile(
    r"(?<![\w.@/:#])(?P<word>[^\W_][\w,’'-]*+)[)%]?(?P<stop>[.!?])(?P<closers>[\"”’»)\]]{0,2})"
    r"(?=(?:The|This|That|These|Those|There|Then|They|He|She|It|I|We|You|His|Her|Its|Their|Our|My|But|However|Meanwhile"
    r"|Moreover|In|At|Although|Because|Another|Some|Many|Most)[\s,’']|(?=(?:Mr|Mrs|Ms|Dr)\.?\s))"
)
"""A word, a stop, and at once a word that begins sentences; none that also names a method ("time.Now")."""
_SIGN_OF_NO_BLANK = re.compile(r"[.!?][\"”’»)\]]{0,2}[A-Z]")
_STREET = re.compile(r"(?<![.\w])[A-Z][a-z]+ (?:St|Ft|Mt|Sr|Col)\Z")
_CARELESS = re.compile(r"\b(?:i|im|u|ur|dont|cant|ive|thx|pls)\b(?![.’'])")
_WORD_BEFORE = re.compile(r"(?P<word>[\w.’'-]*[^\W_])(?P<stop>[.!?…]+)[\"'”’»›)\]]*\Z")
_ENGLISH_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_VOWEL = re.compile("[aeiouyà-åæè-ïò-öøù-üœąęěőűűаеёиоуыэюяіїє]")
_CREDIT = re.compile(
    r"\s*[(\[](?:[^()\[\]/.!?]{2,40}/[^()\[\]/]{2,40}|(?:photo|picture|image|credit|source|via|courtesy)\b[^()\[\]]{2,60}"
    r"|(?:AP|AFP|Reuters|Getty|EPA|PA)\b[^()\[\]]{0,40})[)\]]\s*",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5}|[IVX]{1,5})\)?\.")
_INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
_NOT_A_PERSON = re.compile(r"U\.S(?:\.A|\.S\.R)?|U\.K|U\.N|E\.U|U\.A\.E|P\.R\.C|D\.C|L\.A|N\.Y|A\.D|C\.E|B\.C(?:\.E)?")
_ROMAN_NUMERAL = re.compile(r"[IVXLC]{2,6}")
_ORDINARY_WORD = re.compile(r"[^\W\d_]{3,}")
_DOTTED = re.compile(r"[^\W\d_][^\s.]{0,4}\.(?:[ \u00a0\u202f]?-?[^\W\d_][^\s.]{0,4}\.){1,3}")
_BETWEEN_PARTS = re.compile(r"[ \u00a0\u202f]")
_HINDI_LETTERS = word_set("""
    ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई जेड ज़ेड
""")
"""The names of English letters, of which Hindi spells initials ("बी.सी.")."""
_QUOTE_GOES_ON = re.compile(
    r"と(?![てにこりうきもん])|って|など|の(?![ちぞん])|を|が(?!ん)|は(?![いじたや])|に(?![わほ])"
)
_WORD_GOES_ON = re.compile(r"の(?![ちぞん])|を")
_SAID_IN_CHINESE = re.compile(
    r"[^\s，。！？；：“”「」『』]{1,12}?(?:[说說]|(?<!知)道|[问問]|表示|指出|[称稱]|[强強][调調]|喊)[。，！？,]"
)
_LIBRARY_STOP = re.compile(r"[.!?…](?!\Z)")
_LONG_RUN = re.compile(r"\S{200,}+")
_ELISION = re.compile(r"^.*['’]")
_ORDINAL = re.compile(r"\d{1,3}|[IVXLC]{1,6}")
_ROMAN = re.compile(r"[IVXLC]{1,6}")
_YEAR = re.compile(r"(?:\d|\b[IVXLCХІ]+)\s*$")
_WORD_REACH = 60
_PART_REACH = 5
"""No part of an abbreviation is longer."""
_OPENING_WORDS = 4
"""A sentence of no more words up to "1990 r." goes on: "W 1989 r. Polska …"."""


def sentence_ends(line: str, language: str = "") -> list[int]:
    """The offsets in `line` after which a new sentence begins, ascending, without the end of the line itself.

    language: ISO 639-1 code; empty for the rules that hold in any language.

    >>> sentence_ends("No one will forget. This is it.")
    [19]
    >>> sentence_ends("Das ist z. B. die 3. Auflage. Sie ist rot.", "de")
    [29]
    """
    return _LineReader(line, rules_of(language)).ends()


def _candidates(line: str) -> Iterable[re.Match[str]]:
    """What may end a sentence, from left to right, none inside another."""
    stops = list(_STOP.finditer(line))
    if not any(sign.search(line) for sign in _SIGNS_OF_RARE):
        return stops
    found: list[re.Match[str]] = []
    for match in sorted([*stops, *_RARE.finditer(line)], key=re.Match.start):
        if not found or match.start() >= found[-1].end():
            found.append(match)
    return found


class _LineReader:
    """Reads one line from left to right and remembers where its sentence and the last abbreviation of parts began."""

    def __init__(self, line: str, rules: LanguageRules) -> None:
        self._line = line
        self._rules = rules
        self._sentence_start = 0
        self._abbreviation = ""
        self._abbreviation_end = 0
        self._lacks_capitals: bool | None = None
        self._quotes_seen = self._quotes_counted_to = 0

    def ends(self) -> list[int]:
        """Where sentences end, by the rules, and where they pass, by the library."""
        proposed = _library_ends(self._line)
        ends: set[int] = set()
        covered: list[tuple[int, int]] = []
        for match in _candidates(self._line):
            kind = (match.lastgroup or "") if match.re is _RARE else ""
            if kind == "ruler":
                ends.update((match.start(), match.end()))
                self._sentence_start = match.end()
                continue
            agrees = any(position in proposed for position in range(match.start() + 1, match.end() + 1))
            covered.append(match.span())
            end = self._wide_end(match) if kind.startswith("wide") else match.end()
            if end and (kind or self._ends_sentence(match, library_agrees=agrees)):
                ends.add(end)
                self._sentence_start = end
        for start, end in covered:
            proposed.difference_update(range(start + 1, end + 1))
        ends |= proposed
        if _SIGN_OF_NO_BLANK.search(self._line):
            for stop, end in self._ends_without_a_blank():
                ends = {*ends - {stop}, end}
        ends = {end for end in ends if self._line[end - 1] not in _CASED_STOPS or not self._goes_on(end)}
        return sorted(ends - {len(self._line)})

    def _goes_on(self, end: int) -> bool:
        """Whether a word in small letters follows, or the credit of a picture: no sentence begins with either.

        Where nobody writes capitals, the former says nothing, but after what is no end of a sentence itself.
        """
        line = self._line
        first = line[end + 1 : end + 2]
        if first.isupper() or first.isdigit():
            return False
        following = _WORD_AFTER.match(line, end)
        if following is not None and following["word"].islower() and following["word"] != "i":
            return self._rules.reads_lower_case or not self._may_end_before_small_letters(end)
        return _CREDIT.fullmatch(line, end) is not None

    def _ends_without_a_blank(self) -> Iterator[tuple[int, int]]:
        """Where a stop ends and where the next sentence begins at once: "The vote was 5-4.The mayor left." """
        for match in _NO_BLANK.finditer(self._line):
            word, lowered = match["word"], match["word"].lower()
            is_prose = len(word) > 2 or word[-1].isdigit() or bool(match["closers"])
            leads_on = lowered in NEVER_FINAL or (lowered in BEFORE_A_NUMBER and not match["closers"])
            if not is_prose or leads_on or word in TITLES or word in ABBREVIATIONS:
                continue
            opens = match["closers"][-1:] == '"' and self._line.count('"', 0, match.end("closers")) % 2 == 1
            if not _ENUMERATOR.fullmatch(self._line, 0, match.end("stop")):
                yield match.end("stop"), match.end("stop") if opens else match.end("closers")

    def _may_end_before_small_letters(self, end: int) -> bool:
        """Whether the word before the stop is an ordinary one, and no name ("Yahoo!") or abbreviation ("pct.")."""
        before = _WORD_BEFORE.search(self._line[max(0, end - _WORD_REACH) : end])
        if before is None or "?" in before["stop"]:
            return True
        word = before["word"]
        is_ordinary = (
            len(word) > 2 and word.isalpha() and word.islower() and _VOWEL.search(word) is not None
        ) or _ENGLISH_ORDINAL.fullmatch(word) is not None
        return is_ordinary or (self._is_without_capitals() and "." not in word and word.islower())

    def _is_without_capitals(self) -> bool:
        if self._lacks_capitals is None:
            self._lacks_capitals = self._line.lstrip()[:1].islower() or _CARELESS.search(self._line) is not None
        return self._lacks_capitals

    def _wide_end(self, match: re.Match[str]) -> int:
        """Where the sentence before a wide stop ends; 0 when it goes on.

        A straight or closing mark that closes nothing opens the next sentence: many write ” or " for both.
        """
        line, closers = self._line, match["wide_closers"]
        seen_to = match.start("wide_closers")
        self._quotes_seen += sum(line.count(mark, self._quotes_counted_to, seen_to) for mark in '“”"')
        self._quotes_counted_to = seen_to
        if closers[:1] in ('"', "”") and self._quotes_seen % 2 == 0:
            return seen_to
        after = line[match.end() : match.end() + 40].lstrip()
        if after.startswith(("，", "、", "：", "；", ",", ";", ":")):
            return 0
        if _WORD_GOES_ON.match(line, match.end()):
            return 0
        if closers and (_QUOTE_GOES_ON.match(line, match.end()) or _SAID_IN_CHINESE.match(line, match.end())):
            return 0
        return match.end()

    def _ends_sentence(self, match: re.Match[str], *, library_agrees: bool) -> bool:
        """Whether a new sentence begins after the terminator that `match` found."""
        line = self._line
        following = _NEXT.match(line, match.end())
        following_word = following["word"].rstrip(".'’-") if following else ""
        after = line[match.end() : match.end() + 40].lstrip()[:1]
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
        if _ENUMERATOR.fullmatch(line, self._sentence_start, match.end()):
            return False
        return self._full_stop(match, following_word, library_agrees=library_agrees)

    def _full_stop(self, match: re.Match[str], following_word: str, *, library_agrees: bool) -> bool:
        """Whether a single full stop ends a sentence, seen the word before it and the one after."""
        position = match.start()
        if position < self._abbreviation_end - 1:
            return False
        found = _LAST_WORD.search(self._line, max(self._sentence_start, position - _WORD_REACH), position)
        word = found.group() if found else ""
        if found and len(word) <= _PART_REACH and position >= self._abbreviation_end:
            self._read_abbreviation(found.start())
        if position < self._abbreviation_end - 1:
            return False
        key = self._abbreviation if position == self._abbreviation_end - 1 else _ELISION.sub("", word.lower())
        before = self._line[max(self._sentence_start, position - len(word) - _WORD_REACH) : position - len(word)]
        decided = self._by_language(key, word, before, following_word)
        if decided is not None:
            return decided
        return _full_stop_ends_sentence(word, following_word, match, library_agrees=library_agrees)

    def _read_abbreviation(self, start: int) -> None:
        """Remember the abbreviation of several parts that begins at `start`, if a known one does."""
        dotted = _DOTTED.match(self._line, start)
        if not dotted:
            return
        parts = dotted.group().split(".")[:-1]
        letters = all(part.strip() in _HINDI_LETTERS for part in parts)
        ends = [position for position in range(start, dotted.end()) if self._line[position] == "."]
        for n_parts in range(len(parts), 1, -1):
            key = _BETWEEN_PARTS.sub("", ".".join(parts[:n_parts])).lower()
            if letters or key in self._rules.never_final or key in self._rules.often_final:
                self._abbreviation, self._abbreviation_end = key, ends[n_parts - 1] + 1
                return

    def _by_language(self, key: str, word: str, before: str, following_word: str) -> bool | None:
        """What the rules of the language say of the full stop after `word`; None when they pass."""
        rules = self._rules
        initial = following_word[:1]
        if not (word and initial):
            return None
        if _is_caseless(word[0]):
            return self._by_script(key, word, initial)
        if not rules.reads_lower_case:
            return None
        is_starter = following_word.split("’")[0].split("'")[0] in rules.starters
        after_number = before.rstrip()[-1:].isdigit()
        if key in rules.never_final and not (after_number and initial.isupper()):
            return False
        if key in rules.before_a_name and initial.isupper():
            return is_starter
        if key in rules.before_number and (initial.isdigit() or _ROMAN.fullmatch(following_word)):
            return False
        if initial.isupper():
            if key in rules.after_number and _YEAR.search(before):
                return is_starter or len(before.split()) > _OPENING_WORDS
            if key in rules.often_final:
                return is_starter or not rules.capitalises_nouns
            if rules.ordinal is not None and _ORDINAL.fullmatch(word) and rules.ordinal.search(before):
                return is_starter
        elif initial.islower() and (len(word) <= _PART_REACH or "." in word or key in rules.often_final):
            return False
        return None

    def _by_script(self, key: str, word: str, initial: str) -> bool | None:
        """The same for scripts without capitals, whose stops are other marks more often."""
        if key in NEVER_FINAL or len(word) == 1:
            return False
        if all(part in _HINDI_LETTERS for part in word.split(".")) and ("." in word or key != word):
            return False
        if "." in word:
            return False if _is_caseless(initial) else None
        return True if _is_caseless(initial) else None


def _is_caseless(letter: str) -> bool:
    return letter.isalpha() and not letter.isupper() and not letter.islower()


def _full_stop_ends_sentence(word: str, following_word: str, match: re.Match[str], *, library_agrees: bool) -> bool:
    """Whether the full stop after `word` ends a sentence, seen the word that follows it."""
    lowered = word.lower()
    starts_upper = following_word[:1].isupper()
    starter = following_word.split("’")[0].split("'")[0] in SENTENCE_STARTERS
    if lowered in NEVER_FINAL:
        return False
    if word in TITLES and (starts_upper or not library_agrees) and not match["closers"]:
        return starter and _STREET.search(match.string, max(0, match.start() - _WORD_REACH), match.start()) is not None
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
    if not _LIBRARY_STOP.search(line):
        return set()
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
