"""Every `rag` command that a README shows can be typed as it stands there: its options and arguments exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from rag.cli import app

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?rag (?P<arguments>.+)$", re.MULTILINE)


def documented_commands() -> list[str]:
    readmes = [ROOT / "README.md", *ROOT.glob("*/README.md")]
    blocks = [block for path in readmes for block in re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL)]
    return [match["arguments"] for block in blocks for match in COMMAND.finditer(block)]


def test_there_are_commands_to_try() -> None:
    assert len(documented_commands()) >= 10


@pytest.mark.parametrize("line", documented_commands())
def test_documented_command_can_be_typed(line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)
    command = typer.main.get_command(app).commands[name]
    if name == "models":
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(name, arguments)  # raises for an option or argument that does not exist
