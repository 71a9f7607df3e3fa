"""How a speaker stands to what is said, by the cue's verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rag.language.english import word_set
from rag.types import Stance

__all__ = ["stance_of"]

_STEMS: Mapping[Stance, frozenset[str]] = MappingProxyType(
    {
        Stance.DENIED: word_set("den reject dismiss refut rebut disput disavow"),
        Stance.ALLEGED: word_set("alleg claim accus assert contend charg"),
        Stance.PROMISED: word_set("promis vow pledg swear swor guarante commit offer"),
        Stance.ASKED: word_set("ask question wonder inquir"),
        Stance.DEMANDED: word_set("demand urg order insist requir request implor plead pled"),
        Stance.WARNED: word_set("warn caution threaten"),
        Stance.ADMITTED: word_set("admit conced acknowledg confess agre"),
        Stance.CRITICISED: word_set(
            """criticiz criticis blast attack slam mock denounc blam condemn ridicul derid decr assail rebuk oppos
            lament bemoan challeng"""
        ),
        Stance.PRAISED: word_set("prais defend endors thank applaud laud hail tout support back favor favour"),
        Stance.PREDICTED: word_set("predict forecast expect project"),
        Stance.THOUGHT: word_set(
            """think thought believ hop fear want wish feel felt prefer doubt consider assum know knew worr plan see
            sought seek"""
        ),
    }
)


def _by_stem() -> Iterator[tuple[str, Stance]]:
    for stance, stems in _STEMS.items():
        yield from ((stem, stance) for stem in stems)


_STANCE_BY_STEM = MappingProxyType(dict(_by_stem()))
_ENDINGS = ("", "e", "es", "ed", "ing", "s", "y", "ies", "ied", "ying", "ted", "ting", "n")


def stance_of(verb: str) -> Stance:
    """The stance that a form of a verb of saying shows.

    >>> stance_of("denied"), stance_of("promises"), stance_of("added")
    (<Stance.DENIED: 'denied'>, <Stance.PROMISED: 'promised'>, <Stance.SAID: 'said'>)
    """
    for ending in _ENDINGS:
        if verb.endswith(ending) and (stance := _STANCE_BY_STEM.get(verb[: len(verb) - len(ending)])):
            return stance
    return Stance.SAID
