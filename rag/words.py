"""The words of a text, as ranking compares them: lower case, without accents, cut to their stems."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

from rag.countries import COUNTRIES
from rag.stopwords import STOP_WORDS

__all__ = ["content_stems", "content_words", "stem"]

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\w+(?:['’]\w+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_stemmer = Stemmer.Stemmer("english", 0)


def content_words(text: str) -> list[str]:
    """The words of `text` that carry meaning, in order, in lower case and without accents or possessive endings.

    Initials count as one word: "U.S." is "us".

    >>> content_words("What did Poland’s minister tell us about the Émigrés in the US?")
    ['poland', 'minister', 'tell', 'emigres', 'us']
    """
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = (_POSSESSIVE.sub("", word.replace(".", "")) for word in _WORD.findall(plain))
    is_cased = not plain.islower()
    return [
        word.lower() for word in words if word and word.lower() not in STOP_WORDS and not (is_cased and word == "us")
    ]


@lru_cache(maxsize=50_000)
def content_stems(text: str) -> frozenset[str]:
    """The stems of the content words of `text`; the words for one country and its government count as one.

    >>> sorted(content_stems("London told the White House: territorial territories"))
    ['territori', 'told', 'united kingdom', 'united states']
    """
    words = content_words(text)
    stems = set()
    position = 0
    while position < len(words):
        pair = " ".join(words[position : position + 2])
        if pair in _COUNTRY_BY_WORD:
            stems.add(_COUNTRY_BY_WORD[pair])
            position += 2
        else:
            word = words[position]
            stems.add(_COUNTRY_BY_WORD.get(word) or _COUNTRY_BY_WORD.get(word.removesuffix("s")) or stem(word))
            position += 1
    return frozenset(stems)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem of a word in lower case. Source: Snowball's English stemmer (Porter 2)."""
    return str(_stemmer.stemWord(word))


_COUNTRY_BY_WORD = {
    word: country.names[0] for country in COUNTRIES for word in country.names + country.adjectives + country.capitals
}
