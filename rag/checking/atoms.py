"""A text as the rules read it: sentences of words, names, quantities and dates, with the grammar between them.

Only sentences and words are told apart here; what they say about each other is read by the modules beside this one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from rag.checking.lexicon import FUNCTION_WORDS, TITLES, in_single_verbs, synonyms, word_key
from rag.checking.quantities import bound_before, date_at, quantity_at
from rag.language.countries import COUNTRIES

__all__ = ["Atom", "AtomKind", "AtomisedSentence", "is_derived", "normalised", "sentences_of"]

N_TOKENS = 250
"""Longer sentences are read in pieces of as many tokens, which keeps the work per claim bounded."""

_TOKEN = re.compile(
    r"\d{4}-\d\d-\d\d(?!\d)"
    r"|\d{1,2}:\d\d(?:\s?[ap]m\b)?"
    r"|(?:US|A|C)?[$€£¥]\s?\d+(?:,\d{3})*(?:\.\d+)?(?:(?:mn|bn|tn|[kmb])\b)?"
    r"|\d+(?:,\d{3})*(?:\.\d+)?(?:%|(?:st|nd|rd|th|s|mn|bn|tn|[km]|am|pm)\b)?"
    r"|(?:[^\W\d_]\.){2,}"
    r"|\w+(?:'\w+)*"
    r"|\S"
)
_CURRENCY_SPACE = re.compile(r"(?<=[$€£¥])\s(?=\d)")
_CONTRACTION = re.compile(r"^(.+?)(n't|'s|'ll|'re|'ve|'d|'m|')$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Capt|Sgt|Sen|Rep|Gov|St|No|vs|Jr|Sr|Inc|Ltd|Co|Corp|[A-Z])|\.[A-Za-z])\.$"
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'"})
_APART = re.compile(r"(?<=\w)\s+('(?:s|re|ve|ll|d|m)\b|n't\b)")
_DECADE = re.compile(r"(?<=\b\d\d\d0)'s\b")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=\w)|(?<=\w)-(?=[^\W\d_])")
_OWNS = "'s"
_CONTRACTED = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
_DEMONYM_PLURAL = re.compile(r"(?:an|ist|crat|im|ese|ish)s$")


class AtomKind(Enum):
    """What a piece of text is to the rules."""

    WORD = auto()
    NAME = auto()
    QUANTITY = auto()
    DATE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One thing that a sentence says, with the grammar in front of it.

    key: equal keys mean the same thing. lower: as written, in lower case.
    before: words of grammar and punctuation since the atom before it, in lower case.
    position, end: its tokens in the sentence, half-open. is_first: it opens the sentence, so its capital says nothing.
    bound: for quantities, `>`, `≥`, `<`, `≤`, `~`, `~<` or `=`. is_owner: what follows is its own: "the firm's".
    """

    key: str
    lower: str
    text: str
    kind: AtomKind
    before: tuple[str, ...]
    position: int
    end: int
    is_first: bool = False
    unit: str = ""
    bound: str = "="
    is_owner: bool = False

    def fits(self, other: Atom) -> bool:
        """Whether the two mean the same."""
        if self.kind in (AtomKind.QUANTITY, AtomKind.DATE) or other.kind in (AtomKind.QUANTITY, AtomKind.DATE):
            return self.key == other.key and self.unit == other.unit
        if self.key == other.key or self.lower == other.lower:
            return True
        if self.kind is AtomKind.NAME and other.kind is AtomKind.NAME:
            return False
        return other.key in synonyms(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomisedSentence:
    """One sentence.

    text: empty for a piece of a very long one. tokens: all its words and marks in lower case.
    after: grammar and marks behind the last atom.
    """

    text: str
    tokens: tuple[str, ...]
    atoms: tuple[Atom, ...]
    after: tuple[str, ...]


def normalised(text: str) -> str:
    """The text with one kind of quotation mark, dash and space.

    >>> normalised("He  said:\\n“It’s  over” – twice")
    'He said: "It\\'s over" - twice'
    """
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    plain = plain.replace("-LRB-", "(").replace("-RRB-", ")") if "RB-" in plain else plain
    plain = _APART.sub(r"\1", re.sub(r"[‐‑‒–—−]+", "-", plain))
    return " ".join(plain.replace("''", '"').split())


@lru_cache(maxsize=512)
def sentences_of(text: str) -> tuple[AtomisedSentence, ...]:
    """The sentences of a text, in order; a very long one as several.

    >>> [[atom.key for atom in sentence.atoms] for sentence in sentences_of("Rubio told 20 of us. Mr. Lavrov left.")]
    [['rubio', 'tell', 'n:20'], ['mr', 'lavrov', 'leav']]
    """
    return tuple(piece for part in _parts(text) for piece in _pieces(part))


def _parts(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[max(0, end.start() - 6) : end.start()]):
            yield normalised(text[start : end.end()])
            start = end.end()
    yield normalised(text[start:])


def _pieces(text: str) -> Iterator[AtomisedSentence]:
    tokens = list[str]()
    owners = set[int]()
    for token in filter(None, _tokens(text)):
        if token == _OWNS:
            owners.add(len(tokens))
        else:
            tokens.append(token)
    for start in range(0, len(tokens), N_TOKENS):
        ends = {end - start for end in owners}
        yield _sentence(text if len(tokens) <= N_TOKENS else "", tokens[start : start + N_TOKENS], ends)


def _tokens(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(_HYPHEN.sub(" ", _CURRENCY_SPACE.sub("", _DECADE.sub("s", in_single_verbs(text))))):
        if token.lower() in ("cannot", "can't"):
            yield from ("can", "not")
        elif token.lower() == "won't":
            yield from ("will", "not")
        elif "'" in token and (split := _CONTRACTION.match(token)):
            yield split[1]
            yield _OWNS if split[2].lower() in ("'s", "'") else _CONTRACTED.get(split[2].lower(), "")
        elif token.startswith(("A$", "C$")):
            yield token[1:]
        else:
            yield token


def _plain(word: str) -> str:
    """In lower case, without accents; initials as one word."""
    if word.isascii():
        return (word.replace(".", "") if re.fullmatch(r"(?:[A-Za-z]\.){2,}", word) else word).lower()
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


_COUNTRY_BY_WORD = {word: country.names[0] for country in COUNTRIES for word in country.names + country.adjectives}


def _sentence(text: str, tokens: list[str], owners: set[int]) -> AtomisedSentence:
    """The sentence of these tokens; what ends at one of the owners has an apostrophe behind it."""
    words = [_plain(token) for token in tokens]
    atoms: list[Atom] = []
    before: list[str] = []
    position = 0
    first_word = next((i for i, token in enumerate(tokens) if token[0].isalnum()), 0)
    while position < len(tokens):
        is_first = position == first_word or _opens_speech(words, position)
        found, n_words = _atoms_at(tokens, words, position, is_first=is_first)
        for atom in found:
            is_same = bool(atoms) and atoms[-1].key == atom.key and atoms[-1].lower != atom.lower
            if not (is_same and before == ["of"]):  # "United States of America"
                atoms.append(replace(atom, before=tuple(before), is_owner=atom.end in owners))
            before = []
        if not found:
            before.append(words[position])
        position += n_words
    return AtomisedSentence(text=text, tokens=tuple(words), atoms=tuple(atoms), after=tuple(before))


def _opens_speech(words: list[str], position: int) -> bool:
    """Whether a quotation or a clause begins here, so that a capital says nothing: after `said: "`."""
    before = words[max(0, position - 2) : position]
    return before[-1:] == [":"] or (before[-1:] == ['"'] and (position == 1 or before[0] in (":", ",", "that")))


def _atoms_at(tokens: list[str], words: list[str], position: int, *, is_first: bool) -> tuple[list[Atom], int]:
    """The atoms that begin at `position`, and how many tokens they take; none, and 1, for grammar and marks."""
    token, word = tokens[position], words[position]
    capitalised = token[0].isupper()
    if not token[0].isalnum() and token[0] not in "$€£¥":
        return [], 1
    window = words[position : position + 12]
    context = words[max(0, position - 1) : position] + window
    date = date_at(context, len(context) - len(window), capitalised=capitalised)
    if date is not None:
        shown = " ".join(tokens[position : position + date.n_words])
        end = position + date.n_words
        return [_atom(key, shown, AtomKind.DATE, (position, end)) for key in date.keys], date.n_words
    quantity = quantity_at(window, 0)
    if quantity is not None and not (word == "second" and window[1:2] == ["later"]):
        if word == "one" and quantity.key == "n:1" and (window[1:2] == [] or not _is_countable(window[1])):
            return [], 1
        return [
            Atom(
                key=quantity.key,
                lower=word,
                text=" ".join(tokens[position : position + quantity.n_words]),
                kind=AtomKind.QUANTITY,
                before=(),
                position=position,
                end=position + quantity.n_words,
                unit=quantity.unit,
                bound=bound_before(words[max(0, position - 3) : position], min(3, position)),
            )
        ], quantity.n_words
    return _name_or_word(tokens, words, position, is_first=is_first)


def _name_or_word(tokens: list[str], words: list[str], position: int, *, is_first: bool) -> tuple[list[Atom], int]:
    token, word = tokens[position], words[position]
    capitalised = token[0].isupper()
    following = tokens[position + 1] if position + 1 < len(tokens) else ""
    here = (position, position + 1)
    if capitalised:
        pair = f"{word} {words[position + 1]}" if following else ""
        if following[:1].isupper() and (country := _country(pair)):
            return [_atom(country, f"{token} {following}", AtomKind.NAME, (position, position + 2))], 2
        is_country = word not in ("us", "uk", "uae", "usa") or token.replace(".", "").isupper()
        if is_country and (country := _country(word)):
            return [_atom(country, token, AtomKind.NAME, here)], 1
    if (
        word in ("will", "may")
        and capitalised
        and not is_first
        and (following[:1].isupper() or (position > 0 and tokens[position - 1][0].isupper()))
    ):
        return [_atom(word, token, AtomKind.NAME, here)], 1
    is_acronym = len(token) > 1 and token.isupper()
    if word in FUNCTION_WORDS and not is_acronym:
        return [], 1
    if capitalised and word not in TITLES and (not is_first or is_acronym or _continues_name(following)):
        key = word[:-1] if _DEMONYM_PLURAL.search(word) else word
        return [_atom(key, token, AtomKind.NAME, here, is_first=is_first)], 1
    return [_atom(word_key(word), token, AtomKind.WORD, here, is_first=is_first)], 1


def _is_countable(word: str) -> bool:
    """Whether "one" before the word is a number: "one soldier", not "one of them"."""
    return word[0].isalpha() and word not in FUNCTION_WORDS and word != "day"


def _country(word: str) -> str | None:
    return _COUNTRY_BY_WORD.get(word) or _COUNTRY_BY_WORD.get(word.removesuffix("s"))


def _continues_name(following: str) -> bool:
    return following[:1].isupper() and following.lower() not in FUNCTION_WORDS


def _atom(key: str, shown: str, kind: AtomKind, place: tuple[int, int], *, is_first: bool = False) -> Atom:
    position, end = place
    return Atom(
        key=key,
        lower=_plain(shown),
        text=shown,
        kind=kind,
        before=(),
        position=position,
        end=end,
        is_first=is_first,
    )


def is_derived(atom: Atom, keys: set[str]) -> bool:
    """Whether the evidence has a word of the same family: "politics" for "politicians"."""
    if len(atom.key) < 5:
        return False
    return any(_is_family(atom.key, key) for key in keys)


_SUFFIXES = re.compile(
    r"(?:|[aeiou]|al|ial|ic|ical|ist|ism|ian|an|er|or|ion|tion|ation|iti|iv|ativ|ment|ness|ous|anc|enc|ant|ent|abl|ibl|ize|is|ifi|ship|ful|hood|en)$"
)


def _is_family(one: str, other: str) -> bool:
    shared = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared >= 5 and bool(_SUFFIXES.match(one[shared:]) and _SUFFIXES.match(other[shared:]))
