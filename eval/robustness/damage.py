"""Change one byte of a store, and look at what it says: is anything quoted that nobody added, does an error come raw?

A store is made with an article in two versions, copies of a report, an upload and recorded answers. Each round copies
it, changes one random byte of one of its files, opens it, asks, looks the quotes up in what was added, checks, repairs,
checks and asks again, and adds the files again. What must never be:

- a quote, in an answer, in a recorded one or in a document that is opened, that is no text that was added;
- an error that is none of ours;
- damage that `check` does not name. A byte may change that nothing is ever read from, such as one of unused space: then
  every table holds what it held before.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
import traceback
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from rag import Answer, Assistant, RagError, Settings

__all__ = ["Tally", "add_arguments", "main", "measure"]

SETTINGS = Settings(embedder="hashing", abstain_below=0.0, passage_tokens=32, llm="none")
_TEXTS = {
    "bridge.txt": "The old bridge carries the road over the river. Anna Weber said: “We opened it in 1932.”",
    "report.txt": "The council met on Tuesday. Seven members voted for the road. Two members voted against it.\n\n"
    "The mayor said the vote was final. Nobody appealed.",
    "copy.txt": "The council met on Tuesday. Seven members voted for the road. Two members voted against it.\n\n"
    "The mayor said the vote was final. Nobody appealed.",
    "towns.txt": "".join(f"The town of stone number {n} has {n * 7} engineers and a wide river. " for n in range(40)),
}
_LATER = {
    "bridge.txt": "The old bridge carries no road now. Anna Weber said: “We closed it in 2024.” It is painted red."
}
_UPLOAD = "Uploaded words say that the engineer crosses the river by boat on Sundays."
_QUESTIONS = ("Who opened the bridge?", "How many members voted for the road?", "What crosses the river on Sundays?")


@dataclass
class Tally:
    """What was seen, by the name of the file; `problems` holds a sentence for each thing that must never be."""

    changed: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    unused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval damage`."""
    parser.add_argument("--n", type=int, default=100, help="how many bytes to change in each file")
    parser.add_argument("--seed", type=int, default=0, help="of the bytes")


def main(options: argparse.Namespace) -> int:
    """Print what was seen; 1 when anything was quoted that nobody added, came raw, or was not named."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        tally = measure(Path(scratch), n_each=options.n, seed=options.seed)
    for name, n_changed in sorted(tally.changed.items()):
        print(f"{name:32} changed {n_changed:4}, named {tally.named[name]:4}, of nothing {tally.unused[name]:4}")
    print(*tally.problems, sep="\n")
    print(f"{tally.changed.total()} bytes in {time.perf_counter() - started:.0f} s, {len(tally.problems)} problems")
    return bool(tally.problems)


def measure(scratch: Path, *, n_each: int, seed: int = 0) -> Tally:
    """What `n_each` changes of a byte do in each file of a new store under `scratch`."""
    random_ = random.Random(seed)  # noqa: S311
    tally = Tally()
    sound = scratch / "sound"
    added = _make(scratch, sound)
    names = sorted(str(path.relative_to(sound)) for path in sound.rglob("*") if path.is_file() and path.stat().st_size)
    for name in names:
        for _ in range(n_each):
            store = scratch / "store"
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(sound, store)
            content = bytearray((store / name).read_bytes())
            place, change = random_.randrange(len(content)), random_.randrange(1, 256)
            content[place] ^= change
            (store / name).write_bytes(content)
            tally.changed[name] += 1
            _Round(tally, name, f"{name}, byte {place} ^ {change}", store, scratch / "documents", added).look(sound)
    return tally


def _make(scratch: Path, folder: Path) -> set[str]:
    """Make the store; every text that was added."""
    documents = scratch / "documents"
    documents.mkdir()
    upload = scratch / "upload.txt"
    upload.write_text(_UPLOAD, encoding="utf-8")
    with Assistant.open(folder, SETTINGS) as assistant:
        for texts in (_TEXTS, _LATER):
            for name, text in texts.items():
                (documents / name).write_text(text, encoding="utf-8")
            assistant.add([documents])
            assistant.ask(_QUESTIONS[0])
        assistant.add_uploads([("upload.txt", upload)])
        for question in _QUESTIONS:
            assistant.ask(question)
        added = {assistant.document(info.id).text for info in assistant.documents()}
        return added | {_TEXTS["bridge.txt"]}


class _Round:
    """One changed byte, and all that is looked at because of it."""

    def __init__(self, tally: Tally, name: str, change: str, store: Path, documents: Path, added: set[str]) -> None:
        self._tally = tally
        self._name = name
        self._change = change
        self._store = store
        self._documents = documents
        self._added = added

    def look(self, sound: Path) -> None:
        is_named, difference = False, self._difference(sound)
        for step in (self._check, self._ask, self._open, self._repair, self._ask, self._open, self._add, self._ask):
            try:
                is_named |= step()
            except RagError as error:
                is_named = True
                if "Traceback" in str(error):
                    self._problem(f"an error that is no sentence: {error}")
            except Exception:
                self._problem(f"a raw error in {step.__name__}: {traceback.format_exc(limit=-3)}")
        if is_named:
            self._tally.named[self._name] += 1
        elif not difference:
            self._tally.unused[self._name] += 1
        else:
            self._problem(f"not named: {difference:.200}")

    def _difference(self, sound: Path) -> str:
        """The first row that the change has made another one; empty when there is none."""
        if self._name != "store.db":
            return f"all of {self._name} is read"
        rows, before = _rows(self._store), _rows(sound)
        changed = (f"{old} is now {new}" for old, new in zip_longest(before, rows) if old != new)
        return next(changed, "")

    def _check(self) -> bool:
        with Assistant.open(self._store, SETTINGS) as assistant:
            return bool(assistant.check())

    def _repair(self) -> bool:
        with Assistant.open(self._store, SETTINGS) as assistant:
            left = assistant.check(repair=True)
            if sorted(left) != sorted(assistant.check()):
                self._problem("check says another thing than the repair before it")
        return False

    def _ask(self) -> bool:
        with Assistant.open(self._store, SETTINGS) as assistant:
            for question in _QUESTIONS:
                self._look_at(assistant.ask(question))
        return False

    def _open(self) -> bool:
        with Assistant.open(self._store, SETTINGS) as assistant:
            for info in assistant.documents():
                try:
                    text = assistant.document(info.id).text
                except RagError:
                    continue
                if text not in self._added:
                    self._problem(f"a text that nobody added: {text!r}")
            for recorded in assistant.answers():
                try:
                    self._look_at(assistant.answer(recorded.id))
                except RagError:
                    continue
        return False

    def _add(self) -> bool:
        with Assistant.open(self._store, SETTINGS) as assistant:
            assistant.add([self._documents])
        return False

    def _look_at(self, answer: Answer) -> None:
        quoted = [(each.span, each.quote) for each in answer.citations]
        quoted += [(each.span, each.quote) for each in answer.evidence]
        for span, quote in quoted:
            if not any(span.slice(text) == quote for text in self._added):
                self._problem(f"a quote that nobody added: {quote!r}")

    def _problem(self, problem: str) -> None:
        self._tally.problems.append(f"{self._change}: {problem}")


def _rows(store: Path) -> list[str]:
    """What is in the tables of a store as statements; empty when it cannot be read."""
    try:
        with closing(sqlite3.connect(store / "store.db")) as connection:
            return list(connection.iterdump())
    except (sqlite3.Error, UnicodeError):
        return []
