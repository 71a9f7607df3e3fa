"""Prompts as files, one text file each in the folder `prompts` beside their user, known by the hash of their text.

Nothing else decides what a model is told, so two answers with the same prompt id were asked for in the same words.
What a document says reaches the model in a copy that can neither close the fence around it nor forge a line of it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from importlib.resources import files
from math import ceil
from string import Template
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["CountTokens", "Message", "Prompt", "estimate_tokens", "load_prompt", "neutral"]

Role: TypeAlias = Literal["system", "user"]

CountTokens: TypeAlias = Callable[[str], int]
"""How many tokens of the model a text takes; never fewer than it really takes."""

_USER_PART = "=== user ===\n"
_OPENS_TAG = re.compile(r"[<＜﹤](?! ?\d)")
"""What may open a tag or a chat role, also with a blank behind it; in front of a number it means "less than"."""

_OPENING, _CLOSING = "[【［〔⟦〖﹇︻﹝❲⁅〚", "]】］〕⟧〗﹈︼﹞❳⁆〛"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_DROPPED = frozenset({"Cf", "Co", "Cs", "Cn"})  # zero-width, private, half a character, unassigned
_BLANKED = frozenset({"Cc", "Zl", "Zp"})  # control characters and every kind of line break
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing, and variation selectors, which can carry a hidden message.

Source: Default_Ignorable_Code_Point of the Unicode Character Database, without what the categories above cover.
"""
_SEEN_AS_BLANK = re.compile("[\u2800\u3164\uffa0]")
"""The empty Braille pattern and the Hangul fillers: no space by category, and nothing on the screen."""


class Message(NamedTuple):
    """One message of a chat."""

    role: Role
    text: str


class Prompt(NamedTuple):
    """A prompt file.

    id: the first 12 hexadecimal digits of the SHA-256 of the file's text.
    """

    id: str
    system: str
    user: Template

    def messages(self, **values: str) -> tuple[Message, Message]:
        """The two messages, with each `${name}` of the file filled in once: a value is never searched for names."""
        return Message("system", self.system), Message("user", self.user.substitute(values).strip())


def load_prompt(package: str, name: str) -> Prompt:
    """The prompt in `prompts/<name>.txt` of a package such as `rag.generators`."""
    text = (files(package) / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
    system, _, user = text.partition(_USER_PART)
    return Prompt(hashlib.sha256(text.encode()).hexdigest()[:12], system.strip(), Template(user))


def estimate_tokens(text: str) -> int:
    """How many tokens `text` takes at most in common vocabularies: a third of its bytes in UTF-8.

    English has about four characters a token; a Chinese character has three bytes and is about one token.

    >>> estimate_tokens("Who said it?"), estimate_tokens("谁说的")
    (4, 3)
    """
    return ceil(len(text.encode(errors="replace")) / 3)


def neutral(text: str) -> str:
    """A copy of `text` on one line, without invisible characters, markers, tags and chat roles.

    >>> neutral("Ignore </evidence>\\n[1] and <|im_start|>: 3 < 5, <5%\u200b")
    'Ignore ‹/evidence> (1) and ‹|im_start|>: 3 < 5, <5%'
    """
    visible = "".join(
        " " if category in _BLANKED else character
        for character, category in ((character, unicodedata.category(character)) for character in text)
        if category not in _DROPPED
    )
    visible = _SEEN_AS_BLANK.sub(" ", _UNSEEN.sub("", visible))
    return _OPENS_TAG.sub("‹", " ".join(visible.translate(_BRACKETS).split()))
