"""How many edits are named right in versions made by rule of the articles of the tune half; see eval/LOG.md."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from rag.newsroom.changes import changes_between
from rag.readers.html import HtmlReader
from rag.types import Aspect, ChangeKind, SentenceChange, Span, VersionSentence

NEWS = Path(__file__).parents[2] / "seeds" / "news"
ARTICLES = ("bridge-opening-set.txt", "bridge-opening-delayed.html", "ferry-fleet.md", "letters-to-the-editor.txt",
            "brekke-council-minutes.txt")  # fmt: skip
NAMES = {"Solberg": "Sandvik", "Brandt": "Lindqvist", "Nygaard": "Falk", "Tarnholm": "Vestby", "Brekke": "Oslund"}
YEAR = re.compile(r"(?:19|20)\d\d$")
MONTH = re.compile(r" (?:January|Febr|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)")
EDITS_A_VERSION = 6
N_VERSIONS = 40


class Edit(NamedTuple):
    """What was done to the older sentences at these places, and what it has to be called."""

    old: tuple[int, ...]
    kind: ChangeKind
    aspect: Aspect | None = None


def sentences_of(name: str) -> list[str]:
    from rag.language.sentences import sentence_spans

    path = NEWS / name
    text = HtmlReader().read(path).text if path.suffix == ".html" else path.read_text(encoding="utf-8")
    return [span.slice(text) for span in sentence_spans(text, "en")]


def number(text: str, dice: random.Random) -> str | None:
    found = [match for match in re.finditer(r"\b\d[\d,.]*\d\b|\b\d\b", text) if not YEAR.match(match[0])]
    found = [match for match in found if not MONTH.match(text, match.end())]
    if not found or re.search(r"\d:\d|: \d", text):
        return None
    match = dice.choice(found)
    changed = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 9 + 1), match[0], count=1)
    return text[: match.start()] + changed + text[match.end() :]


def name(text: str, dice: random.Random) -> str | None:
    found = [each for each in NAMES if re.search(rf"\b{each}\b", text)]
    if not found:
        return None
    chosen = dice.choice(found)
    return re.sub(rf"\b{chosen}\b", NAMES[chosen], text, count=1)


def negation(text: str, _: random.Random) -> str | None:
    changed = re.sub(r"\b(is|are|was|were|will|would|has|had|can)\b(?! not)", r"\1 not", text, count=1)
    return changed if changed != text else None


def wording(text: str, dice: random.Random) -> str | None:
    words = text.split()
    inner = [n for n, word in enumerate(words) if n and word.isalpha() and word.islower() and len(word) > 5]
    if not inner:
        return None
    at = dice.choice(inner)
    return " ".join([*words[:at], "really", *words[at:]])


ONE = {Aspect.NUMBER: number, Aspect.NAME: name, Aspect.NEGATION: negation, Aspect.WORDING: wording}


def made(old: list[str], dice: random.Random) -> tuple[list[str], list[Edit]]:
    """A newer version with a few edits, far enough from each other to be told apart, and which they are."""
    new: list[list[str]] = [[text] for text in old]
    edits: list[Edit] = []
    free = [n for n, text in enumerate(old) if len(text.split()) > 5 and old.count(text) == 1]
    dice.shuffle(free)
    kinds = [*ONE, "moved", "gone", "new", "split", "joined"]
    while free and len(edits) < EDITS_A_VERSION:
        n = free.pop()
        done = one_edit(dice.choice(kinds), n, old, new, dice)
        if done is not None:
            edits.append(done)
            free = [each for each in free if all(abs(each - taken) > 2 for taken in done.old)]
    return [text for texts in new for text in texts], edits


def one_edit(kind, n: int, old: list[str], new: list[list[str]], dice: random.Random) -> Edit | None:
    text = old[n]
    if isinstance(kind, Aspect):
        changed = ONE[kind](text, dice)
        new[n] = [changed, *new[n][1:]] if changed else new[n]
        return Edit((n,), ChangeKind.CHANGED, kind) if changed else None
    if kind == "gone":
        new[n] = new[n][1:]
        return Edit((n,), ChangeKind.GONE)
    if kind == "new":
        new[n] = [*new[n], f"Nothing of this was known to anybody on day {n} of the inquiry."]
        return Edit((n,), ChangeKind.NEW)
    if kind == "moved":
        target = (n + len(old) // 2) % len(old)
        if abs(target - n) < 3:
            return None
        new[n] = [each for each in new[n] if each != text]
        new[target] = [*new[target], text]
        return Edit((n,), ChangeKind.MOVED)
    if kind == "split":
        cut = re.search(r", (?:and|but|which|who|when|since) ", text)
        if not cut or cut.start() < 25 or len(text) - cut.end() < 25:
            return None
        new[n] = [f"{text[: cut.start()]}.", f"{text[cut.end()].upper()}{text[cut.end() + 1 :]}", *new[n][1:]]
        return Edit((n,), ChangeKind.SPLIT)
    if n + 1 >= len(old) or not text.endswith(".") or len(old[n + 1]) < 25 or new[n + 1] != [old[n + 1]]:
        return None
    new[n] = [f"{text[:-1]}, and {old[n + 1][0].lower()}{old[n + 1][1:]}", *new[n][1:]]
    new[n + 1] = []
    return Edit((n, n + 1), ChangeKind.JOINED)


def is_named(edit: Edit, changes: list[SentenceChange]) -> bool:
    if edit.kind is ChangeKind.NEW:
        return any(c.kind is ChangeKind.NEW and f"on day {edit.old[0]} of" in c.new[0].text for c in changes)
    found = [c for c in changes if any(each.ordinal in edit.old for each in c.old)]
    return len(found) == 1 and found[0].kind is edit.kind and (not edit.aspect or found[0].aspects[0] is edit.aspect)


def version(texts: list[str]) -> list[VersionSentence]:
    at, made = 0, []
    for ordinal, text in enumerate(texts):
        made.append(VersionSentence(ordinal=ordinal, span=Span(start=at, end=at + len(text)), text=text))
        at += len(text) + 1
    return made


def measured(n_versions: int = N_VERSIONS) -> tuple[Counter, Counter, int, int]:
    """Edits made and named right by kind; sentences that were left alone, and those of them called something else."""
    dice = random.Random(7)
    made_of, right = Counter(), Counter()
    n_left = n_wrong = 0
    for article in ARTICLES:
        old = sentences_of(article)
        for _ in range(n_versions):
            new, edits = made(old, dice)
            changes = changes_between(version(old), version(new))
            for edit in edits:
                key = (edit.aspect or edit.kind).value
                made_of[key] += 1
                right[key] += is_named(edit, changes)
            touched = {n for edit in edits for n in edit.old if edit.kind is not ChangeKind.NEW}
            kept = {c.old[0].ordinal for c in changes if c.kind is ChangeKind.KEPT}
            left = set(range(len(old))) - touched
            n_left += len(left)
            n_wrong += len(left - kept)
    return made_of, right, n_left, n_wrong


def test_edits_made_by_rule_are_named_right() -> None:
    made_of, right, n_left, n_wrong = measured(n_versions=8)
    assert sum(made_of.values()) > 200
    assert sum(right.values()) / sum(made_of.values()) >= LEAST_RIGHT
    assert n_wrong / n_left <= MOST_WRONG


LEAST_RIGHT = 0.9
MOST_WRONG = 0.02
