"""The speakers of a whole store, kept so that a name is compared with those that it may be, and not with all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from rag.attribution.names import Name, are_spellings, are_the_same, read_name, spelling_keys

__all__ = ["Speakers"]


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
