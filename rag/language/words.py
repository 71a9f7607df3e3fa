"""The words of a text, as search and ranking compare them: lower case, without accents, cut to their stems.

Text in Latin script is taken for English. Other scripts tell more of their language: Cyrillic, Greek, Arabic and
Devanagari words are cut by a stemmer of their own; Chinese, Japanese, Korean and Thai, which write words without blanks
between them or grow them at their ends, are compared by pairs of neighbouring letters, which needs no dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

import Stemmer

from rag.language.countries import COUNTRIES
from rag.language.english import STOP_WORDS
from rag.language.language_rules import FUNCTION_WORDS, FUNCTION_WORDS_OF_OTHER_SCRIPTS

__all__ = [
    "content_stems",
    "content_words",
    "distinct_content_words",
    "index_form",
    "query_words",
    "stem",
    "word_list",
    "word_set",
]

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\w+(?:['’]\w+)*")
_PLAIN_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"['’]s?$")
_stemmer = Stemmer.Stemmer("english", 0)

_THAI = "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u1049\u1780-\u17d3"
_KANA = "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HANGUL = "\u1100-\u11ff\uac00-\ud7af"
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d"
_LETTERS = (
    "\u0370-\u0386\u0388-\u052f\u1f00-\u1fff\u05d0-\u05ea\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3"
    "\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u0900-\u0963\u0971-\u0de5\u0df2\u0df3"
)
_OTHER_SCRIPT = re.compile(
    f"(?P<dense>[{_THAI}{_KANA}{_HAN}{_HANGUL}]+)"
    f"|(?<![A-Za-z0-9{_LETTERS}{_MARKS}])(?P<word>[{_LETTERS}][{_LETTERS}{_MARKS}]*+)(?![A-Za-z0-9])"
)
"""Runs that are no Latin script; a word of letters of several scripts ("TGF-β1") stays as it is."""
_OF_ONE_KIND = re.compile(
    f"(?P<hiragana>[\u3041-\u309f]+)|[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+|[{_HAN}]+|[{_HANGUL}]+|[{_THAI}]+"
)
_CHINESE_FUNCTION_WORD = re.compile(
    "[为為]什[么麼]|什[么麼][时時]候|什[么麼]|哪[里裡儿兒个個些位]|怎[么麼][样樣]?|多少|[谁誰]|[吗嗎]|[呢吧的了在是]"
)
_UNUSUAL = re.compile(
    "[\u0130\u0131\u00df\u1e9e\u0141\u0142\u00d8\u00f8\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff01-\uffdc]"
)
_FOLDED = str.maketrans({"İ": "i", "ı": "i", "ß": "ss", "ẞ": "ss", "Ł": "l", "ł": "l", "Ø": "o", "ø": "o"}) | {
    code: str(unicodedata.digit(chr(code))) for first in (0x0660, 0x06F0, 0x0966) for code in range(first, first + 10)
}
_SIGNS = {
    code: 0xE000 + code
    for block in (range(0x0900, 0x1100), range(0x1780, 0x1800))
    for code in block
    if unicodedata.category(chr(code)) in ("Mn", "Mc")
}
_SAME_LETTER = (
    str.maketrans("أإآٱىیکёґ", "ااااييكег")
    | dict.fromkeys((*range(1425, 1480), *range(1552, 1563), 1600, *range(1611, 1632), 1648))
    | {0x0301: None, 0x200C: None, 0x200D: None}
)


def word_list(listing: str) -> list[str]:
    """The words of a listing that white space separates, in order."""
    return listing.split()


def word_set(listing: str) -> frozenset[str]:
    """The words of a listing that white space separates."""
    return frozenset(listing.split())


def content_words(text: str) -> list[str]:
    """The words of `text` that carry meaning, in order, in lower case and without accents or possessive endings.

    Initials count as one word: "U.S." is "us". Of Chinese, Japanese, Korean and Thai the pairs of letters.

    >>> content_words("What did Poland’s minister tell us about the Émigrés in the US?")
    ['poland', 'minister', 'tell', 'emigres', 'us']
    >>> (
    ...     content_words("Кто подписал договор?"),
    ...     content_words("誰が条約に署名したか"),
    ...     content_words("Wer kennt den Vertrag?"),
    ... )
    (['подписал', 'договор'], ['条約', '署名'], ['kennt', 'vertrag'])
    """
    words: list[str] = []
    is_cased = not text.islower()
    position = 0
    for run in _OTHER_SCRIPT.finditer(text):
        words += _content_words_of_latin(text[position : run.start()], is_cased=is_cased)
        words += _terms(run, is_query=True)
        position = run.end()
    if position:
        words += _content_words_of_latin(text[position:], is_cased=is_cased)
        return [word for word in words if word not in FUNCTION_WORDS_OF_OTHER_SCRIPTS]
    return _content_words_of_latin(text, is_cased=is_cased)


def _content_words_of_latin(text: str, *, is_cased: bool) -> list[str]:
    words = [word for part in text.split() for word in _words_in(part)]
    lower = [word.lower() for word in words]
    ignored = _function_words(lower)
    return [
        low for word, low in zip(words, lower, strict=True) if low not in ignored and not (is_cased and word == "us")
    ]


@lru_cache(maxsize=50_000)
def _words_in(part: str) -> tuple[str, ...]:
    """The words in a part of a text without blanks, as they are written but for accents, dots and possessive endings.

    Kept, because a ranking meets the same few words in hundreds of sentences.
    """
    words = _WORD.findall(_without_accents(part))
    return tuple(filter(None, (_POSSESSIVE.sub("", word.replace(".", "")) for word in words)))


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _function_words(words: Iterable[str]) -> frozenset[str]:
    """English function words, and those of another language if the words hold at least two, and more than English."""
    distinct = words if isinstance(words, AbstractSet) else set(words)
    foreign = distinct & _FOREIGN_FUNCTION_WORDS
    if len(foreign) < _FEWEST_FOREIGN:
        return STOP_WORDS
    most = max(sum(len(word) > 1 for word in distinct & STOP_WORDS), 1)
    if len(foreign) <= most:
        return STOP_WORDS
    found: frozenset[str] = frozenset()
    for function_words in FUNCTION_WORDS.values():
        n_found = len(foreign & function_words)
        if n_found > most:
            most, found = n_found, function_words
    return STOP_WORDS | found if found else STOP_WORDS


_FEWEST_FOREIGN = 2
_FOREIGN_FUNCTION_WORDS = (
    frozenset(word for word in chain.from_iterable(FUNCTION_WORDS.values()) if len(word) > 1) - STOP_WORDS
)


@lru_cache(maxsize=10_000)
def content_stems(text: str) -> frozenset[str]:
    """The stems of the content words of `text`; the words for one country and its government count as one.

    What is known of a line is kept, so that a text of lines that were met before is put together quickly.

    >>> sorted(content_stems("London told the White House: territorial territories"))
    ['territori', 'told', 'united kingdom', 'united states']
    """
    lines = _words_of_lines(text)
    if lines is None or (any(line.opens_country for line in lines) and any(line.ends_country for line in lines)):
        return _stems_in_order(content_words(text))
    if len(frozenset[str]().union(*(line.foreign for line in lines))) < _FEWEST_FOREIGN:
        return frozenset[str]().union(*(line.stems for line in lines))
    words = frozenset[str]().union(*(line.words for line in lines))
    return frozenset(map(_country_or_stem, words - _function_words(words)))


def distinct_content_words(text: str) -> Collection[str]:
    """The words that `content_words` gives, each once and in any order."""
    lines = _words_of_lines(text)
    if lines is None:
        return dict.fromkeys(content_words(text))
    words = frozenset[str]().union(*(line.words for line in lines))
    return words - _function_words(words)


class _WordsOfLine(NamedTuple):
    """The words of a line, without their order.

    words: all, in lower case. stems: of those that are no function words of English. foreign: function words of other
        languages. opens_country, ends_country: whether one may be the first, or the second, of a country's name.
    """

    words: frozenset[str]
    stems: frozenset[str]
    foreign: frozenset[str]
    opens_country: bool
    ends_country: bool


def _words_of_lines(text: str) -> list[_WordsOfLine] | None:
    """Line by line; None where what `content_words` gives depends on more than which words there are."""
    found = []
    for line in text.split("\n"):
        words = _words_of_line(line)
        if words is None:
            return None
        found.append(words)
    return found


@lru_cache(maxsize=20_000)
def _words_of_line(line: str) -> _WordsOfLine | None:
    if not line.isascii() and _OTHER_SCRIPT.search(line):
        return None
    written = {
        word if word.isalnum() else _POSSESSIVE.sub("", word.replace(".", ""))
        for word in set(_WORD.findall(_without_accents(line)))
    }
    if "us" in written:  # the text has to say whether it means the country
        return None
    words = frozenset([word.lower() for word in written if word])
    return _WordsOfLine(
        words,
        frozenset(map(_country_or_stem, words - STOP_WORDS)),
        words & _FOREIGN_FUNCTION_WORDS,
        not _COUNTRY_BEGINNINGS.isdisjoint(words),
        not _COUNTRY_ENDINGS.isdisjoint(words),
    )


def _stems_in_order(words: list[str]) -> frozenset[str]:
    stems = set()
    position = 0
    while position < len(words):
        pair = " ".join(words[position : position + 2])
        if pair in _COUNTRY_BY_WORD:
            stems.add(_COUNTRY_BY_WORD[pair])
            position += 2
        else:
            stems.add(_country_or_stem(words[position]))
            position += 1
    return frozenset(stems)


@lru_cache(maxsize=100_000)
def _country_or_stem(word: str) -> str:
    return _COUNTRY_BY_WORD.get(word) or _COUNTRY_BY_WORD.get(word.removesuffix("s")) or stem(word)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word in lower case: English in Latin script, else that of its script's language.

    Source: Snowball's stemmers (English: Porter 2).
    """
    if word[:1] < "\u0370":
        return str(_stemmer.stemWord(word))
    return _stem_of_other_script(word)


def index_form(text: str) -> str:
    """The text as a word index stores it: of other scripts than Latin the stems, or pairs of letters, between blanks.

    English text comes back as it is. A pair stands for each letter but the last of a run, which stands alone, so that
    every letter begins exactly one word. Vowel signs, which FTS5 would take for blanks, become private-use characters,
    which it takes for letters; its option `categories` would do that too, but also to emoji in English texts.

    >>> index_form("Peace talks"), index_form("在北京 2024"), index_form("о договорах")
    ('Peace talks', ' 在北 北京 京  2024', ' о   договор ')
    """
    if _UNUSUAL.search(text):
        text = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    return _OTHER_SCRIPT.sub(lambda run: f" {' '.join(stem(term) for term in _terms(run))} ".translate(_SIGNS), text)


def query_words(question: str) -> list[str]:
    """The distinct words to look up for `question` among those of `index_form`, in lower case and in order.

    Function words are left out if there are others.

    >>> query_words("What did Rubio say? Rubio!"), query_words("Who is it?"), query_words("Что в договоре?")
    (['rubio', 'say'], ['who', 'is', 'it'], ['договор'])
    """
    if _UNUSUAL.search(question):
        question = unicodedata.normalize("NFKC", question).translate(_FOLDED)
    words: list[str] = []
    position = 0
    for run in _OTHER_SCRIPT.finditer(question):
        words += _PLAIN_WORD.findall(question[position : run.start()].lower())
        words += _terms(run, is_query=True)
        position = run.end()
    words += _PLAIN_WORD.findall(question[position:].lower())
    ignored = _function_words(_without_accents(word) for word in words)
    distinct = list(dict.fromkeys(words))
    matter = [
        word
        for word in distinct
        if _without_accents(word) not in ignored and word not in FUNCTION_WORDS_OF_OTHER_SCRIPTS
    ]
    return [word if word[:1] < "\u0370" else stem(word).translate(_SIGNS) for word in matter or distinct]


def _terms(run: re.Match[str], *, is_query: bool = False) -> Iterator[str]:
    """The words of a run in another script, in lower case; of a script without blanks its pairs of letters.

    is_query: leave out what carries only grammar. It is indexed all the same: where words end, nobody can tell.
    """
    if run["word"]:
        yield run["word"].lower().translate(_SAME_LETTER)
        return
    letters = _CHINESE_FUNCTION_WORD.sub(" ", run.group()) if is_query else run.group()
    for part in _OF_ONE_KIND.finditer(letters):
        yield from _pairs(part.group(), is_query=is_query, is_grammar=part["hiragana"] is not None)


def _pairs(letters: str, *, is_query: bool, is_grammar: bool) -> Iterator[str]:
    """ "北京市" → "北京", "京市", and where it is stored "市"; of a question's single hiragana letter nothing."""
    yield from (letters[start : start + 2] for start in range(len(letters) - 1))
    if not is_query or (len(letters) == 1 and not is_grammar):
        yield letters[-1]


_STEMMERS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u052f", "russian"),
    ("\u0620", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)
_UKRAINIAN = re.compile("[іїє]")
_UKRAINIAN_ENDING = re.compile(
    "(?<=..)(?:ами|ями|ові|еві|єві|ого|ому|ими|іми|ій|ої|ою|ею|єю|ах|ях|ам|ям|ів|їв|ом|ем|єм|[аяуюиіїоеєьй])$"
)


@lru_cache(maxsize=100_000)
def _stem_of_other_script(word: str) -> str:
    if _UKRAINIAN.search(word):  # no stemmer knows the language, and the Russian one takes these letters for strangers
        return _UKRAINIAN_ENDING.sub("", word) or word
    for first, last, language in _STEMMERS:
        if first <= word[0] <= last:
            return str(_stemmer_of(language).stemWord(word)) or word
    return word


@cache
def _stemmer_of(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language, 0)


_COUNTRY_BY_WORD = {
    word: country.names[0] for country in COUNTRIES for word in country.names + country.adjectives + country.capitals
}
_COUNTRY_BEGINNINGS = frozenset(name.split()[0] for name in _COUNTRY_BY_WORD if " " in name)
_COUNTRY_ENDINGS = frozenset(name.split()[1] for name in _COUNTRY_BY_WORD if " " in name)
