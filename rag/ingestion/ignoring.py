"""What a `.ragignore` file leaves out, in the language of `.gitignore`.

The one maintained library for it, pathspec, is under the MPL; the language is small, and the tests hold this against
git itself.

Source: https://git-scm.com/docs/gitignore, "Pattern format".
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["IGNORE_FILE", "IgnoreRules", "parse_rules", "read_rules"]

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
