"""The READMEs as data: their blocks of code, commands and links, and the tables in them that come from the code.

`python -m tests.project.readmes` writes those tables. Each stands between `<!-- NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from rag import Settings

__all__ = ["READMES", "ROOT", "Block", "blocks", "commands", "main", "tables_from_code", "with_tables"]

ROOT = Path(__file__).parents[2]
READMES = tuple(ROOT / folder / "README.md" for folder in ("", "rag", "eval", "ui"))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND_IN_A_TABLE = re.compile(r"^\| `(rag .*?)` \|", re.MULTILINE)


class Block(NamedTuple):
    """A block of code: its language, and its text with a line end behind each line."""

    language: str
    text: str


def blocks(readme: Path) -> list[Block]:
    """All blocks of code of a README, in order."""
    return [Block(*found) for found in _BLOCK.findall(readme.read_text(encoding="utf-8"))]


def commands(readme: Path) -> Iterator[list[str]]:
    """The words of each command that a README shows, without the comment behind it and the folder of the program."""
    shown = [line for language, text in blocks(readme) if language == "sh" for line in text.splitlines()]
    for language, text in blocks(readme):
        if language == "console":
            shown += [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    for line in (*shown, *_COMMAND_IN_A_TABLE.findall(readme.read_text(encoding="utf-8"))):
        words = shlex.split(line, comments=True)
        if words:
            yield [words[0].removeprefix(".venv/bin/"), *words[1:]]


def settings_table() -> str:
    """Every setting with its default, the values that it takes, and its meaning."""
    rows = ["| setting | default | takes | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = f'"{field.default}"' if isinstance(field.default, str) else f"{field.default}"
        rows.append(f"| `{name}` | `{default}` | {_takes(field.annotation, field.metadata)} | {field.description} |")
    return "\n".join(rows)


def _takes(annotation: Any, limits: list[Any]) -> str:
    """The kind of value in words, with the limits that pydantic holds it to."""
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is dict:
        return "a table"
    words = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    bounds = [
        text.format(f"{getattr(limit, name):,}")
        for limit in limits
        for name, text in words.items()
        if hasattr(limit, name)
    ]
    kind = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[annotation]
    return ", ".join([kind, *bounds])


def folders_table(package: str) -> str:
    """Every folder of a package with the first sentence of its docstring."""
    rows = ["| folder | what it is for |", "|---|---|"]
    for init in sorted((ROOT / package).glob("*/**/__init__.py")):
        folder = init.parent.relative_to(ROOT / package).as_posix()
        docstring = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
        first = " ".join(docstring.partition("\n\n")[0].split())
        rows.append(f"| [`{folder}/`]({folder}) | {first.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


tables_from_code: dict[tuple[Path, str], Callable[[], str]] = {
    (ROOT / "rag/README.md", "settings"): settings_table,
    (ROOT / "rag/README.md", "folders"): lambda: folders_table("rag"),
    (ROOT / "eval/README.md", "folders"): lambda: folders_table("eval"),
}
"""README and name of each table → what makes it."""


def with_tables(readme: Path) -> str:
    """The README as it should be: its tables as the code is now."""
    text = readme.read_text(encoding="utf-8")
    for (path, name), make in tables_from_code.items():
        if path == readme:
            parts = re.split(rf"(<!-- {name} -->\n).*?(<!-- end -->)", text, maxsplit=1, flags=re.DOTALL)
            if len(parts) != 4:
                raise ValueError(f"{path} has no place for the table {name!r} - write <!-- {name} --> and <!-- end -->")
            text = f"{parts[0]}{parts[1]}\n{make()}\n\n{parts[2]}{parts[3]}"
    return text


def main() -> None:
    """Write all tables."""
    for readme in READMES:
        readme.write_text(with_tables(readme), encoding="utf-8")


if __name__ == "__main__":
    main()
