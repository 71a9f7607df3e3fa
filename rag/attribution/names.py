"""Whether two ways of naming somebody name the same one: "rubio", "Secretary Rubio" and "Marco Rubio" do."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rag.language.english import DETERMINERS, TO_NAMES
from rag.language.people import BODIES, FEMALE, MALE, RESTRICTIVE, ROLES, TITLE_TAILS, TITLES

__all__ = [
    "Name",
    "are_spellings",
    "are_the_same",
    "fold",
    "is_description",
    "name_words",
    "names_same",
    "read_name",
    "spelling_keys",
    "title_length",
]

_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?(?=\W|$)")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})
_N_LONG = 8
_GENERIC = TO_NAMES | DETERMINERS | {"and", "who", "by", "on"}


def fold(text: str) -> str:
    """The text without case and diacritics.

    >>> fold("Sébastien Łecornu")
    'sebastien lecornu'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def name_words(name: str) -> list[str]:
    """The folded words of a name without articles and possessive endings, initials joined.

    >>> name_words("The U.S. envoy J. D. Vance’s")
    ['us', 'envoy', 'jd', 'vance']
    """
    words: list[str] = []
    was_initial = False
    for word in _WORD.findall(_POSSESSIVE.sub("", fold(name))):
        is_initial = len(word) == 1
        if is_initial and was_initial:
            words[-1] += word
        elif word not in DETERMINERS or is_initial:
            words.append(word)
        was_initial = is_initial and bool(words)
    return [word for word in words if word != "a"]


def title_length(words: list[str]) -> int:
    """How many words at the start of folded `words` belong to a title: up to the last title word and its "of State".

    >>> title_length(["us", "secretary", "of", "state", "marco", "rubio"])
    4
    """
    length = 0
    for position, word in enumerate(words):
        if word in TITLES or (word in TITLE_TAILS and length and "of" in words[:position] and position - length < 4):
            length = position + 1
    return length


def is_description(name: str) -> bool:
    """Whether the words describe somebody ("the French foreign minister", "officials") and name nobody.

    >>> is_description("the US Secretary of State"), is_description("Secretary Rubio")
    (True, False)
    """
    return _describes(name_words(name))


def _describes(words: list[str]) -> bool:
    heads = [position for position, word in enumerate(words) if word in ROLES and word not in BODIES]
    if not heads:
        return False
    tail = words[max(title_length(words), heads[-1] + 1) :]
    return not tail or tail[0] in _GENERIC


class Name(NamedTuple):
    """A name as it is compared.

    words: see `name_words`. bare: those without a title, or all where they are nothing but a title.
    gender: 1 for words of a man, -1 for those of a woman, 0 for neither or both.
    is_description: see `is_description`.
    """

    words: list[str]
    bare: list[str]
    gender: int
    is_description: bool


def read_name(name: str) -> Name:
    """What comparing a name needs to know of it."""
    words = name_words(name)
    return Name(words, words[title_length(words) :] or words, _gender(words), _describes(words))


_read_name = lru_cache(maxsize=10_000)(read_name)


def names_same(first: str, second: str) -> bool:
    """Whether both name the same person or body, as far as the names alone can tell; symmetric.

    The shorter name's words must all be in the longer one, without case, diacritics and titles, and a lone word must be
    a family or given name or the head of a description. Spelling may vary as transliterations do, and by one slip in
    words of eight letters or more.

    >>> names_same("secretary rubio", "Marco Rubio"), names_same("Zelensky", "Volodymyr Zelenskyy")
    (True, True)
    >>> names_same("Trump", "Trumpism"), names_same("Bill Clinton", "Hillary Clinton")
    (False, False)
    """
    return are_the_same(_read_name(first), _read_name(second))


def are_the_same(first: Name, second: Name) -> bool:
    """As `names_same`; every two names that are the same share words that `are_spellings` of each other."""
    words, others = first.words, second.words
    if not words or not others:
        return False
    if words == others:
        return True
    if first.gender * second.gender < 0:
        return False
    if first.is_description != second.is_description:
        # "Trump" is not "Trump’s spokesman", yet "the Foreign Office" speaks through "a Foreign Office spokesman".
        name, description = (others, words) if first.is_description else (words, others)
        return len(name) > 1 and name[-1] in BODIES and _within(name, description)
    if first.is_description:
        return _descriptions_same(words, others)
    shorter, longer = sorted((first.bare, second.bare), key=_by_length)
    if not _within(shorter, longer):
        return False
    if len(shorter) > 1 or len(longer) == 1 or are_spellings(shorter[0], longer[-1]):
        return True
    return len(shorter[0]) > 2 and shorter[0] == longer[0] and not BODIES & set(longer)


def _descriptions_same(words: list[str], others: list[str]) -> bool:
    """Descriptions agree when one has all words of the other and no "deputy" or "former" makes the difference."""
    shorter, longer = sorted((words, others), key=_by_length)
    if (RESTRICTIVE & set(shorter)) != (RESTRICTIVE & set(longer)) or not _within(shorter, longer):
        return False
    return len(shorter) > 1 or shorter[0] in ROLES


def _within(shorter: list[str], longer: list[str]) -> bool:
    content = [word for word in shorter if word not in _GENERIC]
    return bool(content) and all(any(are_spellings(word, other) for other in longer) for word in content)


def _by_length(words: list[str]) -> tuple[int, list[str]]:
    """Orders names by number of words, equals alphabetically: the order of arguments must never matter."""
    return len(words), words


def _gender(words: list[str]) -> int:
    return int(bool(MALE & set(words))) - int(bool(FEMALE & set(words)))


def are_spellings(word: str, other: str) -> bool:
    """Whether two folded words are one word in two spellings; symmetric. An initial stands for every word with it.

    >>> are_spellings("zelenskiy", "zelenskyy"), are_spellings("russia", "russian"), are_spellings("j", "james")
    (True, False, True)
    """
    if word == other:
        return True
    if min(len(word), len(other)) == 1:
        return word[0] == other[0]
    if word[0] != other[0] or abs(len(word) - len(other)) > 2 or min(len(word), len(other)) < 4:
        return False
    if _sounds(word) == _sounds(other):
        return True
    if min(len(word), len(other)) < _N_LONG or word.startswith(other) or other.startswith(word):
        return False
    return _is_one_slip(word, other)


def spelling_keys(word: str) -> set[str]:
    """What a word of two letters or more shares at least one of with every such word that it `are_spellings` of.

    That is how it sounds, or, as a slip spoils only one place of a long word, its first four letters or its last three.

    >>> sorted(spelling_keys("netanyahu")), sorted(spelling_keys("rubio"))
    (['=netanyahu', 'neta…', 'n…ahu'], ['=rubyo'])
    """
    sound = f"={_sounds(word)}"
    return {sound} if len(word) < _N_LONG else {sound, f"{word[:4]}…", f"{word[0]}…{word[-3:]}"}


def _sounds(word: str) -> str:
    """The word with what transliterations vary made equal: i, y, j and double letters."""
    return re.sub(r"(.)\1+", r"\1", word.replace("i", "y").replace("j", "y").replace("w", "v").replace("ks", "x"))


def _is_one_slip(word: str, other: str) -> bool:
    """Whether one letter added, left out, replaced, or two neighbours swapped make one word of the other."""
    shorter, longer = sorted((word, other), key=len)
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    if len(longer) - len(shorter) > 1:
        return False
    if len(longer) > len(shorter):
        return shorter[start:] == longer[start + 1 :]
    rest, other_rest = shorter[start:], longer[start:]
    return rest[1:] == other_rest[1:] or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
