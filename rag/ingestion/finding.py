"""Which files are meant by a list of files and folders: to the bottom, without what is hidden, ignored or elsewhere.

What a `.ragignore` file leaves out is said in the language of `.gitignore`. The one maintained library for it,
pathspec, is under the MPL; the language is small, and the tests hold this against git itself.

Source: https://git-scm.com/docs/gitignore, "Pattern format".
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag.storage import is_store, store_of
from rag.types import Failure

if TYPE_CHECKING:
    from rag.ingestion.uploads import Origin

__all__ = [
    "IGNORE_FILE",
    "OF_A_STORE",
    "FoundFiles",
    "IgnoreRules",
    "SourceFile",
    "absolute",
    "address_in",
    "find_files",
    "hash_of_file",
    "inside",
    "parse_rules",
    "printable",
    "source_in",
]

_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/{1,2}(?=[^/])")
OF_A_STORE = "it belongs to a store of documents - name the files that were added to that"
"""Why a file or folder is no document."""


class SourceFile(NamedTuple):
    """A file to add.

    is_named: whether the caller named it, rather than a folder that it is in.
    upload: its name when it was handed over rather than found, and is kept in the store's own folder.
    origin: where it was fetched; it is kept in the store's own folder then.
    """

    path: Path
    is_named: bool
    upload: str = ""
    origin: Origin | None = None

    @property
    def source(self) -> str:
        """What its document is called."""
        return self.origin.address if self.origin else self.upload or str(self.path)

    @property
    def file(self) -> str:
        """Where the store looks for it: a path, relative when it is in the store's folder."""
        if self.origin:
            return f"{self.origin.folder}/{self.path.name}"
        return f"uploads/{self.upload}" if self.upload else str(self.path)

    def told(self, **said: str) -> SourceFile:
        """The file with more to say of its documents, when it was fetched; what is empty says nothing."""
        return self if self.origin is None else self._replace(origin=self.origin.told(said))


@dataclass
class FoundFiles:
    """What is in a folder, while it is searched.

    real: the folder itself, without links. store: the store's folder. suffixes: of files that can be read.
    unreachable: folders, and entries of them, of which nobody can say what they hold.
    """

    real: str
    suffixes: frozenset[str]
    store: Path | None
    files: list[Path] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)

    def fail(self, path: str | Path, reason: str) -> None:
        """Report an entry that cannot be taken."""
        self.failures.append(Failure(source=printable(str(path)), reason=reason))

    def is_store(self, folder: Path) -> bool:
        """Whether it is a store's folder: this one's, or another one's."""
        return is_store(folder) or (self.store is not None and _is_same(folder, self.store))


def find_files(
    paths: Iterable[str | Path], suffixes: Sequence[str], *, store_folder: Path | None = None
) -> tuple[list[SourceFile], list[Failure]]:
    """The files that `paths` name, those inside folders included, each once, and what names nothing.

    Hidden files and folders are left out, and so is what a `.ragignore` in a folder says. Links to folders are not
    followed, so that a loop cannot occur, and a link to a file leads nowhere outside the folder that was named.

    The files of a store are no documents, neither of this one, which is in `store_folder`, nor of another.
    """
    files: dict[Path, SourceFile] = {}
    failures = []
    for given in paths:
        path = absolute(given)
        if store_of(path) is not None:
            failures.append(Failure(source=printable(str(path)), reason=OF_A_STORE))
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
            found = inside(path, suffixes, store_folder=store_folder)
            failures += found.failures
            if not found.failures and not any(file.suffix.lower() in suffixes for file in found.files):
                reason = f"the folder holds no file that can be read - put {', '.join(suffixes)} files into it"
                failures.append(Failure(source=printable(str(path)), reason=reason))
            for file in found.files:
                files.setdefault(file, SourceFile(file, is_named=False))
        elif os.path.lexists(path):
            files[path] = SourceFile(path, is_named=True)
        else:
            failures.append(
                Failure(source=printable(str(path)), reason="there is no such file or folder - check the path")
            )
    return list(files.values()), failures


def absolute(given: str | Path) -> Path:
    """The path as sources are written: absolute, without `..` and `~`; links in it stay as they are."""
    return Path(os.path.abspath(os.path.expanduser(given)))  # noqa: PTH100, PTH111 - neither raises or follows links


def address_in(given: str | Path) -> str:
    """The address that was given in the place of a path, with the slash that `Path` takes from it; else empty.

    >>> address_in(Path("https://example.org/a")), address_in("notes/a.txt"), address_in("C:/notes")
    ('https://example.org/a', '', '')
    """
    text = str(given)
    found = None if os.path.lexists(text) else _ADDRESS.match(text)
    return "" if found is None else f"{found['scheme']}://{text[found.end() :]}"


def source_in(given: str | Path) -> str:
    """The source that is meant by what was given: its file as `absolute` writes it, and the key of an entry as it is.

    >>> source_in("/news/../feed.xml#https://example.org/a")
    '/feed.xml#https://example.org/a'
    """
    file, mark, key = str(given).partition("#")
    return f"{absolute(file)}{mark}{key}"


def inside(folder: Path, suffixes: Sequence[str], *, store_folder: Path | None = None) -> FoundFiles:
    """The files in the folder and the folders in it, in order, and what is there but must not be or cannot be read."""
    found = FoundFiles(
        real=os.path.realpath(folder),
        suffixes=frozenset(suffixes),
        store=store_folder,
    )
    _walk(folder, found)
    return found


def _is_same(folder: Path, other: Path) -> bool:
    """Whether both are one folder: asked of the system, which need not look at every folder above them."""
    try:
        return folder.samefile(other)
    except OSError:
        return False


def _walk(top: Path, found: FoundFiles) -> None:
    """Without recursion: a folder may be nested more deeply than calls can be."""
    waiting: list[tuple[Path, tuple[IgnoreRules, ...]]] = [(top, ())]
    while waiting:
        folder, rules = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                visible = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
            rules = (*rules, *read_rules(folder / IGNORE_FILE))
        except OSError as error:
            found.unreachable.append(str(folder))
            found.fail(error.filename or folder, f"{error.strerror or error} - check who may open the folder")
            continue
        folders = []
        for entry in visible:
            try:
                is_folder = _take(entry, rules, found)
            except OSError as error:  # as of a link that leads to itself
                found.unreachable.append(entry.path)
                found.fail(entry.path, f"it cannot be looked at ({error.strerror or error}) - mend it, or leave it out")
            else:
                folders += [folder / entry.name] if is_folder else []
        waiting += [(path, rules) for path in reversed(folders) if not found.is_store(path)]


def _take(entry: os.DirEntry[str], rules: Sequence[IgnoreRules], found: FoundFiles) -> bool:
    """Take in what the entry is, if it is a file; whether it is a folder, to be searched.

    Raises:
        OSError: the entry cannot be looked at.
    """
    path = Path(entry.path)
    is_folder = entry.is_dir(follow_symlinks=False)
    if _any_ignores(rules, path, is_folder=is_folder):
        return False
    if is_folder:
        return True
    if entry.is_symlink() and path.suffix.lower() in found.suffixes and store_of(path) is not None:
        found.fail(path, f"it is a link into a store: {OF_A_STORE}")
    elif entry.is_symlink() and not _leads_inside(path, found.real):
        if entry.is_dir() or path.suffix.lower() in found.suffixes:
            found.fail(path, "it is a link that leads out of the folder - add what it leads to by its own path")
    elif not entry.is_dir():
        found.files.append(path)
    return False


def _any_ignores(rules: Sequence[IgnoreRules], path: Path, *, is_folder: bool) -> bool:
    """What the innermost `.ragignore` that says anything about the path says."""
    return next((said for each in reversed(rules) if (said := each.says(path, is_folder=is_folder)) is not None), False)


def _leads_inside(path: Path, real_folder: str) -> bool:
    target = os.path.realpath(path)
    return target == real_folder or target.startswith(real_folder.rstrip(os.sep) + os.sep)


def printable(name: str) -> str:
    """The name with question marks for bytes that are no text."""
    return name.encode(errors="replace").decode()


def hash_of_file(path: Path) -> str:
    """SHA-256 of an ordinary file in hexadecimal digits; empty for a pipe, which would wait for ever, or a device."""
    if not stat.S_ISREG(path.stat().st_mode):
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


IGNORE_FILE = ".ragignore"

_MAX_CHARACTERS = 1_000_000


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    ignores: bool
    is_for_folders: bool


class IgnoreRules(NamedTuple):
    """The rules of one file, for all paths in the folder that it is in."""

    folder: Path
    rules: tuple[_Rule, ...]

    def says(self, path: Path, *, is_folder: bool) -> bool | None:
        """Whether the path is left out; None when no rule is about it. The last rule that fits decides."""
        relative = os.path.relpath(path, self.folder).replace(os.sep, "/")
        for rule in reversed(self.rules):
            if (is_folder or not rule.is_for_folders) and rule.pattern.fullmatch(relative):
                return rule.ignores
        return None


def read_rules(path: Path) -> Sequence[IgnoreRules]:
    """The rules in the file; none when there is no such file.

    Raises:
        OSError: the file is there and cannot be read.
    """
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, encoding="utf-8-sig", errors="surrogateescape") as file:  # noqa: PTH123 - no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is a pipe or a device", str(path))
            text = file.read(_MAX_CHARACTERS)
    except (FileNotFoundError, IsADirectoryError):
        return ()
    rules = parse_rules(text)
    return (IgnoreRules(path.parent, rules),) if rules else ()


def parse_rules(text: str) -> tuple[_Rule, ...]:
    """The rules of a text, one a line; comments, blank lines and lines that can fit nothing are left out."""
    return tuple(rule for line in text.splitlines() if (rule := _rule(line)) is not None)


def _rule(line: str) -> _Rule | None:
    """The rule of one line.

    >>> rule = _rule("!docs/*.txt")
    >>> rule.ignores, bool(rule.pattern.fullmatch("docs/a.txt")), bool(rule.pattern.fullmatch("x/docs/a.txt"))
    (False, True, False)
    """
    if line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    pattern = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line if ignores else line[1:])
    is_for_folders = pattern.endswith("/")
    pattern = pattern[:-1] if is_for_folders else pattern
    is_anchored = "/" in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    regex = _regex(pattern.split("/"))
    if regex is None:
        return None
    return _Rule(re.compile(regex if is_anchored else f"(?:.*/)?{regex}", re.DOTALL), ignores, is_for_folders)


def _regex(segments: Sequence[str]) -> str | None:
    parts = []
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment == "**":
            parts.append(".+" if is_last else "(?:.*/)?")
            continue
        translated = _segment(segment)
        if translated is None:
            return None
        parts.append(translated if is_last else f"{translated}/")
    return "".join(parts)


def _segment(segment: str) -> str | None:
    """The regular expression of a name with wildcards; None when it can fit nothing.

    What stands between two stars is looked for once, as far left as it goes: going back would find nothing else and
    take time that grows with the power of the number of stars.
    """
    pieces = [""]
    position = 0
    while position < len(segment):
        character = segment[position]
        position += 1
        if character == "*":
            pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "[":
            end, group = _group(segment, position)
            if group is None:
                return None
            pieces[-1] += group
            position = end
        elif character == "\\":
            if position == len(segment):
                return None
            pieces[-1] += re.escape(segment[position])
            position += 1
        else:
            pieces[-1] += re.escape(character)
    if len(pieces) == 1:
        return pieces[0]
    first, *between, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in between if piece) + f"[^/]*{last}"


def _group(segment: str, start: int) -> tuple[int, str | None]:
    """Where the bracket that opens before `start` ends, and its regular expression; None when it does not end."""
    position = start
    negated = segment[position : position + 1] in ("!", "^")
    position += negated
    members = ""
    first = position
    while position < len(segment) and (segment[position] != "]" or position == first):
        if segment[position] == "\\" and position + 1 < len(segment):
            position += 1
        is_range = segment[position + 1 : position + 2] == "-" and segment[position + 2 : position + 3] not in ("", "]")
        if is_range:
            low, high = segment[position], segment[position + 2]
            members += f"{re.escape(low)}-{re.escape(high)}" if low <= high else ""
            position += 3
        else:
            members += re.escape(segment[position])
            position += 1
    if position >= len(segment):
        return position, None
    if not members:
        return position + 1, "[^/]" if negated else "(?!)"
    return position + 1, f"(?!/)[{'^' if negated else ''}{members}]"
