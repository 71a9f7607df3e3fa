"""Which language a text is written in, or that nobody can tell.

The library `py3langid` weighs pieces of words that are typical of each of 139 languages and says how sure it is. What
is added here: which part of a long text to look at, when to say nothing, and what the file says about itself. A few
words, names and numbers look alike in many languages; of those nothing is said rather than a guess.

Whether a single sentence is English, the only language whose grammar the rules of `rag.checking` read, is told by
function words, which no sentence is without: a few dozen of English against those of its neighbours in Latin script.
What has none of either is undecided: names, numbers and headlines look alike in many languages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from rag.language.english import word_set

__all__ = [
    "LANGUAGE_NAMES",
    "detect_language",
    "foreign_language_notice",
    "has_english_words",
    "is_foreign",
    "is_undecided",
]

LANGUAGE_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""What an English reader calls the languages that are met most, by ISO 639-1 code."""

_THREE_LETTERS = {
    "ara": "ar", "bul": "bg", "cat": "ca", "ces": "cs", "cze": "cs", "chi": "zh", "zho": "zh", "cmn": "zh", "dan": "da",
    "deu": "de", "ger": "de", "dut": "nl", "nld": "nl", "ell": "el", "gre": "el", "eng": "en", "fas": "fa", "per": "fa",
    "fin": "fi", "fra": "fr", "fre": "fr", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu", "ind": "id", "ita": "it",
    "jpn": "ja", "kor": "ko", "nor": "no", "nob": "no", "nno": "no", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro",
    "rus": "ru", "slk": "sk", "slo": "sk", "spa": "es", "srp": "sr", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk",
    "urd": "ur", "vie": "vi",
}  # fmt: skip
_OTHER_NAMES = {"iw": "he", "in": "id", "nb": "no", "nn": "no", "mo": "ro", "sh": "sr"}
_CODE = re.compile(r"([a-zA-Z]{2,3})(?:[-_.@][\w.@-]*)?")
_NEIGHBOURS = (
    {"no", "da"}, {"hr", "sr", "bs", "sl"}, {"id", "ms"}, {"cs", "sk"}, {"es", "gl", "ca", "pt"}, {"nl", "af"},
    {"ru", "uk", "be", "bg"}, {"hi", "mr", "ne"}, {"fa", "ur", "ar"}, {"zh", "ja"},
)  # fmt: skip
"""Languages that the library takes for one another now and then: what the file declares decides between them."""

_PIECE, _N_PIECES = 600, 3
_MIN_WEIGHT = 20
_SURE, _CERTAIN = 0.6, 0.9
_LETTER_RUN = re.compile(r"[^\W\d_]+")
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_KANA = re.compile("[\u3041-\u30ff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def detect_language(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of the language that most of `text` is in, or "" when that cannot be told.

    Long texts are judged by their beginning, middle and end. Fewer than about 20 letters (7 of scripts that write a
    syllable or a word in one) are never judged.

    declared: what the file says about itself ("de", "de-AT", "de_DE.UTF-8", "ger"). It is the answer when the text is
        too short or unclear to contradict it, or looks like a language that is easily taken for the declared one.

    >>> detect_language("Der Vertrag wurde am Montag in Berlin unterzeichnet."), detect_language("Berlin 1990")
    ('de', '')
    >>> detect_language("Berlin 1990", "de-AT"), detect_language("The treaty was signed in Berlin on Monday.", "de")
    ('de', 'en')
    """
    code = _code_of(declared)
    detected, confidence = _judge(_sample(text))
    if code and (confidence < _CERTAIN or detected == code or _are_neighbours(code, detected)):
        return code
    return detected if confidence >= _SURE else ""


def foreign_language_notice(languages: Iterable[str], *, embedding_model: str) -> str:
    """What to tell, once, about documents in languages that an English embedding model does not read; empty for none.

    languages: one entry for each document, as `detect_language` gives it; unknown ones do not count.
    embedding_model: the setting, empty for the model that comes with the package.

    Models are told by their names: the bundled one and those with "-en" in their name read English only; whatever else
    is set was chosen by somebody and is not judged.

    >>> foreign_language_notice(["de", "en", "de", ""], embedding_model="").split(";")[0]
    '2 documents are in German'
    """
    if not _is_english_only(embedding_model):
        return ""
    counts = Counter(language for language in languages if language not in ("", "en"))
    total = sum(counts.values())
    if not total:
        return ""
    parts = [
        f"{n} in {LANGUAGE_NAMES.get(language, repr(language))}" for language, n in counts.most_common(_MOST_NAMED)
    ]
    if len(counts) > _MOST_NAMED:
        parts.append(f"{total - sum(n for _, n in counts.most_common(_MOST_NAMED))} in other languages")
    where = parts[0].split(" ", 1)[1] if len(counts) == 1 else f"not in English ({', '.join(parts)})"
    return (
        f"{total} {'document is' if total == 1 else 'documents are'} {where}; the embedding model "
        f"{embedding_model or 'all-MiniLM-L6-v2'!r} reads English, so that words find them and meaning does not - "
        f"run `rag models pull {_MULTILINGUAL_MODEL}`, set embedding_model to {_MULTILINGUAL_MODEL!r}, for example "
        f"by RAG_EMBEDDING_MODEL={_MULTILINGUAL_MODEL} in the environment, and run `rag rebuild`"
    )


_MOST_NAMED = 4
_MULTILINGUAL_MODEL = "multilingual-e5-small"
_ENGLISH_ONLY = re.compile(r"^$|all-minilm|all-mpnet|[-_]en(?:$|[-_./])", re.IGNORECASE)


def _is_english_only(embedding_model: str) -> bool:
    return _ENGLISH_ONLY.search(embedding_model) is not None


def _code_of(declared: str) -> str:
    """ "de_DE.UTF-8" → "de"; "" for what is no language."""
    found = _CODE.fullmatch(declared.strip())
    if found is None:
        return ""
    code = found[1].lower()
    code = _THREE_LETTERS.get(code, code)
    return _OTHER_NAMES.get(code, code) if len(code) == 2 else ""


def _sample(text: str) -> str:
    """The text itself when it is short, else pieces of its beginning, middle and end."""
    if len(text) <= _PIECE * _N_PIECES:
        return text
    step = (len(text) - _PIECE) // (_N_PIECES - 1)
    return "\n".join(text[start : start + _PIECE] for start in range(0, step * _N_PIECES, step))


def _judge(sample: str) -> tuple[str, float]:
    """The most probable language and how sure that is, 0 to 1; ("", 0) for texts too short to tell."""
    letters = "".join(_LETTER_RUN.findall(sample))
    if len(letters) + 2 * len(_DENSE.findall(letters)) < _MIN_WEIGHT:
        return "", 0.0
    language, confidence = _library().classify(_SURROGATES.sub(" ", sample))
    if language == "zh" and len(_KANA.findall(letters)) * 20 > len(letters):
        language = "ja"
    if language == "zxx":  # no language: numbers, markup, code
        return "", 0.0
    return _OTHER_NAMES.get(language, language), confidence


def _are_neighbours(one: str, other: str) -> bool:
    return any({one, other} <= group for group in _NEIGHBOURS)


class _Identifier(Protocol):
    labels: list[str]

    def classify(self, text: str) -> tuple[str, float]: ...
    def set_languages(self, langs: list[str]) -> None: ...


@cache
def _library() -> _Identifier:
    """The library with its languages of two letters; the others are dialects ("yue", "arz") of one of them."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2 or label == "zxx"])
    return identifier


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
