"""Who is who: in one document, by full names and the titles that it joins to them, and in a whole store.

"Trump" is Donald Trump because the document says "Donald Trump" somewhere and names no other Trump; "the US President"
is he because it says "US President Donald Trump". Nothing is known that the document does not say. The speakers of a
store are kept so that a name is compared with those that it may be, and not with all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from rag.attribution.names import (
    Name,
    are_spellings,
    are_the_same,
    fold,
    name_words,
    read_name,
    spelling_keys,
    title_length,
)
from rag.attribution.phrases import Mention, MentionKind
from rag.language.english import AUXILIARIES, LEADING, word_set
from rag.language.people import (
    AUTHORITIES,
    BODIES,
    DOTTED_TITLES,
    FEMALE,
    GROUPS,
    MALE,
    PLACES,
    RESTRICTIVE,
    ROLES,
    WRITINGS,
)
from rag.language.saying import CUE_FORMS

__all__ = ["NameRegistry", "Speakers", "is_body", "is_plural"]

_UPPER = "".join(chr(code) for code in range(0x530) if chr(code).isupper())
_CAPITAL = rf"(?:{'|'.join(DOTTED_TITLES)})\.|(?:[{_UPPER}]\.)+|[{_UPPER}]\w*(?:[-.’'](?!s\b)\w+)*"
_RUN = re.compile(
    rf"(?<![\w-])(?<!\w[.’'])(?:{_CAPITAL})(?: (?:(?:of|de|van|von|bin|al|der|of the) )?(?:{_CAPITAL})){{1,8}}"
)
_APPOSITION = re.compile(r", (?:the |a |an )?([^\W\d_][^,.;:“”\"\n()]{2,70})(?=[,.;\n])")
_CLAUSE = (CUE_FORMS - ROLES) | AUXILIARIES | {"who", "which"}  # words that make ", said the bank" no apposition
_LETTERS = re.compile(r"[^\W\d_]+")
_NO_FORMS: Mapping[str, int] = MappingProxyType({})
_FEW = 2
_N_NAMESAKES = 16  # bearers of one family name that are told apart
_N_TITLES = 100  # uses of one title word that are told apart


class NameRegistry:
    """Full names and titles of one document; built once, read many times."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._full_by_last: dict[str, dict[tuple[str, ...], str]] = {}
        self._titles_by_head: dict[str, dict[tuple[frozenset[str], str], None]] = {}
        self._full_by_first: dict[str, dict[str, str]] = {}
        self._titled: dict[str, str] = {}
        self._gender: dict[str, int] = {}
        for match in _RUN.finditer(text):
            self._learn(match)

    def _learn(self, run: re.Match[str]) -> None:
        words = run.group().split(" ")
        start = run.start()
        while words and words[0].lower() in LEADING and not (len(words[0]) > 1 and words[0].isupper()):
            start += len(words[0]) + 1
            words.pop(0)
        folded = [fold(word).rstrip(".") for word in words]
        length = title_length(folded)
        name = words[length:]
        if not name or len(words) < _FEW or "of" in name:
            return
        full = " ".join(name)
        is_body = bool(BODIES.intersection(folded[length:]))
        if len(name) > 1:
            namesakes = self._full_by_last.setdefault(folded[-1], {})
            if len(namesakes) < _N_NAMESAKES:
                namesakes.setdefault(tuple(folded[length:]), full)
        if is_body:
            return
        gender = int(bool(MALE.intersection(folded[:length]))) - int(bool(FEMALE.intersection(folded[:length])))
        before = self._text[max(0, start - 20) : start].split(" ")
        previous = before[-2].lower() if len(before) >= _FEW else ""
        if length and len(name) == 1:
            self._titled.setdefault(folded[-1], " ".join(words))
        elif not PLACES.intersection(folded):
            by_first = self._full_by_first.setdefault(folded[length], {})
            if len(by_first) < _N_NAMESAKES:
                by_first[folded[-1]] = full
        if length and previous not in RESTRICTIVE:
            self._add_title(folded[:length], full)
        apposition = _APPOSITION.match(self._text, run.end()) if len(name) > 1 else None
        if apposition is not None:
            described = name_words(apposition.group(1))
            if not _CLAUSE.intersection(described):
                self._add_title(described, full)
                gender = gender or int(bool(MALE.intersection(described))) - int(bool(FEMALE.intersection(described)))
        if gender:
            self._gender[folded[-1]] = gender if self._gender.get(folded[-1], gender) == gender else 0

    def _add_title(self, words: list[str], full: str) -> None:
        content = frozenset(words)
        for head in content.intersection(ROLES) - _THINGS:
            holders = self._titles_by_head.setdefault(head, {})
            if len(holders) < _N_TITLES:
                holders[content, full] = None

    def full_name(self, mention: Mention) -> str:
        """The fullest name by which the document calls a proper name; as written when two bearers are possible.

        >>> text = "Marco Rubio spoke. Rubio said no."
        >>> rubio = Mention(kind=MentionKind.NAME, start=19, end=24, first=0, last=0, name="Rubio")
        >>> NameRegistry(text).full_name(rubio)
        'Marco Rubio'
        """
        words = [fold(word).rstrip(".") for word in mention.name.split()]
        if words and words[0] in ("the", "a", "an"):
            return mention.name
        written = mention.name if len(words) > 1 or not mention.title else f"{mention.title} {mention.name}"
        candidates = self._bearers(words)
        if not candidates and len(words) == 1:
            by_first = list(self._full_by_first.get(words[0], {}).values())
            return by_first[0] if len(by_first) == 1 else self._titled.get(words[0], written)
        return candidates[0] if len(candidates) == 1 else written

    def _bearers(self, words: list[str]) -> list[str]:
        """The full names in which all words occur, the last one last; those that only shorten another are left out."""
        if not words:
            return []
        found = self._full_by_last.get(words[-1], {})
        fitting = {key: name for key, name in found.items() if set(words) <= set(key) and not BODIES.intersection(key)}
        return [
            name
            for key, name in fitting.items()
            if not any(len(other) > len(key) and set(key) <= set(other) for other in fitting)
        ]

    def holder(self, description: str) -> str:
        """The one person to whom the document joins this title; "" when it joins it to nobody or to several."""
        words = frozenset(name_words(description))
        names: dict[str, None] = {}
        for head in words.intersection(ROLES):
            for content, full in self._titles_by_head.get(head, {}):
                if words <= content and content.intersection(RESTRICTIVE) == words.intersection(RESTRICTIVE):
                    names[self._canonical(full)] = None
                    if len(names) > 1:
                        return ""
        return next(iter(names)) if len(names) == 1 else ""

    def _canonical(self, full: str) -> str:
        candidates = self._bearers([fold(word) for word in full.split()])
        return candidates[0] if len(candidates) == 1 else full

    def gender(self, name: str) -> int:
        """What the document says about him or her: 1 he, -1 she, 0 nothing."""
        words = name_words(name)
        if not words:
            return 0
        own = int(bool(MALE.intersection(words))) - int(bool(FEMALE.intersection(words)))
        return own or self._gender.get(words[-1], 0)

    def is_person(self, mention: Mention) -> bool:
        """Whether a mention is one human being as far as form and document show: no body, no place, no plural."""
        if mention.kind is MentionKind.DESCRIPTION:
            head = _head(mention.name)
            return head in ROLES and head not in BODIES and not is_plural(mention) and head not in _THINGS
        if mention.kind is not MentionKind.NAME:
            return False
        words = name_words(mention.name)
        if not words or mention.name.lower().startswith(("the ", "a ")):
            return False
        return bool(mention.title) or not (
            BODIES.intersection(words) or PLACES.intersection(words) or mention.name.isupper()
        )

    def people(self, text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
        """People named in a stretch of text with the places where they stand, possessive or not."""
        for match in _SINGLE.finditer(text, start, end):
            word = fold(match.group())
            bearers = self._full_by_last.get(word, {})
            is_named = word in self._titled or (bool(bearers) and not BODIES.intersection(*list(bearers)[:5]))
            if is_named and word not in PLACES:
                yield word, match.start()


_SINGLE = re.compile(rf"[{_UPPER}]\w+(?:-\w+)*")
_THINGS = (
    (GROUPS - {"band", "alliance"})
    | WRITINGS
    | AUTHORITIES
    | word_set("paper body military regulator watchdog charity troops people family")
)


def _head(name: str) -> str:
    """The head noun of a description: the last role word before its first preposition.

    >>> _head("a spokesman for the Foreign Office")
    'spokesman'
    """
    words = fold(name).replace("’s", "").split()
    for position, word in enumerate(words):
        if position and word in ("of", "for", "at", "in", "from", "with"):
            return words[position - 1]
    return words[-1] if words else ""


def is_plural(mention: Mention) -> bool:
    """Whether "they" can mean it: joint speakers and plural descriptions."""
    if mention.kind is MentionKind.JOINT:
        return True
    head = _head(mention.name)
    return mention.kind is MentionKind.DESCRIPTION and (
        head in ("police", "people", "troops") or (head.endswith("s") and head in ROLES)
    )


def is_body(mention: Mention) -> bool:
    """Whether "it" can mean it: a company, ministry, newspaper, country, report."""
    words = set(name_words(mention.name))
    if mention.kind is MentionKind.DESCRIPTION:
        return _head(mention.name) in _THINGS
    return mention.kind is MentionKind.NAME and (
        bool(words & (BODIES | PLACES)) or mention.name.isupper() or mention.name.lower().startswith("the ")
    )


class Speakers(Collection[str]):
    """Names, each once, in the order given. Never changed, so that threads may share it.

    Two names can only be the same when a word of one is a spelling of a word of the other. So a name is looked up by
    the `spelling_keys` of its words, and compared with what is found there.
    """

    _name_by_speaker: dict[str, Name]
    _keys_by_word: dict[str, set[str]]

    def __init__(self, names: Iterable[str], *, like: Speakers | None = None) -> None:
        """like: the speakers of a moment ago, of whom most are the same and need not be read again."""
        known = {} if like is None else like._name_by_speaker
        known_keys = {} if like is None else like._keys_by_word
        self._name_by_speaker = {speaker: known.get(speaker) or read_name(speaker) for speaker in names}
        self._speakers_by_word: dict[str, list[str]] = defaultdict(list)
        for speaker, name in self._name_by_speaker.items():
            for word in dict.fromkeys(name.words):
                self._speakers_by_word[word].append(speaker)
        self._keys_by_word = {word: known_keys.get(word) or _keys(word) for word in self._speakers_by_word}
        self._words_by_key: dict[str, list[str]] = defaultdict(list)
        for word, keys in self._keys_by_word.items():
            for key in keys:
                self._words_by_key[key].append(word)

    def same_as(self, name: str) -> list[str]:
        """The speakers that `names_same` takes for `name`, each once.

        >>> Speakers(["Marco Rubio", "John Healey", "Secretary Rubio"]).same_as("rubio")
        ['Marco Rubio', 'Secretary Rubio']
        """
        asked = read_name(name)
        found: dict[str, None] = {}
        for word in asked.words:
            for other in self._spellings_of(word):
                found.update(dict.fromkeys(self._speakers_by_word[other]))
        return [speaker for speaker in found if are_the_same(asked, self._name_by_speaker[speaker])]

    def _spellings_of(self, word: str) -> list[str]:
        """The words of all names that are spellings of `word`, in alphabetical order."""
        keys = {_beginning(word)} if len(word) == 1 else {_initial(word), *spelling_keys(word)}
        candidates = {other for key in keys for other in self._words_by_key.get(key, ())}
        return sorted(other for other in candidates if are_spellings(word, other))

    def written(self, word: str) -> Mapping[str, int]:
        """How the names write a word that is given in lower case: how often each form stands in them.

        >>> dict(Speakers(["Marco Rubio", "Secretary Rubio"]).written("rubio"))
        {'Rubio': 2}
        """
        return self._forms_by_word.get(word, _NO_FORMS)

    @cached_property
    def _forms_by_word(self) -> Mapping[str, Mapping[str, int]]:
        forms: dict[str, dict[str, int]] = {}
        for form, n in Counter(_LETTERS.findall(" ".join(self))).items():
            forms.setdefault(form.lower(), {})[form] = n
        return forms

    def __contains__(self, speaker: object) -> bool:
        return speaker in self._name_by_speaker

    def __iter__(self) -> Iterator[str]:
        return iter(self._name_by_speaker)

    def __len__(self) -> int:
        return len(self._name_by_speaker)


def _keys(word: str) -> set[str]:
    """What a word is found by: its spelling keys, and its first letter, which may stand for it."""
    keys = {_beginning(word), *spelling_keys(word)}
    return keys | {_initial(word)} if len(word) == 1 else keys


def _beginning(word: str) -> str:
    """The key of all words with this first letter."""
    return f"{word[0]}*"


def _initial(word: str) -> str:
    """The key of this first letter where it stands alone."""
    return f"{word[0]}."
