"""A list of English words stands once: what another place needs of it is made from it (`BASE | {…}`, `BASE - {…}`)."""

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
N_WORDS = 10
"""A shorter list says what it is for better than the name of another one would."""
MOST_SHARED = 0.6
N_TIMES = 4
"""A list of which another one has more than so many times the words is a choice from it."""
NO_SENTENCE = re.compile(r"[\w\s’'-]+")
CHOICE = re.compile(r"(?<![\w\\])[a-z]+(?:\|[a-z]+)+(?![\w])")
HTML = {"a", "div", "span"}
READS_WORDS = {"word_list", "word_set", "content_stems", "content_words"}


class WordList(NamedTuple):
    """Where a list of words is written, and its words."""

    place: str
    words: frozenset[str]


def word_lists(source: str, place: str, *, in_patterns: bool = True) -> Iterator[WordList]:
    """The lists of ten or more words in a source: displays, strings that are split, strings that have a name, and
    alternatives in a regular expression."""
    tree = ast.parse(source)
    exported = {assigned.value for assigned in ast.walk(tree) if isinstance(assigned, ast.Assign) and _is_all(assigned)}
    for node in ast.walk(tree):
        if node in exported:
            continue
        lists = [" ".join(_texts(node)), *(_alternatives(node) if in_patterns else ())]
        for words in (frozenset(word for word in found.split() if word.isalpha()) for found in lists):
            if len(words) >= N_WORDS:
                yield WordList(f"{place}:{node.lineno}", words)  # type: ignore[attr-defined]


def _alternatives(node: ast.AST) -> list[str]:
    """The words between which a regular expression chooses, one list for each choice."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return []
    return [
        run.group().replace("|", " ") for run in CHOICE.finditer(node.value) if not set(run.group().split("|")) >= HTML
    ]


def _texts(node: ast.AST) -> list[str]:
    """The strings whose words make the list that a node is; none when it is no list."""
    match node:
        case ast.Set() | ast.List() | ast.Tuple():
            return [text for text in _strings(node.elts) if " " not in text]
        case ast.Call(func=ast.Name(id=name)) if name in READS_WORDS:
            return _strings(node.args)
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="split")):
            return _strings([text])
        case ast.Assign(value=ast.Constant(value=str(text))) if NO_SENTENCE.fullmatch(text):
            return [text]
    return []


def _strings(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _is_all(assigned: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in assigned.targets)


def share(one: WordList, other: WordList) -> float:
    """How much of the shorter list stands in the other one; nothing of what is only a choice from it."""
    shorter, longer = sorted((len(one.words), len(other.words)))
    return len(one.words & other.words) / shorter if longer <= N_TIMES * shorter else 0.0


@pytest.mark.parametrize("packages", [("rag", "ui"), ("eval",)])
def test_no_list_of_words_stands_twice(packages: tuple[str, ...]) -> None:
    # eval spells its own words: what damages a claim may not use the list that finds the damage. Its patterns, each of
    # which says whole how a sentence is changed, are no lists.
    paths = sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))
    found = [
        found
        for path in paths
        for found in word_lists(
            path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix(), in_patterns="rag" in packages
        )
    ]
    twice = [
        f"{one.place} and {other.place}: {' '.join(sorted(one.words & other.words)[:8])}"
        for one, other in combinations(found, 2)
        if share(one, other) > MOST_SHARED
    ]
    assert not twice, "\n".join(twice)


def test_a_copied_list_is_found_however_it_is_written() -> None:
    words = "mon tue wed thu fri sat sun jan feb mar apr"
    sources = [
        f"DAYS = {set(words.split())}",
        f"DAYS = word_set('''{words}''')",
        f"DAYS = '{words}'",
        f"use('{words}'.split(), 1)",
        f"DAYS = frozenset({words.split()})",
        f"DAYS = re.compile(r'\\b(?:{words.replace(' ', '|')})\\b')",
    ]
    found = [next(word_lists(source, "a.py")) for source in sources]
    assert len({one.words for one in found}) == 1
    assert [*word_lists("MESSAGE = say('it is not what it was said to be at all by you')", "a.py")] == []
