"""Questions that a passage nearly answers: a question that it does answer, with the one thing changed that it says.

The kinds are those that people write: another entity, another time, another number, the opposite, the other end of a
superlative, roles exchanged, a condition or an attribute that is never stated, and a premise that the passage denies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

from eval.mutations.names import changed_names
from eval.mutations.quantities import changed_dates, changed_numbers
from eval.mutations.records import FaithfulClaim
from eval.training.verifier.data.swaps import exchanged_names, other_names, swapped_words
from rag import Span

__all__ = ["near_misses"]

Edit = Callable[[str, str, Random], Iterator[str]]
_ADDED_SHARE = 0.1


def near_misses(question: str, sentences: Sequence[str], others: Sequence[str], random: Random) -> Iterator[str]:
    """The question changed, one way after another in random order; each changed question comes once.

    others: names that other documents hold, to ask about in place of one of the question's.
    """
    text = " ".join(sentences)
    edits = [*map(_by_engine, _CHANGES), _other_year]
    edits.append(lambda question, text, random: _other_entity(question, text, others, random))
    random.shuffle(edits)
    added: list[Edit] = [_other_condition, _other_attribute]  # they always find something to change: seldom first
    random.shuffle(added)
    edits = [*added, *edits] if random.random() < _ADDED_SHARE else [*edits, *added]
    seen = {question}
    for edit in edits:
        changed = next(edit(question, text, random), question)
        if changed not in seen:
            seen.add(changed)
            yield changed


_CHANGES = (changed_names, changed_dates, changed_numbers, swapped_words, other_names, exchanged_names)


def _by_engine(change: Callable[[FaithfulClaim, Random], Iterator[object]]) -> Edit:
    def edited(question: str, text: str, random: Random) -> Iterator[str]:
        whole = f"{text} "
        claim = FaithfulClaim(
            id=question, text=question, document_id=question, document_text=whole,
            cited=(Span(start=0, end=len(whole)),),
        )  # fmt: skip
        for made in change(claim, random):
            yield str(made.text)  # type: ignore[attr-defined]

    return edited


_YEAR = re.compile(r"\b(1[5-9]\d\d|20[0-2]\d)\b")


def _other_year(question: str, text: str, random: Random) -> Iterator[str]:
    """A year that the passage does not have."""
    years = list(_YEAR.finditer(question))
    if years:
        year = random.choice(years)
        other = str(int(year[0]) + random.choice([-41, -30, -17, -12, 11, 16, 23, 34]))
        if other not in text:
            yield question[: year.start()] + other + question[year.end() :]


_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’'-]+(?: (?:(?:of|the|de|van|von) )?[A-Z][\w’'-]+)*")


def _other_entity(question: str, text: str, others: Sequence[str], random: Random) -> Iterator[str]:
    """A name of another document in the place of one of the question's."""
    names = [name for name in _NAME.finditer(question) if name[0] != "I"]
    if names and others:
        name = random.choice(names)
        for other in random.sample(list(others), min(8, len(others))):
            if other not in text and len(other.split()) == len(name[0].split()):
                yield question[: name.start()] + other + question[name.end() :]


_CONDITIONS = (
    "before the war", "after the war", "in the United States", "in Canada", "in winter", "at night",
    "for the second time", "by mistake", "during the Middle Ages", "in the 19th century", "before the age of twelve",
    "after the fire", "without permission", "in the north", "among women", "among children", "on Sundays",
    "in the second season", "outside Europe", "for free", "in secret",
)  # fmt: skip
_ENDING = re.compile(r"[\s?.!]*$")


def _other_condition(question: str, text: str, random: Random) -> Iterator[str]:
    """Under a condition that the passage does not speak of."""
    condition = random.choice(_CONDITIONS)
    if not set(condition.lower().split()[-1:]) & set(text.lower().split()):
        yield _ENDING.sub("", question) + f" {condition}?"


_ATTRIBUTES = {
    "when": ("How often", "Why", "How much did it cost when", "Who paid when"),
    "where": ("Why", "At what time", "With whom"),
    "who": ("Whose brother", "Which lawyer of the person who"),
    "how many": ("What share of", "How heavy are the", "How old are the"),
    "what year": ("At what time of day", "For what reason"),
    "how much": ("Who decided how much", "Since when"),
}


def _other_attribute(question: str, text: str, random: Random) -> Iterator[str]:
    """Another thing asked of what the passage speaks of, be it in its `text` or not."""
    lower = question.lower() if text else ""
    for opening, others in _ATTRIBUTES.items():
        if lower.startswith(f"{opening} "):
            yield random.choice(others) + question[len(opening) :]
