"""Damage files of every format, and add them: does an error come raw, does a reader fail or take too long?

Small files of each format are made here, as their programs write them (`fuzz_files`); `--files` takes real ones
too. Each mutant is one of them cut off, with bits turned, with bytes swapped, taken out, put in or doubled, with a
random beginning, with what is inside of its parts damaged, under the name of another format, nested in itself, or a
bomb. It is added to a store as any file is. What must never be:

- an error that is none of ours, or a process that dies;
- a fault of one of our readers, also where its words are read in plain order after that;
- a file that holds up what adds it although a document has a limit of time, or a reason that says not what to do.

What is stopped at that limit is counted apart: on an idle machine it should be nothing.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eval.robustness.fuzz_files import bombs, nested, sound_files
from rag import Assistant, Settings

__all__ = ["MUTATIONS", "Tally", "add_arguments", "main", "measure", "mutant"]

MOST_SECONDS = 10.0
"""What reading a document may take here."""
_HELD_UP = 4
"""Limits of time: a document is cut and stored after it is read, and a file may hold several."""
_STOPPED = "took longer than"
_MOST_BYTES = 20_000_000
_STORE_FILES = 100
_FAULTS = ("failed with", "crashed on it", "needed more than", "does not answer", "does not start")
"""Words of reasons and notices that tell of a fault of ours and not of the file."""
_TOKENS = (
    b"0",
    b"-1",
    b"4294967295",
    b"1e999",
    b"\0",
    b"\xff\xfe",
    b"<",
    b">",
    b"/",
    b"{",
    b"(",
    b"[",
    b"\\",
    b'"',
    b"\n",
)


@dataclass
class Tally:
    """What was seen, by format; `problems` holds a sentence for each thing that must never be."""

    mutants: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval fuzz`."""
    parser.add_argument("--n", type=int, default=60, help="how many mutants of each format, bombs not counted")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations")
    parser.add_argument("--only", default="", help="formats, such as .pdf,.docx; else all")
    parser.add_argument("--files", type=Path, help="a folder of real files, to damage them too")
    parser.add_argument("--keep", type=Path, help="a folder for the mutants that are problems")


def main(options: argparse.Namespace) -> int:
    """Print what was seen by format; 1 when there was a crash, a hang or a fault of a reader."""
    started = time.perf_counter()
    only = frozenset(filter(None, options.only.split(",")))
    with tempfile.TemporaryDirectory() as scratch:
        tally = measure(
            Path(scratch), n_each=options.n, seed=options.seed, only=only, files=options.files, keep=options.keep
        )
    for suffix, n_mutants in sorted(tally.mutants.items()):
        slowest = tally.slowest[suffix]
        counts = f"read {tally.read[suffix]:5}, stopped {tally.stopped[suffix]:3}"
        print(f"{suffix:8} mutants {n_mutants:5}, {counts}, slowest {slowest:5.2f} s")
    print(*tally.problems, sep="\n")
    print(f"{tally.mutants.total()} mutants in {time.perf_counter() - started:.0f} s, {len(tally.problems)} problems")
    return bool(tally.problems)


def measure(
    scratch: Path,
    *,
    n_each: int,
    seed: int = 0,
    only: frozenset[str] = frozenset(),
    files: Path | None = None,
    keep: Path | None = None,
) -> Tally:
    """What `n_each` mutants of each format, and the bombs and nested files, do to a store under `scratch`."""
    random_ = random.Random(seed)  # noqa: S311
    tally = Tally()
    sources = _sources(files)
    for suffix in sorted(only & sources.keys() if only else sources):
        fuzz = _Fuzz(tally, suffix, scratch, keep)
        for number in range(n_each):
            name = list(MUTATIONS)[number % len(MUTATIONS)]
            fuzz.try_(name, mutant(name, random_.choice(sources[suffix]), random_, sources))
        for name, content in (*bombs(suffix), *nested(suffix)):
            fuzz.try_(name, content)
        fuzz.close()
    return tally


def _sources(files: Path | None) -> dict[str, list[bytes]]:
    sources = {suffix: [content] for suffix, content in sound_files().items()}
    for path in sorted(files.rglob("*")) if files is not None else ():
        if path.suffix in sources and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            sources[path.suffix].append(path.read_bytes())
    return sources


class _Fuzz:
    """Mutants of one format, added to a store that is made anew now and then."""

    def __init__(self, tally: Tally, suffix: str, scratch: Path, keep: Path | None) -> None:
        self._tally = tally
        self._suffix = suffix
        self._folder = scratch / "mutants"
        self._store = scratch / "store"
        self._keep = keep
        self._settings = Settings(embedder="hashing", llm="none", max_read_seconds=MOST_SECONDS)
        self._assistant: Assistant | None = None
        self._folder.mkdir(exist_ok=True)
        tally.slowest[suffix] = 0.0

    def close(self) -> None:
        if self._assistant is not None:
            self._assistant.close()
        self._assistant = None
        shutil.rmtree(self._store, ignore_errors=True)

    def try_(self, name: str, content: bytes) -> None:
        """Add one mutant, and note what must not be."""
        number = self._tally.mutants[self._suffix]
        if number % _STORE_FILES == 0:
            self.close()
        if self._assistant is None:
            self._assistant = Assistant.open(self._store, self._settings)
        self._tally.mutants[self._suffix] += 1
        path = self._folder / f"mutant-{number}{self._suffix}"
        path.write_bytes(content)
        started = time.perf_counter()
        problem = self._problem_of(path)
        seconds = time.perf_counter() - started
        self._tally.slowest[self._suffix] = max(self._tally.slowest[self._suffix], seconds)
        if seconds > _HELD_UP * MOST_SECONDS:
            problem = f"it took {seconds:.0f} s; {problem}"
        if problem:
            self._tally.problems.append(f"{self._suffix}, {name}, {number}: {problem}")
            if self._keep is not None:
                self._keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, self._keep)
        path.unlink()

    def _problem_of(self, path: Path) -> str:
        assert self._assistant is not None  # noqa: S101
        try:
            report = self._assistant.add([path])
        except Exception:
            return f"a raw error: {traceback.format_exc(limit=-3)}"
        self._tally.read[self._suffix] += bool(report.added)
        self._tally.stopped[self._suffix] += any(_STOPPED in failure.reason for failure in report.failed)
        said = [failure.reason for failure in report.failed] + list(report.notices)
        faults = [words for words in said if any(fault in words for fault in _FAULTS)]
        silent = [failure.reason for failure in report.failed if " - " not in failure.reason]
        if not said and not report.added:
            return "neither added nor refused"
        return "; ".join(faults) or "; ".join(f"it does not say what to do: {reason}" for reason in silent)


def mutant(name: str, content: bytes, random_: random.Random, others: Mapping[str, list[bytes]]) -> bytes:
    """The content changed by the mutation of that name; files that hold parts are changed inside them for `inside`."""
    if name == "another format":
        return random_.choice(others[random_.choice(sorted(others))])
    return MUTATIONS[name](content, random_)


def _truncated(content: bytes, random_: random.Random) -> bytes:
    return content[: random_.randrange(len(content))]


def _with_bits_turned(content: bytes, random_: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random_.choice((1, 1, 2, 5, 20, 100))):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _swapped(content: bytes, random_: random.Random) -> bytes:
    """Two runs of bytes in each other's place."""
    a, b, c, d = sorted(random_.randrange(len(content) + 1) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def _with_a_run_changed(content: bytes, random_: random.Random) -> bytes:
    """A run of bytes taken out, doubled many times, or with something else in its place."""
    start = random_.randrange(len(content))
    end = min(len(content), start + random_.choice((1, 4, 20, 200)))
    run = content[start:end]
    instead = random_.choice((b"", run * random_.choice((2, 50, 2_000)), random_.choice(_TOKENS), random_.randbytes(8)))
    return content[:start] + instead + content[end:]


def _with_random_beginning(content: bytes, random_: random.Random) -> bytes:
    return random_.randbytes(random_.choice((1, 3, 16, 500))) + content


def _random_after_its_beginning(content: bytes, random_: random.Random) -> bytes:
    return content[: random_.choice((4, 8, 40))] + random_.randbytes(random_.choice((0, 50, 5_000)))


def _inside(content: bytes, random_: random.Random) -> bytes:
    """One part of a ZIP file changed and packed again, so that nothing stops it before its XML is read."""
    change = random_.choice((_truncated, _with_bits_turned, _swapped, _with_a_run_changed, _with_a_run_changed))
    if not content.startswith(b"PK"):
        return change(content, random_)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = random_.choice(sorted(name for name, part in parts.items() if part))
    parts[name] = change(parts[name], random_)
    if random_.random() < 0.2:
        del parts[random_.choice(sorted(parts))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return packed.getvalue()


def _the_same(content: bytes, _: random.Random) -> bytes:
    return content


MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "another format": _the_same,
    "beginning": _with_random_beginning,
    "bits": _with_bits_turned,
    "cut off": _truncated,
    "random": _random_after_its_beginning,
    "a run": _with_a_run_changed,
    "swapped": _swapped,
    **{f"inside, {number}": _inside for number in range(1, 6)},
}
"""By name; `inside` comes often, because little of a ZIP file is read when a bit of its packing is turned."""
