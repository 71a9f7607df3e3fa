"""What a source says right before and behind quoted words, where that turns them and the draft leaves it out."""

from __future__ import annotations

import re

from rag.checking.withdrawal import Around, withdrawn
from rag.language.saying import CONDITIONAL
from rag.newsroom.draft.differences import is_negative
from rag.newsroom.draft.laying import Laid
from rag.newsroom.draft.lexicon import TURNING
from rag.newsroom.draft.words import key_of

__all__ = ["turned_by"]

_SENTENCE_BREAK = re.compile(r"[.!?…][\"'”’»)\]]*\s|\n|[.!?…][\"'”’»)\]]*$")
_CLAUSE_BREAK = re.compile(r"[,;:—–(]|\b(?:and|but|or|which|who|because|so|while)\b", re.IGNORECASE)
_GOVERNING = 7
"""Words before a quoted part that may govern it: "I do not think that …"."""
_CONDITIONS = frozenset({"if", "unless"}) | (frozenset(CONDITIONAL) & {"provided", "supposing"})
_MOST_SHOWN = 90


def turned_by(laid: Laid, narrative_before: str) -> str:
    """The source's words that turn the quoted ones and are not quoted with them; empty where there are none.

    narrative_before: what the draft says before the quotation, which may turn it as well.
    """
    return _behind(laid) or _before(laid, narrative_before) or _withdrawn(laid)


def _behind(laid: Laid) -> str:
    text, end = laid.source.text, laid.span.end
    rest = text[end : end + 300]
    break_ = _SENTENCE_BREAK.search(rest)
    rest = rest[: break_.start()] if break_ else rest
    if not rest.strip() or rest.lstrip()[:1] in ".!?…":
        return ""
    closes = re.match(r"\s*[,;–—-]?\s*[\"”»’']", rest)
    if closes:
        return ""
    words = re.findall(r"\w+(?:['’]\w+)*", rest)
    if words and key_of(words[0]) in TURNING:
        return " ".join(rest.split())[:_MOST_SHOWN].strip(" ,;")
    if len(words) > 1 and key_of(words[0]) in ("and", "only", "even") and key_of(words[1]) in TURNING:
        return " ".join(rest.split())[:_MOST_SHOWN].strip(" ,;")
    return ""


def _before(laid: Laid, narrative_before: str) -> str:
    text, start = laid.source.text, laid.span.start
    lead = text[max(0, start - 200) : start]
    breaks = list(_SENTENCE_BREAK.finditer(lead))
    lead = lead[breaks[-1].end() :] if breaks else lead
    opening = max(lead.rfind(sign) for sign in '“"«„')
    if laid.source.is_quoted(laid.span) and opening >= 0:
        lead = lead[opening + 1 :]
    clause = lead
    for found in _CLAUSE_BREAK.finditer(lead):
        clause = lead[found.end() :]
    words = re.findall(r"\w+(?:['’]\w+)*", clause)[-_GOVERNING:]
    turning = [word for word in words if is_negative(word) or key_of(word) in _CONDITIONS]
    if not turning:
        return ""
    own = re.findall(r"\w+(?:['’]\w+)*", narrative_before)
    if any(is_negative(word) or key_of(word) in _CONDITIONS for word in own):
        return ""
    return " ".join(clause.split())[-_MOST_SHOWN:]


def _withdrawn(laid: Laid) -> str:
    """The next sentence, where it takes the words back: "That was a joke."."""
    numbers = laid.source.numbers_at(laid.span)
    following = numbers.stop
    if not numbers or following >= len(laid.source.sentences):
        return ""
    if "\n" in laid.source.text[laid.span.end : laid.source.sentences[following].span.start]:
        return ""  # in another paragraph somebody else answers
    after = laid.source.sentences[following].span.slice(laid.source.text)
    return withdrawn(Around(after=after), "")
