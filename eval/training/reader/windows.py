"""What the reader sees in one pass: a question, a heading, and neighbouring sentences of one document.

Windows are cut as a search would bring them: around a sentence that answers, around one that only has the question's
words, and where nothing answers. The target of a window is whether any of its sentences answers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from types import MappingProxyType

from eval.training.reader.forms import as_typed
from eval.training.reader.groups import Group
from eval.training.reader.near_misses import near_misses
from eval.training.verifier.data.examples import Answering, Example, Target, changed_spans
from rag.model.evidence import words_of

__all__ = ["MAX_WORDS", "SHARES", "reading_examples", "window_around", "window_of"]

MAX_WORDS = 150
"""Of the sentences of a window: with question and heading about 220 tokens."""

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "squadshifts-new_wiki": 8, "squadshifts-reddit": 5, "squadshifts-amazon_reviews": 5,
        "squadshifts-new_wiki-nearmiss": 3, "squad2-unansq": 12, "squad2-unansq-aligned": 2,
        "natural-squad2": 14, "natural-timeqa": 3, "selqa": 5, "squad1-nqg": 4, "fairytaleqa": 3, "qamr": 3,
        "squad2": 11, "qed": 7, "clapnq": 4, "timeqa": 7, "multihoprag": 4, "altered": 9, "elsewhere": 8,
        "squad2-other": 5, "qed-other": 5, "clapnq-other": 3, "timeqa-other": 3, "multihoprag-other": 3,
    }
)  # fmt: skip
"""Source → its weight in the mix; inside a source, windows with an answer and without are drawn evenly."""

_N_WINDOWS: Mapping[str, int] = MappingProxyType(
    {"squad2": 3, "natural-squad2": 3, "natural-timeqa": 4, "qed": 4, "clapnq": 5, "timeqa": 4, "multihoprag": 4}
)
"""Windows of one question; of a source that is not named here, one."""
_ALTERED_OF = ("squadshifts-new_wiki", "selqa", "squad2", "natural-squad2", "qed", "timeqa", "natural-timeqa")
_ALTERED_SHARE, _ELSEWHERE_SHARE, _PRONOUN_SHARE, _HEADING_SHARE = 0.4, 0.25, 0.25, 0.85


def reading_examples(groups: Iterable[Group], *, seed: int) -> Iterator[Example]:
    """The windows of all groups, and those of near misses made from them."""
    groups = list(groups)
    by_name: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        by_name[group.name].append(group)
    names = sorted({name for group in groups for name in _names_in(group.question)})
    for number, group in enumerate(groups):
        random = Random(f"{seed}:{number}:{group.question}")  # noqa: S311  draws a sample, guards no secret
        for _ in range(_N_WINDOWS.get(group.source, 1)):
            yield from _of_group(group, random)
        if group.source in _ALTERED_OF and group.is_answered and random.random() < _ALTERED_SHARE:
            near = _near_answer(group, random)
            for question in near_misses(near.question, near.sentences, names, random):
                yield from _of_group(_unanswered(near, question, "altered"), random)
                break
        if random.random() < _ELSEWHERE_SHARE and (other := _elsewhere(group, by_name[group.name], random)):
            yield from _of_group(other, random)


def window_around(n_words: Sequence[int], number: int, *, before: int, after: int, max_words: int) -> range:
    """Neighbouring positions with this one among them, as many as asked for while they are short enough together.

    >>> window_around([5, 5, 5, 5], 2, before=2, after=1, max_words=15)
    range(1, 4)
    """
    start = stop = number
    total = n_words[number]
    while stop - number < after and stop + 1 < len(n_words) and total + n_words[stop + 1] <= max_words:
        stop += 1
        total += n_words[stop]
    while number - start < before and start > 0 and total + n_words[start - 1] <= max_words:
        start -= 1
        total += n_words[start]
    return range(start, stop + 1)


def window_of(group: Group, window: range) -> Example:
    """What stands in the window as an example; the heading is a sentence without a label.

    Of the question's words those are wrong that were changed, and none where a sentence answers.
    """
    heading = (group.heading,) if group.heading else ()
    answering = group.answering[window.start : window.stop]
    target = _target(answering)
    knows_words = bool(group.original) or target is Target.SUPPORTED
    return Example(
        text=group.question,
        knows_words=knows_words,
        wrong=changed_spans(group.original.lower(), group.question.lower()) if group.original else (),
        sentences=(*heading, *group.sentences[window.start : window.stop]),
        target=target,
        answering=(*(Answering.UNKNOWN for _ in heading), *answering),
        source=group.source,
    )


def _target(answering: Sequence[Answering]) -> Target:
    if Answering.YES in answering:
        return Target.SUPPORTED
    return Target.UNKNOWN if Answering.UNKNOWN in answering else Target.UNSUPPORTED


def _of_group(group: Group, random: Random) -> Iterator[Example]:
    if not group.sentences:
        return
    n_words = [len(sentence.split()) for sentence in group.sentences]
    number = _focus(group, random)
    is_whole = random.random() < 0.6
    before, after = (99, 99) if is_whole else (random.randint(0, 4), random.randint(0, 3))
    if is_whole and sum(n_words) > MAX_WORDS:
        before, after = random.randint(0, 12), 99
    window = window_around(n_words, number, before=before, after=after, max_words=MAX_WORDS)
    typed = as_typed(group.question, random)
    is_same = typed.lower() in group.question.lower()
    shown = replace(group, question=typed, original=group.original if is_same else "")
    if random.random() > _HEADING_SHARE:
        shown = replace(shown, heading="")
    if random.random() < _PRONOUN_SHARE:
        shown = _with_pronoun(shown, window, random)
    yield window_of(shown, window)


def _focus(group: Group, random: Random) -> int:
    """The sentence that the search has found: one that answers, or one with the question's words."""
    gold = [number for number, label in enumerate(group.answering) if label is Answering.YES]
    if gold and random.random() < 0.7:
        return random.choice(gold)
    words = set(words_of(group.question))
    shared = [len(words & set(words_of(sentence))) for sentence in group.sentences]
    best = sorted(range(len(shared)), key=lambda number: -shared[number])[:5]
    return random.choice(best)


def _near_answer(group: Group, random: Random) -> Group:
    """The group cut to what stands around one of its answering sentences."""
    gold = [number for number, label in enumerate(group.answering) if label is Answering.YES]
    n_words = [len(sentence.split()) for sentence in group.sentences]
    window = window_around(n_words, random.choice(gold), before=5, after=5, max_words=2 * MAX_WORDS)
    return replace(
        group,
        sentences=group.sentences[window.start : window.stop],
        answering=group.answering[window.start : window.stop],
    )


def _unanswered(group: Group, question: str, source: str) -> Group:
    labels = tuple(Answering.NO for _ in group.answering)
    original = group.question if source == "altered" else ""
    return replace(group, question=question, answering=labels, source=source, answers=(), original=original)


def _elsewhere(group: Group, siblings: Sequence[Group], random: Random) -> Group | None:
    """The question beside another passage of its article: much of it fits, and nothing answers."""
    words = set(words_of(group.question))
    own = set(group.sentences)
    others = [other for other in random.sample(list(siblings), min(12, len(siblings))) if not own & {*other.sentences}]
    if not others or not group.is_answered:
        return None
    best = max(others, key=lambda other: len(words & set(words_of(" ".join(other.sentences)))))
    answers = [answer.lower() for answer in group.answers]
    if any(answer in sentence.lower() for answer in answers for sentence in best.sentences):
        return None
    return _unanswered(best, group.question, "elsewhere")


_SUBJECT = re.compile(r"((?:The )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)(?= (?:was|is|had|has|were|are|[a-z]+ed)\b)")


def _with_pronoun(group: Group, window: range, random: Random) -> Group:
    """The group with the subject of an answering sentence said as a pronoun, where the sentence before has its name."""
    for number in window[1:]:
        subject = _SUBJECT.match(group.sentences[number])
        if group.answering[number] is Answering.YES and subject and subject[1] in group.sentences[number - 1]:
            sentence = random.choice(["He", "She", "It", "They"]) + group.sentences[number][subject.end() :]
            return replace(group, sentences=(*group.sentences[:number], sentence, *group.sentences[number + 1 :]))
    return group


_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’'-]+(?: (?:(?:of|the|de|van|von) )?[A-Z][\w’'-]+)*")


def _names_in(question: str) -> list[str]:
    return [name for name in _NAME.findall(question) if name != "I"]
