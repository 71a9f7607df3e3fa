"""Whether a text is English, the only language whose grammar the rules read.

Told by function words, which no sentence is without: a few dozen of English against those of its neighbours in Latin
script. What has none of either is undecided: names, numbers and headlines look alike in many languages.
"""

from __future__ import annotations

import re

from rag.checking.lexicon import word_set

__all__ = ["has_english_words", "is_foreign", "is_undecided"]

N_UNDECIDED_WORDS = 6
"""A sentence of as many words has a function word in its own language."""
_ENGLISH = word_set(
    """the of and to that is for with by from has have are were it its he she they at be not an his her said will would
    this which their been but who"""
)
"""Words that hardly any English sentence is without; few other languages have one of them ("an", "her" in German)."""
_OFTEN_ENGLISH = word_set("a in on was as may or into than known more so we i do can all no")
_FOREIGN = word_set(
    """der die das und ist nicht ein eine den dem zu im wurde wurden wird werden sind haben auf mit von für auch sich
    aus bei nach noch über zum zur oder aber dass le la les des du et est dans un une que qui été avec sur ont ce cette
    aux el los las y es en de fue con para su más como pero il di che lo per non è sono della dei nel alla gli het een
    van niet werd dat voor aan ook og är som att det inte av på med till ikke jest nie w na się z o os não em foi com
    uma da ve bir için ile yang dan dengan tidak untuk pada dari akan telah ja oli että az és hogy nem și din cu že"""
)
"""Function words of other languages that are no English word."""
_WORD = re.compile(r"\w+")
_OTHER_SCRIPT = re.compile(r"[^\W\d_\u0000-\u02ff\u1e00-\u1eff]{2,}")


def is_foreign(text: str) -> bool:
    """Whether the text has more words in other scripts and function words of other languages than English ones.

    >>> [is_foreign(text) for text in ("Le pont a ouvert le 9 juin.", "Charles de Gaulle won in 1958.", "Мост закрыт.")]
    [True, False, True]
    """
    words = _WORD.findall(text)
    lowered = [word.lower() for word in words]
    n_foreign = len(_OTHER_SCRIPT.findall(text))
    n_foreign += sum(lowered[i] in _FOREIGN and not _is_in_name(words, i) for i in range(len(words)))
    n_english = sum(word in _ENGLISH for word in lowered)
    return n_foreign > n_english and n_foreign >= sum(word in _OFTEN_ENGLISH for word in lowered)


def is_undecided(text: str) -> bool:
    """Whether the text is so long without an English function word that it may well be in another language."""
    return len(_WORD.findall(text)) >= N_UNDECIDED_WORDS and not has_english_words(text)


def has_english_words(text: str) -> bool:
    """Whether the text has a function word of English."""
    return not (_ENGLISH | _OFTEN_ENGLISH).isdisjoint(_WORD.findall(text.lower()))


def _is_in_name(words: list[str], index: int) -> bool:
    """Whether the word belongs to a name: "de" in "Charles de Gaulle", "Le" in "Le Monde"."""
    if not words[index].islower():
        return index + 1 == len(words) or not words[index + 1].islower()
    follows_name = index > 0 and (words[index - 1][0].isupper() or words[index - 1] in ("von", "van", "de", "der"))
    return follows_name and index + 1 < len(words) and (words[index + 1][0].isupper() or words[index + 1] in _FOREIGN)
